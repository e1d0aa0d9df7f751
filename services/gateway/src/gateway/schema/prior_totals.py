"""reporting-api's part of the graph: totals made elsewhere, and social value for each £ of contract."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from cdp_common.contracts import contract_ratios, prior_totals
from gateway.context import Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.records import page_of, said, shows


@shows(
    prior_totals.PriorTotalShown,
    "A total made elsewhere; it stands beside the four figures, in none of them.",
)
class StandingPriorTotal:
    """A prior total as it stands."""

    id: strawberry.ID = said("The id by which the REST APIs know it.")
    version: int = said("Which version it is.")
    title: str = said("What it is called.")
    amount: Money = said("The amount.", of="amount_gbp")
    period_start: date = said("The first day that it counts.")
    period_end: date = said("The last day that it counts.")
    publisher: str = said("Who published it.")
    basis: str = said("By which method and prices it was made.")
    validated_by: str | None = said("Who validated it.")
    url: str | None = said("Where it was published.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    recomputable: bool = said("False: its lines are not in this ledger.")


@shows(prior_totals.PriorTotalVersion, "What a prior total was from one version on.")
class PriorTotalVersion:
    """A version of a prior total."""

    version: int = said("The version.")
    title: str = said("What it was called.")
    amount: Money = said("The amount.", of="amount_gbp")
    period_start: date = said("The first day that it counts.")
    period_end: date = said("The last day that it counts.")
    publisher: str = said("Who published it.")
    basis: str = said("By which method and prices it was made.")
    validated_by: str | None = said("Who validated it.")
    url: str | None = said("Where it was published.")
    data_status: DataStatus = said("Whether it is real or a sample.")
    reason: str | None = said("Why it was corrected; null of the first.")
    withdrawn: bool = said("Whether it was withdrawn.")
    recorded_at: datetime = said("When it was stated.")


_OF_NEWEST = (
    *("version", "title", "amount_gbp", "period_start", "period_end", "publisher", "basis"),
    *("validated_by", "url", "data_status", "recomputable", "withdrawn", "place_id"),
)


@shows(
    prior_totals.PriorTotal,
    "A prior total with its versions, the newest first.",
    without=dict.fromkeys(_OF_NEWEST, "stands in the newest version"),
)
class RecordedPriorTotal:
    """A prior total and what it was."""

    id: strawberry.ID = said("The id by which the REST APIs know it.")
    versions: list[PriorTotalVersion] = said("Its versions.")


@strawberry.enum(description="Why there is no ratio of social value to what contracts are worth.")
class RatioAbsent(Enum):
    """Why a ratio is null."""

    NO_CONTRACTS = described_value("no_contracts", "No contract with social value is in force.")
    VALUE_UNKNOWN = described_value("value_unknown", "Of some contract nobody has stated what it is worth.")
    VALUE_NOTHING = described_value("value_nothing", "Together the contracts are worth nothing.")
    LICENSED_LEFT_OUT = described_value(
        "licensed_left_out", "Some social value may not be shown, so that the ratio would be too low."
    )
    WITHHELD = described_value("withheld", "Disclosure control withholds its pounds.")


@shows(contract_ratios.ContractRatio, "Social value committed by contracts in force, for each £ of contract.")
class ContractRatio:
    """A ratio to what contracts are worth."""

    contracts: int | None = said("How many contracts with social value are in force; null where withheld.")
    contracts_without_value: int | None = said("Of how many nobody has stated what they are worth.")
    committed: Money | None = said("What they commit; null where withheld.", of="committed_gbp")
    value: Money | None = said("What they are worth, without VAT; null where not known.", of="value_gbp")
    per_pound: Decimal | None = said("Committed social value for each £ of contract.")
    absent: RatioAbsent | None = said("Why there is no ratio.")


async def prior_totals_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[RecordedPriorTotal] | None:
    """A page of a place's prior totals."""
    key: UUID = parent.rest_id
    return await page_of(
        RecordedPriorTotal,
        info.context.upstreams.reporting,
        lambda api, page: api.list_prior_totals(key, **page),
        first,
        after,
    )
