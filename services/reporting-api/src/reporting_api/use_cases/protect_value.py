"""Applying disclosure control to a computed value: which cells of which grouping are withheld."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.crosswalk_disclosure import (
    Blocks,
    block_of,
    blocks_after,
    parts_hidden,
    told_over_time,
    withheld_categories,
)
from reporting_api.domain.disclosure import (
    NOW,
    DisclosureRule,
    Level,
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
_MEASURES = Dimension("measure")
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
            parents, ranges = recalled.parents_before(above, of), recalled.ranges_of_parents(above, of)
            levels.append(Level(cells, parents, ranges))
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
    measures = [
        (cell, recalled.cell(_MEASURES, cell)) for cell in computed.cells[_MEASURES] if not cell.is_licensed
    ]
    block_in = _block_in(computed, recalled, withheld)
    blocks: Blocks = {}
    found: dict[Dimension, frozenset[str]] = {}
    for code, scheme in sorted(computed.schemes.items()):
        dimension = Dimension("crosswalk", scheme=code)
        cells = computed.cells[dimension]
        licensed = frozenset(cell.key for cell in cells if cell.is_licensed)
        keys = frozenset(cell.key for cell in cells) - licensed
        shares = {
            cell.key: {
                key: share
                for key, share in scheme.shares_of(cell.qualifier, cell.key.partition("~")[0]).items()
                if key in keys
            }
            for cell, _ in measures
        }
        categories = {
            key: recalled.category(
                dimension,
                key,
                [(one, shares[one.key][key]) for _, one in measures if key in shares[one.key]],
            )
            for key in sorted(keys)
        }
        hidden = [
            replace(part, block=blocks.get(part.key, part.block))
            for cell, one in measures
            for part in parts_hidden(
                one,
                cell.key not in withheld[_MEASURES],
                partial(block_in, cell),
                shares[cell.key],
                categories,
            )
            if part.size > 0
        ]
        kept_back = withheld_categories(keys, hidden, agreed, rule)
        if recalled.bits:
            kept_back |= told_over_time(list(categories.values()), recalled.bits, kept_back, agreed, rule)
        blocks = blocks_after(hidden, keys, kept_back)
        found[dimension] = licensed | kept_back
    return found


def _block_in(
    computed: ComputedValue, recalled: Recalled, withheld: Mapping[Dimension, frozenset[str]]
) -> Callable[[GroupedCell, int], Hashable]:
    """What gives a measure's block in a span: the closest cell above that a publication of the span shows."""
    outcomes, themes = Dimension("outcome"), Dimension("theme")
    theme_of = {cell.key: cell.parent for cell in computed.cells[outcomes]}

    def hidden(dimension: Dimension, key: str, span: int) -> Collection[str]:
        bits = recalled.shown_bits(dimension, key) | (0 if key in withheld[dimension] else NOW)
        return () if bits & span else (key,)

    def block(measure: GroupedCell, span: int) -> Hashable:
        outcome, theme = measure.parent, theme_of[measure.parent]
        return block_of((outcome, theme), hidden(outcomes, outcome, span), hidden(themes, theme, span)), span

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
