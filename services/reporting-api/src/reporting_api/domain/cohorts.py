"""Cohorts: people counted by category, area and stage; never a person, and the same people in every
dimension."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import Period, month_end, quarter_of

NOT_ASKED = "not_asked"
PREFER_NOT_TO_SAY = "prefer_not_to_say"
NOT_PLACED = "not_placed"
"""The area of people whose area is not known."""


class SchemeInvalid(InvalidInput):
    """The breakdown scheme breaks a rule; `errors` lists every fault."""

    code = "breakdown_scheme_invalid"
    title = "The breakdown scheme is not valid"


class SchemeExists(Conflict):
    """The place has published this version already; a version never changes."""

    code = "breakdown_scheme_exists"
    title = "This version of the scheme is published already"


class SchemeUnknown(InvalidInput):
    """The place has published no such version of a scheme."""

    code = "breakdown_scheme_unknown"
    title = "There is no such breakdown scheme"


class SchemeDiffers(Conflict):
    """The programme is counted by another scheme; its tables could not be compared."""

    code = "breakdown_scheme_differs"
    title = "The programme is counted by another scheme"


class CohortInvalid(InvalidInput):
    """The counts break a rule; `errors` lists every fault."""

    code = "cohort_invalid"
    title = "The cohort is not valid"


class CohortNotFound(NotFound):
    """No cohort has this id, or none that the caller may see."""

    code = "cohort_not_found"
    title = "There is no such cohort"


class CohortExists(Conflict):
    """The organisation has counted this quarter of the programme already; a correction replaces it."""

    code = "cohort_exists"
    title = "This quarter is counted already"


class CohortSuperseded(Conflict):
    """The cohort was corrected before; the correction is what can be corrected again."""

    code = "cohort_superseded"
    title = "The cohort was corrected before"


class PeopleTableNotFound(NotFound):
    """No published table of people has this id."""

    code = "people_table_not_found"
    title = "There is no such table"


class PeoplePeriodInvalid(InvalidInput):
    """The period cannot be published; `errors` lists every fault."""

    code = "people_period_invalid"
    title = "The period cannot be published"


class NothingCounted(Conflict):
    """Nobody has counted people of this programme for the period."""

    code = "nothing_counted"
    title = "Nothing is counted for this period"


class CountedMeanwhile(Conflict):
    """While the table was worked out somebody counted or published: it has to be asked for again."""

    code = "counted_meanwhile"
    title = "The counts changed while the table was worked out"


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension and its categories, in their order."""

    code: str
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage, and how many months after a cohort's period it is checked."""

    code: str
    after_months: int | None


@dataclass(frozen=True, slots=True)
class Scheme:
    """By what people are counted."""

    dimensions: tuple[Dimension, ...]
    stages: tuple[Stage, ...]
    areas: tuple[tuple[str, tuple[str, ...]], ...]
    """Each area with its groups."""
    area_groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """How many of one category in one area reached each stage."""

    area: str
    dimension: str
    category: str
    reached: tuple[int, ...]


def require_scheme_holds(scheme: Scheme) -> None:
    """Refuse a scheme with repeated codes, unknown groups, or dimensions that leave people out."""
    faults = [
        *_repeated("/dimensions", [dimension.code for dimension in scheme.dimensions]),
        *_repeated("/stages", [stage.code for stage in scheme.stages]),
        *_repeated("/areas", [area for area, _ in scheme.areas]),
        *_repeated("/area_groups", scheme.area_groups),
    ]
    for index, dimension in enumerate(scheme.dimensions):
        faults.extend(_repeated(f"/dimensions/{index}/categories", dimension.categories))
        faults.extend(
            FieldError(f"/dimensions/{index}/categories", "category_missing", f"has no category {code}")
            for code in (NOT_ASKED, PREFER_NOT_TO_SAY)
            if code not in dimension.categories
        )
    if scheme.stages[0].after_months is not None:
        faults.append(
            FieldError("/stages/0/after_months", "first_stage_later", "the first stage is counted at once")
        )
    for index, (code, groups) in enumerate(scheme.areas):
        if code == NOT_PLACED:
            message = "stands for people whose area is not known"
            faults.append(FieldError(f"/areas/{index}/code", "area_reserved", message))
        faults.extend(
            FieldError(f"/areas/{index}/groups", "area_group_unknown", f"there is no group {group}")
            for group in groups
            if group not in scheme.area_groups
        )
    if faults:
        raise SchemeInvalid("The scheme breaks rules; see errors.", errors=faults)


