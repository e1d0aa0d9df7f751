"""Holding the cells that a publication shows to the sums of its lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.publications import Publication
from cdp_common.contracts.reporting import FourFigures, Grouping
from cdp_common.db.merges import survivors
from cdp_common.kernel.money import pence_from_gbp
from reporting_api.domain.figures import FOUR_FIGURES, NOT_PLACED, sum_of
from reporting_api.domain.groupings import GroupedCell
from reporting_api.domain.publications import HEADLINES, HeadlineFigure
from reporting_api.domain.regrouped_areas import Nesting, code_of
from reporting_api.storage.figures import Slice
from reporting_api.use_cases.compute_value import Dimension, published_cells
from reporting_api.use_cases.protect_value import PUBLISHED_DIMENSIONS
from reporting_api.use_cases.recall_publications import nesting_told
from reporting_api.use_cases.value_contracts import four_figures

_Pounds = Mapping[HeadlineFigure, int]


async def cell_faults(
    tx: AsyncConnection, publication: Publication, lines: Slice, licensed: Sequence[RowMapping]
) -> list[str]:
    """The cells of which other figures are shown than the lines say, or that are of nothing.

    The lines are summed by the roll-ups, which verification holds to the lines. Records of organisations that
    were merged since are looked at together.
    """
    # Deciles stand among the figures by need, which are held to the lines with them.
    shown = [dimension for dimension in PUBLISHED_DIMENSIONS if dimension.by != "decile"]
    stood = {**await published_cells(tx, lines, shown)}
    bands = Dimension("need_band")
    if publication.need is not None and publication.need.areas:
        stood[bands] = _banded_then(stood[Dimension("area")], stood[bands], nesting_told(publication.need))
    merged = {str(one): str(into) for one, into in (await survivors(tx)).items()}
    faults: list[str] = []
    for grouping in publication.value.groupings:
        cells = stood.get(Dimension(grouping.by, grouping.basis, grouping.scheme), ())
        if grouping.by == "organisation":
            faults += _by_organisation(grouping, cells, merged)
        elif grouping.by == "theme":
            faults += _by_theme(grouping, cells, licensed)
        else:
            faults += _one_by_one(grouping, cells)
    return faults


def _banded_then(
    areas: Sequence[GroupedCell], bands: Sequence[GroupedCell], told: Nesting
) -> list[GroupedCell]:
    """The bands of the areas that the publication had in them: they may be in others by now."""
    band_of = {code_of(area): cells[0] for area, cells in told.items()}
    return [
        replace(
            band,
            figures={
                figure: sum_of(
                    area.figures[figure]
                    for area in areas
                    if band_of.get(code_of(area.key), NOT_PLACED) == band.key
                )
                for figure in FOUR_FIGURES
            },
        )
        for band in bands
    ]


def _one_by_one(grouping: Grouping, cells: Sequence[GroupedCell]) -> Iterator[str]:
    found = {cell.key: four_figures(cell.figures) for cell in cells}
    yield from _others(grouping, {cell.key for cell in grouping.cells}, found.keys())
    for cell in grouping.cells:
        if cell.figures is not None and cell.figures != found.get(cell.key):
            yield f"{_name(grouping)} {cell.key} shows other figures than the lines say"


def _by_theme(
    grouping: Grouping, cells: Sequence[GroupedCell], licensed: Sequence[RowMapping]
) -> Iterator[str]:
    """Themes, which alone show licensed totals."""
    more: dict[tuple[str, str, str], int] = {}
    for row in licensed:
        key = (row["theme"], row["framework"], row["figure"])
        more[key] = more.get(key, 0) + row["social_pence"] + row["local_pence"]
    found: dict[str, _Pounds] = {
        cell.key: {
            figure: cell.figures[figure].total_pence
            + more.get((cell.key.partition("~")[0], cell.qualifier, figure), 0)
            for figure in HEADLINES
        }
        for cell in cells
    }
    yield from _others(grouping, {cell.key for cell in grouping.cells}, found.keys())
    for cell in grouping.cells:
        if cell.figures is not None and _pounds(cell.figures) != found.get(cell.key):
            yield f"{_name(grouping)} {cell.key} shows other figures than the lines say"


def _by_organisation(
    grouping: Grouping, cells: Sequence[GroupedCell], merged: Mapping[str, str]
) -> Iterator[str]:
    found = {cell.key: {figure: cell.figures[figure].total_pence for figure in HEADLINES} for cell in cells}
    together: dict[str, list[FourFigures | None]] = {}
    for cell in grouping.cells:
        together.setdefault(merged.get(cell.key, cell.key), []).append(cell.figures)
    yield from _others(grouping, together.keys(), found.keys())
    for key, of in together.items():
        shown = [_pounds(figures) for figures in of if figures is not None]
        if len(shown) < len(of):
            continue  # withheld, if only in part
        summed = {figure: sum(one[figure] for one in shown) for figure in HEADLINES}
        if summed != found.get(key):
            yield f"{_name(grouping)} {key} shows other figures than the lines say"


def _others(grouping: Grouping, told: Collection[str], stood: Collection[str]) -> Iterator[str]:
    if set(told) != set(stood):
        yield f"{_name(grouping)} names other cells than the lines have"


def _pounds(figures: FourFigures) -> _Pounds:
    return {figure: pence_from_gbp(getattr(figures, figure).total_gbp) for figure in HEADLINES}


def _name(grouping: Grouping) -> str:
    return " ".join(part for part in (grouping.by, grouping.basis, grouping.scheme) if part)
