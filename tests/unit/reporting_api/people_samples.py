"""Generated programmes on one fixed hierarchy of areas and periods, and what is published of them.

The hierarchy: nine smallest areas, each in one of three wards and one of three bands of need, which overlap;
two quarters and the half-year; two stages. The publications: the first quarter, the second, the half-year,
and the first quarter again after a late cohort and a correction. Three organisations count people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random  # noqa: TID251 - generated tables, the same for the same seed
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.cohorts import Dimension, Row, Scheme, Stage
from reporting_api.domain.people_protection import Protection, protect
from reporting_api.domain.people_tables import CountedCohort, EarlierTable, PeopleTable, people_table

THRESHOLD = 10
SCHEME = Scheme(
    dimensions=(
        Dimension("age", ("16-24", "25-54", "55+", "prefer_not_to_say", "not_asked")),
        Dimension("disability", ("yes", "no", "prefer_not_to_say", "not_asked")),
    ),
    stages=(Stage("started", None), Stage("retained_6m", 6)),
    areas=tuple(
        (f"a{ward}{band}", (f"ward-{ward}", f"band-{band}")) for ward in range(3) for band in range(3)
    ),
    area_groups=("ward-0", "ward-1", "ward-2", "band-0", "band-1", "band-2"),
)
Q1 = Period(date(2026, 1, 1), date(2026, 3, 31))
Q2 = Period(date(2026, 4, 1), date(2026, 6, 30))
HALF = Period(Q1.start, Q2.end)
ORGANISATIONS = [UUID(int=number) for number in (1, 2, 3)]


@dataclass(frozen=True)
class Published:
    """A publication of a generated programme."""

    table: PeopleTable
    protection: Protection


def publications(seed: int, people: int = 1800) -> Iterator[Published]:
    """Four consecutive publications of one generated programme."""
    rng = Random(seed)
    weights = _Weights(rng)
    size = people * rng.uniform(0.7, 1.6)
    first = {who: weights.rows(size / 3) for who in ORGANISATIONS}
    second = {who: weights.rows(size / 3) for who in ORGANISATIONS}
    corrected = weights.rows(size / 3)
    earlier: list[EarlierTable] = []
    for number, period in enumerate((Q1, Q2, HALF, Q1), start=1):
        cohorts = []
        for who in ORGANISATIONS:
            # The last one's first quarter is corrected before the fourth publication.
            gone = 4 if number == 4 and who == ORGANISATIONS[-1] else None
            cohorts.append(CountedCohort(who, Q1, first[who], 1, gone))
            if number >= 2:
                cohorts.append(CountedCohort(who, Q2, second[who], 2, None))
        if number == 4:
            cohorts.append(CountedCohort(ORGANISATIONS[-1], Q1, corrected, 4, None))
        found = people_table(SCHEME, 2, cohorts, number, period, earlier)
        protection = protect(found.table, THRESHOLD)
        yield Published(found, protection)
        withheld = frozenset(key for key, cell in found.keys.items() if cell in protection.withheld)
        shown = frozenset(found.keys) - withheld
        earlier = [*earlier, EarlierTable(number, period, shown, withheld)]


class _Weights:
    """How likely people are of each category, area and stage in one programme."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.areas = [(code, rng.lognormvariate(0, 0.5)) for code, _ in SCHEME.areas]
        self.categories = [
            [(code, rng.lognormvariate(0, 0.8)) for code in dimension.categories]
            for dimension in SCHEME.dimensions
        ]
        self.retained = rng.uniform(0.5, 0.95)

    def rows(self, people: float) -> list[Row]:
        """One organisation's cohort of about so many people."""
        counts: dict[tuple[str, str, str], list[int]] = {}
        for _ in range(int(people * self.rng.uniform(0.6, 1.4))):
            area = self._one(self.areas)
            reached = 2 if self.rng.random() < self.retained else 1
            for dimension, categories in zip(SCHEME.dimensions, self.categories, strict=True):
                of_cell = counts.setdefault((area, dimension.code, self._one(categories)), [0, 0])
                of_cell[0] += 1
                of_cell[1] += reached == 2
        return [
            Row(area, dimension, category, tuple(of)) for (area, dimension, category), of in counts.items()
        ]

    def _one(self, weighted: list[tuple[str, float]]) -> str:
        codes, weights = zip(*weighted, strict=True)
        found: str = self.rng.choices(codes, weights)[0]
        return found
