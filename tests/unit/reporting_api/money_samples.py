"""Generated programmes of organisations that deliver value, and what is published of them in pounds.

One fixed hierarchy: five themes of two to four outcomes each, and three bands of need with three areas each.
The publications: the first quarter, the second, the half-year, and the first quarter again after two or nine
organisations reported late. Twenty-four organisations deliver, a quarter of them named by agreement.

One line of an outcome has no range until it is corrected, before the last publication. The
outcomes are mapped to five categories of another system as well, whole or in shares.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random  # noqa: TID251 - generated tables, the same for the same seed
from uuid import UUID

from reporting_api.domain.crosswalk_disclosure import (
    HiddenMeasure,
    block_of,
    category_cell,
    told_over_time,
    withheld_categories,
)
from reporting_api.domain.disclosure import NOW, Cell, Contributions, DisclosureRule, merged
from reporting_api.domain.disclosure import Level as Table
from reporting_api.domain.disclosure_audit import categories_over_time, withheld_over_time
from reporting_api.domain.disclosure_table import Category
from reporting_api.use_cases.linear_programmes import told_too_well

RULE = DisclosureRule(3, Decimal(10), "test")
ORGANISATIONS = [UUID(int=number) for number in range(1, 25)]
NAMED = frozenset(ORGANISATIONS[::4])
NOBODY_HIDES: frozenset[UUID] = frozenset()
HIERARCHIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "theme": {f"t{theme}": tuple(f"t{theme}o{n}" for n in range(2 + theme % 3)) for theme in range(5)},
    "band": {f"b{band}": tuple(f"b{band}a{n}" for n in range(3)) for band in range(3)},
}
FIGURES = (
    *("delivered", "delivered social", "delivered local", "delivered fiscal"),
    *("validated", "committed", "delivered low", "delivered high"),
)
"""A figure, its parts, another, what is in force on a publication's last day, and the range of the first."""
OF_RANGE = ("delivered low", "delivered high")
_HALF, _WHOLE, _QUARTER = Decimal("0.5"), Decimal(1), Decimal("0.25")
_SHARES: tuple[Mapping[str, Decimal], ...] = (
    *({"c0": _WHOLE}, {"c0": _HALF, "c1": _HALF}, {"c1": _WHOLE}, {"c2": _WHOLE}),
    *({"c2": _QUARTER, "c3": 3 * _QUARTER}, {"c3": _WHOLE}, {"c4": _WHOLE}),
)
"""The shares of outcomes in categories, one after the other and again."""
PUBLICATIONS = 4
Leaf = str
Layer = str
"""When a pound was told of: in the first quarter, late for it, or in the second."""

COUNTED: tuple[frozenset[Layer], ...] = (
    frozenset({"first"}),
    frozenset({"second"}),
    frozenset({"first", "second"}),
    frozenset({"first", "late"}),
)
"""The layers that each publication counts: the half-year went out before the late reports came."""
IN_FORCE: tuple[frozenset[Layer], ...] = (
    frozenset({"first"}),
    frozenset({"first", "second"}),
    frozenset({"first", "second"}),
    frozenset({"first", "late"}),
)
"""The same of commitments: what was promised in the first quarter is in force in the second too."""


def counted(number: int, figure: str) -> frozenset[Layer]:
    """The layers of a figure that a publication counts."""
    return (IN_FORCE if figure == "committed" else COUNTED)[number]


@dataclass(frozen=True)
class Level:
    """One grouping of a publication: its cells, the keys of those withheld, and those that show a range."""

    cells: tuple[Cell, ...]
    withheld: frozenset[str]
    ranged: frozenset[str]


@dataclass(frozen=True)
class Programme:
    """Who contributed what to which leaf, and what was published of it, in order."""

    hierarchy: Mapping[str, tuple[str, ...]]
    truth: Mapping[tuple[Leaf, Layer], Contributions]
    published: tuple[tuple[Level, Level], ...]
    """For each publication the level above and the level of leaves."""
    rangeless: frozenset[Leaf]
    """The leaves with a line that had no range until it was corrected."""
    categories: tuple[Level, ...] = ()
    """For each publication the categories of the other system; none where leaves are mapped to none."""


def programmes(
    seed: int,
    *,
    named: frozenset[UUID] = NAMED,
    with_memory: bool = True,
    with_ranges: bool = True,
    with_categories: bool = True,
    uneven_ranges: bool = False,
) -> Iterator[Programme]:
    """A generated programme, by theme and outcome and by band and area.

    `named` are those whom the protection takes to be known; without memory each publication is protected by
    itself; without ranges or categories these are published all the same, and not protected. Where ranges are
    uneven every third organisation's least is nothing.
    """
    rng = Random(seed)
    for hierarchy in HIERARCHIES.values():
        truth, rangeless = _truth(rng, hierarchy, uneven_ranges=uneven_ranges)
        published: list[tuple[Level, Level]] = []
        categories: list[Level] = []
        for number in range(PUBLICATIONS):
            told = _Told(hierarchy, truth, rangeless, number, named, with_ranges=with_ranges)
            before = (published, categories) if with_memory else ([], [])
            levels, cells = _levels(told, before[0]), _category_cells(told, before)
            published.append(_publication(told, levels, cells if with_categories else []))
            if cells:
                found = _categories(told, levels, cells, published, len(before[1]))
                categories.append(found if with_categories else replace(found, withheld=frozenset()))
        yield Programme(hierarchy, truth, tuple(published), rangeless, tuple(categories))


