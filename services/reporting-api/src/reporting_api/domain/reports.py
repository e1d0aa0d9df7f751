"""What an organisation reports of one period, and the rules that a report keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import Period
from cdp_common.kernel.quantities import QUANTITY_STEP
from reporting_api.domain.activities import JointActivity
from reporting_api.domain.commitments import CONTRACT_KINDS, Kind
from reporting_api.domain.entries import DataStatus, Route

ReportState = Literal["submitted", "under_review", "returned", "validated", "rejected", "superseded"]
LineState = Literal["reported", "validated", "confirmed", "rejected"]

STANDING_STATES: frozenset[ReportState] = frozenset({"submitted", "under_review", "validated"})
"""States in which what a report says counts as delivered: a returned or rejected report counts nothing."""
CORRECTABLE_STATES: frozenset[ReportState] = frozenset({"submitted", "returned", "validated"})
"""States in which the organisation may correct it; while it is under review the validator has it."""

MAX_PERIOD_DAYS = 366

COMMISSIONED_ROUTES: frozenset[Route] = frozenset({"procurement", "grant", "planning"})
"""Routes on which somebody commissions or funds what is delivered."""


class ReportNotFound(NotFound):
    """No report has this id, or none that the caller may know of."""

    code = "report_not_found"
    title = "There is no such report"


class ReportInvalid(InvalidInput):
    """The report breaks a rule; `errors` lists every fault."""

    code = "report_invalid"
    title = "The report is not valid"


class PeriodAlreadyReported(Conflict):
    """The organisation has reported days of this period in this place; a change of it is a correction."""

    code = "period_already_reported"
    title = "The period is reported already"


class ActivityAlreadyReported(Conflict):
    """Another report counts this measure of the joint activity for some of the same days."""

    code = "activity_already_reported"
    title = "The joint activity is reported already"


@dataclass(frozen=True, slots=True)
class AreaShare:
    """The share of a line that landed in one small area."""

    area_code: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class StatedLine:
    """A line as the reporter states it."""

    measure: str
    edition_hash: str | None
    quantity: Decimal
    denominator: Decimal | None
    unit: str
    route: Route
    commissioner_id: UUID | None
    commitment_line_id: UUID | None
    activity_id: UUID | None
    activity: str | None
    areas: tuple[AreaShare, ...]
    attribution_share: Decimal | None
    target_group: str | None
    attests_contract_only: bool
    attests_commitment: bool
    content: str
    """Everything the line says, in one spelling: two lines that say the same count the same thing twice."""

    @property
    def activity_key(self) -> str | None:
        """The activity that it counts, joint or by name; none when it names none."""
        return str(self.activity_id) if self.activity_id is not None else self.activity


@dataclass(frozen=True, slots=True)
class Tenure:
    """Who owes a commitment from a day on (null: from its start) and before another (null: to its end)."""

    deliverer_id: UUID
    since: date | None = None
    before: date | None = None

    def overlaps(self, period: Period) -> bool:
        """Whether the deliverer owes it on a day of the period."""
        return (self.since is None or self.since <= period.end) and (
            self.before is None or self.before > period.start
        )


@dataclass(frozen=True, slots=True)
class OwedLine:
    """A commitment line as reports refer to it."""

    line_id: UUID
    place_id: UUID
    tenures: tuple[Tenure, ...]
    commissioner_id: UUID | None
    kind: Kind
    route: Route
    measure: str
    target_group: str | None
    edition_hash: str
    signed_on: date
    starts_on: date
    ends_on: date
    ended_on: date | None
    data_status: DataStatus

    @property
    def life(self) -> Period:
        """The days for which it is promised, up to an early end."""
        return life_of(self.starts_on, self.ends_on, self.ended_on)

    def is_owed_by(self, organisation_id: UUID, period: Period) -> bool:
        """Whether the organisation owes it on a day of the period."""
        return any(
            tenure.deliverer_id == organisation_id and tenure.overlaps(period) for tenure in self.tenures
        )


@dataclass(frozen=True, slots=True)
class KnownMeasure:
    """What reporting keeps of a measure to judge a line and to place it in the framework."""

    edition_hash: str
    code: str
    unit: str
    theme: str
    outcome: str
    excludes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a report is judged against, read before the transaction."""

    place_id: UUID
    organisation_id: UUID
    period: Period
    owed: Mapping[UUID, OwedLine]
    activities: Mapping[UUID, JointActivity]


