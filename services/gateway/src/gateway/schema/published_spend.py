"""reporting-api's part of the graph: what a publication tells of payments to suppliers."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

import strawberry

from cdp_common.contracts import published_spend as contract
from cdp_common.contracts.spend_figures import SpendSplit as SplitRecord
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.money import Money
from gateway.schema.records import said, shows


@strawberry.enum(description="Why no share is told.")
class NoShareReason(Enum):
    """Why a share is null."""

    NOTHING_PAID = described_value("nothing_paid", "Nothing was paid.")
    CREDITS_EXCEED_PAYMENTS = described_value(
        "credits_exceed_payments", "A part is below nothing, because credits exceed payments."
    )


@strawberry.enum(description="Why a publication tells nothing of payments.")
class SpendAbsent(Enum):
    """Why payments are absent."""

    NO_IMPORTS = described_value("no_imports", "No partner's file stands for a day of the period.")
    TOO_FEW = described_value("too_few", "Too few suppliers or unnamed partners, or one dominates.")
    TOLD_BEFORE = described_value(
        "told_before", "Payments of days of the period stand in a publication of another period."
    )


@strawberry.enum(description="Why there is no local multiplier.")
class MultiplierAbsent(Enum):
    """Why LM3 is null."""

    ROUND_1_MISSING = described_value("round_1_missing", "No payments.")
    ROUND_2_MISSING = described_value("round_2_missing", "Nobody surveyed the second round.")
    ROUND_3_MISSING = described_value("round_3_missing", "Nobody surveyed the third round.")
    ROUNDS_NOT_FALLING = described_value("rounds_not_falling", "A round is larger than the one before.")
    WITHHELD = described_value("withheld", "Too few partners have it.")


@shows(SplitRecord, "Pounds to those who are, who are not, and of whom nobody knows; with their shares.")
class SpendSplit:
    """A split of payments."""

    yes: Money = said("To those who are.", of="yes_gbp")
    no: Money = said("To those who are not.", of="no_gbp")
    unknown: Money = said("To those of whom nobody knows.", of="unknown_gbp")
    yes_share: Decimal | None = said("The share of those who are; null where `noShareReason` says why.")
    no_share: Decimal | None = said("The share of those who are not; null where `noShareReason` says why.")
    unknown_share: Decimal | None = said(
        "The share of which nobody knows; null where `noShareReason` says why."
    )
    no_share_reason: NoShareReason | None = said("Why no share is told; null where shares are told.")


@shows(contract.PublishedSpendCell, "Third-party payments of one partner or one category, or of all.")
class PublishedSpendCell:
    """A cell of payments; a suppressed one has no figures."""

    key: str = said("The partner's id or the category.")
    label: str = said("The same for a reader.")
    third_party: Money | None = said(
        "Net of credits, without payments to members; null where withheld.", of="third_party_gbp"
    )
    local: SpendSplit | None = said("In the place, outside it, not known; null where withheld.")
    sme: SpendSplit | None = said("To small and medium-sized enterprises; null where withheld.")
    vcse: SpendSplit | None = said("To voluntary, community and social enterprises; null where withheld.")
    retainable: Money | None = said(
        "By category: paid outside where somebody in the place is paid for the same; null by partner, "
        "and where withheld.",
        of="retainable_gbp",
    )
    suppressed: bool = said("Whether disclosure control withholds it.")


@shows(contract.PublishedSpend, "Payments of the partners of a place in a period, told once.")
class PublishedSpend:
    """What a publication tells of payments."""

    absent: SpendAbsent | None = said("Why nothing is told; null where it is told.")
    told_in: int | None = said("The number of the publication that told it first; null where it is this one.")
    partners_counted: int = said("Of how many partners a file stands.")
    partners_without_import: int = said("Of how many partners none does.")
    total: PublishedSpendCell | None = said("All payments; null where absent.")
    by_partner: list[PublishedSpendCell] = said("By partner, in order of names.")
    by_category: list[PublishedSpendCell] = said("By category.")
    local_multiplier: Decimal | None = said(
        "LM3 of partners with both surveyed rounds; null where it is absent for a reason."
    )
    local_multiplier_absent: MultiplierAbsent | None = said("Why it is null.")
    data_status: DataStatus = said("Whether it is real or a sample.")