def shares_of(hierarchy: Mapping[str, tuple[str, ...]], category: str) -> dict[Leaf, Decimal]:
    """The leaves of which a share belongs to a category."""
    leaves = [leaf for of in hierarchy.values() for leaf in of]
    shares = {leaf: _SHARES[place % len(_SHARES)] for place, leaf in enumerate(leaves)}
    return {leaf: of[category] for leaf, of in shares.items() if category in of}


@dataclass(frozen=True)
class _Told:
    """What a publication is made of."""

    hierarchy: Mapping[str, tuple[str, ...]]
    truth: Mapping[tuple[Leaf, Layer], Contributions]
    rangeless: frozenset[Leaf]
    number: int
    named: frozenset[UUID]
    with_ranges: bool

    def has_range(self, leaves: Collection[Leaf]) -> bool:
        """Whether every line of these leaves has a range in the publication."""
        return self.number == PUBLICATIONS - 1 or not (
            self.rangeless & set(leaves) and "first" in COUNTED[self.number]
        )


def bits_of(layer: Layer, number: int, remembered: int, figure: str) -> int:
    """The bits of the publications that count a layer: of the one in hand, and of those that it remembers."""
    found = NOW if layer in counted(number, figure) else 0
    for back in range(remembered):
        found |= (NOW << (number - back)) if layer in counted(back, figure) else 0
    return found


def _levels(told: _Told, before: list[tuple[Level, Level]]) -> list[Table]:
    """The cells of a publication's two groupings, and what publications before showed of those above them."""
    leaves = {leaf: parent for parent, of in told.hierarchy.items() for leaf in of}
    below = [_cell(told, leaf, parent, [leaf], [of[1] for of in before]) for leaf, parent in leaves.items()]
    above = [_cell(told, key, "", list(of), [of[0] for of in before]) for key, of in told.hierarchy.items()]
    every = sum(NOW << (told.number - back) for back in range(len(before)))
    shown_above: dict[str | None, int] = {cell.key: cell.shown_before for cell in above}
    ranged_above: dict[str | None, int] = {
        cell.key: max((cell.ranges_before or {}).values()) for cell in above
    }
    whole = sum(
        NOW << (told.number - back) for back, (of, _) in enumerate(before) if len(of.ranged) == len(of.cells)
    )
    return [Table(above, {"": every}, {"": whole}), Table(below, shown_above, ranged_above)]


def _publication(told: _Told, levels: list[Table], categories: list[Category]) -> tuple[Level, Level]:
    hidden, hidden_below = withheld_over_time(levels, told.named, RULE, told_too_well, categories)
    above, below = (tuple(level.cells) for level in levels)
    ranged = frozenset(cell.key for cell in below if told.has_range([cell.key]))
    shows_range = frozenset(key for key, of in told.hierarchy.items() if told.has_range(of))
    return Level(above, hidden, shows_range), Level(below, hidden_below, ranged)


def _category_cells(told: _Told, before: tuple[list[tuple[Level, Level]], list[Level]]) -> list[Category]:
    """The categories of outcomes, all shown; areas have none."""
    if "t0" not in told.hierarchy:
        return []
    published, categories = before
    by_key = {cell.key: cell for cell in _levels(told, published)[1].cells}
    return [
        Category(
            category_cell(
                key,
                [(by_key[leaf], share) for leaf, share in shares.items()],
                *_before(told, key, categories),
            ),
            shares,
            is_shown=True,
        )
        for key in sorted({category for of in _SHARES for category in of})
        for shares in [shares_of(told.hierarchy, key)]
    ]


def _categories(
    told: _Told,
    levels: list[Table],
    categories: list[Category],
    published: list[tuple[Level, Level]],
    remembered: int,
) -> Level:
    """The categories of a publication, protected as a scheme's are."""
    outcomes = published[-1][1]
    by_key = {category.cell.key: category.cell for category in categories}
    hidden_above = published[-1][0].withheld
    hidden = [
        HiddenMeasure(
            cell.key,
            block_of((cell.key, str(cell.parent)), [cell.key], hidden_above),
            cell.contributions,
            {one.cell.key: one.shares[cell.key] for one in categories if cell.key in one.shares},
        )
        for cell in outcomes.cells
        if cell.key in outcomes.withheld
    ]
    kept_back = withheld_categories(list(by_key), hidden, told.named, RULE)
    if remembered:
        every = sum(NOW << (told.number - back) for back in range(remembered))
        kept_back |= told_over_time(list(by_key.values()), every, kept_back, told.named, RULE)
    withheld = [level.withheld for level in published[-1]]
    kept_back = categories_over_time(
        levels, withheld, ([], categories), kept_back, told.named, RULE, told_too_well
    )
    ranged = frozenset(one.cell.key for one in categories if told.has_range(one.shares))
    return Level(tuple(by_key.values()), kept_back, ranged)


