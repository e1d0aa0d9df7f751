"""Sums of ledger entries: one figure of one cell, added up from lines or from other sums."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple
from uuid import UUID

FigureName = Literal[
    "committed",
    "due",
    "delivered",
    "validated",
    "confirmed",
    "signed",
    "delivered_against",
    "delivered_uncommitted",
]
"""The four figures, and what is shown beside them.

- committed: the whole value of what is in force on the window's last day, from signing to end or termination;
- due: the instalments that fall due in the window;
- delivered: reported for periods that end in the window, against a commitment or not;
- validated: of that, accepted by somebody who is neither reporter nor commissioner;
- confirmed: accepted by the commissioner itself;
- signed: the whole value of what was signed in the window, whatever became of it.
"""

GroupingName = Literal[
    "total", "theme", "outcome", "measure", "organisation", "area", "need_band", "decile", "route"
]
"""What the ledger's lines are grouped by; crosswalks are worked out of the measures."""
Basis = Literal["delivered_by", "commissioned_by"]

LicensedPart = Literal["none", "included", "as_first_published", "left_out"]
"""What a figure holds of value that rests on licensed figures; see domain/licensed_totals.py."""

_PARTS: tuple[LicensedPart, ...] = ("none", "included", "as_first_published", "left_out")
"""From the whole to what lacks most: a sum is as incomplete as the most incomplete of its parts."""

NOT_PLACED = "not_placed"
"""The key of what landed in no stated area."""
NO_COMMISSIONER = "none"
"""The key of what nobody commissioned."""

FOUR_FIGURES: tuple[FigureName, ...] = ("committed", "due", "delivered", "validated")


class FigureSum(NamedTuple):
    """Pence added up; the range is known only while every line that carries pounds has one.

    This and `FigureRow` are tuples: answers are made of thousands of them, and a tuple is there in a fraction
    of the time of a frozen dataclass.
    """

    social_pence: int = 0
    local_pence: int = 0
    fiscal_pence: int = 0
    low_pence: int = 0
    high_pence: int = 0
    lines_without_range: int = 0
    licensed: LicensedPart = "none"
    is_split: bool = True
    """Whether the two components may be told beside their sum."""

    @property
    def total_pence(self) -> int:
        """Social plus local economic value."""
        return self.social_pence + self.local_pence

    @property
    def has_range(self) -> bool:
        """Whether low and high can be stated."""
        return self.lines_without_range == 0


def sum_of(parts: Iterable[FigureSum]) -> FigureSum:
    """Several sums as one."""
    found = list(parts)
    if len(found) == 1:  # most cells of a grouping are of one row
        return found[0]
    return FigureSum(
        sum(part.social_pence for part in found),
        sum(part.local_pence for part in found),
        sum(part.fiscal_pence for part in found),
        sum(part.low_pence for part in found),
        sum(part.high_pence for part in found),
        sum(part.lines_without_range for part in found),
        max((part.licensed for part in found), key=_PARTS.index, default="none"),
        all(part.is_split for part in found),
    )


def with_licensed(
    rest: FigureSum, social_pence: int, local_pence: int, part: LicensedPart, *, is_split: bool
) -> FigureSum:
    """The sum with licensed value in it, of which neither the range nor the fiscal share is told."""
    return FigureSum(
        rest.social_pence + social_pence,
        rest.local_pence + local_pence,
        rest.fiscal_pence,
        rest.low_pence,
        rest.high_pence,
        rest.lines_without_range + 1,
        part,
        is_split,
    )


NOTHING = FigureSum()
"""The sum of no lines."""
LEFT_OUT = FigureSum(licensed="left_out")
"""What licensed lines add to a figure that may not show them."""


class FigureRow(NamedTuple):
    """One figure of one cell of a grouping; of one deliverer and commissioner if contributors are wanted.

    Equal codes are told apart by `qualifier` (the framework, or the edition). `parent` and `parent_qualifier`
    name the cell of the grouping above. A row that `is_licensed` is of lines whose pounds the reader may not
    see: it says that there are some, and nothing else of it is shown.
    """

    code: str
    qualifier: str
    label: str
    parent: str
    parent_qualifier: str
    figure: FigureName
    deliverer_id: UUID | None
    commissioner_id: UUID | None
    sums: FigureSum
    has_samples: bool
    is_licensed: bool