@dataclass(frozen=True, slots=True)
class ResolvedLine:
    """A line with the edition, the commissioner and the target group that its commitment settles."""

    stated: StatedLine
    edition_hash: str
    commissioner_id: UUID | None
    target_group: str | None = None
    days: tuple[Period, ...] = ()
    """What it is of: the report's period, and the life of its commitment."""


def life_of(starts_on: date, ends_on: date, ended_on: date | None) -> Period:
    """The days for which a line is promised, up to an early end of its commitment."""
    last = ends_on if ended_on is None else min(ends_on, ended_on)
    return Period(starts_on, max(starts_on, last))


def require_period_holds(period: Period, today: date) -> None:
    """Refuse a period that ends after today, or that is longer than a year; its last day is not too early."""
    faults = []
    if period.end > today:
        faults.append(
            FieldError("/period_end", "period_in_future", "a period is reported on its last day or later")
        )
    if period.days > MAX_PERIOD_DAYS:
        faults.append(FieldError("/period_end", "period_too_long", "a report spans a year at most"))
    if faults:
        raise ReportInvalid("The period cannot be reported on; see errors.", errors=faults)


def resolve_lines(nil_return: bool, lines: Sequence[StatedLine], around: Surroundings) -> list[ResolvedLine]:
    """The lines with what their commitments settle; refused with every fault found."""
    faults = list(_faults_of_whole(nil_return, lines))
    for index, line in enumerate(lines):
        faults.extend(
            FieldError(f"/lines/{index}/{where}" if where else f"/lines/{index}", code, message)
            for where, code, message in _faults_of_line(line, around)
        )
    if faults:
        raise ReportInvalid("The report breaks rules; see errors.", errors=faults)
    return [_resolved(line, around) for line in lines]


