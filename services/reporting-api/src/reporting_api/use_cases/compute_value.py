"""Computing a place's collective value from the ledger, for a window, as known at a moment."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.prior_totals import PriorTotalShown
from cdp_common.contracts.reporting import (
    CollectiveValue,
    Coverage,
    EditionUsed,
    GroupBy,
    Grouping,
    ValueCell,
)
from cdp_common.kernel.periods import Period, quarter_of
from reporting_api.domain.crosswalks import Scheme, crosswalk_cells
from reporting_api.domain.figures import (
    FOUR_FIGURES,
    Basis,
    FigureName,
    FigureRow,
    FigureSum,
    GroupingName,
    sum_of,
)
from reporting_api.domain.groupings import GroupedCell, cells_of, headline_of, with_totals
from reporting_api.domain.licensed_totals import LicensedTotal, TotalKey
from reporting_api.domain.obligations import ReportingCoverage, coverage_of, due_value_ratio, ratio_of
from reporting_api.domain.reporting_calendar import Timeliness, timeliness_of
from reporting_api.storage.crosswalks import crosswalks_of
from reporting_api.storage.figures import EditionUse, LineFigures, Slice, measure_qualifier
from reporting_api.storage.remembered import Remembered
from reporting_api.storage.rolled_figures import RolledFigures, rolled_figures
from reporting_api.storage.value_context import ValueContext, context_of
from reporting_api.use_cases.beyond_commitment import beyond_in_window
from reporting_api.use_cases.prior_totals import prior_totals_shown
from reporting_api.use_cases.timeliness import timeliness_answer
from reporting_api.use_cases.value_contracts import four_figures, value_cell, value_figure

Figures = LineFigures | RolledFigures
CellsKey = tuple[Hashable, ...]

WEIGHT_CHARACTERS = 100
"""So many characters of a text are as large as one sum that is remembered."""
_WEIGHT_CELL = 10
"""A cell of a grouping is as large as so many sums."""

NO_TOTALS: Mapping[TotalKey, LicensedTotal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Dimension:
    """A grouping asked for; organisations are grouped on a basis, crosswalks by a scheme."""

    by: GroupBy | Literal["decile"]
    """Deciles are computed to be published; see publish_need.py."""
    basis: Basis | None = None
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class ComputedValue:
    """Everything that a collective value is made of, before it is shown to anybody."""

    place_id: UUID
    window: Period
    known_at: datetime
    headline: Mapping[FigureName, FigureSum]
    """Without what the reader may not see."""
    cells: Mapping[Dimension, Sequence[GroupedCell]]
    cell_keys: Mapping[Dimension, CellsKey | None]
    """All that decides a dimension's cells, where that is known."""
    schemes: Mapping[str, Scheme]
    """Every scheme that an edition of the lines knows, and those asked for beside."""
    coverage: ReportingCoverage
    timeliness: Timeliness | None
    due_value_ratio: Decimal | None
    editions: Sequence[EditionUse]
    beyond_commitment: FigureSum
    open_conflicts: int
    prior_totals: Sequence[PriorTotalShown]
    has_samples: bool


async def compute_value(
    tx: AsyncConnection,
    lines: Slice,
    known_at: datetime,
    dimensions: Sequence[Dimension],
    *,
    with_contributors: bool = False,
    every_scheme: bool = False,
    memory: Remembered | None = None,
) -> ComputedValue:
    """The figures of a slice of the ledger, with coverage as it was known at the moment.

    `memory` keeps what later questions need again.

    With `every_scheme` there is, after `dimensions`, a grouping by each scheme that an edition in use knows.
    """
    memory = Remembered() if memory is None else memory
    # Who contributes to each cell is asked for to publish alone; roll-ups do not tell it, the lines do.
    figures = LineFigures(tx, lines) if with_contributors else await rolled_figures(tx, lines, memory)
    whole = await _whole(figures, memory)
    asked = {dimension.scheme for dimension in dimensions if dimension.scheme is not None}
    schemes = await _schemes(tx, whole.editions, asked) if asked or every_scheme else {}
    if every_scheme:
        dimensions = [*dimensions, *(Dimension("crosswalk", scheme=code) for code in sorted(schemes))]
    cells = await _cells(figures, dimensions, schemes, memory, with_contributors=with_contributors)
    # Quarters owed in the window may begin before it.
    span = Period(quarter_of(lines.window.start).start, lines.window.end)
    context = await context_of(tx, lines.place_id, lines.window, span, known_at)
    owed = _owed(context, lines, known_at, memory)
    return ComputedValue(
        place_id=lines.place_id,
        window=lines.window,
        known_at=known_at,
        headline=whole.headline,
        cells={dimension: found for dimension, (found, _) in cells.items()},
        cell_keys={dimension: key for dimension, (_, key) in cells.items()},
        schemes=schemes,
        coverage=owed.coverage,
        timeliness=owed.timeliness,
        due_value_ratio=await _due_value_ratio(figures, context, memory),
        editions=whole.editions,
        beyond_commitment=await beyond_in_window(tx, lines, known_at),
        open_conflicts=context.open_conflicts,
        prior_totals=prior_totals_shown(context.prior_total_text),
        has_samples=owed.coverage.has_samples or whole.has_samples,
    )


