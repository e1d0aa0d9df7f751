"""Which theme totals may show value that rests on licensed figures, so that no unit value can be worked out.

Whoever knows quantities and sees totals can solve for unit values: by dividing, by subtracting one total from
another, or by least squares over many. Three things stand against it.

1. Licensed value shows in publications alone, in the totals of themes and of the whole, and of these only in
   what was delivered and validated. Promises are public or known to rivals (the Charter's register, notices,
   assessment summaries), so that totals of promises could be divided by anybody.
2. What was delivered is known to the parties of a line alone. So a total is shown only when it is *covered*:
   at least three deliverers and three measures add to it, no party knows more than half of it, and one
   measure does not make up nearly all of it. Each component is a total of its own; where one is not covered
   and their sum is, only the sum shows.
3. The difference of two totals must tell no more than a total does: from every licensed total of the theme
   that was shown before, and from the other one shown beside it, a total differs by nothing or by what is
   covered. Windows that share days with one shown before are left out, since several of them together could
   differ by less than any two, and so are windows shorter than a quarter: the fewer totals there are, the
   less can be made of them by averaging.

Where a window that was shown before cannot be shown as it is now, its earlier total stands in: a number that
is known tells nothing new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import FigureName

MINIMUM_DELIVERERS = 3
MINIMUM_MEASURES = 3
MINIMUM_MONTHS = 3
OTHER_MEASURES_PERCENT = 10
"""All measures but the largest come to at least this share of the largest: dividing by the largest one's
quantity, if anybody knew it, would be this far off."""

SHOWABLE: tuple[FigureName, ...] = ("validated", "delivered")
"""The figures that may show licensed value, the one that matters more first."""

Outcome = Literal["included", "as_first_published"]


@dataclass(frozen=True, slots=True)
class TotalKey:
    """One figure of one theme of one framework."""

    theme: str
    framework: str
    figure: FigureName

    def is_beside(self, other: TotalKey) -> bool:
        """Whether both are of one theme, so that one can be subtracted from the other."""
        return (self.theme, self.framework) == (other.theme, other.framework)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a part of a total comes from: who delivers and commissions it, and by which measure."""

    deliverer_id: UUID
    commissioner_id: UUID | None
    activity_id: UUID | None
    """The joint activity whose partners know each other's shares."""
    measure: tuple[str, str]
    """Edition hash and code."""


@dataclass(frozen=True, slots=True)
class Pounds:
    """Pence by component."""

    social_pence: int = 0
    local_pence: int = 0


Parts = Mapping[Source, Pounds]


@dataclass(frozen=True, slots=True)
class ShownTotal:
    """A licensed total that a publication showed, and what it was made of."""

    key: TotalKey
    number: int
    window: Period
    parts: Parts
    is_split: bool
    """Whether it showed its two components beside their sum."""


@dataclass(frozen=True, slots=True)
class LicensedTotal:
    """The licensed part that a figure of a theme shows, and what it is made of."""

    outcome: Outcome
    pounds: Pounds
    parts: Parts
    is_split: bool


def totals_to_show(
    parts_of: Mapping[TotalKey, Parts], window: Period, before: Sequence[ShownTotal]
) -> dict[TotalKey, LicensedTotal]:
    """The licensed totals that a publication of the window may show; the others are left out.

    `before` are all that the place's earlier publications showed, each as it was first included.
    """
    shown: dict[TotalKey, LicensedTotal] = {}
    seen = list(before)
    for key in sorted(parts_of, key=lambda key: (key.theme, key.framework, SHOWABLE.index(key.figure))):
        parts = parts_of[key]
        beside = [total for total in seen if total.key.is_beside(key)]
        first = [total for total in before if total.key == key and total.window == window]
        found = next((split for split in (True, False) if _may_show(parts, window, beside, split)), None)
        if found is not None:
            shown[key] = LicensedTotal("included", sum_of_parts(parts), parts, found)
            seen.append(ShownTotal(key, 0, window, parts, found))
        elif first:
            latest = max(first, key=lambda total: total.number)
            pounds = sum_of_parts(latest.parts)
            shown[key] = LicensedTotal("as_first_published", pounds, latest.parts, latest.is_split)
    return shown


def sum_of_parts(parts: Parts) -> Pounds:
    """All parts together."""
    return Pounds(
        sum(part.social_pence for part in parts.values()), sum(part.local_pence for part in parts.values())
    )


def is_covered(parts: Parts, *, is_split: bool) -> bool:
    """Whether nobody who knows the quantities of some of the parts learns a unit value from their sum.

    With `is_split` the sum of each component is told, without it the sum of both alone. A sum of nothing
    tells nothing.
    """
    columns = [
        {source: part.social_pence for source, part in parts.items()},
        {source: part.local_pence for source, part in parts.items()},
    ]
    if not is_split:
        columns = [{source: part.social_pence + part.local_pence for source, part in parts.items()}]
    return all(map(_is_sum_covered, columns))


def difference(parts: Parts, earlier: Parts) -> dict[Source, Pounds]:
    """What one total has more or less than another, by source."""
    found = {}
    for source in parts.keys() | earlier.keys():
        now, then = parts.get(source, Pounds()), earlier.get(source, Pounds())
        found[source] = Pounds(now.social_pence - then.social_pence, now.local_pence - then.local_pence)
    return found


def _may_show(parts: Parts, window: Period, beside: Iterable[ShownTotal], is_split: bool) -> bool:
    if len(window.months()) < MINIMUM_MONTHS or not is_covered(parts, is_split=is_split):
        return False
    return all(
        (total.window == window or not total.window.overlaps(window))
        and is_covered(difference(parts, total.parts), is_split=is_split and total.is_split)
        for total in beside
    )


def _is_sum_covered(stated: Mapping[Source, int]) -> bool:
    pence_of = {source: pence for source, pence in stated.items() if pence}
    if not pence_of:
        return True
    whole = sum(map(abs, pence_of.values()))
    by_measure: dict[tuple[str, str], int] = defaultdict(int)
    for source, pence in pence_of.items():
        by_measure[source.measure] += abs(pence)
    largest = max(by_measure.values())
    return (
        len({source.deliverer_id for source in pence_of}) >= MINIMUM_DELIVERERS
        and len(by_measure) >= MINIMUM_MEASURES
        and (whole - largest) * 100 >= OTHER_MEASURES_PERCENT * largest
        and all(2 * known <= whole for known in _known_by_party(pence_of).values())
    )


def _known_by_party(pence_of: Mapping[Source, int]) -> dict[UUID, int]:
    """Of how much each party knows the quantities: its own lines, and its joint activities as a whole."""
    partners: dict[UUID, set[UUID]] = defaultdict(set)
    for source in pence_of:
        if source.activity_id is not None:
            partners[source.activity_id] |= _parties(source)
    known: dict[UUID, int] = defaultdict(int)
    for source, pence in pence_of.items():
        for party in _parties(source) if source.activity_id is None else partners[source.activity_id]:
            known[party] += abs(pence)
    return known


def _parties(source: Source) -> set[UUID]:
    return {party for party in (source.deliverer_id, source.commissioner_id) if party is not None}
