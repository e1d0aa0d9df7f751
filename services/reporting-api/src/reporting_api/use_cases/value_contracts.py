"""Figures and cells as they go out on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from cdp_common.contracts.reporting import FourFigures, ValueCell, ValueFigure
from cdp_common.kernel.money import gbp_from_pence, pence_from_gbp
from reporting_api.domain.figures import FigureName, FigureSum
from reporting_api.domain.groupings import GroupedCell
from reporting_api.domain.obligations import ratio_of


def value_figure(sums: FigureSum) -> ValueFigure:
    """One figure: both components, their sum, and the range where every line has one."""
    return ValueFigure(
        total_gbp=gbp_from_pence(sums.total_pence),
        social_gbp=gbp_from_pence(sums.social_pence) if sums.is_split else None,
        local_economic_gbp=gbp_from_pence(sums.local_pence) if sums.is_split else None,
        low_gbp=gbp_from_pence(sums.low_pence) if sums.has_range else None,
        high_gbp=gbp_from_pence(sums.high_pence) if sums.has_range else None,
        fiscal_gbp=gbp_from_pence(sums.fiscal_pence),
        licensed=sums.licensed,
    )


def four_figures(figures: Mapping[FigureName, FigureSum]) -> FourFigures:
    """The four figures of a cell or of the whole."""
    return FourFigures(
        committed=value_figure(figures["committed"]),
        due=value_figure(figures["due"]),
        delivered=value_figure(figures["delivered"]),
        validated=value_figure(figures["validated"]),
    )


def value_cell(cell: GroupedCell, *, is_withheld: bool) -> ValueCell:
    """A cell of a grouping; a withheld one keeps its name and loses its figures."""
    return ValueCell(
        key=cell.key,
        label=cell.label,
        figures=None if is_withheld else four_figures(cell.figures),
        suppressed=is_withheld,
        withheld=withheld_for(cell) if is_withheld else None,
    )


def validated_share(figures: FourFigures) -> Decimal | None:
    """Validated ÷ delivered with four decimals; none where nothing was delivered."""
    delivered = pence_from_gbp(figures.delivered.total_gbp)
    return ratio_of(pence_from_gbp(figures.validated.total_gbp), max(delivered, 0))


def withheld_for(cell: GroupedCell) -> Literal["disclosure", "licensed"]:
    """Why a withheld cell has no figures."""
    return "licensed" if cell.is_licensed else "disclosure"