async def published_cells(
    tx: AsyncConnection, lines: Slice, dimensions: Sequence[Dimension]
) -> Mapping[Dimension, Sequence[GroupedCell]]:
    """The cells of a slice by `dimensions` and every scheme of its editions, from the roll-ups."""
    memory = Remembered()
    figures = await rolled_figures(tx, lines, memory)
    schemes = await _schemes(tx, (await _whole(figures, memory)).editions, ())
    every = [*dimensions, *(Dimension("crosswalk", scheme=code) for code in sorted(schemes))]
    cells = await _cells(figures, every, schemes, memory, with_contributors=False)
    return {dimension: found for dimension, (found, _) in cells.items()}


@dataclass(frozen=True, slots=True)
class _Whole:
    """The figures of the whole, and the editions in them."""

    headline: Mapping[FigureName, FigureSum]
    editions: Sequence[EditionUse]
    has_samples: bool


async def _whole(figures: Figures, memory: Remembered) -> _Whole:
    key = None if figures.key is None else ("whole", *figures.key)
    found = None if key is None else memory.get(key, _Whole)
    if found is None:
        rows = await figures.figures_by("total")
        has_samples = any(row.has_samples for row in rows)
        found = _Whole(headline_of(rows), await figures.editions_used(), has_samples)
        if key is not None:
            memory.keep(key, found)
    return found


@dataclass(frozen=True, slots=True)
class _Owed:
    """Who has reported of those who owe a report, and how many in time."""

    coverage: ReportingCoverage
    timeliness: Timeliness | None


