"""From a programme's cohorts and its earlier publications to the table that is protected and published.

Published are: each category of the whole place and everybody of each area, at every stage; and the categories
of each area at the first stage. Other combinations are not published at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.cohorts import NOT_PLACED, Row, Scheme, quarters_in
from reporting_api.domain.people_cells import ALL_VIEWS, EVERYBODY, Cell, Counts, Groups, Layout, Point
from reporting_api.domain.people_protection import Table

Key = tuple[str, str, str, str]
"""A published cell by dimension, category, area group and stage; empty for everybody and the whole place."""
PLACE = ""


@dataclass(frozen=True, slots=True)
class CountedCohort:
    """A cohort's rows, and the numbers of the publications with which it came in and went out again."""

    organisation_id: UUID
    quarter: Period
    rows: Sequence[Row]
    first: int
    """The first publication of its quarter that it counts in."""
    gone: int | None
    """The first that it no longer counts in; none while it stands."""


@dataclass(frozen=True, slots=True)
class EarlierTable:
    """What an earlier publication of the programme shows and withholds."""

    number: int
    period: Period
    shown: frozenset[Key]
    withheld: frozenset[Key]


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """The table to be protected, with the key of each of its cells."""

    table: Table
    keys: Mapping[Key, Cell]


_Life = tuple[Period, int, int | None]


def people_table(
    scheme: Scheme,
    stages_due: int,
    cohorts: Sequence[CountedCohort],
    number: int,
    period: Period,
    earlier: Sequence[EarlierTable],
) -> PeopleTable:
    """The table of a period as publication `number` would have it; of the stages so many are due."""
    lives = sorted({(one.quarter, one.first, one.gone) for one in cohorts}, key=_life_order)
    numbers = [*(one.number for one in earlier), number]
    periods = {**{one.number: one.period for one in earlier}, number: period}
    times = [_seen(lives, periods[at], at) for at in numbers]
    told = [(at, periods[at], seen) for at, seen in zip(numbers, times, strict=True)]
    rests = [group for group in _rests(lives, told) if group not in times]
    changes = _changes(lives, earlier, period, number)
    areas = [PLACE, *area_codes(scheme, is_unplaced=_has_unplaced(cohorts, earlier))]
    layout = Layout(
        categories=[_categories(dimension.categories) for dimension in scheme.dimensions],
        areas=_areas(scheme, areas),
        times=(*times, *rests, *changes),
        stages=_stages(len(scheme.stages)),
    )
    names = _Names(scheme, areas, {at: index for index, at in enumerate(numbers)})
    keys = {key: names.cell(key, number) for key in names.published(stages_due)}
    left = list(_left_behind(keys.values(), len(scheme.stages), stages_due))
    before = {at.number: at for at in earlier}
    first_rest, first_change = len(numbers), len(numbers) + len(rests)
    table = Table(
        layout=layout,
        counts=_counts(scheme, cohorts, lives),
        cells=list(keys.values()),
        implied=[*left, *_at_times([*keys.values(), *left], range(first_rest, first_change))],
        changes=list(_at_times(keys.values(), range(first_change, first_change + len(changes)))),
        shown_before=frozenset(names.cell(key, at) for at, one in before.items() for key in one.shown),
        withheld_before=frozenset(names.cell(key, at) for at, one in before.items() for key in one.withheld),
    )
    return PeopleTable(table, keys)


class _Names:
    """From the keys of cells to their places in the layout."""

    def __init__(self, scheme: Scheme, areas: Sequence[str], time_of: Mapping[int, int]) -> None:
        self.scheme = scheme
        self.time_of = time_of
        self.areas = areas
        self.stages = [stage.code for stage in scheme.stages]
        self.views = {dimension.code: index for index, dimension in enumerate(scheme.dimensions)}
        self.categories = {
            dimension.code: {code: index + 1 for index, code in enumerate(dimension.categories)}
            for dimension in scheme.dimensions
        }

    def cell(self, key: Key, number: int) -> Cell:
        """The cell of a key in the publication with this number."""
        dimension, category, area, stage = key
        where = (self.areas.index(area), self.time_of[number], self.stages.index(stage))
        if not dimension:
            return Cell(ALL_VIEWS, EVERYBODY, *where)
        return Cell(self.views[dimension], self.categories[dimension][category], *where)

    def published(self, stages_due: int) -> list[Key]:
        """The keys of all cells of a publication."""
        due = self.stages[:stages_due]
        found: list[Key] = [("", "", area, stage) for area in self.areas for stage in due]
        for dimension in self.scheme.dimensions:
            for category in dimension.categories:
                found.extend((dimension.code, category, PLACE, stage) for stage in due)
                found.extend((dimension.code, category, area, due[0]) for area in self.areas[1:])
        return found


def area_codes(scheme: Scheme, *, is_unplaced: bool) -> list[str]:
    """The areas and groups of a scheme that a table has; none without areas.

    Those without a place come last, and only once somebody has counted some.
    """
    if not scheme.areas:
        return []
    grouped = {group for _, groups in scheme.areas for group in groups}
    alone = [code for code, groups in scheme.areas if not groups]
    found = [*(code for code in scheme.area_groups if code in grouped), *alone]
    return [*found, NOT_PLACED] if is_unplaced else found


