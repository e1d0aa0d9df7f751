"""Applying disclosure control to a computed value: which cells of which grouping are withheld."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.crosswalk_disclosure import (
    Blocks,
    HiddenMeasure,
    block_of,
    blocks_after,
    withheld_categories,
)
from reporting_api.domain.disclosure import (
    Cell,
    DisclosureRule,
    Level,
    is_told_apart,
    withheld_cells,
    withheld_levels,
)
from reporting_api.domain.exposures import Exposure, exposures
from reporting_api.domain.groupings import GroupedCell
from reporting_api.domain.obligations import Membership, StandingReport
from reporting_api.use_cases.compute_value import ComputedValue, Dimension
from reporting_api.use_cases.recall_publications import Recalled

# In each, a grouping comes after the one whose cells it divides.
_HIERARCHIES: Sequence[Sequence[Dimension]] = (
    (Dimension("theme"), Dimension("outcome"), Dimension("measure")),
    (Dimension("organisation", "delivered_by"),),
    (Dimension("organisation", "commissioned_by"),),
    (Dimension("need_band"), Dimension("decile"), Dimension("area")),
    (Dimension("route"),),
)
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
    withheld: dict[Dimension, frozenset[str]] = {}
    exposed: list[tuple[Dimension, Exposure]] = []
    for dimensions in _HIERARCHIES:
        levels = []
        for above, dimension in zip((None, *dimensions), dimensions, strict=False):
            of = computed.cells[dimension]
            cells = [recalled.cell(dimension, cell) for cell in of]
            levels.append(Level(cells, recalled.parents_before(above, of)))
        hidden = withheld_levels(levels, agreed, rule)
        withheld |= zip(dimensions, hidden, strict=True)
        exposed += ((dimensions[one.level], one) for one in exposures(levels, hidden, agreed, rule))
    return Protection(withheld | _withheld_of_crosswalks(computed, recalled, withheld, agreed, rule), exposed)


def _withheld_of_crosswalks(
    computed: ComputedValue,
    recalled: Recalled,
    withheld: Mapping[Dimension, frozenset[str]],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> dict[Dimension, frozenset[str]]:
    """The schemes' withheld cells, one scheme after another: each adds to what those before it tell."""
    hidden = _hidden_measures(computed, withheld)
    blocks: Blocks = {cell.key: block for cell, block in hidden}
    found: dict[Dimension, frozenset[str]] = {}
    for code, scheme in sorted(computed.schemes.items()):
        dimension = Dimension("crosswalk", scheme=code)
        cells = computed.cells[dimension]
        licensed = frozenset(cell.key for cell in cells if cell.is_licensed)
        keys = frozenset(cell.key for cell in cells) - licensed
        measures = [
            HiddenMeasure(
                cell.key,
                blocks[cell.key],
                cell.contributions,
                scheme.shares_of(cell.qualifier, cell.key.partition("~")[0]),
            )
            for cell, _ in hidden
        ]
        kept_back = withheld_categories(keys, measures, agreed, rule)
        categories = _categories(computed, recalled, dimension, keys)
        kept_back |= _told_over_time(categories, recalled.bits, kept_back, agreed, rule)
        blocks = blocks_after(measures, keys, kept_back)
        found[dimension] = licensed | kept_back
    return found


def _categories(
    computed: ComputedValue, recalled: Recalled, dimension: Dimension, keys: frozenset[str]
) -> list[Cell]:
    """The categories of a scheme with what publications before told of them; none before the first."""
    if not recalled.bits:
        return []
    measures = Dimension("measure")
    scheme = computed.schemes[str(dimension.scheme)]
    parts: dict[str, list[tuple[Cell, Decimal]]] = {key: [] for key in sorted(keys)}
    for measure in computed.cells[measures]:
        if measure.is_licensed:
            continue
        cell = recalled.cell(measures, measure)
        for key, share in scheme.shares_of(measure.qualifier, measure.key.partition("~")[0]).items():
            if key in parts:
                parts[key].append((cell, share))
    return [recalled.category(dimension, key, of) for key, of in parts.items()]


def _told_over_time(
    categories: list[Cell],
    bits: int,
    kept_back: frozenset[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> frozenset[str]:
    """Categories whose change since they were shown would tell too much, and those withheld beside them."""
    told = {cell.key for cell in categories if is_told_apart(cell, agreed, rule)}
    if not told - kept_back:
        return frozenset()
    return withheld_cells(Level(categories, {"": bits}), frozenset(), agreed, rule, told | kept_back)


def _hidden_measures(
    computed: ComputedValue, withheld: Mapping[Dimension, frozenset[str]]
) -> list[tuple[GroupedCell, Hashable]]:
    """The withheld measures with something to protect, each with the closest shown cell above it."""
    themes, outcomes, measures = (Dimension(by) for by in ("theme", "outcome", "measure"))
    theme_of = {cell.key: cell.parent for cell in computed.cells[outcomes]}
    return [
        (cell, block_of((cell.parent, theme_of[cell.parent]), withheld[outcomes], withheld[themes]))
        for cell in computed.cells[measures]
        if cell.key in withheld[measures] and not cell.is_licensed and cell.for_disclosure.size > 0
    ]


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
