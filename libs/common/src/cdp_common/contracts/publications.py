"""Contracts of publications: a period's figures, frozen and numbered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Contract, DecimalText, GbpText, Sha256, ShortText
from cdp_common.contracts.bridges import Bridge, CellChange
from cdp_common.contracts.contract_ratios import ContractRatio
from cdp_common.contracts.published_need import PublishedNeed
from cdp_common.contracts.published_spend import PublishedSpend
from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.contracts.targets import TargetProgress


class PublicationDraft(Contract):
    """Publishing a period's figures; a later number for the same period restates and says why."""

    period_start: date
    period_end: date
    reason: ShortText | None = None  # required when the period was published before


class PublicationChange(Contract):
    """One figure that a restatement changed."""

    figure: Literal["committed", "due", "delivered", "validated"]
    before_gbp: GbpText
    after_gbp: GbpText
    difference_gbp: GbpText


class DisclosureRule(Contract):
    """The thresholds by which cells of a publication were withheld, and where they come from."""

    minimum_organisations: int
    dominance_percent: DecimalText
    minimum_people: int | None = None  # null in publications made before people were counted
    source: str


class Publication(Contract):
    """A frozen, numbered publication. `content_sha256` is over the canonical JSON of `value`."""

    id: UUID
    place_id: UUID
    number: int
    period_start: date
    period_end: date
    published_at: datetime
    restates: int | None
    reason: str | None
    changes: list[PublicationChange]
    cell_changes: list[CellChange] = []  # of a restatement: the cells that differ, line by line
    bridges: list[Bridge] = []  # from the last total to this one, of delivered and of validated
    value: CollectiveValue
    targets: list[TargetProgress] = []  # how far the place's targets are reached at the period's end
    content_sha256: Sha256
    ledger_position: int  # entries up to here are in it
    ledger_head: Sha256  # hash of the block that ends there
    disclosure: DisclosureRule
    licence: str
    # From 2 on `need` and `contract_ratio` are stated, from 3 on `spend`, from 4 on share and address, from
    # 5 on areas among `need`.
    format: int = 1
    need: PublishedNeed | None = None  # null in publications of format 1
    contract_ratio: ContractRatio | None = None  # social value for each £ of contract; null likewise
    spend: PublishedSpend | None = None  # payments to suppliers; null in publications of format 1 and 2
    validated_share: DecimalText | None = None  # validated ÷ delivered, four decimals; null for nothing ÷ 0
    url: str | None = None  # where it stays; null in publications of format 1 to 3