def require_measures_hold(
    lines: Sequence[ResolvedLine],
    measures: Mapping[tuple[str, str], KnownMeasure],
    counted: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> None:
    """Refuse lines whose measure is unknown, counted in another unit, or excluded within the activity.

    `counted` are the measures of each activity in earlier lines of the same report.
    """
    faults: list[FieldError] = []
    measured = {activity: set(codes) for activity, codes in counted.items()}
    for index, line in enumerate(lines):
        measure = measures.get((line.edition_hash, line.stated.measure))
        if measure is None:
            message = "the edition has no such measure"
            faults.append(FieldError(f"/lines/{index}/measure", "measure_unknown", message))
        elif measure.unit != line.stated.unit:
            message = f"this measure is counted in {measure.unit}"
            faults.append(FieldError(f"/lines/{index}/unit", "unit_mismatch", message))
        else:
            faults.extend(_exclusion_faults(index, line, measure, measured))
    if faults:
        raise ReportInvalid("Lines do not fit their measures; see errors.", errors=faults)


def _exclusion_faults(
    index: int, line: ResolvedLine, measure: KnownMeasure, measured: dict[str, set[str]]
) -> Iterator[FieldError]:
    """What the measures already counted of the line's activity say against this one, which joins them."""
    activity = line.stated.activity_key
    if activity is None:
        return
    earlier = measured.setdefault(activity, set())
    for code in sorted(earlier & measure.excludes):
        message = f"counts the same activity as {code}, which excludes it"
        yield FieldError(f"/lines/{index}/measure", "measure_excluded", message)
    earlier.add(line.stated.measure)


def _faults_of_whole(nil_return: bool, lines: Sequence[StatedLine]) -> Iterator[FieldError]:
    if nil_return and lines:
        yield FieldError("/lines", "nil_return_with_lines", "a nil return has no lines")
    if not nil_return and not lines:
        yield FieldError("/lines", "lines_missing", "a report has lines, or says that it is a nil return")
    seen: dict[str, int] = {}
    for index, line in enumerate(lines):
        first = seen.setdefault(line.content, index)
        if first != index:
            yield FieldError(f"/lines/{index}", "line_duplicated", f"says again what line {first} says")


_Fault = tuple[str, str, str]


def _faults_of_line(line: StatedLine, around: Surroundings) -> Iterator[_Fault]:
    yield from _quantity_faults(line)
    yield from _area_faults(line)
    if line.activity_id is not None or line.route == "joint":
        yield from _joint_faults(line, around)
    elif line.commitment_line_id is not None:
        yield from _commitment_faults(line, line.commitment_line_id, around)
    else:
        yield from _uncommitted_faults(line, around)


def _quantity_faults(line: StatedLine) -> Iterator[_Fault]:
    """More decimals than are stored would be rounded in silence."""
    for name, value in (("quantity", line.quantity), ("denominator", line.denominator)):
        if value is not None and value != value.quantize(QUANTITY_STEP):
            yield name, "too_many_decimals", "has eight decimals at most"


def _area_faults(line: StatedLine) -> Iterator[_Fault]:
    codes = [area.area_code for area in line.areas]
    if len(set(codes)) != len(codes):
        yield "areas", "area_repeated", "an area is named once"
    if any(area.share <= 0 for area in line.areas):
        yield "areas", "out_of_range", "the share of an area must be above 0"
    if sum(area.share for area in line.areas) > 1:
        yield "areas", "shares_over_one", "the shares of the areas sum to 1 at most"


def _joint_faults(line: StatedLine, around: Surroundings) -> Iterator[_Fault]:
    if line.activity_id is None or line.route != "joint":
        yield "route", "route_differs", "the route is joint exactly when the line names a joint activity"
        return
    if line.commitment_line_id is not None:
        yield "commitment_line_id", "joint_line_committed", "a joint activity delivers no single commitment"
    if line.commissioner_id is not None:
        yield "commissioner_id", "commissioner_not_expected", "a joint activity has no commissioner"
    activity = around.activities.get(line.activity_id)
    if activity is None or activity.place_id != around.place_id:
        yield "activity_id", "activity_unknown", "the place has no such joint activity"
    elif around.organisation_id not in activity.partners:
        yield "activity_id", "not_a_partner", "the organisation has no share in this activity"
    elif not activity.is_confirmed:
        yield "activity_id", "activity_not_confirmed", "every partner has to confirm its share first"
    if line.edition_hash is None:
        yield "edition_hash", "edition_missing", "needed without a commitment"


def _commitment_faults(line: StatedLine, line_id: UUID, around: Surroundings) -> Iterator[_Fault]:
    owed = around.owed.get(line_id)
    if (
        owed is None
        or not owed.is_owed_by(around.organisation_id, around.period)
        or owed.place_id != around.place_id
    ):
        message = "the organisation owes no such line in this place"
        yield "commitment_line_id", "commitment_unknown", message
        return
    if line.measure != owed.measure:
        yield "measure", "measure_differs", f"the commitment is about {owed.measure}"
    if line.edition_hash not in (None, owed.edition_hash):
        yield "edition_hash", "edition_differs", "the commitment is pinned to another edition"
    if owed.target_group is not None and line.target_group not in (None, owed.target_group):
        yield "target_group", "target_group_differs", f"the commitment is for the group {owed.target_group}"
    if line.route != owed.route:
        yield "route", "route_differs", f"the commitment's route is {owed.route}"
    if line.commissioner_id not in (None, owed.commissioner_id):
        yield "commissioner_id", "commissioner_differs", "the commitment names another commissioner"
    if around.period.end < owed.starts_on:
        yield "commitment_line_id", "commitment_not_begun", "the commitment starts after the period"
    if owed.ended_on is not None and around.period.start > owed.ended_on:
        yield "commitment_line_id", "commitment_ended", "the commitment ended before the period"
    if owed.kind in CONTRACT_KINDS and not (line.attests_contract_only and line.attests_commitment):
        message = "a contract's delivery is attested: only this contract and period, and a commitment in it"
        yield "", "attestation_missing", message


def _uncommitted_faults(line: StatedLine, around: Surroundings) -> Iterator[_Fault]:
    if line.edition_hash is None:
        yield "edition_hash", "edition_missing", "needed without a commitment"
    if line.attests_commitment:
        yield "attests_commitment", "commitment_not_named", "the line names no commitment to attest to"
    if line.route in COMMISSIONED_ROUTES:
        if line.commissioner_id is None:
            message = "this route needs a commitment line or the commissioner"
            yield "commissioner_id", "commissioner_missing", message
        elif line.commissioner_id == around.organisation_id:
            yield "commissioner_id", "commissioner_is_reporter", "what it does for itself is its own activity"
    elif line.commissioner_id is not None:
        yield "commissioner_id", "commissioner_not_expected", f"the route {line.route} has no commissioner"


def _resolved(line: StatedLine, around: Surroundings) -> ResolvedLine:
    if line.commitment_line_id is not None:
        owed = around.owed[line.commitment_line_id]
        group, life = owed.target_group or line.target_group, owed.life
        return ResolvedLine(line, owed.edition_hash, owed.commissioner_id, group, (around.period, life))
    assert line.edition_hash is not None  # _faults_of_line refuses its absence
    group = line.target_group
    return ResolvedLine(line, line.edition_hash, line.commissioner_id, group, (around.period,))
