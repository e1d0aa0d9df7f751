"""The collective figures from roll-ups, in the rows that storage/figures.py gives from the lines.

One reading by measure answers the whole, the editions, themes, outcomes, measures and crosswalks; the other
groupings take one reading each. They hold the four figures alone; only the whole has those beside them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import (
    FOUR_FIGURES,
    NO_COMMISSIONER,
    NOT_PLACED,
    Basis,
    FigureName,
    FigureRow,
    GroupingName,
    sum_of,
)
from reporting_api.storage.contributions import Marginal
from reporting_api.storage.copy_tables import editions, measures
from reporting_api.storage.figures import EditionUse, Slice, measure_qualifier
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.rollup_reading import Base, CellSum, Sums, base_of, sums_of

_STORED: tuple[FigureName, ...] = (
    *FOUR_FIGURES,
    *("confirmed", "signed", "delivered_against", "delivered_uncommitted"),
)
CellKey = tuple[str, str, str, str]
"""Code and qualifier of a cell, and of the one above it."""
CellName = tuple[str, str, str, str, str]
"""The same with the label between."""
_OF_A_MEASURE = (
    *("edition_hash", "code", "title", "theme", "theme_title", "outcome", "outcome_title", "price_year"),
)


_ORGANISATION_NAMES = text("""
    SELECT json_agg(json_build_array(id, name) ORDER BY id)::text FROM organisations
    WHERE id = ANY(CAST(:ids AS uuid[]))""")

_AREA_NAMES = text("""
    SELECT json_agg(
        json_build_array(need_index, code, name, band, decile::text) ORDER BY need_index, code
    )::text FROM areas
    WHERE need_index = ANY(CAST(:indexes AS text[])) AND code = ANY(CAST(:codes AS text[]))""")


@dataclass(frozen=True, slots=True)
class RolledFigures:
    """The figures of a slice, as the roll-ups have them."""

    tx: AsyncConnection
    lines: Slice
    base: Base
    by_measure: Sums
    known: Mapping[tuple[str, str], RowMapping]
    """What is known of those measures and their editions, by measure and edition."""
    memory: Remembered
    names: dict[str, str] = field(default_factory=dict)
    """What was read of names already: the transaction sees one moment, so that they stay."""
    read: dict[tuple[str, ...], list[CellSum]] = field(default_factory=dict)
    """The cells that were read already, by marginal and figures."""

    @property
    def key(self) -> tuple[Hashable, ...] | None:
        """What the figures are of, where nothing beside the names of cells can change them; else none."""
        if self.base.has_more:
            return None
        lines = self.lines
        merges = self.base.merges
        return (lines.place_id, self.base.position, lines.window, merges, *sorted(lines.licences))

    @property
    def _survivors(self) -> Mapping[str, str]:
        """Where the records of organisations lead that were merged into others."""
        found: dict[str, str] = json.loads(self.base.merges) if self.base.merges else {}
        return found

    async def names_of(self, grouping: GroupingName, basis: Basis) -> str:
        """What cells of a grouping are called as far as that may change, in one text."""
        if grouping == "organisation":
            return await self._organisation_names(basis)
        return await self._area_names() if grouping in ("area", "need_band") else ""

    async def figures_by(
        self, grouping: GroupingName, basis: Basis = "delivered_by", *, with_contributors: bool = False
    ) -> list[FigureRow]:
        """Every figure of every cell of a grouping that has lines; of contributors roll-ups know nothing."""
        assert not with_contributors
        if grouping in _OF_MEASURE:
            name = _OF_MEASURE[grouping]
            return self._rows(
                (found, name(self.known[found.code, found.qualifier])) for found in self._measures()
            )
        if grouping == "organisation":
            return await self._organisations(basis)
        if grouping == "route":
            return self._rows((found, (found.code, "", "", "", "")) for found in await self._read("route"))
        return await self._areas(grouping)

    async def editions_used(self) -> list[EditionUse]:
        """The editions of the lines that count in any figure, by title."""
        years: dict[str, set[int]] = {}
        titles: dict[str, tuple[str, str]] = {}
        for key in self.by_measure.names:
            measure = self.known[key]
            titles[key[1]] = (measure["edition_title"], measure["edition"])
            price_year = measure["price_year"]
            years.setdefault(key[1], set()).update([] if price_year is None else [price_year])
        return [
            EditionUse(key, f"{title} ({edition})", tuple(sorted(years[key])))
            for key, (title, edition) in sorted(titles.items(), key=lambda item: (item[1][0], item[0]))
        ]

    async def due_by_day(self) -> list[tuple[UUID, date, int]]:
        """Deliverer, day and pence of what falls due in the window, as far as the reader may see it."""
        pence: dict[tuple[str, date], int] = {}
        leads_to = self._survivors
        for found in await self._read("due_day", ["due"]):
            if not self._is_licensed(found):
                assert found.bucket is not None  # every cell of this marginal is of a day
                key = (leads_to.get(found.code, found.code), found.bucket)
                pence[key] = pence.get(key, 0) + found.sums.total_pence
        ids = {who: UUID(who) for who, _ in pence}
        return [(ids[who], day, due) for (who, day), due in pence.items()]

    async def _read(self, marginal: Marginal, figures: Sequence[str] = FOUR_FIGURES) -> list[CellSum]:
        key = (marginal, *figures)
        if key not in self.read:
            where = (self.lines.place_id, self.lines.window)
            found = await sums_of(self.tx, *where, self.base, marginal, figures, self.memory)
            self.read[key] = found.cells()
        return self.read[key]

    def _measures(self) -> list[CellSum]:
        if ("measure",) not in self.read:
            self.read["measure",] = self.by_measure.cells()
        return self.read["measure",]

    async def _of_organisations(self, basis: Basis) -> list[CellSum]:
        return await self._read("deliverer" if basis == "delivered_by" else "commissioner")

    async def _organisations(self, basis: Basis) -> list[FigureRow]:
        sums = await self._of_organisations(basis)
        labels = dict(json.loads(await self._organisation_names(basis)))
        labels[NO_COMMISSIONER] = "No commissioner"
        leads_to = self._survivors
        named = ((found, leads_to.get(found.code, found.code)) for found in sums)
        return self._rows((found, (code, "", labels.get(code, ""), "", "")) for found, code in named)

    async def _organisation_names(self, basis: Basis) -> str:
        leads_to = self._survivors
        found = await self._of_organisations(basis)
        codes = {leads_to.get(one.code, one.code) for one in found} - {NO_COMMISSIONER}
        return await self._names(basis, _ORGANISATION_NAMES, {"ids": sorted(UUID(code) for code in codes)})

    async def _areas(self, grouping: GroupingName) -> list[FigureRow]:
        told = json.loads(await self._area_names())
        known = {(index, code): (name, band, decile) for index, code, name, band, decile in told}
        name_of = _band_name if grouping == "need_band" else _area_name
        found = await self._read("area")
        names = {
            (area.qualifier, area.code): name_of(area, known.get((area.qualifier, area.code)))
            for area in found
        }
        return self._rows((area, names[area.qualifier, area.code]) for area in found)

    async def _area_names(self) -> str:
        found = await self._read("area")
        indexes = sorted({area.qualifier for area in found})
        codes = sorted({area.code for area in found})
        return await self._names("area", _AREA_NAMES, {"indexes": indexes, "codes": codes})

    async def _names(self, of: str, query: TextClause, values: Mapping[str, Any]) -> str:
        if of not in self.names:
            self.names[of] = await self.tx.scalar(query, values) or "[]"
        return self.names[of]

    def _rows(self, named: Iterable[tuple[CellSum, CellName]]) -> list[FigureRow]:
        """The sums of equal names added up, for each figure and by whether their pounds may be seen."""
        held = self.lines.licences
        labels: dict[CellKey, str] = {}
        parts: dict[tuple[CellKey, FigureName, bool], list[CellSum]] = {}
        for found, (code, qualifier, label, parent, parent_qualifier) in named:
            key = (code, qualifier, parent, parent_qualifier)
            if labels.setdefault(key, label) < label:
                labels[key] = label
            is_licensed = found.licence != "" and found.licence not in held
            parts.setdefault((key, found.figure, is_licensed), []).append(found)
        return [
            _row(key, labels[key], figure, members, is_licensed=is_licensed)
            for (key, figure, is_licensed), members in parts.items()
        ]

    def _is_licensed(self, found: CellSum) -> bool:
        return found.licence != "" and found.licence not in self.lines.licences


def _row(
    key: CellKey, label: str, figure: FigureName, members: Sequence[CellSum], *, is_licensed: bool
) -> FigureRow:
    """What the members of a cell come to."""
    code, qualifier, parent, parent_qualifier = key
    first = members[0]
    is_one = len(members) == 1  # by area nearly always
    return FigureRow(
        code,
        qualifier,
        label or code,
        parent,
        parent_qualifier,
        figure,
        None,
        None,
        first.sums if is_one else sum_of([member.sums for member in members]),
        first.has_samples if is_one else any(member.has_samples for member in members),
        is_licensed,
    )


async def rolled_figures(
    tx: AsyncConnection, lines: Slice, memory: Remembered | None = None
) -> RolledFigures:
    """The figures of a slice of the ledger; the transaction must see one moment.

    `memory` keeps what later questions need again.
    """
    memory = Remembered() if memory is None else memory
    base = await base_of(tx, lines.place_id, lines.position)
    sums = await sums_of(tx, lines.place_id, lines.window, base, "measure", _STORED, memory)
    names = sums.names
    known = memory.get(("measures", names), dict)
    if known is None:
        known = await _measures_known(tx, {edition for _, edition in names})
        if names <= known.keys():  # they never change once they are kept here
            memory.keep(("measures", names), known, len(known))
    return RolledFigures(tx, lines, base, sums, known, memory)


async def figures_within(of: RolledFigures, window: Period) -> RolledFigures:
    """The same figures of another window, with what is known already."""
    lines = replace(of.lines, window=window)
    sums = await sums_of(of.tx, lines.place_id, window, of.base, "measure", FOUR_FIGURES, of.memory)
    missing = {edition for code, edition in sums.names if (code, edition) not in of.known}
    known = {**of.known, **await _measures_known(of.tx, missing)} if missing else of.known
    return RolledFigures(of.tx, lines, of.base, sums, known, of.memory)


async def _measures_known(
    tx: AsyncConnection, editions_asked: Collection[str]
) -> dict[tuple[str, str], RowMapping]:
    """The measures of editions with what the editions are called, by measure and edition."""
    wanted = [column for column in measures.c if column.name in _OF_A_MEASURE]
    query = (
        select(*wanted, editions.c.framework, editions.c.edition, editions.c.title.label("edition_title"))
        .join(editions, editions.c.edition_hash == measures.c.edition_hash)
        .where(measures.c.edition_hash.in_(editions_asked))
    )
    rows = (await tx.execute(query)).mappings()
    return {(row["code"], row["edition_hash"]): row for row in rows}


def _theme(measure: RowMapping) -> CellName:
    return (measure["theme"], measure["framework"], measure["theme_title"], "", "")


def _outcome(measure: RowMapping) -> CellName:
    framework = measure["framework"]
    return (measure["outcome"], framework, measure["outcome_title"], measure["theme"], framework)


def _measure(measure: RowMapping) -> CellName:
    qualifier = measure_qualifier(measure["edition_hash"])
    return (measure["code"], qualifier, measure["title"], measure["outcome"], measure["framework"])


_OF_MEASURE: Mapping[GroupingName, Callable[[RowMapping], CellName]] = MappingProxyType(
    {
        "total": lambda measure: ("total", "", "Total", "", ""),
        "theme": _theme,
        "outcome": _outcome,
        "measure": _measure,
    }
)


def _band_name(found: CellSum, area: tuple[str, str, str] | None) -> CellName:
    return (NOT_PLACED if area is None else area[1], "", "", "", "")


def _area_name(found: CellSum, area: tuple[str, str, str] | None) -> CellName:
    """An area lies in its decile's part of its band, as the lines have it."""
    nowhere = (found.code or "Not placed", NOT_PLACED, NOT_PLACED)
    name, band, decile = nowhere if area is None else area
    return (found.code or NOT_PLACED, "", name, decile, band)