def _has_unplaced(cohorts: Sequence[CountedCohort], earlier: Sequence[EarlierTable]) -> bool:
    return any(row.area == NOT_PLACED for one in cohorts for row in one.rows) or any(
        key[2] == NOT_PLACED for one in earlier for key in one.shown | one.withheld
    )


def _areas(scheme: Scheme, codes: Sequence[str]) -> Groups:
    """The whole place, then each of the codes; what is not placed is the last place."""
    places = [*(code for code, _ in scheme.areas), NOT_PLACED]
    members = {code: frozenset({index}) for index, code in enumerate(places)}
    for group in scheme.area_groups:
        within = frozenset(index for index, (_, groups) in enumerate(scheme.areas) if group in groups)
        members[group] = within
    return (frozenset(range(len(places))), *(members[code] for code in codes[1:]))


def _categories(codes: Sequence[str]) -> Groups:
    return (frozenset(range(len(codes))), *(frozenset({index}) for index in range(len(codes))))


def _stages(count: int) -> Groups:
    """Whoever came at least as far as each stage; then whoever came just as far, the last one left out."""
    return (
        *(frozenset(range(stage, count)) for stage in range(count)),
        *(frozenset({stage}) for stage in range(count - 1)),
    )


def _left_behind(cells: Iterable[Cell], stages: int, stages_due: int) -> Iterable[Cell]:
    """Cells of those who came to a stage and not to the next: the difference of two that are published."""
    found = list(cells)
    known = set(found)
    for cell in found:
        following = cell._replace(stage=cell.stage + 1)
        if cell.stage + 1 < stages_due and following in known:
            yield cell._replace(stage=stages + cell.stage)


def _seen(lives: Sequence[_Life], period: Period, number: int) -> frozenset[int]:
    """The lives that a publication of a period counts."""
    return frozenset(
        index
        for index, (quarter, first, gone) in enumerate(lives)
        if quarter in set(quarters_in(period)) and first <= number and (gone is None or gone > number)
    )


def _at_times(cells: Iterable[Cell], times: Iterable[int]) -> Iterator[Cell]:
    """The cells at each of other times."""
    found = list(cells)
    for time in times:
        yield from (cell._replace(time=time) for cell in found)


def _rests(
    lives: Sequence[_Life], told: Sequence[tuple[int, Period, frozenset[int]]]
) -> list[frozenset[int]]:
    """What is left of a publication when others of parts of its period are taken away, each and all of them.

    A quarter that nobody published is told by the half-year less the other quarter.
    """
    found: dict[frozenset[int], None] = {}
    for number, whole, seen in told:
        quarters = set(quarters_in(whole))
        parts = [set(quarters_in(part)) for at, part, _ in told if at != number]
        parts = [part for part in parts if part < quarters]
        for taken in [*parts, set[Period]().union(*parts)] if parts else []:
            rest = frozenset(index for index in seen if lives[index][0] not in taken)
            if rest:
                found[rest] = None
    return list(found)


def _changes(
    lives: Sequence[_Life], earlier: Sequence[EarlierTable], period: Period, number: int
) -> list[frozenset[int]]:
    """What came in and what went out, since each earlier publication, of the quarters that both count."""
    now = _seen(lives, period, number)
    found: dict[frozenset[int], None] = {}
    for one in earlier:
        common = set(quarters_in(period)) & set(quarters_in(one.period))
        before = _seen(lives, one.period, one.number)
        for group in (now - before, before - now):
            kept = frozenset(index for index in group if lives[index][0] in common)
            if kept:
                found[kept] = None
    return list(found)


def _counts(scheme: Scheme, cohorts: Sequence[CountedCohort], lives: Sequence[_Life]) -> Counts:
    views = {dimension.code: index for index, dimension in enumerate(scheme.dimensions)}
    categories = {dimension.code: dimension.categories for dimension in scheme.dimensions}
    areas = {code: index for index, code in enumerate([*(code for code, _ in scheme.areas), NOT_PLACED])}
    times = {life: index for index, life in enumerate(lives)}
    by_view: list[dict[Point, dict[UUID, int]]] = [{} for _ in scheme.dimensions]
    for cohort in cohorts:
        time = times[cohort.quarter, cohort.first, cohort.gone]
        for row in cohort.rows:
            category = categories[row.dimension].index(row.category)
            for stage, stayed in enumerate(_came_no_further(row.reached)):
                if stayed:
                    point = (category, areas[row.area], time, stage)
                    by_who = by_view[views[row.dimension]].setdefault(point, {})
                    who = cohort.organisation_id
                    by_who[who] = by_who.get(who, 0) + stayed
    return Counts(by_view)


def _came_no_further(reached: Sequence[int]) -> list[int]:
    return [here - following for here, following in zip(reached, [*reached[1:], 0], strict=True)]


def _life_order(life: _Life) -> tuple[Period, int, bool, int]:
    quarter, first, gone = life
    return (quarter, first, gone is None, gone or 0)