def require_cohort_holds(scheme: Scheme, period: Period, rows: Sequence[Row], today: date) -> None:
    """Refuse counts of something other than a quarter, of what the scheme does not have, or that disagree.

    Every dimension counts the same people: in each area its categories add up to the same at each stage.
    """
    faults = list(_row_faults(scheme, rows))
    quarter = quarter_of(period.start)
    if (quarter.start, quarter.end) != (period.start, period.end):
        faults.append(FieldError("/period_end", "period_not_quarter", "a cohort is of one calendar quarter"))
    if period.start > today:
        faults.append(FieldError("/period_start", "period_in_future", "the quarter has not begun"))
    if not faults:
        faults.extend(_disagreements(scheme, rows))
        faults.extend(_early_stages(scheme, period, rows, today))
    if faults:
        raise CohortInvalid("The counts break rules; see errors.", errors=faults)


def require_period_publishable(period: Period, today: date, is_restated: bool, reason: str | None) -> None:
    """Refuse a period that is not over or not made of whole quarters, and a restatement without a reason."""
    faults = []
    if quarter_of(period.start).start != period.start or quarter_of(period.end).end != period.end:
        message = "a published period is made of whole calendar quarters"
        faults.append(FieldError("/period_end", "period_not_whole_quarters", message))
    if period.end >= today:
        faults.append(FieldError("/period_end", "period_not_over", "the period must be over"))
    if is_restated and reason is None:
        message = "the period was published before: say why it is restated"
        faults.append(FieldError("/reason", "reason_missing", message))
    if faults:
        raise PeoplePeriodInvalid("The period cannot be published; see errors.", errors=faults)


def is_stage_due(stage: Stage, period_end: date, today: date) -> bool:
    """Whether the check of a stage is past for everybody of a period."""
    return stage.after_months is None or months_later(period_end, stage.after_months) <= today


def months_later(day: date, months: int) -> date:
    """The last day of the month so many months after a day's month."""
    total = day.year * 12 + day.month - 1 + months
    return month_end(date(total // 12, total % 12 + 1, 1))


def quarters_in(period: Period) -> Iterator[Period]:
    """The calendar quarters of a period made of whole ones."""
    quarter = quarter_of(period.start)
    while quarter.end <= period.end:
        yield quarter
        quarter = quarter_of(quarter.end + timedelta(days=1))


def people_at_stages(rows: Iterable[Row], scheme: Scheme) -> list[int]:
    """How many people reached each stage: by any one dimension, since all count the same."""
    first = scheme.dimensions[0].code
    counted = [row.reached for row in rows if row.dimension == first]
    return [sum(reached[stage] for reached in counted) for stage in range(len(scheme.stages))]


def _row_faults(scheme: Scheme, rows: Sequence[Row]) -> Iterator[FieldError]:
    categories = {dimension.code: dimension.categories for dimension in scheme.dimensions}
    areas = {NOT_PLACED, *(code for code, _ in scheme.areas)}
    seen: set[tuple[str, str, str]] = set()
    for index, row in enumerate(rows):
        if row.area not in areas:
            yield FieldError(f"/rows/{index}/area", "area_unknown", "the scheme has no such area")
        if row.dimension not in categories:
            yield FieldError(
                f"/rows/{index}/dimension", "dimension_unknown", "the scheme has no such dimension"
            )
        elif row.category not in categories[row.dimension]:
            yield FieldError(
                f"/rows/{index}/category", "category_unknown", "the dimension has no such category"
            )
        if len(row.reached) != len(scheme.stages):
            yield FieldError(f"/rows/{index}/reached", "stages_missing", "states one count for each stage")
        if any(later > earlier for earlier, later in zip(row.reached, row.reached[1:], strict=False)):
            message = "whoever has reached a stage has reached those before it"
            yield FieldError(f"/rows/{index}/reached", "stages_grow", message)
        key = (row.area, row.dimension, row.category)
        if key in seen:
            yield FieldError(f"/rows/{index}", "row_repeated", "the category is counted twice in this area")
        seen.add(key)


def _disagreements(scheme: Scheme, rows: Sequence[Row]) -> Iterator[FieldError]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(scheme.stages))
    for row in rows:
        of_area = sums[row.area, row.dimension]
        for stage, count in enumerate(row.reached):
            of_area[stage] += count
    for area in sorted({row.area for row in rows}):
        counted = [sums[area, dimension.code] for dimension in scheme.dimensions]
        if any(other != counted[0] for other in counted):
            message = f"in area {area} the dimensions count different numbers of people"
            yield FieldError("/rows", "dimensions_disagree", message)


def _early_stages(scheme: Scheme, period: Period, rows: Sequence[Row], today: date) -> Iterator[FieldError]:
    for index, stage in enumerate(scheme.stages):
        if not is_stage_due(stage, period.end, today) and any(row.reached[index] for row in rows):
            message = f"the check of {stage.code} is not due yet"
            yield FieldError("/rows", "stage_not_due", message)


def _repeated(pointer: str, codes: Sequence[str]) -> Iterator[FieldError]:
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield FieldError(f"{pointer}/{index}", "code_repeated", f"{code} is there twice")
