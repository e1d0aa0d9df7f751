"""Value by another system's categories: pence divided by the shares that an edition's crosswalk states.

A crosswalk says which share of a measure's value belongs to which category of another system: objectives,
pillars, goals, missions. Every measure's sum in the window is divided by the crosswalk of the edition that
its lines were valued at, so that what was said of an edition stays true when a later one maps differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cached_property

from cdp_common.kernel.errors import InvalidInput
from cdp_common.kernel.money import split_pence
from reporting_api.domain.figures import (
    FOUR_FIGURES,
    LEFT_OUT,
    FigureName,
    FigureRow,
    FigureSum,
    sum_of,
)
from reporting_api.domain.groupings import GroupedCell, keys_of

NOT_MAPPED = "not_mapped"
"""The key of what a scheme maps to none of its categories."""
_NOT_MAPPED = (NOT_MAPPED, "Not mapped")
"""Its code and title."""
_DIGITS = 60
"""Enough for whole pence (18 digits and room for sums) times a share, exactly."""


class CrosswalkUnknown(InvalidInput):
    """No edition that the platform's figures rest on has a crosswalk of this scheme."""

    code = "crosswalk_unknown"
    title = "There is no such crosswalk"


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """One edition's mapping of its measures to the categories of another system."""

    scheme: str
    title: str
    categories: Mapping[str, str]
    """Titles by code."""
    shares: Mapping[str, Mapping[str, Decimal]]
    """By measure, and then by category."""

    @property
    def is_additive(self) -> bool:
        """Whether the shares of every measure that it maps sum to exactly 1."""
        return all(sum(shares.values()) == 1 for shares in self.shares.values())


@dataclass(frozen=True)
class Scheme:
    """One scheme as the editions of some lines know it."""

    code: str
    crosswalks: Mapping[str, Crosswalk]
    """By the qualifier of the edition's measures; editions without the scheme are left out."""
    editions_without: tuple[str, ...] = ()
    """Hashes of the editions that have lines and do not know the scheme: all of theirs is not mapped."""

    @property
    def title(self) -> str:
        """The scheme's title; of several, the first in the order of the alphabet."""
        return min((crosswalk.title for crosswalk in self.crosswalks.values()), default=self.code)

    @property
    def is_additive(self) -> bool:
        """Whether its cells sum to the whole: no edition's shares leave anything out or count it twice."""
        return all(crosswalk.is_additive for crosswalk in self.crosswalks.values())

    @cached_property
    def keys(self) -> Mapping[tuple[str, str], str]:
        """Each category's key by code and title: the code, with an edition's tail where titles differ."""
        first_seen = {_NOT_MAPPED: ""}
        for qualifier in sorted(self.crosswalks):
            for name in self.crosswalks[qualifier].categories.items():
                first_seen.setdefault(name, qualifier)
        keys = keys_of([(code, qualifier) for (code, _), qualifier in first_seen.items()])
        return {name: keys[name[0], qualifier] for name, qualifier in first_seen.items()}

    def shares_of(self, qualifier: str, measure: str) -> dict[str, Decimal]:
        """The shares above zero of an edition's measure by cell, in the order of the categories' codes.

        A measure that falls to no category is not mapped as a whole.
        """
        crosswalk = self.crosswalks.get(qualifier)
        stated = {} if crosswalk is None else crosswalk.shares.get(measure, {})
        if crosswalk is None or not any(stated.values()):
            return {self.keys[_NOT_MAPPED]: Decimal(1)}
        return {
            self.keys[code, crosswalk.categories[code]]: stated[code]
            for code in sorted(stated, key=_natural)
            if stated[code] > 0
        }


def crosswalk_cells(rows: Sequence[FigureRow], scheme: Scheme) -> list[GroupedCell]:
    """The scheme's cells from the rows of the grouping by measure, 'not mapped' last and always among them.

    Categories come in the order of their codes, those that nothing falls to included. One code with different
    titles in different editions stands for different things, and gives cells of its own.
    """
    names = {key: name for name, key in scheme.keys.items()}
    found: dict[str, dict[FigureName, list[FigureSum]]] = {key: {} for key in names}
    is_open: dict[str, list[bool]] = {key: [] for key in names}
    for (qualifier, measure, figure, is_licensed), sums in _summed(rows).items():
        shares = scheme.shares_of(qualifier, measure)
        for key, part in zip(shares, _parts(sums, tuple(shares.values())), strict=True):
            found[key].setdefault(figure, []).append(LEFT_OUT if is_licensed else part)
            is_open[key].append(not is_licensed)
    return [
        GroupedCell(
            key=key,
            label=names[key][1],
            parent="",
            figures={figure: sum_of(found[key].get(figure, ())) for figure in FOUR_FIGURES},
            contributions={},
            qualifier="",
            is_licensed=bool(is_open[key]) and not any(is_open[key]),
        )
        for key in sorted(names, key=lambda key: (names[key] == _NOT_MAPPED, *_natural(key)))
    ]


def _summed(rows: Iterable[FigureRow]) -> dict[tuple[str, str, FigureName, bool], FigureSum]:
    """One sum for each measure and figure, however finely the rows are told apart: rounding is by measure."""
    found: dict[tuple[str, str, FigureName, bool], list[FigureSum]] = {}
    for row in rows:
        found.setdefault((row.qualifier, row.code, row.figure, row.is_licensed), []).append(row.sums)
    return {name: sum_of(sums) for name, sums in found.items()}


def _natural(code: str) -> tuple[int, str]:
    """G2 before G10."""
    return (len(code), code)


def _parts(sums: FigureSum, shares: Sequence[Decimal]) -> list[FigureSum]:
    """What falls to each share; shares that sum to 1 divide the sum exactly, the last takes the rounding.

    The range is divided as its distance from the total, so that no part's low is above its total nor its high
    below it. A line without a range leaves every part without one.
    """
    total = sums.total_pence
    social, local = _divided(sums.social_pence, shares), _divided(sums.local_pence, shares)
    fiscal = _divided(sums.fiscal_pence, shares)
    below, above = _divided(total - sums.low_pence, shares), _divided(sums.high_pence - total, shares)
    return [
        FigureSum(
            social_pence=social[index],
            local_pence=local[index],
            fiscal_pence=fiscal[index],
            low_pence=social[index] + local[index] - below[index],
            high_pence=social[index] + local[index] + above[index],
            lines_without_range=sums.lines_without_range,
        )
        for index in range(len(shares))
    ]


def _divided(pence: int, shares: Sequence[Decimal]) -> list[int]:
    if sum(shares) == 1:
        return split_pence(pence, shares)
    # Shares that do not sum to 1 are no parts of a whole: each is taken by itself, half a penny from zero.
    with localcontext(prec=_DIGITS):
        return [int((pence * share).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for share in shares]
