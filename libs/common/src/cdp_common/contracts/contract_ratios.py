"""Contracts of social value for each £ of contract: what is committed against what contracts are worth."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Contract, DataStatus, DecimalText, GbpText

RatioAbsent = Literal["no_contracts", "value_unknown", "value_nothing", "licensed_left_out", "withheld"]
"""Why there is no ratio.

- no_contracts: no contract with social value is in force;
- value_unknown: of some contract nobody has stated what it is worth;
- value_nothing: together the contracts are worth nothing;
- licensed_left_out: some social value may not be shown to the reader, so that the ratio would be too low;
- withheld: disclosure control withholds the pounds of procurement, or those of what contracts are worth.
"""


class ContractRatio(Contract):
    """Social value committed by contracts in force, and for each £ that these contracts are worth."""

    contracts: int | None  # with social value, in force on the window's last day; null where withheld
    contracts_without_value: int | None
    committed_gbp: GbpText | None
    value_gbp: GbpText | None  # without VAT; null where of some contract it is not known
    per_pound: DecimalText | None  # to four places, half up
    absent: RatioAbsent | None


class OrganisationRatio(ContractRatio):
    """The same of the contracts of one organisation."""

    organisation_id: UUID
    organisation: str


class ContractRatios(Contract):
    """Social value for each £ of contract, live: of all, by who commissions and by who delivers."""

    place_id: UUID
    window_start: date
    window_end: date
    as_of: datetime
    whole: ContractRatio
    by_commissioner: list[OrganisationRatio]  # by name; of the thousand that commit most
    by_deliverer: list[OrganisationRatio]
    left_out: int  # organisations beyond those
    data_status: DataStatus
