"""Entries of every kind, drawn by chance from a seed, and the catalogue that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random  # noqa: TID251 - the same entries for the same seed
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from reporting_api.domain.amounts import Amounts
from reporting_api.domain.entries import Entry, Figure, MeasureRef
from reporting_api.domain.figures import FOUR_FIGURES, FigureRow, GroupingName
from reporting_api.storage.copies import (
    AreaCopy,
    EditionCopy,
    MeasureCopy,
    keep_areas,
    keep_measures,
    keep_names,
)
from reporting_api.storage.crosswalks import keep_crosswalks
from reporting_api.storage.figures import LineFigures, Slice
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.rolled_figures import rolled_figures

EDITIONS = ("a" * 64, "b" * 64)
FIGURES: tuple[Figure, ...] = ("committed", "due", "delivered", "confirmed", "validated")
ROUTES = ("procurement", "own_activity", "grant", "planning", "charter", "joint")
GROUPINGS: tuple[GroupingName, ...] = (
    *("total", "theme", "outcome", "measure", "organisation", "area", "need_band", "route"),
)
INDEX = "imd-test"
FIRST_DAY = date(2025, 1, 1)


@dataclass
class EntryMaker:
    """Makes entries of one place; the same seed makes the same but for the ids."""

    place_id: UUID
    chance: Random
    organisations: list[UUID] = field(default_factory=lambda: [new_id() for _ in range(4)])
    made: list[Entry] = field(default_factory=list)

    async def keep_catalogue(self, tx: AsyncConnection, now: datetime) -> None:
        """Two editions of one framework with six measures each, one of them licensed, and three areas."""
        editions = [
            EditionCopy(edition_hash, "made", str(number), f"Made {number}", "actual")
            for number, edition_hash in enumerate(EDITIONS)
        ]
        measures = [self._measure(edition_hash, number) for edition_hash in EDITIONS for number in range(6)]
        await keep_measures(tx, editions, measures)
        for edition_hash in EDITIONS:
            await keep_crosswalks(tx, edition_hash, [])
        bands = ("severe", "high", "low")
        await keep_areas(tx, [AreaCopy(INDEX, f"E{n}", f"Area {n}", "x", 1, bands[n]) for n in range(3)])
        await keep_names(tx, {who: f"Org {n}" for n, who in enumerate(self.organisations)}, now)

    def _measure(self, edition_hash: str, number: int) -> MeasureCopy:
        return MeasureCopy(
            edition_hash=edition_hash,
            code=f"M{number}",
            title=f"Measure {number}",
            theme=f"T{number % 3}",
            theme_title=f"Theme {number % 3}",
            outcome=f"O{number % 4}",
            outcome_title=f"Outcome {number % 4}",
            unit="count",
            excludes=(),
            price_year=2024 if number else None,
            is_redistributable=number != 5,
            licence_framework="made" if number == 5 else None,
            data_status="actual",
        )

    def some(self, count: int, now: datetime) -> list[Entry]:
        """So many entries, about one in five of which takes an earlier one back."""
        return [self._reversal(now) if self._takes_back() else self._fresh(now) for _ in range(count)]

    def _takes_back(self) -> bool:
        return bool(self.made) and self.chance.random() < 0.2

    def _reversal(self, now: datetime) -> Entry:
        taken = self.made.pop(self.chance.randrange(len(self.made)))
        later = taken.effective_on + timedelta(days=self.chance.choice([0, 0, 40, 400]))
        return taken.reversal(new_id(), now, source_kind="correction", effective_on=later)

    def _fresh(self, now: datetime) -> Entry:
        pick = self.chance.choice
        number, figure = self.chance.randrange(6), pick(FIGURES)
        start = FIRST_DAY + timedelta(days=self.chance.randrange(500))
        pence = self.chance.randrange(0, 100_000)
        low = pence if self.chance.random() < 0.7 else None
        entry = Entry(
            id=new_id(),
            place_id=self.place_id,
            figure=figure,
            deliverer_id=pick(self.organisations),
            commissioner_id=pick([None, *self.organisations]),
            route=pick(ROUTES),  # type: ignore[arg-type]  # one of the literals
            activity_id=None,
            commitment_line_id=pick([None, new_id()]),
            measure=MeasureRef(pick(EDITIONS), f"M{number}", f"T{number % 3}", f"O{number % 4}", "v1"),
            effective_on=start + timedelta(days=pick([0, 0, 30, 900])),
            period=Period(start, start + timedelta(days=self.chance.randrange(700))),
            area_code=pick([None, "E0", "E1", "E2", "E9"]),
            area_index=INDEX,
            counted_quantity=Decimal(self.chance.randrange(10**6)) / 1000,
            amounts=Amounts(pence, pick([0, 77]), 5, low, low),
            data_status=pick(["actual", "actual", "actual", "synthetic_sample"]),
            source_kind="commitment" if figure == "committed" else "report",
            source_id=new_id(),
            source_line_id=new_id(),
            reverses=None,
            recorded_at=now,
        )
        if entry.area_code is None:
            entry = replace(entry, area_index=None)
        self.made.append(entry)
        return entry


async def differences(
    tx: AsyncConnection,
    lines: Slice,
    groupings: Sequence[GroupingName] = GROUPINGS,
    memory: Remembered | None = None,
) -> list[str]:
    """What the roll-ups say of a slice otherwise than its lines do; empty when they agree to the penny.

    `memory` is of earlier comparisons.
    """
    direct, rolled = LineFigures(tx, lines), await rolled_figures(tx, lines, memory)
    found = []
    for grouping in groupings:
        for basis in ("delivered_by", "commissioned_by") if grouping == "organisation" else ("delivered_by",):
            expected = _sums(await direct.figures_by(grouping, basis), grouping)
            given = _sums(await rolled.figures_by(grouping, basis), grouping)
            if expected != given:
                odd = {key: (expected.get(key), given.get(key)) for key in expected.keys() | given.keys()}
                odd = {key: pair for key, pair in odd.items() if pair[0] != pair[1]}
                found.append(f"{lines.window} at {lines.position}, {grouping} {basis}: {odd}")
    if await direct.editions_used() != await rolled.editions_used():
        found.append(f"{lines.window} at {lines.position}: editions")
    if sorted(await direct.due_by_day()) != sorted(await rolled.due_by_day()):
        found.append(f"{lines.window} at {lines.position}: due by day")
    return found


def _sums(rows: list[FigureRow], grouping: GroupingName) -> dict[tuple[object, ...], object]:
    shown = [row for row in rows if grouping == "total" or row.figure in FOUR_FIGURES]
    found: dict[tuple[object, ...], object] = {
        (row.code, row.qualifier, row.parent, row.parent_qualifier, row.figure, row.is_licensed): (
            row.label,
            row.sums,
            row.has_samples,
        )
        for row in shown
    }
    assert len(found) == len(shown)
    return found
