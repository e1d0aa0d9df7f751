"""reporting-api's part of the graph: social value for each £ of contract, live and published."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import contract_ratios as contract
from gateway.context import Info
from gateway.schema.enums import DataStatus, described_value
from gateway.schema.fields import calls_together
from gateway.schema.money import Money
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import as_shown, said, shows


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


@shows(contract.ContractRatio, "Social value committed by contracts in force, for each £ of contract.")
class ContractRatio:
    """A ratio to what contracts are worth."""

    contracts: int | None = said("How many contracts with social value are in force; null where withheld.")
    contracts_without_value: int | None = said(
        "Of how many nobody has stated the worth; null where withheld."
    )
    committed: Money | None = said("What they commit; null where withheld.", of="committed_gbp")
    value: Money | None = said("What they are worth, without VAT; null where not known.", of="value_gbp")
    per_pound: Decimal | None = said("Social value for each £ of contract; null where `absent` says why.")
    absent: RatioAbsent | None = said("Why there is no ratio; null where there is one.")


@shows(contract.OrganisationRatio, "Social value for each £ of the contracts of one organisation.")
class OrganisationRatio(ContractRatio):
    """A ratio of one organisation's contracts."""

    organisation_id: strawberry.Private[UUID]
    name: str = said("The organisation's name.", of="organisation")

    @calls_together("The organisation.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)


@shows(
    contract.ContractRatios,
    "Social value for each £ of contract on the last day of a window, live.",
    without={"place_id": "the parent"},
)
class ContractRatios:
    """The ratios of a place."""

    window_start: date = said("The window's first day.")
    window_end: date = said("The window's last day: contracts in force on it count.")
    as_of: datetime = said("The moment as of which they are known.")
    whole: ContractRatio = said("Of all contracts.")
    by_commissioner: list[OrganisationRatio] = said("By who commissions, by name; at most a thousand.")
    by_deliverer: list[OrganisationRatio] = said("By who delivers, by name; at most a thousand.")
    left_out: int = said("How many further organisations there are, of those that commit least.")
    data_status: DataStatus = said("Whether amounts are real or samples.")


async def contract_ratios_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    from_: Annotated[date, strawberry.argument(name="from", description="The window's first day.")],
    to: Annotated[date, strawberry.argument(description="The window's last day.")],
    as_of: Annotated[
        datetime | None,
        strawberry.argument(description="As known at this moment; without it as known now."),
    ] = None,
) -> ContractRatios | None:
    """The ratios."""
    record = await info.context.upstreams.reporting.ask(
        lambda api: api.get_contract_ratios(parent.rest_id, from_=from_, to=to, as_of=as_of)
    )
    return as_shown(ContractRatios, record)
