"""What readers of earlier publications know: a new one is protected against being held beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from operator import or_
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.published_need import PublishedNeed
from cdp_common.contracts.reporting import ValueFigure
from reporting_api.domain.crosswalk_disclosure import category_cell
from reporting_api.domain.disclosure import NOW, RANGE, Cell, Contributions
from reporting_api.domain.figures import FOUR_FIGURES, GroupingName
from reporting_api.domain.groupings import GroupedCell, parts_of
from reporting_api.domain.regrouped_areas import Nesting
from reporting_api.storage.earlier_publications import SpanRow, earlier_publications, spans_of
from reporting_api.storage.figures import Slice
from reporting_api.use_cases.compute_value import Dimension
from reporting_api.use_cases.read_publications import thawed

LAST = NOW << 1
"""The bit of the last publication."""

_Spans = Mapping[tuple[str, str], Mapping[int, Contributions]]


@dataclass(frozen=True, slots=True)
class Recalled:
    """The publications before: who contributed what to their cells, and which cells they showed."""

    spans: Mapping[Dimension, _Spans]
    shown: Mapping[Dimension, Mapping[str, int]]
    ranges: Mapping[Dimension, Mapping[str, Mapping[str, int]]]
    """The bits of those that showed a range, by cell and figure."""
    bits: int
    """The bits of all of them: each showed the whole."""
    whole_ranges: int
    """The bits of those that showed a range of the whole."""
    nestings: Mapping[int, Nesting] = field(default_factory=dict)
    """By bit in which band and decile areas were; of those that do not say, as now."""
    unlike: Mapping[Dimension, Mapping[str, int]] = field(default_factory=dict)
    """The bits of those that called something else by a cell's name."""

    def cell(self, dimension: Dimension, cell: GroupedCell) -> Cell:
        """What disclosure control looks at, with what is known of the cell from before."""
        if not self.bits:
            return cell.for_disclosure
        code = cell.key.partition("~")[0]
        spans = self.spans[dimension].get((code, cell.qualifier), {})
        told = {bits: _told_with(of, cell.contributions) for bits, of in spans.items()}
        untold = {
            bits: {figure: by for figure, by in of.items() if figure not in told[bits]}
            for bits, of in spans.items()
        }
        return replace(
            cell.for_disclosure,
            earlier=told,
            ranges_earlier=untold,
            shown_before=self.shown_bits(dimension, cell.key),
            ranges_before=self._ranges_before(dimension, cell.key),
        )

    def category(self, dimension: Dimension, key: str, measures: Iterable[tuple[Cell, Decimal]]) -> Cell:
        """A crosswalk's category for disclosure control: its shares of measures as they were recalled."""
        ranges = self._ranges_before(dimension, key)
        return category_cell(key, measures, self.shown_bits(dimension, key), ranges)

    def shown_bits(self, dimension: Dimension, key: str) -> int:
        """The bits of the publications that showed a cell, whatever they had to call it."""
        found = 0
        for name, bits in self.shown.get(dimension, {}).items():
            found |= bits if _is_same(name, key) else 0
        return found & ~self._unlike(dimension, key)

    def _unlike(self, dimension: Dimension, key: str) -> int:
        return self.unlike.get(dimension, {}).get(key, 0)

    def _ranges_before(self, dimension: Dimension, key: str) -> dict[str, int]:
        """The bits of those that showed the range of a figure of a cell, by each of the range's figures."""
        found: dict[str, int] = {}
        for name, figures in self.ranges.get(dimension, {}).items():
            for figure, bits in figures.items() if _is_same(name, key) else ():
                for of in (f"{figure}{end}" for end in RANGE):
                    found[of] = (found.get(of, 0) | bits) & ~self._unlike(dimension, key)
        return found

    def ranges_shown(self, dimension: Dimension, key: str, bit: int) -> dict[str, int]:
        """The same of one publication, by the name that it called the cell."""
        figures = self.ranges.get(dimension, {}).get(key, {})
        return {f"{figure}{end}": bits & bit for figure, bits in figures.items() for end in RANGE}

    def parents_before(self, above: Dimension | None, cells: Iterable[GroupedCell]) -> dict[str | None, int]:
        """The bits of the publications that showed what these cells are parts of."""
        if above is None:
            return {cell.parent: self.bits for cell in cells}
        return {cell.parent: self.shown_bits(above, cell.parent) for cell in cells}

    def ranges_of_parents(
        self, above: Dimension | None, cells: Iterable[GroupedCell]
    ) -> dict[str | None, int]:
        """The bits of the publications that showed a range of what these cells are parts of."""
        if above is None:
            return {cell.parent: self.whole_ranges for cell in cells}
        return {
            cell.parent: reduce(or_, self._ranges_before(above, cell.parent).values(), 0) for cell in cells
        }


