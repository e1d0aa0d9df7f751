"""From the rows of a grouping to its cells: keys, labels, order, and who contributes what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from reporting_api.domain.disclosure import Cell, Contributions
from reporting_api.domain.figures import (
    FOUR_FIGURES,
    LEFT_OUT,
    NOT_PLACED,
    NOTHING,
    Basis,
    FigureName,
    FigureRow,
    FigureSum,
    GroupingName,
    sum_of,
    with_licensed,
)
from reporting_api.domain.licensed_totals import LicensedTotal, TotalKey

NEED_BANDS: Mapping[str, str] = MappingProxyType(
    {
        "severe": "Severe need",
        "high": "High need",
        "mild": "Mild need",
        "low": "Low need",
        NOT_PLACED: "Not placed",
    }
)
ROUTES: Mapping[str, str] = MappingProxyType(
    {
        "procurement": "Procurement",
        "own_activity": "Own activity",
        "grant": "Grant funding",
        "planning": "Planning",
        "charter": "Charter",
        "joint": "Joint projects",
    }
)
_FIXED_LABELS: Mapping[GroupingName, Mapping[str, str]] = MappingProxyType(
    {"need_band": NEED_BANDS, "route": ROUTES}
)


@dataclass(frozen=True, slots=True)
class GroupedCell:
    """One cell: its figures, the cell of the grouping above, and contributions where they were asked for."""

    key: str
    label: str
    parent: str
    figures: Mapping[FigureName, FigureSum]
    contributions: Contributions
    qualifier: str
    is_licensed: bool
    """Whether there is nothing in it but value that rests on licensed figures."""

    @property
    def for_disclosure(self) -> Cell:
        """What disclosure control looks at."""
        return Cell(self.key, self.parent, self.contributions, self.is_licensed)


def cells_of(
    rows: Sequence[FigureRow], grouping: GroupingName, basis: Basis = "delivered_by"
) -> list[GroupedCell]:
    """The grouping's cells in their order; need bands always show all of them, 'not placed' included."""
    by_name: dict[tuple[str, str], list[FigureRow]] = {}
    for row in rows:
        by_name.setdefault((row.code, row.qualifier), []).append(row)
    keys = keys_of(list(by_name))
    parents = keys_of(sorted({(row.parent, row.parent_qualifier) for row in rows}))
    cells = [
        _cell(keys[name], parents[members[0].parent, members[0].parent_qualifier], members, grouping, basis)
        for name, members in by_name.items()
    ]
    if grouping == "need_band":
        present = {cell.key for cell in cells}
        cells.extend(_empty(key, label) for key, label in NEED_BANDS.items() if key not in present)
    return sorted(cells, key=lambda cell: _order(cell, grouping))


def headline_of(rows: Sequence[FigureRow]) -> dict[FigureName, FigureSum]:
    """Every figure of the whole, those without lines included as zero."""
    found: dict[FigureName, list[FigureSum]] = {}
    for row in rows:
        found.setdefault(row.figure, []).append(_shown(row))
    names: tuple[FigureName, ...] = (
        *FOUR_FIGURES,
        "confirmed",
        "signed",
        "delivered_against",
        "delivered_uncommitted",
    )
    return {name: sum_of(found.get(name, [])) for name in names}


def with_totals(cell: GroupedCell, licensed: Mapping[TotalKey, LicensedTotal]) -> GroupedCell:
    """A theme's cell with the licensed totals that it may show."""
    code = cell.key.partition("~")[0]
    figures = dict(cell.figures)
    for figure in FOUR_FIGURES:
        total = licensed.get(TotalKey(code, cell.qualifier, figure))
        if total is not None:
            pounds = total.pounds
            rest = figures[figure]
            figures[figure] = with_licensed(
                rest, pounds.social_pence, pounds.local_pence, total.outcome, is_split=total.is_split
            )
    is_shown = any(part.licensed in ("included", "as_first_published") for part in figures.values())
    return replace(cell, figures=figures, is_licensed=cell.is_licensed and not is_shown)


