"""Computing a place's collective value from the ledger, for a window, as known at a moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

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
from reporting_api.domain.reporting_calendar import Timeliness
from reporting_api.storage.conflicts import open_conflicts
from reporting_api.storage.coverage import memberships_known, standing_reports
from reporting_api.storage.crosswalks import crosswalks_of
from reporting_api.storage.figures import EditionUse, LineFigures, Slice, measure_qualifier
from reporting_api.storage.rolled_figures import RolledFigures, rolled_figures
from reporting_api.use_cases.beyond_commitment import beyond_in_window
from reporting_api.use_cases.timeliness import timeliness_answer, timeliness_at
from reporting_api.use_cases.value_contracts import four_figures, value_cell, value_figure

NO_TOTALS: Mapping[TotalKey, LicensedTotal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Dimension:
    """A grouping asked for; organisations are grouped on a basis, crosswalks by a scheme."""

    by: GroupBy
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
    schemes: Mapping[str, Scheme]
    """Every scheme that an edition of the lines knows, and those asked for beside."""
    coverage: ReportingCoverage
    timeliness: Timeliness | None
    due_value_ratio: Decimal | None
    editions: Sequence[EditionUse]
    beyond_commitment: FigureSum
    open_conflicts: int
    has_samples: bool


async def compute_value(
    tx: AsyncConnection,
    lines: Slice,
    known_at: datetime,
    dimensions: Sequence[Dimension],
    *,
    with_contributors: bool = False,
    every_scheme: bool = False,
) -> ComputedValue:
    """The figures of a slice of the ledger, with coverage as it was known at the moment.

    With `every_scheme` there is, after `dimensions`, a grouping by each scheme that an edition in use knows.
    """
    # Who contributes to each cell is asked for to publish alone; roll-ups do not tell it, the lines do.
    figures = LineFigures(tx, lines) if with_contributors else await rolled_figures(tx, lines)
    whole = await figures.figures_by("total")
    editions = await figures.editions_used()
    asked = {dimension.scheme for dimension in dimensions if dimension.scheme is not None}
    schemes = await _schemes(tx, editions, asked) if asked or every_scheme else {}
    if every_scheme:
        dimensions = [*dimensions, *(Dimension("crosswalk", scheme=code) for code in sorted(schemes))]
    cells = await _cells(figures, dimensions, schemes, with_contributors=with_contributors)
    # Quarters owed in the window may begin before it.
    span = Period(quarter_of(lines.window.start).start, lines.window.end)
    reports = await standing_reports(tx, lines.place_id, span, known_at)
    memberships = await memberships_known(tx, lines.place_id, known_at)
    coverage = coverage_of(lines.window, known_at.date(), memberships, reports)
    timeliness = await timeliness_at(tx, lines.place_id, lines.window, memberships, known_at)
    return ComputedValue(
        place_id=lines.place_id,
        window=lines.window,
        known_at=known_at,
        headline=headline_of(whole),
        cells=cells,
        schemes=schemes,
        coverage=coverage,
        timeliness=timeliness,
        due_value_ratio=due_value_ratio(await figures.due_by_day(), reports),
        editions=editions,
        beyond_commitment=await beyond_in_window(tx, lines, known_at),
        open_conflicts=await open_conflicts(tx, lines.place_id, lines.window, known_at),
        has_samples=coverage.has_samples or any(row.has_samples for row in whole),
    )


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
    figures: LineFigures | RolledFigures,
    dimensions: Sequence[Dimension],
    schemes: Mapping[str, Scheme],
    *,
    with_contributors: bool,
) -> dict[Dimension, Sequence[GroupedCell]]:
    """The cells of each dimension; those of all schemes are worked out of the same rows by measure."""
    rows_by: dict[tuple[GroupingName, Basis], Sequence[FigureRow]] = {}
    cells: dict[Dimension, Sequence[GroupedCell]] = {}
    for dimension in dimensions:
        basis = dimension.basis or "delivered_by"
        grouping: GroupingName = "measure" if dimension.by == "crosswalk" else dimension.by
        if (grouping, basis) not in rows_by:
            rows_by[grouping, basis] = await figures.figures_by(
                grouping, basis, with_contributors=with_contributors
            )
        rows = rows_by[grouping, basis]
        cells[dimension] = (
            cells_of(rows, grouping, basis)
            if dimension.scheme is None
            else crosswalk_cells(rows, schemes[dimension.scheme])
        )
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
        ],
        editions=[
            EditionUsed(edition_hash=use.edition_hash, label=use.title, price_years=list(use.price_years))
            for use in computed.editions
        ],
        data_status="synthetic_sample" if computed.has_samples else "actual",
    )


def licensed_cells(computed: ComputedValue) -> dict[Dimension, frozenset[str]]:
    """Per grouping the cells that have nothing to show to a reader without the licence."""
    return {
        dimension: frozenset(cell.key for cell in cells if cell.is_licensed)
        for dimension, cells in computed.cells.items()
    }


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
