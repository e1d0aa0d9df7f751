"""Holding a publication's figures by need to its value and to the lines that they were made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.published_need import PublishedNeed, PublishedNeedCell
from cdp_common.contracts.reporting import GroupBy, ValueFigure
from cdp_common.kernel.money import pence_from_gbp
from reporting_api.domain.concentration import concentration_index, per_head
from reporting_api.domain.figures import FigureRow
from reporting_api.storage.figures import Slice, figures_by
from reporting_api.use_cases.publish_need import shown_by_decile

LANDED: tuple[Literal["delivered", "validated"], ...] = ("delivered", "validated")


async def need_faults(tx: AsyncConnection, publication: Publication, lines: Slice) -> list[str]:
    """What of the figures by need does not hold; nothing where the publication has none."""
    need = publication.need
    if need is None:
        return []
    rows = await figures_by(tx, lines, "decile")
    return [
        *_whole_faults(need, publication),
        *_grouping_faults(need.bands, "need_band", "band", publication),
        *_grouping_faults(need.areas, "area", "area", publication),
        *(fault for cell in (*need.bands, *need.deciles, *need.areas) for fault in _cell_faults(cell)),
        *(fault for figure in LANDED for fault in _decile_faults(need, rows, figure)),
    ]


def _whole_faults(need: PublishedNeed, publication: Publication) -> Iterator[str]:
    for figure in LANDED:
        total: ValueFigure = getattr(publication.value.figures, figure)
        told = per_head(pence_from_gbp(total.total_gbp), need.population or 0)
        if getattr(need, f"{figure}_per_head_gbp") != told:
            yield f"{figure} for each head is not the total by the people"


def _grouping_faults(
    cells: Sequence[PublishedNeedCell], by: GroupBy, what: str, publication: Publication
) -> Iterator[str]:
    """Bands and areas stand among the value's groupings too."""
    by_key = {cell.key: cell for of in publication.value.groupings if of.by == by for cell in of.cells}
    for cell in cells:
        other = by_key.get(cell.key)
        shown = None if other is None else other.figures
        if other is None or cell.suppressed != other.suppressed:
            yield f"{what} {cell.key} is not the one of the grouping"
        elif shown is not None and (cell.delivered, cell.validated) != (shown.delivered, shown.validated):
            yield f"{what} {cell.key} has other pounds than in the grouping"


def _cell_faults(cell: PublishedNeedCell) -> Iterator[str]:
    for figure in LANDED:
        value: ValueFigure | None = getattr(cell, figure)
        told = None if value is None else per_head(pence_from_gbp(value.total_gbp), cell.population or 0)
        if getattr(cell, f"{figure}_per_head_gbp") != told:
            yield f"{figure} of {cell.key} for each head is not its pounds by its people"


def _decile_faults(
    need: PublishedNeed, rows: Sequence[FigureRow], figure: Literal["delivered", "validated"]
) -> Iterator[str]:
    """Deciles shown in whole against the lines, and the index against the deciles."""
    hidden = {cell.key.partition("~")[0] for cell in need.deciles if cell.suppressed}
    stood: dict[str, int] = {}
    for row in rows:
        if row.figure == figure and not row.is_licensed:
            stood[row.code] = stood.get(row.code, 0) + row.sums.total_pence
    told = shown_by_decile(need.deciles, figure)
    for decile, shown in told.items():
        of_lines = stood.get(str(decile), 0)
        if str(decile) not in hidden and shown.pence != of_lines:
            yield f"{figure} of decile {decile} is {shown.pence} pence, the lines say {of_lines}"
    index = getattr(need, f"{figure}_concentration_index")
    if index is not None and index != concentration_index(list(told.values())):
        yield f"the concentration of {figure} is not that of its deciles"