def _before(told: _Told, key: str, before: list[Level]) -> tuple[int, dict[str, int]]:
    """The bits of the publications before that showed a cell, and of those that showed its range."""
    bits = {back: NOW << (told.number - back) for back in range(len(before))}
    shown = {back: bit for back, bit in bits.items() if key not in before[back].withheld}
    ranged = sum(bit for back, bit in shown.items() if key in before[back].ranged)
    return sum(shown.values()), dict.fromkeys(OF_RANGE, ranged)


def _cell(told: _Told, key: str, parent: str, leaves: list[str], before: list[Level]) -> Cell:
    spans: dict[int, list[Contributions]] = {}
    untold: dict[int, list[Contributions]] = {}
    shows_range = told.with_ranges and told.has_range(leaves)
    for (leaf, layer), of in told.truth.items():
        for figure in FIGURES if leaf in leaves else ():
            if of[figure] and (bits := bits_of(layer, told.number, len(before), figure)):
                into = spans if shows_range or figure not in OF_RANGE else untold
                into.setdefault(bits, []).append({figure: of[figure]})
    earlier = {bits: merged(of) for bits, of in spans.items()}
    ranges_earlier = {bits: merged(of) for bits, of in untold.items() if told.with_ranges}
    now = merged(of for bits, of in earlier.items() if bits & NOW)
    shown, ranges = _before(told, key, before)
    return Cell(key, parent, now, False, earlier, shown, ranges, ranges_earlier)


_Truth = dict[tuple[Leaf, Layer], dict[str, dict[UUID, int]]]


def _truth(
    rng: Random, hierarchy: Mapping[str, tuple[str, ...]], *, uneven_ranges: bool
) -> tuple[_Truth, frozenset[Leaf]]:
    """Pence of each organisation in each leaf and layer, and the leaves with a line without a range at first.

    An organisation works in a third to all of the leaves.
    """
    leaves = [leaf for of in hierarchy.values() for leaf in of]
    late = frozenset(ORGANISATIONS[5 : rng.choice((7, 14))])
    sizes = {who: rng.lognormvariate(11, 1.0) for who in ORGANISATIONS}
    weights = {leaf: rng.lognormvariate(0, 0.5) for leaf in leaves}
    # A range is that of a measure's figure; areas mix measures.
    lows = {leaf: rng.uniform(0.4, 0.9) for leaf in leaves}
    # Nobody who reads knows where nothing is: every leaf has every layer.
    found: _Truth = {
        (leaf, layer): {figure: {} for figure in FIGURES}
        for leaf in leaves
        for layer in ("first", "late", "second")
    }
    for who in ORGANISATIONS:
        active = [leaf for leaf in leaves if rng.random() < sizes_share(who)]
        layers = ("late", "second") if who in late else ("first", "second")
        for leaf in active:
            for layer in layers:
                pence = int(sizes[who] * weights[leaf] * rng.uniform(0.5, 1.5))
                accepted = int(pence * rng.uniform(0.6, 1.0))
                found[leaf, layer]["delivered"][who] = pence
                found[leaf, layer]["validated"][who] = accepted
                social = _social(leaf, who, pence)
                found[leaf, layer]["delivered social"][who] = social
                found[leaf, layer]["delivered local"][who] = pence - social
                found[leaf, layer]["delivered fiscal"][who] = social * (2 + who.int % 3) // 10
                found[leaf, layer]["committed"][who] = pence * (4 + who.int % 2)
                low = lows[leaf] if leaf.startswith("t") else lows[leaf] * rng.uniform(0.95, 1.05)
                low = 0.0 if uneven_ranges and who.int % 3 == 2 else low
                found[leaf, layer]["delivered low"][who] = int(pence * low)
                found[leaf, layer]["delivered high"][who] = int(pence * (2 - lows[leaf]))
    rangeless = frozenset(rng.sample(leaves, 1) if "t0" in hierarchy else [])
    for leaf in sorted(rangeless):
        _without_range(found[leaf, "first"], found[leaf, "late"])
    return found, rangeless


def _without_range(first: dict[str, dict[UUID, int]], late: dict[str, dict[UUID, int]]) -> None:
    """Let one organisation's line have no range until it is corrected: its pounds stay as they were."""
    who = min(first["delivered low"], default=None)
    for figure in OF_RANGE:
        if who is not None:
            late[figure][who] = first[figure].pop(who)


def _social(leaf: Leaf, who: UUID, pence: int) -> int:
    """The social component: an outcome is of one component, an area has both of everybody who works there."""
    if leaf.startswith("t"):
        return 0 if leaf.endswith("o0") else pence
    return pence * (7 + who.int % 3) // 10


def sizes_share(who: UUID) -> float:
    """How likely an organisation works in a leaf: from a fifth on."""
    return 0.2 + (who.int % 5) / 9
