"""Applying disclosure control to a computed value: which cells of which grouping are withheld."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.crosswalk_disclosure import (
    Blocks,
    HiddenMeasure,
    block_of,
    blocks_after,
    category_cell,
    told_over_time,
    withheld_categories,
)
from reporting_api.domain.disclosure import Cell, DisclosureRule, Level
from reporting_api.domain.disclosure_audit import categories_over_time, withheld_over_time
from reporting_api.domain.disclosure_table import Category
from reporting_api.domain.exposures import Exposure, exposures
from reporting_api.domain.groupings import GroupedCell
from reporting_api.domain.obligations import Membership, StandingReport
from reporting_api.domain.regrouped_areas import Nesting, Regrouping, regrouped
from reporting_api.use_cases.compute_value import ComputedValue, Dimension
from reporting_api.use_cases.linear_programmes import told_too_well
from reporting_api.use_cases.recall_publications import Recalled

# In each, a grouping comes after the one whose cells it divides.
_HIERARCHIES: Sequence[Sequence[Dimension]] = (
    (Dimension("theme"), Dimension("outcome"), Dimension("measure")),
    (Dimension("organisation", "delivered_by"),),
    (Dimension("organisation", "commissioned_by"),),
    (Dimension("need_band"), Dimension("decile"), Dimension("area")),
    (Dimension("route"),),
)
_MEASURES, _AREAS = Dimension("measure"), Dimension("area")
_ABOVE_AREAS = (Dimension("need_band"), Dimension("decile"))
PUBLISHED_DIMENSIONS: Sequence[Dimension] = [
    dimension for dimensions in _HIERARCHIES for dimension in dimensions
]


@dataclass(frozen=True, slots=True)
class Protection:
    """What disclosure control withholds of a value, and what it cannot hide by withholding."""

    withheld: Mapping[Dimension, frozenset[str]]
    """The keys of the withheld cells of each grouping in `PUBLISHED_DIMENSIONS`, and of each crosswalk."""
    exposed: Sequence[tuple[Dimension, Exposure]]


def protect(
    computed: ComputedValue, recalled: Recalled, agreed: frozenset[UUID], rule: DisclosureRule
) -> Protection:
    """Which cells are withheld so that nobody's own figures show, and what shows all the same.

    Groupings are protected against being held beside those of the publications before, which `recalled` has.
    """
    recalled, regrouping = _as_grouped_now(computed, recalled)
    withheld: dict[Dimension, frozenset[str]] = {}
    exposed: list[tuple[Dimension, Exposure]] = []
    levels_of = {dimensions[-1]: _levels(computed, recalled, dimensions) for dimensions in _HIERARCHIES}
    schemes = _schemes(computed, recalled, levels_of[_MEASURES])
    for dimensions in _HIERARCHIES:
        levels = levels_of[dimensions[-1]]
        told = [one for scheme in schemes for one in scheme.categories] if _MEASURES in dimensions else []
        if _AREAS in dimensions:
            told = _former_cells(levels[-1], recalled, regrouping)
        hidden = withheld_over_time(levels, agreed, rule, told_too_well, told)
        withheld |= zip(dimensions, hidden, strict=True)
        exposed += ((dimensions[one.level], one) for one in exposures(levels, hidden, agreed, rule))
    measures = levels_of[_MEASURES]
    of_schemes = _withheld_of_schemes(computed, recalled, measures, schemes, withheld, agreed, rule)
    return Protection(withheld | of_schemes, exposed)


def nesting_of(computed: ComputedValue) -> Nesting:
    """In which band and decile each area is now."""
    band_of = {cell.key: cell.parent for cell in computed.cells[Dimension("decile")]}
    return {cell.key: (band_of[cell.parent], cell.parent) for cell in computed.cells[_AREAS]}


def _as_grouped_now(computed: ComputedValue, recalled: Recalled) -> tuple[Recalled, Regrouping]:
    """What is recalled under the names of cells now, and the cells of before that there are none of now."""
    found = regrouped(nesting_of(computed), recalled.nestings, len(_ABOVE_AREAS))
    unlike: dict[Dimension, dict[str, int]] = {}
    for (level, key), bits in found.unlike.items():
        unlike.setdefault(_ABOVE_AREAS[level], {})[key] = bits
    return replace(recalled, unlike=unlike), found


def _former_cells(areas: Level, recalled: Recalled, regrouping: Regrouping) -> list[Category]:
    """What publications before showed of bands and deciles as they were, as sums of areas."""
    found = []
    for former in regrouping.former:
        dimension = _ABOVE_AREAS[former.level]
        if recalled.shown[dimension].get(former.key, 0) & former.bit:
            ranges = recalled.ranges_shown(dimension, former.key, former.bit)
            members = [(cell, Decimal(1)) for cell in areas.cells if cell.key in former.areas]
            name = f"{dimension.by} {former.key} {former.bit}"
            cell = category_cell(name, members, former.bit, ranges)
            found.append(Category(cell, {one.key: share for one, share in members}, is_shown=False))
    return found


def _levels(computed: ComputedValue, recalled: Recalled, dimensions: Sequence[Dimension]) -> list[Level]:
    """The cells of groupings of which each divides those of the last, and what showed the cells above."""
    levels = []
    for above, dimension in zip((None, *dimensions), dimensions, strict=False):
        of = computed.cells[dimension]
        cells = [recalled.cell(dimension, cell) for cell in of]
        parents, ranges = recalled.parents_before(above, of), recalled.ranges_of_parents(above, of)
        levels.append(Level(cells, parents, ranges))
    return levels


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A crosswalk's categories that no licence forbids to show, and the keys of those that one forbids."""

    dimension: Dimension
    categories: Sequence[Category]
    licensed: frozenset[str]

    def shares_of(self, measure: str) -> dict[str, Decimal]:
        """The shares of a measure by category."""
        return {one.cell.key: one.shares[measure] for one in self.categories if measure in one.shares}


