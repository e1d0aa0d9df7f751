"""The collective figures from roll-ups, in the rows that storage/figures.py gives from the lines.

One reading by measure answers the whole, the editions, themes, outcomes, measures and crosswalks; the other
groupings take one reading each. They hold the four figures alone; only the whole has those beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.figures import (
    FOUR_FIGURES,
    NO_COMMISSIONER,
    NOT_PLACED,
    Basis,
    FigureName,
    FigureRow,
    FigureSum,
    GroupingName,
    sum_of,
)
from reporting_api.storage.copy_tables import areas, editions, measures, organisations
from reporting_api.storage.figures import EditionUse, Slice, measure_qualifier
from reporting_api.storage.rollup_reading import Base, base_of, sums_of

DELIVERED_PARTS: tuple[FigureName, ...] = ("delivered_against", "delivered_uncommitted")
_STORED: tuple[FigureName, ...] = (*FOUR_FIGURES, "confirmed", "signed", *DELIVERED_PARTS)


@dataclass(frozen=True, slots=True)
class RolledFigures:
    """The figures of a slice, as the roll-ups have them."""

    tx: AsyncConnection
    lines: Slice
    base: Base
    by_measure: Sequence[RowMapping]
    """Sums by measure, edition and figure."""
    known: Mapping[tuple[str, str], RowMapping]
    """What is known of those measures and their editions."""

    async def figures_by(
        self, grouping: GroupingName, basis: Basis = "delivered_by", *, with_contributors: bool = False
    ) -> list[FigureRow]:
        """Every figure of every cell of a grouping that has lines; of contributors roll-ups know nothing."""
        assert not with_contributors
        if grouping in _OF_MEASURE:
            return self._of_measures(grouping)
        if grouping == "organisation":
            return await self._organisations(basis)
        if grouping == "route":
            rows = await self._read("route", ("part", "licence"))
            return self._rows((row, (row["part"], "", "", "", "")) for row in rows)
        return await self._areas(grouping)

    async def editions_used(self) -> list[EditionUse]:
        """The editions of the lines that count in any figure, by title."""
        used: dict[str, set[int]] = {}
        for row in self.by_measure:
            measure = self.known[row["edition"], row["code"]]
            years = used.setdefault(row["edition"], set())
            if measure["price_year"] is not None:
                years.add(measure["price_year"])
        titles = {row["edition_hash"]: (row["edition_title"], row["edition"]) for row in self.known.values()}
        return [
            EditionUse(
                edition_hash, "{} ({})".format(*titles[edition_hash]), tuple(sorted(used[edition_hash]))
            )
            for edition_hash in sorted(used, key=lambda found: (titles[found][0], found))
        ]

    async def due_by_day(self) -> list[tuple[UUID, date, int]]:
        """Deliverer, day and pence of what falls due in the window, as far as the reader may see it."""
        rows = await sums_of(
            self.tx,
            self.lines.place_id,
            self.lines.window,
            self.base,
            "due_day",
            ("part", "licence", "bucket"),
            ["due"],
        )
        found: dict[tuple[UUID, date], int] = {}
        for row in rows:
            if not self._is_licensed(row):
                key = (UUID(row["part"]), row["bucket"])
                found[key] = found.get(key, 0) + row["social_pence"] + row["local_pence"]
        return [(who, day, pence) for (who, day), pence in found.items()]

    async def _read(self, marginal: Any, shown: Sequence[str]) -> list[RowMapping]:
        lines = self.lines
        return await sums_of(self.tx, lines.place_id, lines.window, self.base, marginal, shown, FOUR_FIGURES)

    def _of_measures(self, grouping: GroupingName) -> list[FigureRow]:
        name = _OF_MEASURE[grouping]
        return self._rows((row, name(self.known[row["edition"], row["code"]])) for row in self.by_measure)

    async def _organisations(self, basis: Basis) -> list[FigureRow]:
        marginal = "deliverer" if basis == "delivered_by" else "commissioner"
        rows = await self._read(marginal, ("part", "licence"))
        ids = [UUID(row["part"]) for row in rows if row["part"] != NO_COMMISSIONER]
        query = select(organisations.c.id, organisations.c.name).where(organisations.c.id.in_(ids))
        labels = {str(who): name for who, name in await self.tx.execute(query)}
        labels[NO_COMMISSIONER] = "No commissioner"
        return self._rows((row, (row["part"], "", labels.get(row["part"], ""), "", "")) for row in rows)

    async def _areas(self, grouping: GroupingName) -> list[FigureRow]:
        rows = await self._read("area", ("part", "part_index", "licence"))
        indices = {row["part_index"] for row in rows}
        codes = {row["part"] for row in rows}
        query = select(areas).where(areas.c.need_index.in_(indices), areas.c.code.in_(codes))
        known = {(row["need_index"], row["code"]): row for row in (await self.tx.execute(query)).mappings()}
        return self._rows(
            (row, _area_name(row, known.get((row["part_index"], row["part"])), grouping)) for row in rows
        )

    def _rows(self, named: Iterable[tuple[RowMapping, tuple[str, ...]]]) -> list[FigureRow]:
        """The rows of equal names added up, for each figure and by whether their pounds may be seen."""
        labels: dict[tuple[str, ...], str] = {}
        found: dict[tuple[Any, ...], list[RowMapping]] = {}
        for row, (code, qualifier, label, *parents) in named:
            key = (code, qualifier, *parents)
            labels[key] = max(labels.get(key, ""), label)
            found.setdefault((key, row["figure"], self._is_licensed(row)), []).append(row)
        return [
            FigureRow(
                code=key[0],
                qualifier=key[1],
                label=labels[key] or key[0],
                parent=key[2],
                parent_qualifier=key[3],
                figure=figure,
                deliverer_id=None,
                commissioner_id=None,
                sums=sum_of(map(_sums, rows)),
                has_samples=any(row["sample_count"] > 0 for row in rows),
                is_licensed=is_licensed,
            )
            for (key, figure, is_licensed), rows in found.items()
        ]

    def _is_licensed(self, row: RowMapping) -> bool:
        return row["licence"] != "" and row["licence"] not in self.lines.licences


async def rolled_figures(tx: AsyncConnection, lines: Slice) -> RolledFigures:
    """The figures of a slice of the ledger; the transaction must see one moment."""
    base = await base_of(tx, lines.place_id, lines.position)
    shown = ("code", "edition", "licence")
    rows = await sums_of(tx, lines.place_id, lines.window, base, "measure", shown, _STORED)
    query = (
        select(measures, editions.c.framework, editions.c.edition, editions.c.title.label("edition_title"))
        .join(editions, editions.c.edition_hash == measures.c.edition_hash)
        .where(measures.c.edition_hash.in_({row["edition"] for row in rows}))
    )
    known = {(row["edition_hash"], row["code"]): row for row in (await tx.execute(query)).mappings()}
    return RolledFigures(tx, lines, base, rows, known)


def _sums(row: RowMapping) -> FigureSum:
    return FigureSum(
        row["social_pence"],
        row["local_pence"],
        row["fiscal_pence"],
        row["low_pence"],
        row["high_pence"],
        row["rangeless_count"],
    )


def _theme(measure: RowMapping) -> tuple[str, ...]:
    return (measure["theme"], measure["framework"], measure["theme_title"], "", "")


def _outcome(measure: RowMapping) -> tuple[str, ...]:
    framework = measure["framework"]
    return (measure["outcome"], framework, measure["outcome_title"], measure["theme"], framework)


def _measure(measure: RowMapping) -> tuple[str, ...]:
    qualifier = measure_qualifier(measure["edition_hash"])
    return (measure["code"], qualifier, measure["title"], measure["outcome"], measure["framework"])


_OF_MEASURE: Mapping[GroupingName, Callable[[RowMapping], tuple[str, ...]]] = MappingProxyType(
    {
        "total": lambda measure: ("total", "", "Total", "", ""),
        "theme": _theme,
        "outcome": _outcome,
        "measure": _measure,
    }
)


def _area_name(row: RowMapping, area: RowMapping | None, grouping: GroupingName) -> tuple[str, ...]:
    band = NOT_PLACED if area is None else str(area["band"])
    if grouping == "need_band":
        return (band, "", "", "", "")
    label = row["part"] or "Not placed" if area is None else str(area["name"])
    return (row["part"] or NOT_PLACED, "", label, band, "")