def _owed(context: ValueContext, lines: Slice, known_at: datetime, memory: Remembered) -> _Owed:
    today = known_at.date()
    key = ("owed", lines.window, today, *context.key)
    found = memory.get(key, _Owed)
    if found is None:
        memberships = context.memberships
        found = _Owed(
            coverage_of(lines.window, today, memberships, context.reports),
            None
            if context.calendar is None
            else timeliness_of(context.calendar, lines.window, today, memberships, context.dated_reports),
        )
        memory.keep(key, found, sum(map(len, context.key)) // WEIGHT_CHARACTERS + 1)
    return found


async def _due_value_ratio(figures: Figures, context: ValueContext, memory: Remembered) -> Decimal | None:
    key = None if figures.key is None else ("due ratio", *figures.key, context.report_text)
    found = None if key is None else memory.get(key, tuple)
    if found is None:
        found = (due_value_ratio(await figures.due_by_day(), context.reports),)
        if key is not None:
            memory.keep(key, found, len(context.report_text) // WEIGHT_CHARACTERS + 1)
    ratio: Decimal | None = found[0]
    return ratio


async def _schemes(
    tx: AsyncConnection, editions: Sequence[EditionUse], asked: Collection[str]
) -> dict[str, Scheme]:
    """The schemes of these editions, and those asked for whether one of them knows them or none."""
    known = await crosswalks_of(tx, [use.edition_hash for use in editions])
    codes = {crosswalk.scheme for crosswalks in known.values() for crosswalk in crosswalks}
    return {
        code: Scheme(
            code,
            {
                measure_qualifier(edition_hash): crosswalk
                for edition_hash, crosswalks in known.items()
                for crosswalk in crosswalks
                if crosswalk.scheme == code
            },
            tuple(
                sorted(
                    edition_hash
                    for edition_hash, crosswalks in known.items()
                    if code not in {crosswalk.scheme for crosswalk in crosswalks}
                )
            ),
        )
        for code in codes | set(asked)
    }


async def _cells(
    figures: Figures,
    dimensions: Sequence[Dimension],
    schemes: Mapping[str, Scheme],
    memory: Remembered,
    *,
    with_contributors: bool,
) -> dict[Dimension, tuple[Sequence[GroupedCell], CellsKey | None]]:
    """The cells of each dimension; those of all schemes are worked out of the same rows by measure."""
    rows_by: dict[tuple[GroupingName, Basis], Sequence[FigureRow]] = {}
    cells: dict[Dimension, tuple[Sequence[GroupedCell], CellsKey | None]] = {}
    for dimension in dimensions:
        basis = dimension.basis or "delivered_by"
        assert dimension.by != "period"  # asked for apart: see group_by_period.py
        grouping: GroupingName = "measure" if dimension.by == "crosswalk" else dimension.by
        key: CellsKey | None = None
        if figures.key is not None and dimension.scheme is None:
            key = ("cells", *figures.key, grouping, basis, await figures.names_of(grouping, basis))
        found: Sequence[GroupedCell] | None = None if key is None else memory.get(key, list)
        if found is None:
            if (grouping, basis) not in rows_by:
                rows_by[grouping, basis] = await figures.figures_by(
                    grouping, basis, with_contributors=with_contributors
                )
            rows = rows_by[grouping, basis]
            found = (
                cells_of(rows, grouping, basis)
                if dimension.scheme is None
                else crosswalk_cells(rows, schemes[dimension.scheme])
            )
            if key is not None:
                memory.keep(key, found, _WEIGHT_CELL * len(found) + 1)
        cells[dimension] = (found, key)
    return cells


def collective_value(
    computed: ComputedValue,
    withheld: Mapping[Dimension, frozenset[str]],
    *,
    publication_number: int | None,
    names_missing: bool,
    licensed: Mapping[TotalKey, LicensedTotal] = NO_TOTALS,
) -> CollectiveValue:
    """The value as it is shown: `withheld` cells bare, late reporters named within the place only.

    `licensed` are the licensed totals that show in it, in themes and in the whole.
    """
    headline = computed.headline
    return CollectiveValue(
        place_id=computed.place_id,
        window_start=computed.window.start,
        window_end=computed.window.end,
        as_of=computed.known_at,
        publication_number=publication_number,
        figures=four_figures(_headline_shown(computed, licensed)),
        signed_in_window=value_figure(headline["signed"]),
        delivered_against_commitment=value_figure(headline["delivered_against"]),
        delivered_uncommitted=value_figure(headline["delivered_uncommitted"]),
        # In public it could be one organisation's.
        beyond_commitment=value_figure(computed.beyond_commitment) if names_missing else None,
        open_conflicts=computed.open_conflicts,
        confirmed=value_figure(headline["confirmed"]),
        delivery_ratio=ratio_of(headline["delivered_against"].total_pence, headline["due"].total_pence),
        coverage=_coverage(computed, names_missing=names_missing),
        groupings=[
            _grouping(
                computed,
                dimension,
                [value_cell(cell, is_withheld=cell.key in withheld[dimension]) for cell in cells],
                # Only themes show licensed value, so that only themes sum to a total that holds some.
                is_additive=dimension.by == "theme" or not licensed,
            )
            for dimension, cells in computed.cells.items()
            if dimension.by != "decile"
        ],
        editions=[
            EditionUsed(edition_hash=use.edition_hash, label=use.title, price_years=list(use.price_years))
            for use in computed.editions
        ],
        prior_totals=list(computed.prior_totals),
        data_status="synthetic_sample" if computed.has_samples else "actual",
    )


def with_licensed_totals(
    computed: ComputedValue, licensed: Mapping[TotalKey, LicensedTotal]
) -> ComputedValue:
    """The value with these licensed totals in its themes."""
    themes = Dimension("theme")
    return replace(
        computed,
        cells={
            dimension: [with_totals(cell, licensed) for cell in cells] if dimension == themes else cells
            for dimension, cells in computed.cells.items()
        },
    )


def _grouping(
    computed: ComputedValue, dimension: Dimension, cells: list[ValueCell], *, is_additive: bool
) -> Grouping:
    assert dimension.by != "decile"  # stands in a publication's figures by need
    scheme = None if dimension.scheme is None else computed.schemes[dimension.scheme]
    if scheme is None:
        return Grouping(by=dimension.by, basis=dimension.basis, additive=is_additive, cells=cells)
    return Grouping(
        by=dimension.by,
        scheme=scheme.code,
        title=scheme.title,
        editions_without=list(scheme.editions_without),
        additive=is_additive and scheme.is_additive,
        cells=cells,
    )


def _headline_shown(
    computed: ComputedValue, licensed: Mapping[TotalKey, LicensedTotal]
) -> Mapping[FigureName, FigureSum]:
    """The figures of the whole: those of the themes together."""
    themes = computed.cells.get(Dimension("theme"))
    if not licensed or themes is None:
        return computed.headline
    return {
        **computed.headline,
        **{figure: sum_of(cell.figures[figure] for cell in themes) for figure in FOUR_FIGURES},
    }


def _coverage(computed: ComputedValue, *, names_missing: bool) -> Coverage:
    return Coverage(
        due_count=computed.coverage.due_count,
        reported_count=computed.coverage.reported_count,
        ratio=computed.coverage.ratio,
        due_value_ratio=computed.due_value_ratio,
        missing_organisations=list(computed.coverage.missing_organisations) if names_missing else [],
        timeliness=timeliness_answer(computed.timeliness),
    )
