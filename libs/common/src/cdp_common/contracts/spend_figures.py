"""Contracts of reporting-api about what payments come to: local, SME and VCSE shares, leakage, LM3."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import (
    Contract,
    DataStatus,
    DecimalText,
    GbpNotNegative,
    GbpText,
    LongText,
    ShortText,
)

SpendGroupBy = Literal["partner", "category", "month", "quarter"]
NoShareReason = Literal["nothing_paid", "credits_exceed_payments"]


class SpendSplit(Contract):
    """Pounds to those who are, who are not, and of whom nobody knows; the three sum to the third-party total.

    Shares are of that total, rounded half up to four places; null where `no_share_reason` says why.
    """

    yes_gbp: GbpText
    no_gbp: GbpText
    unknown_gbp: GbpText
    yes_share: DecimalText | None
    no_share: DecimalText | None
    unknown_share: DecimalText | None
    no_share_reason: NoShareReason | None


class SpendLocation(SpendSplit):
    """Pounds in the place (`yes`), outside it and unknown, and on which basis they count as inside."""

    by_postcode_gbp: GbpText  # the postcode on the row lies in an area of the place
    by_presence_gbp: GbpText  # no postcode is known, and the supplier's local presence is on record


class SpendLeakage(Contract):
    """What of a category leaves the place though somebody in the place is paid for the same category."""

    local_suppliers: int  # in the data, in the window, other than members
    outside_gbp: GbpText
    retainable_gbp: GbpText  # outside, where there is a local supplier; else nothing


class SpendFigure(Contract):
    """What payments in pounds come to; credits are netted, payments between members stand apart."""

    organisation_id: UUID | None = None
    name: str | None = None  # the partner's, or the category; null where the file states none
    period_start: date | None = None
    row_count: int
    payments_gbp: GbpText
    credits_gbp: GbpText  # below nothing
    net_gbp: GbpText
    to_members_gbp: GbpText  # eliminated: paid to members of the collective
    third_party_gbp: GbpText  # net less that; what every share is of
    without_name_gbp: GbpText  # of it, to people and others whose names are left out
    repeats_gbp: GbpText  # of the net, in rows that repeat another of their file
    repeat_rows: int
    local: SpendLocation
    sme: SpendSplit
    vcse: SpendSplit
    leakage: SpendLeakage | None = None  # by category


class SpendInCurrency(Contract):
    """Payments in another currency: in no figure, not converted."""

    currency: str
    row_count: int
    net: DecimalText


class LocalMultiplier(Contract):
    """LM3 = (R1 + R2 + R3) ÷ R1 (New Economics Foundation, 2002), of partners with both surveyed rounds.

    Null where a round is missing or does not hold; `reason` says which.
    """

    value: DecimalText | None
    reason: Literal["round_1_missing", "round_2_missing", "round_3_missing", "rounds_not_falling"] | None
    round_1_gbp: GbpText | None  # third-party payments of exactly this window
    round_2_gbp: GbpText | None
    round_3_gbp: GbpText | None
    partners: list[str]
    partners_left_out: list[str]


class SpendFigures(Contract):
    """Payments of a window by day of payment, from imports that stand; live, for those of the place only."""

    place_id: UUID
    period_start: date
    period_end: date
    organisation_id: UUID | None
    by: SpendGroupBy | None
    data_status: DataStatus
    total: SpendFigure
    groups: list[SpendFigure]  # the largest first, or by time; at most a thousand
    groups_left_out: int
    retainable_gbp: GbpText | None  # by category: the sum over all groups shown
    other_currencies: list[SpendInCurrency]
    suppliers_to_review: int
    partners_counted: list[str]
    partners_without_import: list[str]  # members in the window of whom no import stands for a day of it
    local_multiplier: LocalMultiplier


class SpendRoundDraft(Contract):
    """What a survey found of a later round of spending.

    Round 2 is what of the first is spent locally by those who get it, round 3 what those do who get that.
    """

    round: Literal[2, 3]
    period_start: date
    period_end: date
    amount_gbp: GbpNotNegative
    asked_count: Annotated[int, Field(ge=1, le=1_000_000)]
    answered_count: Annotated[int, Field(ge=1, le=1_000_000)]
    method: LongText  # how answers were grossed up, if they were
    source: ShortText
    data_status: DataStatus = "actual"


class SpendRound(SpendRoundDraft):
    """A surveyed round on record; the newest of a round and period counts."""

    id: UUID
    place_id: UUID
    organisation_id: UUID
    recorded_at: datetime
