"""Disclosure control for published groupings: which cells are withheld so that nobody's own figures show.

Organisations that agreed to be named publish their own figures: they hide nobody, and the rules hold for what
is left after them. A cell is unsafe when fewer organisations than the rule's minimum are left in one of its
figures, or when the largest of them can be estimated too well: what the two largest leave is less than p % of
the largest (the p % rule). It is safe when nobody is left.

A withheld cell is protected against subtraction from the total above it: cells beside it are withheld too
until what is withheld together is safe, and everything below a withheld cell is withheld. The same holds
across publications: see `spans`, and `disclosure_audit` for cells that are shown later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal
from uuid import UUID

from reporting_api.domain.spans import classes

CUSTOMARY_MINIMUM_PEOPLE = 10
"""Below so many people a count is customarily withheld; a setting of the programme, fixed by no law."""

Contributions = Mapping[str, Mapping[UUID, int]]
"""Pence by contributor, for each figure."""

NOW = 1
"""The bit that stands for the publication in hand; those before it have the bits above."""

RANGE = (" low", " high")
"""How the names of figures end that are the least and the most of another."""

NOBODY: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """The thresholds in force, and where they come from."""

    minimum_organisations: int
    dominance_percent: Decimal
    source: str
    minimum_people: int = CUSTOMARY_MINIMUM_PEOPLE
    """A published count of people below it is withheld, zero included."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grouping with who contributes what; `parent` is the cell that it is a part of."""

    key: str
    parent: str | None
    contributions: Contributions
    is_licensed: bool = False
    """Whether a licence forbids showing it, whoever contributes."""
    earlier: Mapping[int, Contributions] = field(default_factory=dict)
    """The same contributions, and those of the publications before, by which publications count them."""
    shown_before: int = 0
    """The bits of the publications before that showed the cell."""
    ranges_before: Mapping[str, int] | None = None
    """By figure of a range the bits of those that showed it: a cell may show pounds without their range.

    None where every publication that showed the cell showed all of it.
    """
    ranges_earlier: Mapping[int, Contributions] = field(default_factory=dict)
    """What `earlier` would hold of ranges that the cell does not show now: publications before may have."""

    @property
    def size(self) -> int:
        """How much it would be missed: the sum of its figures."""
        return _size(self.contributions)

    @property
    def spans(self) -> Mapping[int, Contributions]:
        """Who contributes what, by the bits of the publications in which it counts.

        A reader of several publications who adds and subtracts what they show comes to sums over spans: a
        quarter out of a half-year and the other quarter, what came late out of a restatement.
        """
        return self.earlier or {NOW: self.contributions}

    def shown_of(self, figure: str) -> int:
        """The bits of the publications before that showed a figure of the cell."""
        if self.ranges_before is None or not figure.endswith(RANGE):
            return self.shown_before
        return self.ranges_before.get(figure, 0)


@dataclass(frozen=True, slots=True)
class Level:
    """The cells of a grouping, and the bits of the publications before that showed each cell above them."""

    cells: Sequence[Cell]
    parents_before: Mapping[str | None, int] = field(default_factory=dict)
    ranges_before: Mapping[str | None, int] | None = None
    """The bits of those that showed a range of each cell above them; where none, as many as showed it."""


def withheld_levels(
    levels: Sequence[Level],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
    kept: Sequence[Collection[str]] = (),
) -> list[frozenset[str]]:
    """The keys that are not shown of each of several groupings, of which each divides the cells of the last.

    Where cells cannot be protected although everything beside them is withheld, the cell above is too. `kept`
    cells of each are withheld whatever they hold.
    """
    exposing: list[set[str]] = [set(kept[index]) if kept else set() for index in range(len(levels))]
    fragile = fragile_cells(levels, agreed, rule)
    while True:
        found: list[frozenset[str]] = []
        for level, more, weak in zip(levels, exposing, fragile, strict=True):
            above = found[-1] if found else frozenset()
            found.append(withheld_cells(level, above, agreed, rule, more, weak))
        before = sum(map(len, exposing))
        for index in range(1, len(levels)):
            shown = {cell.parent for cell in levels[index].cells if cell.parent} - found[index - 1]
            exposing[index - 1] |= {
                parent
                for parent in shown
                if _exposes(levels[index], parent, found[index], fragile[index], agreed, rule)
            }
        if sum(map(len, exposing)) == before:
            return found


def fragile_cells(
    levels: Sequence[Level], agreed: frozenset[UUID], rule: DisclosureRule
) -> list[frozenset[str]]:
    """For each level the cells that have an unsafe one somewhere below them."""
    found: list[frozenset[str]] = [frozenset()]
    for level in reversed(levels[1:]):
        weak = {
            cell.parent
            for cell in level.cells
            if cell.parent
            and (
                cell.key in found[0]
                or not is_group_safe(cell.contributions, agreed, rule)
                or is_told_apart(cell, agreed, rule)
            )
        }
        found.insert(0, frozenset(weak))
    return found