async def recall(tx: AsyncConnection, lines: Slice, dimensions: Sequence[Dimension]) -> Recalled:
    """What the publications before of a slice's place tell of its cells."""
    earlier = await earlier_publications(tx, lines)
    spans: dict[Dimension, _Spans] = {}
    shown: dict[Dimension, dict[str, int]] = {dimension: {} for dimension in dimensions}
    if earlier:
        for dimension in dimensions:
            basis = dimension.basis or "delivered_by"
            rows = await spans_of(tx, lines, earlier, _grouping(dimension), basis)
            spans[dimension] = _spans(rows, earlier, with_commissioners=basis == "commissioned_by")
    ranges: dict[Dimension, dict[str, dict[str, int]]] = {}
    whole_ranges = 0
    nestings: dict[int, Nesting] = {}
    for bit, row in _with_bits(earlier):
        publication = thawed(row["document"])
        if publication.need is not None and publication.need.areas:
            nestings[bit] = nesting_told(publication.need)
        whole = (getattr(publication.value.figures, name) for name in FOUR_FIGURES)
        whole_ranges |= bit if any(value.low_gbp is not None for value in whole) else 0
        for dimension, key, figures in _cells_shown(publication):
            of = shown.setdefault(dimension, {})
            of[key] = of.get(key, 0) | bit
            for figure, value in figures:
                if value is not None and value.low_gbp is not None:
                    names = ranges.setdefault(dimension, {}).setdefault(key, {})
                    for name in (figure, f"{figure} commissioned"):
                        names[name] = names.get(name, 0) | bit
    every = sum(bit for bit, _ in _with_bits(earlier))
    return Recalled(spans, shown, ranges, every, whole_ranges, nestings)


def nesting_told(need: PublishedNeed) -> Nesting:
    """In which band and decile a publication had its areas."""
    band_of = {decile.key: decile.under or "" for decile in need.deciles}
    return {area.key: (band_of.get(area.under or "", ""), area.under or "") for area in need.areas}


def _cells_shown(
    publication: Publication,
) -> Iterator[tuple[Dimension, str, Sequence[tuple[str, ValueFigure | None]]]]:
    """The cells that a publication shows, with the figures of each."""
    for decile in [] if publication.need is None else publication.need.deciles:
        if not decile.suppressed:
            landed = (("delivered", decile.delivered), ("validated", decile.validated))
            yield Dimension("decile"), decile.key, landed
    for grouping in publication.value.groupings:
        dimension = Dimension(grouping.by, grouping.basis, grouping.scheme)
        for cell in grouping.cells:
            if not cell.suppressed:
                figures = [(name, getattr(cell.figures, name, None)) for name in FOUR_FIGURES]
                yield dimension, cell.key, figures


def _is_same(name: str, key: str) -> bool:
    """Whether two keys are of one cell, if only one of them had to tell it apart from its namesakes."""
    is_one_code = name.partition("~")[0] == key.partition("~")[0]
    return name == key or (is_one_code and ("~" not in name or "~" not in key))


def _told_with(of: Contributions, shown: Contributions) -> Contributions:
    """The contributions without the range of figures that show none now."""
    return {
        figure: by_organisation
        for figure, by_organisation in of.items()
        if not figure.endswith((" low", " high")) or figure in shown
    }


def _grouping(dimension: Dimension) -> GroupingName:
    assert dimension.by != "crosswalk"  # worked out of the measures
    assert dimension.by != "period"  # in no publication
    return dimension.by


def _with_bits(earlier: Sequence[RowMapping]) -> list[tuple[int, RowMapping]]:
    return [(NOW << index, row) for index, row in enumerate(earlier, start=1)]


def _spans(rows: Iterable[SpanRow], earlier: Sequence[RowMapping], *, with_commissioners: bool) -> _Spans:
    """The rows by cell; whom a publication before named is known, as far as that publication counts."""
    named = [(bit, frozenset(row["agreed_organisations"])) for bit, row in _with_bits(earlier)]
    found: dict[tuple[str, str], dict[int, dict[str, dict[UUID, int]]]] = {}
    for row in rows:
        figures = found.setdefault((row.code, row.qualifier), {}).setdefault(row.bits, {})
        by_figure = [(row.figure, row.deliverer_id)]
        if with_commissioners:
            by_figure.append((f"{row.figure} commissioned", row.commissioner_id))
        for figure, who in by_figure:
            if who is None or any(row.bits & bit and who in known for bit, known in named):
                continue
            for part, pence in parts_of(row.sums, has_range=True).items():
                of = figures.setdefault(f"{figure}{part}", {})
                of[who] = of.get(who, 0) + pence
    return found
