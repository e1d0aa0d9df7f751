"""reporting-api's part of the graph: what payments of partners come to, for those whom they concern."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, cast
from uuid import UUID

import strawberry

from cdp_common.contracts import spend_figures as contract
from gateway.context import Info
from gateway.errors import OneArgumentNeeded
from gateway.schema.collective import OfOrganisation
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_together
from gateway.schema.money import Money
from gateway.schema.nodes import uuid_of
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.published_spend import NoShareReason, SpendSplit
from gateway.schema.records import as_shown, said, shows


@strawberry.enum(description="The dimension by which payments are grouped.")
class SpendGroupBy(Enum):
    """The dimension."""

    PARTNER = described_value("partner", "Partners.")
    CATEGORY = described_value("category", "Categories, with what leaves the place.")
    MONTH = described_value("month", "Months.")
    QUARTER = described_value("quarter", "Quarters.")


@strawberry.enum(description="Why there is no local multiplier.")
class NoMultiplierReason(Enum):
    """Why the multiplier is null."""

    ROUND_1_MISSING = described_value("round_1_missing", "No payments of exactly this window.")
    ROUND_2_MISSING = described_value("round_2_missing", "No survey of the second round.")
    ROUND_3_MISSING = described_value("round_3_missing", "No survey of the third round.")
    ROUNDS_NOT_FALLING = described_value("rounds_not_falling", "A later round is larger than the one before.")


@shows(contract.SpendLocation, "Pounds inside the place, outside it, and unknown.")
class SpendLocation:
    """A split by place."""

    yes: Money = said("Inside the place.", of="yes_gbp")
    no: Money = said("Outside it.", of="no_gbp")
    unknown: Money = said("Nobody knows where.", of="unknown_gbp")
    yes_share: Decimal | None = said("The share inside, from 0 to 1; null where `noShareReason` says why.")
    no_share: Decimal | None = said("The share outside; null where `noShareReason` says why.")
    unknown_share: Decimal | None = said(
        "The share of which nobody knows; null where `noShareReason` says why."
    )
    no_share_reason: NoShareReason | None = said("Why shares are null; null where they are not.")
    by_postcode: Money = said("Inside by the postcode on the row.", of="by_postcode_gbp")
    by_presence: Money = said(
        "Inside by the supplier's recorded local presence, where no postcode is known.", of="by_presence_gbp"
    )


@shows(contract.SpendLeakage, "What of a category leaves the place though somebody local is paid for it.")
class SpendLeakage:
    """What leaves."""

    local_suppliers: int = said("Local suppliers of the category, other than members.")
    outside: Money = said("What leaves the place.", of="outside_gbp")
    retainable: Money = said("Of that, where there is a local supplier.", of="retainable_gbp")


@shows(contract.SpendFigure, "What payments in pounds come to; credits are netted.")
class SpendFigure:
    """A figure."""

    organisation_id: strawberry.Private[UUID | None]
    name: str | None = said("The partner's or the category's name; null where the file states none.")
    period_start: date | None = said("The first day of the month or quarter; null in other groupings.")
    row_count: int = said("How many rows.")
    payments: Money = said("Paid.", of="payments_gbp")
    credits: Money = said("Credited, below nothing.", of="credits_gbp")
    net: Money = said("Paid less credited.", of="net_gbp")
    to_members: Money = said("To members of the collective, eliminated.", of="to_members_gbp")
    third_party: Money = said("Net less that: what every share is of.", of="third_party_gbp")
    without_name: Money = said("Of it, to people and others whose names are left out.", of="without_name_gbp")
    repeats: Money = said("Of the net, in rows that repeat another of their file.", of="repeats_gbp")
    repeat_rows: int = said("How many such rows.")
    local: SpendLocation = said("Inside and outside the place.")
    sme: SpendSplit = said("To small and medium-sized enterprises.")
    vcse: SpendSplit = said("To voluntary, community and social enterprises.")
    leakage: SpendLeakage | None = said("What leaves the place; by category alone; null in others.")

    @calls_together("The partner, where figures are by partner.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The partner."""
        key = self.organisation_id
        return None if key is None else await organisation_of(info.context, key)


@shows(contract.SpendInCurrency, "Payments in another currency: in no figure, not converted.")
class SpendInCurrency:
    """Payments in another currency."""

    currency: str = said("The currency's ISO 4217 code.")
    row_count: int = said("How many rows.")
    net: Decimal = said("Paid less credited, in that currency.")


@shows(contract.LocalMultiplier, "LM3, of partners with both surveyed rounds.")
class LocalMultiplier:
    """The multiplier: (R1 + R2 + R3) ÷ R1."""

    value: Decimal | None = said("The multiplier; null where a round is missing or does not hold.")
    reason: NoMultiplierReason | None = said("Why it is null; null where it is not.")
    round_1: Money | None = said(
        "Third-party payments of exactly this window; null where there are none.", of="round_1_gbp"
    )
    round_2: Money | None = said(
        "What of them is spent locally; null where it was not surveyed.", of="round_2_gbp"
    )
    round_3: Money | None = said(
        "What of that is spent locally; null where it was not surveyed.", of="round_3_gbp"
    )
    partners: list[str] = said("Names of the partners in it.")
    partners_left_out: list[str] = said("Names of partners of whom a round is missing.")


@shows(
    contract.SpendFigures,
    "Payments of a window by day of payment, from imports that stand; live.",
    without={"place_id": "the parent", "organisation_id": "as it was asked for"},
)
class SpendFigures:
    """What payments come to."""

    period_start: date = said("The window's first day.")
    period_end: date = said("The window's last day.")
    by: SpendGroupBy | None = said("By what they are grouped; null where they are not grouped.")
    data_status: DataStatus = said("Whether amounts are real or samples.")
    total: SpendFigure = said("The whole.")
    groups: list[SpendFigure] = said("The largest first, or by time; at most a thousand.")
    groups_left_out: int = said("How many more groups there are.")
    retainable: Money | None = said(
        "By category: what could stay, of all groups shown; null in other groupings.", of="retainable_gbp"
    )
    other_currencies: list[SpendInCurrency] = said("Payments in other currencies.")
    suppliers_to_review: int = said("Suppliers that somebody has to look at.")
    partners_counted: list[str] = said("Names of partners whose imports count.")
    partners_without_import: list[str] = said("Names of members without an import for a day of the window.")
    local_multiplier: LocalMultiplier = said("The local multiplier, LM3.")


async def spend_figures_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
    to: Annotated[date, strawberry.argument(description="The window's last day.")],
    by: Annotated[
        SpendGroupBy | None, strawberry.argument(description="Group by this; without it the total alone.")
    ] = None,
    own: Annotated[
        bool, strawberry.argument(description="One's own organisation's alone; needs `reports:read`.")
    ] = False,
    organisation: OfOrganisation = None,
) -> SpendFigures | None:
    """What payments come to."""
    if own and organisation is not None:
        raise OneArgumentNeeded("Ask for your `own` figures or for those of an `organisation`.")
    reporting = info.context.upstreams.reporting
    wanted = None if by is None else cast("contract.SpendGroupBy", by.value)
    if own:
        record = await reporting.ask(
            lambda api: api.get_own_spend_figures(parent.rest_id, from_=from_, to=to, by=wanted)
        )
    else:
        of_one = None if organisation is None else uuid_of(organisation, "Organisation")
        record = await reporting.ask(
            lambda api: api.get_spend_figures(
                parent.rest_id, from_=from_, to=to, by=wanted, organisation_id=of_one
            )
        )
    return as_shown(SpendFigures, record)