def _exposes(
    level: Level,
    parent: str,
    withheld: frozenset[str],
    fragile: frozenset[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> bool:
    """Whether a shown cell gives away what is withheld below it."""
    siblings = [cell for cell in level.cells if cell.parent == parent]
    classes = parts_told(level, parent, agreed)
    return not all(_is_protected(parts, withheld, siblings, agreed, rule, fragile) for parts in classes)


def parts_told(level: Level, parent: str | None, agreed: frozenset[UUID]) -> list[dict[str, Contributions]]:
    """What of the cells under a shown one is told as one sum, for each sum that readers can come to.

    Of each cell it is what was never shown of it, of those who are not named alone; nothing of licensed ones
    is left out.
    """
    siblings = [cell for cell in level.cells if cell.parent == parent]
    pounds = level.parents_before.get(parent, 0) | NOW
    ranges = pounds if level.ranges_before is None else level.ranges_before.get(parent, 0) | NOW
    return [
        _of_class(siblings, left, bits, agreed, of_range=of_range)
        for bits, of_range in ((pounds, False), (ranges, True))
        for left in _counted_now(siblings, bits)
    ]


def withheld_cells(
    level: Level,
    withheld_parents: frozenset[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
    exposing: Collection[str] = (),
    fragile: Collection[str] = (),
) -> frozenset[str]:
    """The keys of a grouping's cells that are not shown, given those withheld in the grouping above it.

    `exposing` cells would give away what is withheld, `fragile` ones have unsafe ones below them.
    """
    cells = level.cells
    withheld = {
        cell.key
        for cell in cells
        if cell.is_licensed
        or cell.key in exposing
        or cell.parent in withheld_parents
        or not is_group_safe(cell.contributions, agreed, rule)
        or is_told_apart(cell, agreed, rule)
    }
    for parent in {cell.parent for cell in cells} - withheld_parents:
        withheld |= _secondary(level, parent, withheld, agreed, rule, fragile)
    return frozenset(withheld)


def is_group_safe(contributions: Contributions, agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    """Whether figures with these contributors may be shown together."""
    return not any(why_unsafe(figure, agreed, rule) for figure in contributions.values())


def merged(parts: Iterable[Contributions]) -> Contributions:
    """The contributions of several cells taken together."""
    whole: dict[str, dict[UUID, int]] = {}
    for part in parts:
        for figure, by_organisation in part.items():
            target = whole.setdefault(figure, {})
            for organisation, pence in by_organisation.items():
                target[organisation] = target.get(organisation, 0) + pence
    return whole


def is_told_apart(cell: Cell, agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    """Whether showing the cell now, beside what was shown of it before, tells something unsafe of it."""
    if not cell.shown_before:
        return False
    figures: dict[int, set[str]] = {}
    for name in {name for of in cell.spans.values() for name in of}:
        figures.setdefault(cell.shown_of(name), set()).add(name)
    return any(
        not is_group_safe({name: of for name, of in part.items() if name in names}, agreed, rule)
        for shown, names in figures.items()
        for part in _told_anew(cell, shown)
    )


def _told_anew(cell: Cell, shown: int) -> Iterator[Contributions]:
    """The sums that showing the cell now tells, beside what publications of these bits showed of it."""
    known = {spans for bits, spans in classes(cell.spans, shown).items() if bits}
    for bits, spans in classes(cell.spans, shown | NOW).items():
        if shown and bits and spans not in known:
            yield merged(cell.spans[span] for span in spans)


def _secondary(
    level: Level,
    parent: str | None,
    withheld: set[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
    fragile: Collection[str],
) -> set[str]:
    """Further cells beside withheld ones until all of these are safe: the smallest that does, if one does."""
    siblings = [cell for cell in level.cells if cell.parent == parent]
    found = parts_told(level, parent, agreed)
    hidden = {cell.key for cell in siblings} & withheld
    before = -1
    # What one class needs may burden another: they are looked at until none needs anything.
    while len(hidden) != before:
        before = len(hidden)
        for parts in found:
            shown = sorted(parts.keys() - hidden, key=lambda cell: (_size(parts[cell]), cell))
            while shown and not _is_protected(parts, hidden, siblings, agreed, rule, fragile):
                enough = (
                    cell
                    for cell in shown
                    if _is_protected(parts, hidden | {cell}, siblings, agreed, rule, fragile)
                )
                chosen = next(enough, shown[0])
                shown.remove(chosen)
                hidden.add(chosen)
            if not _is_protected(parts, hidden, siblings, agreed, rule, fragile):
                hidden |= _company(siblings, parts.keys() & hidden, hidden, agreed)
    return hidden - withheld


def _company(
    siblings: Sequence[Cell], alone: Collection[str], hidden: Collection[str], agreed: frozenset[UUID]
) -> set[str]:
    """A cell to withhold beside one that has nothing beside it, so that where its sum belongs stays open."""
    shown = [
        cell
        for cell in siblings
        if cell.key not in hidden and _size(_unnamed(cell.contributions, agreed)) > 0
    ]
    if len(alone) != 1 or len(hidden) > 1 or not shown:
        return set()
    return {min(shown, key=lambda cell: (cell.size, cell.key)).key}


def _counted_now(siblings: Sequence[Cell], bits: int) -> list[int]:
    """The classes of spans that the publication in hand counts, as publications of these bits tell them."""
    return sorted({span & bits for cell in siblings for span in cell.spans if span & NOW})


def _of_class(
    siblings: Sequence[Cell], left: int, bits: int, agreed: frozenset[UUID], *, of_range: bool
) -> dict[str, Contributions]:
    """What of each cell, ranges or all else, is of one class of spans and never shown, without the named."""
    found = {}
    for cell in siblings:
        spans = [span for span in cell.spans if span & bits == left]
        part = merged(_never_shown(cell, span, of_range=of_range) for span in spans)
        part = part if cell.is_licensed else _unnamed(part, agreed)
        if _size(part):
            found[cell.key] = part
    return found


def _never_shown(cell: Cell, span: int, *, of_range: bool) -> Contributions:
    """What of a span no publication before showed."""
    return {
        figure: of
        for figure, of in cell.spans[span].items()
        if figure.endswith(RANGE) == of_range and not span & cell.shown_of(figure)
    }


def _is_protected(
    parts: Mapping[str, Contributions],
    hidden: Collection[str],
    siblings: Sequence[Cell],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
    fragile: Collection[str],
) -> bool:
    """Whether the sum of what is withheld in a class, which anybody can work out, gives nothing away.

    Each unsafe part needs room, and each with unsafe ones below it: room for the whole is room for its parts.
    """
    withheld = {key: part for key, part in parts.items() if key in hidden}
    licensed = {cell.key for cell in siblings if cell.is_licensed}
    if len(withheld) == 1 and withheld.keys() & licensed:
        return False
    if not is_group_safe(merged(withheld.values()), NOBODY, rule):
        return False
    weak = {cell.key: weak_figures(cell, agreed, rule) for cell in siblings if cell.key in withheld}
    return all(
        has_room(needy, merged(other for name, other in withheld.items() if name != key), rule)
        for key, part in withheld.items()
        if (needy := needing_room(part, rule, part if key in fragile else weak[key]))
    )


def weak_figures(cell: Cell, agreed: frozenset[UUID], rule: DisclosureRule) -> frozenset[str]:
    """The figures of which publications before counted something unsafe as well, and none showed it.

    It was protected then, and a sum with what came since must not tell it now.
    """
    return frozenset(
        figure
        for span, contributions in cell.spans.items()
        if span & NOW and span != NOW
        for figure, of in contributions.items()
        if not span & cell.shown_of(figure) and why_unsafe(of, agreed, rule)
    )


def needing_room(part: Contributions, rule: DisclosureRule, weak: Collection[str]) -> Contributions:
    """The figures of a withheld part that must not be estimated: the unsafe ones, and `weak` ones."""
    return {figure: of for figure, of in part.items() if figure in weak or why_unsafe(of, NOBODY, rule)}


def has_room(part: Contributions, rest: Contributions, rule: DisclosureRule) -> bool:
    """Whether what is withheld beside a part leaves it p % of room, whoever of the rest looks."""
    return all(
        (_total(beside := rest.get(figure, {})) - max(map(abs, beside.values()), default=0)) * 100
        >= rule.dominance_percent * _total(of)
        for figure, of in part.items()
    )


def _unnamed(contributions: Contributions, agreed: frozenset[UUID]) -> Contributions:
    """Without those who publish their figures themselves, and without nothing."""
    return {
        figure: {who: pence for who, pence in of.items() if pence != 0 and who not in agreed}
        for figure, of in contributions.items()
    }


def _size(contributions: Contributions) -> int:
    return sum(_total(figure) for figure in contributions.values())


def _total(by_organisation: Mapping[UUID, int]) -> int:
    return sum(abs(pence) for pence in by_organisation.values())


def why_unsafe(
    by_organisation: Mapping[UUID, int], agreed: frozenset[UUID], rule: DisclosureRule
) -> Literal["too_few", "dominated"] | None:
    """Why pence of these contributors may not be told as one sum, or none."""
    left = [abs(pence) for who, pence in by_organisation.items() if pence != 0 and who not in agreed]
    if not left:
        return None
    if len(left) < rule.minimum_organisations:
        return "too_few"
    *rest, _, largest = sorted(left)
    return "dominated" if sum(rest) * 100 < rule.dominance_percent * largest else None