def keys_of(names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The code alone where it is unambiguous, else with what tells it apart from its namesakes."""
    uses = Counter(code for code, _ in names)
    return {
        (code, qualifier): code if uses[code] == 1 else f"{code}~{qualifier}" for code, qualifier in names
    }


def _cell(
    key: str, parent: str, rows: Sequence[FigureRow], grouping: GroupingName, basis: Basis
) -> GroupedCell:
    sums: dict[FigureName, list[FigureSum]] = {}
    for row in rows:
        sums.setdefault(row.figure, []).append(_shown(row))
    labels = _FIXED_LABELS.get(grouping, {})
    return GroupedCell(
        key=key,
        label=labels.get(key, rows[0].label),
        parent=parent,
        figures={figure: sum_of(sums[figure]) if figure in sums else NOTHING for figure in FOUR_FIGURES},
        contributions=_contributions(rows, with_commissioners=basis == "commissioned_by"),
        qualifier=rows[0].qualifier,
        is_licensed=all(row.is_licensed for row in rows),
    )


def _shown(row: FigureRow) -> FigureSum:
    """What a row adds to the figures that are shown."""
    return LEFT_OUT if row.is_licensed else row.sums


def _contributions(rows: Sequence[FigureRow], *, with_commissioners: bool) -> Contributions:
    """Who delivers how much of each part of each of the four figures; on that basis also who commissions it.

    A shown cell shows its parts as well, so that each must be as safe as their sum: components, fiscal part,
    and the range where every line of the figure has one.
    """
    if all(row.deliverer_id is None and row.commissioner_id is None for row in rows):
        return {}  # nobody is named where contributors were not asked for
    counted = [row for row in rows if row.figure in FOUR_FIGURES and not row.is_licensed]
    has_range = {
        figure: sum(row.sums.lines_without_range for row in counted if row.figure == figure) == 0
        for figure in FOUR_FIGURES
    }
    found: dict[str, dict[UUID, int]] = {}
    for row in counted:
        if row.deliverer_id is None and row.commissioner_id is None:
            continue  # what is public needs no protection
        for part, pence in parts_of(row.sums, has_range=has_range[row.figure]).items():
            _add(found, f"{row.figure}{part}", row.deliverer_id, pence)
            if with_commissioners:
                _add(found, f"{row.figure} commissioned{part}", row.commissioner_id, pence)
    return found


def parts_of(sums: FigureSum, *, has_range: bool) -> Mapping[str, int]:
    """What is shown of a figure, by what its name ends with: the whole, and each part that is not nothing."""
    parts = {
        " social": sums.social_pence,
        " local": sums.local_pence,
        " fiscal": sums.fiscal_pence,
        " low": sums.low_pence if has_range else 0,
        " high": sums.high_pence if has_range else 0,
    }
    return {"": sums.total_pence, **{name: pence for name, pence in parts.items() if pence != 0}}


def _add(found: dict[str, dict[UUID, int]], figure: str, who: UUID | None, pence: int) -> None:
    if who is not None:
        by_organisation = found.setdefault(figure, {})
        by_organisation[who] = by_organisation.get(who, 0) + pence


def _empty(key: str, label: str) -> GroupedCell:
    nothing: dict[FigureName, FigureSum] = dict.fromkeys(FOUR_FIGURES, NOTHING)
    return GroupedCell(key, label, "", nothing, {}, "", is_licensed=False)


def _order(cell: GroupedCell, grouping: GroupingName) -> tuple[object, ...]:
    """Bands and routes in their own order, organisations and areas by name, the framework's parts by code."""
    fixed = list(_FIXED_LABELS.get(grouping, {}))
    if fixed:
        return (fixed.index(cell.key),)
    if grouping in ("organisation", "area"):
        return (cell.key == NOT_PLACED, cell.label.casefold(), cell.key)
    if grouping == "decile":
        decile = cell.key.partition("~")[0]
        return (cell.key == NOT_PLACED, 0 if decile == NOT_PLACED else int(decile), cell.key)
    return (cell.key,)
