"""What of payments to suppliers may be published: no supplier's takings and no unnamed partner's payments.

Suppliers agreed to nothing, so that the rules for pounds hold for them as they hold for partners who are not
named: every figure of a cell must be of enough suppliers of whom none dominates, and of enough unnamed
partners or of none. Payees without a name are taken as one payee of each partner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from reporting_api.domain.disclosure import (
    Cell,
    Contributions,
    DisclosureRule,
    Level,
    is_group_safe,
    withheld_levels,
)
from reporting_api.domain.spend_figures import Split

MOST_CATEGORIES = 200
"""Categories that a publication lists; those that come to less stand together."""
OTHER = "~other"
_SPLITS = ("local", "sme", "vcse")
_KINDS: Mapping[bool | None, str] = {True: "yes", False: "no", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Payment:
    """What one partner paid one payee in one category, alike in where it went and to whom."""

    partner: UUID
    payee: UUID
    category: str
    label: str
    pence: int
    local: bool | None
    sme: bool | None
    vcse: bool | None
    to_member: bool = False
    """Whether the payee is a partner itself: nothing that goes to third parties."""
    row_count: int = 1

    def kind(self, split: str) -> str:
        """The part of a split that it is in, such as `local yes`."""
        is_so: bool | None = getattr(self, split)
        return f"{split} {_KINDS[is_so]}"


@dataclass(frozen=True, slots=True)
class SpendCell:
    """Payments of one group: what they come to, and whether that may be told."""

    key: str
    label: str
    pence: int
    splits: Mapping[str, Split]
    has_local_supplier: bool
    """Whether somebody in the place is paid in it at all."""
    is_withheld: bool


def grouped(payments: Iterable[Payment], by_category: bool) -> dict[str, list[Payment]]:
    """The payments by category, or by partner; the smallest categories beyond the limit together."""
    found: dict[str, list[Payment]] = {}
    for payment in payments:
        found.setdefault(payment.category if by_category else str(payment.partner), []).append(payment)
    if not by_category or len(found) <= MOST_CATEGORIES:
        return found
    by_size = sorted(found, key=lambda key: (-sum(abs(one.pence) for one in found[key]), key))
    rest = [one for key in by_size[MOST_CATEGORIES - 1 :] for one in found[key]]
    return {**{key: found[key] for key in by_size[: MOST_CATEGORIES - 1]}, OTHER: rest}


def is_whole_safe(payments: Iterable[Payment], agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    """Whether the whole may be told with its splits: everything else is protected under it."""
    return is_group_safe(contributions_of(payments), agreed, rule)


def protected(
    groups: Mapping[str, Sequence[Payment]], agreed: frozenset[UUID], rule: DisclosureRule
) -> list[SpendCell]:
    """The cells of groups that divide a shown whole, by key."""
    cells = [Cell(key, "", contributions_of(of)) for key, of in sorted(groups.items())]
    [hidden] = withheld_levels([Level(cells)], agreed, rule)
    return [spend_cell(key, of, is_withheld=key in hidden) for key, of in sorted(groups.items())]


def spend_cell(key: str, payments: Sequence[Payment], *, is_withheld: bool) -> SpendCell:
    """What a group's payments come to."""
    sums: dict[str, int] = {}
    by_payee: dict[UUID, int] = {}
    for payment in payments:
        for split in _SPLITS:
            kind = payment.kind(split)
            sums[kind] = sums.get(kind, 0) + payment.pence
        if payment.local and payment.pence > 0:
            by_payee[payment.payee] = by_payee.get(payment.payee, 0) + payment.pence
    return SpendCell(
        key,
        min((payment.label for payment in payments), default=""),
        sum(payment.pence for payment in payments),
        {
            split: Split(*(sums.get(f"{split} {kind}", 0) for kind in ("yes", "no", "unknown")))
            for split in _SPLITS
        },
        bool(by_payee),
        is_withheld,
    )


def contributions_of(payments: Iterable[Payment]) -> Contributions:
    """Who was paid and who paid how much, in all and in each part of each split."""
    found: dict[str, dict[UUID, int]] = {}
    for payment in payments:
        for figure in ("all", *(payment.kind(split) for split in _SPLITS)):
            _add(found, f"{figure}, by payee", payment.payee, payment.pence)
            _add(found, f"{figure}, by partner", payment.partner, payment.pence)
    return found


def _add(found: dict[str, dict[UUID, int]], figure: str, who: UUID, pence: int) -> None:
    of = found.setdefault(figure, {})
    of[who] = of.get(who, 0) + pence