def _unlicensed(computed: ComputedValue, levels: Sequence[Level]) -> list[tuple[GroupedCell, Cell]]:
    """The measures that no licence forbids to show, each with what is known of it from before."""
    pairs = zip(computed.cells[_MEASURES], levels[-1].cells, strict=True)
    return [(cell, one) for cell, one in pairs if not cell.is_licensed]


def _schemes(computed: ComputedValue, recalled: Recalled, levels: Sequence[Level]) -> list[_Scheme]:
    measures = _unlicensed(computed, levels)
    found = []
    for code, scheme in sorted(computed.schemes.items()):
        dimension = Dimension("crosswalk", scheme=code)
        cells = computed.cells[dimension]
        licensed = frozenset(cell.key for cell in cells if cell.is_licensed)
        by_category: dict[str, dict[str, Decimal]] = {cell.key: {} for cell in cells}
        for cell, _ in measures:
            for key, share in scheme.shares_of(cell.qualifier, cell.key.partition("~")[0]).items():
                by_category.get(key, {})[cell.key] = share
        categories = [
            Category(
                recalled.category(
                    dimension, key, [(one, shares[one.key]) for _, one in measures if one.key in shares]
                ),
                shares,
                is_shown=True,
            )
            for key, shares in sorted(by_category.items())
            if key not in licensed
        ]
        found.append(_Scheme(dimension, categories, licensed))
    return found


def _withheld_of_schemes(
    computed: ComputedValue,
    recalled: Recalled,
    levels: Sequence[Level],
    schemes: Sequence[_Scheme],
    withheld: Mapping[Dimension, frozenset[str]],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> dict[Dimension, frozenset[str]]:
    """The schemes' withheld cells, one scheme after another: each adds to what those before it tell."""
    measures = _unlicensed(computed, levels)
    [dimensions] = [of for of in _HIERARCHIES if _MEASURES in of]
    hidden_levels = [withheld[dimension] for dimension in dimensions]
    block_in = _block_in(computed, withheld)
    blocks: Blocks = {}
    beside: list[Category] = []
    found: dict[Dimension, frozenset[str]] = {}
    for scheme in schemes:
        cells = {one.cell.key: one.cell for one in scheme.categories}
        hidden = []
        for cell, one in measures:
            if cell.key in withheld[_MEASURES] and one.size > 0:
                block = blocks.get(cell.key) or block_in(cell)
                shares = scheme.shares_of(cell.key)
                hidden.append(HiddenMeasure(cell.key, block, one.contributions, shares))
        kept_back = withheld_categories(list(cells), hidden, agreed, rule)
        if recalled.bits:
            kept_back |= told_over_time(list(cells.values()), recalled.bits, kept_back, agreed, rule)
        kept_back = categories_over_time(
            levels, hidden_levels, (beside, scheme.categories), kept_back, agreed, rule, told_too_well
        )
        beside += [replace(one, is_shown=one.cell.key not in kept_back) for one in scheme.categories]
        blocks = blocks_after(hidden, list(cells), kept_back)
        found[scheme.dimension] = scheme.licensed | kept_back
    return found


def _block_in(
    computed: ComputedValue, withheld: Mapping[Dimension, frozenset[str]]
) -> Callable[[GroupedCell], Hashable]:
    """What gives a withheld measure's block: the closest cell above it that is shown."""
    outcomes, themes = Dimension("outcome"), Dimension("theme")
    theme_of = {cell.key: cell.parent for cell in computed.cells[outcomes]}

    def block(measure: GroupedCell) -> Hashable:
        parents = measure.parent, theme_of[measure.parent]
        return block_of(parents, withheld[outcomes], withheld[themes])

    return block


def organisations_agreed(
    memberships: Iterable[Membership], reports: Iterable[StandingReport], window: Period
) -> frozenset[UUID]:
    """The organisations that agreed to be named.

    Members agree in every membership that shares days with the window; whoever else delivers (a supplier, a
    grant holder, a signatory) agrees in every report of the window.
    """
    agreed: set[UUID] = set()
    refused: set[UUID] = set()
    for membership in memberships:
        ended_before = membership.valid_to is not None and membership.valid_to < window.start
        if membership.valid_from > window.end or ended_before:
            continue
        (agreed if membership.named_totals_agreed else refused).add(membership.organisation_id)
    members = agreed | refused
    for report in reports:
        if report.organisation_id not in members:
            (agreed if report.named_totals_agreed else refused).add(report.organisation_id)
    return frozenset(agreed - refused)
