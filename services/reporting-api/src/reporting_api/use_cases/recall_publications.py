"""What readers of earlier publications know: a new one is protected against being held beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.disclosure import NOW, Cell, Contributions, merged
from reporting_api.domain.figures import GroupingName
from reporting_api.domain.groupings import GroupedCell, parts_of
from reporting_api.storage.earlier_publications import SpanRow, earlier_publications, spans_of
from reporting_api.storage.figures import Slice
from reporting_api.use_cases.compute_value import Dimension
from reporting_api.use_cases.read_publications import thawed

_Spans = Mapping[tuple[str, str], Mapping[int, Contributions]]


@dataclass(frozen=True, slots=True)
class Recalled:
    """The publications before: who contributed what to their cells, and which cells they showed."""

    spans: Mapping[Dimension, _Spans]
    shown: Mapping[Dimension, Mapping[str, int]]
    bits: int
    """The bits of all of them: each showed the whole."""

    def cell(self, dimension: Dimension, cell: GroupedCell) -> Cell:
        """What disclosure control looks at, with what is known of the cell from before."""
        if not self.bits:
            return cell.for_disclosure
        code = cell.key.partition("~")[0]
        spans = self.spans[dimension].get((code, cell.qualifier), {})
        told = {bits: _told_with(of, cell.contributions) for bits, of in spans.items()}
        return replace(cell.for_disclosure, earlier=told, shown_before=self.shown_bits(dimension, cell.key))

    def category(self, dimension: Dimension, key: str, measures: Iterable[tuple[Cell, Decimal]]) -> Cell:
        """A crosswalk's category for disclosure control: its shares of measures as they were recalled."""
        spans: dict[int, list[Contributions]] = {}
        for measure, share in measures:
            for bits, of in measure.spans.items():
                spans.setdefault(bits, []).append(_shared(of, share))
        told = {bits: merged(of) for bits, of in spans.items()}
        counted = merged(of for bits, of in told.items() if bits & NOW)
        return Cell(key, "", counted, earlier=told, shown_before=self.shown_bits(dimension, key))

    def shown_bits(self, dimension: Dimension, key: str) -> int:
        """The bits of the publications that showed a cell, whatever they had to call it."""
        code = key.partition("~")[0]
        found = 0
        for name, bits in self.shown.get(dimension, {}).items():
            is_same = name == key or (name.partition("~")[0] == code and ("~" not in name or "~" not in key))
            found |= bits if is_same else 0
        return found

    def parents_before(self, above: Dimension | None, cells: Iterable[GroupedCell]) -> dict[str | None, int]:
        """The bits of the publications that showed what these cells are parts of."""
        if above is None:
            return {cell.parent: self.bits for cell in cells}
        return {cell.parent: self.shown_bits(above, cell.parent) for cell in cells}


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
    for bit, row in _with_bits(earlier):
        publication = thawed(row["document"])
        for decile in [] if publication.need is None else publication.need.deciles:
            if not decile.suppressed:
                of = shown.get(Dimension("decile"), {})
                of[decile.key] = of.get(decile.key, 0) | bit
        for grouping in publication.value.groupings:
            of = shown.setdefault(Dimension(grouping.by, grouping.basis, grouping.scheme), {})
            for cell in grouping.cells:
                if not cell.suppressed:
                    of[cell.key] = of.get(cell.key, 0) | bit
    return Recalled(spans, shown, sum(bit for bit, _ in _with_bits(earlier)))


def _shared(of: Contributions, share: Decimal) -> Contributions:
    return {
        figure: {who: int(pence * share) for who, pence in by_organisation.items()}
        for figure, by_organisation in of.items()
    }


def _told_with(of: Contributions, shown: Contributions) -> Contributions:
    """The contributions without the range of figures that show none now."""
    return {
        figure: by_organisation
        for figure, by_organisation in of.items()
        if not figure.endswith((" low", " high")) or figure in shown
    }


def _grouping(dimension: Dimension) -> GroupingName:
    assert dimension.by != "crosswalk"  # worked out of the measures
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
