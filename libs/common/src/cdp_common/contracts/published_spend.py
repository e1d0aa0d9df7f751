"""Contracts of what a publication tells of payments to suppliers, as far as disclosure control shows it."""

from __future__ import annotations

from typing import Literal

from cdp_common.contracts.base import Contract, DataStatus, DecimalText, GbpText
from cdp_common.contracts.spend_figures import SpendSplit

SpendAbsent = Literal["no_imports", "too_few", "told_before"]
"""Why a publication tells nothing of payments.

- no_imports: no partner's file stands for a day of the period;
- too_few: too few suppliers were paid, or too few partners who are not named paid them, or one dominates;
- told_before: payments of days of the period stand in an earlier publication of another period; told again,
  changed, they could be subtracted from each other.
"""

PublishedMultiplierAbsent = Literal[
    "round_1_missing", "round_2_missing", "round_3_missing", "rounds_not_falling", "withheld"
]


class PublishedSpendCell(Contract):
    """Third-party payments of one partner or one category; figures are null where withheld.

    Third-party is net of credits, without payments to members. Yes, no and unknown of each split sum to it.
    """

    key: str  # the partner's id, or the category without case; `~other` for the smallest ones together
    label: str
    third_party_gbp: GbpText | None
    local: SpendSplit | None  # in the place, outside it, not known
    sme: SpendSplit | None
    vcse: SpendSplit | None
    # By category: paid outside the place where somebody in it is paid for the same; an upper bound.
    retainable_gbp: GbpText | None
    suppressed: bool


class PublishedSpend(Contract):
    """Payments of the partners of a place in a period, told once: a restatement repeats them."""

    absent: SpendAbsent | None
    told_in: int | None  # the publication that told it first; null where that is this one, or nothing is told
    partners_counted: int
    partners_without_import: int
    total: PublishedSpendCell | None
    by_partner: list[PublishedSpendCell]
    by_category: list[PublishedSpendCell]
    local_multiplier: DecimalText | None  # LM3, of partners with both surveyed rounds
    local_multiplier_absent: PublishedMultiplierAbsent | None
    data_status: DataStatus
