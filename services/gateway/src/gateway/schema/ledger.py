"""The ledger of a place: its head for everybody, its entries for those with a role in the place."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from cdp_common.contracts import bridges, ledger_heads
from cdp_common.contracts import reporting as contract
from gateway.context import Info
from gateway.schema.areas import Area, area_of
from gateway.schema.enums import DataStatus, ServiceName, described_value
from gateway.schema.fields import calls_each, calls_together, computed
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import as_shown, page_of, said, shows
from gateway.schema.scalars import BigInt
from gateway.schema.toms import Measure, measure_of
from gateway.schema.writing_enums import Route


@strawberry.enum(description="Which figure an entry of the ledger adds to.")
class LedgerFigure(Enum):
    """Which figure an entry adds to."""

    COMMITTED = described_value("committed", "Promised.")
    DUE = described_value("due", "Due.")
    DELIVERED = described_value("delivered", "Delivered.")
    CONFIRMED = described_value("confirmed", "Confirmed by the commissioner.")
    VALIDATED = described_value("validated", "Accepted by somebody independent.")


@strawberry.enum(description="What an entry of a ledger came of.")
class LedgerSource(Enum):
    """What an entry came of."""

    COMMITMENT = described_value("commitment", "An agreement, a pledge or a plan.")
    VARIATION = described_value("variation", "A variation of it.")
    NOVATION = described_value("novation", "Another deliverer's taking it over.")
    TERMINATION = described_value("termination", "Its end.")
    REPORT = described_value("report", "A report.")
    REVIEW = described_value("review", "A review of a report.")
    RETURN = described_value("return", "A report's being returned.")
    REJECTION = described_value("rejection", "A report's being rejected.")
    CORRECTION = described_value("correction", "A report put in the place of an earlier one.")


@strawberry.enum(description="How a total came from the last one.")
class BridgeStepName(Enum):
    """A step of a bridge."""

    NEW_DELIVERY = described_value("new_delivery", "Of periods that end after the last publication's.")
    LATE_REPORTS = described_value("late_reports", "Of earlier periods, not reported by then.")
    VALIDATION_CHANGES = described_value("validation_changes", "Reviewed, returned or rejected since then.")
    CORRECTIONS = described_value("corrections", "Reports put in the place of earlier ones.")
    EDITIONS = described_value("editions", "By which a measure went over to another edition.")
    MEMBERSHIP = described_value("membership", "Of leavers, who keep what they delivered: nothing.")
    TOGETHER = described_value("together", "Of several steps, of organisations that must not be told apart.")


@strawberry.enum(description="Which of the two figures a bridge leads to.")
class BridgeFigure(Enum):
    """Which figure a bridge leads to."""

    DELIVERED = described_value("delivered", "Delivered.")
    VALIDATED = described_value("validated", "Validated.")


@shows(
    ledger_heads.LedgerHead,
    "The head of a place's chain of blocks: who keeps it can tell later that nothing before changed.",
    without={"place_id": "the parent"},
)
class LedgerHead:
    """A head."""

    block_number: int = said("The last block's number.")
    position: BigInt = said("The last entry's position, counted from 1.")
    block_hash: str = said("The last block's hash.")
    sealed_at: datetime = said("When it was sealed.")
    head_jws: str = said("A compact JWS (Ed25519) over the canonical JSON of what it says.")


@shows(contract.LedgerEntry, "One append-only entry of a place's ledger.", without={"place_id": "the parent"})
class LedgerEntry:
    """An entry."""

    deliverer_id: strawberry.Private[UUID]
    commissioner_id: strawberry.Private[UUID | None]
    area_index: strawberry.Private[str | None]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    position: BigInt | None = said("Its position; null until it is in a block.")
    figure: LedgerFigure = said("Which figure it adds to.")
    route: Route = said("By which way the value arose.")
    activity_id: UUID | None = said("The id of the joint activity that it is part of; null for none.")
    commitment_line_id: UUID | None = said(
        "The id of the promised line that it states or is held against; null for none."
    )
    measure_code: str = said("The measure's code.", of="measure")
    theme: str = said("The code of the measure's theme in its edition.")
    outcome: str = said("The code of the measure's outcome in its edition.")
    edition_hash: str = said("The hash of the edition that values it.")
    method_version: str = said("The version of the arithmetic that valued it.")
    effective_on: date = said("The day on which it counts.")
    period_start: date = said("The first day of what it is of.")
    period_end: date = said("The last day of it.")
    area_code: str | None = said("The small area that it landed in; null where none is stated.")
    counted_quantity: Decimal = said("What of the quantity adds up.")
    social: Money = said("Social value.", of="social_gbp")
    local_economic: Money = said("Local economic value.", of="local_economic_gbp")
    fiscal: Money = said("How much of both is public money saved.", of="fiscal_gbp")
    low: Money | None = said("The value at the low end; null unless its source gives a range.", of="low_gbp")
    high: Money | None = said(
        "The value at the high end; null unless its source gives a range.", of="high_gbp"
    )
    data_status: DataStatus = said("Whether it is real or a sample.")
    source_kind: LedgerSource = said("What it came of.")
    source_id: UUID = said("The id of the agreement, pledge, plan or report that made it.")
    source_line_id: UUID = said("The id of the line of that.")
    reverses: UUID | None = said("The entry that it takes back; null for none.")
    recorded_at: datetime = said("When it was recorded.")
    target_group: str | None = said("The group of people that its line is for; null for none.")

    @calls_together("The small area, under the edition of the index that it was entered by; null for none.")
    async def area(self, info: Info) -> Area | None:
        """The area."""
        index, code = self.area_index, self.area_code
        return None if index is None or code is None else await area_of(info.context, index, code)

    @calls_together("Who delivers.")
    async def deliverer(self, info: Info) -> Organisation | None:
        """The deliverer."""
        return await organisation_of(info.context, self.deliverer_id)

    @calls_together("Who commissioned it; null where nobody did.")
    async def commissioner(self, info: Info) -> Organisation | None:
        """The commissioner."""
        key = self.commissioner_id
        return None if key is None else await organisation_of(info.context, key)

    @calls_together("The measure.")
    async def measure(self, info: Info) -> Measure | None:
        """The measure."""
        record: Any = self  # the record's own field, which `measureCode` shows
        return await measure_of(info.context, self.edition_hash, record.measure)


@shows(
    bridges.BridgeEntry,
    "One ledger entry of a publication's bridge with its step.",
)
class BridgeEntry:
    """An entry of a bridge."""

    organisation_id: strawberry.Private[UUID]
    position: BigInt = said("The entry's position in the ledger.")
    step: BridgeStepName = said("The step that it belongs to.")
    figure: BridgeFigure = said("Which figure it adds to.")
    measure: str = said("The measure's code.")
    edition_hash: str = said("The hash of the edition that values it.")
    effective_on: date = said("The day on which it counts.")
    source_kind: str = said(
        "What it came of, for example a report.", instead="Use `cameOf`; it stays until 2027-11-30."
    )
    source_id: UUID = said("The id of that in the REST APIs.")
    reverses: UUID | None = said("The entry that it takes back; null for none.")
    total: Money = said("Social plus local economic value.", of="total_gbp")
    recorded_at: datetime = said("When it was recorded.")

    @computed("What it came of.")
    def came_of(self) -> LedgerSource:
        """What it came of."""
        return LedgerSource(self.source_kind)

    @calls_together("Whose it is.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        return await organisation_of(info.context, self.organisation_id)


@shows(bridges.BridgeLine, "What one organisation's entries of one measure add to a step.")
class BridgeLine:
    """A line of a step."""

    organisation_id: UUID = said("The organisation's id in the REST APIs.")
    organisation: str = said("The organisation's name.")
    measure: str = said("The measure's code.")
    edition_hash: str = said("The hash of the edition that values it.")
    entries: int = said("How many entries of the ledger.")
    total: Money = said("Social plus local economic value.", of="total_gbp")


@shows(bridges.BridgeStep, "One step from the last total to this one.")
class BridgeStep:
    """A step."""

    step: BridgeStepName = said("Which step.")
    total: Money = said("What it adds.", of="total_gbp")
    lines: list[BridgeLine] = said("The lines of organisations that are named.")
    unnamed: Money = said("What the others add together.", of="unnamed_gbp")


@shows(bridges.Bridge, "From the last total to this one, for everything up to the period's end.")
class Bridge:
    """A bridge."""

    figure: BridgeFigure = said("Which figure.")
    last_number: int | None = said("The last publication's number; null before the first.")
    last_through: date | None = said("The last day that its total reaches to; null before the first.")
    last: Money = said("The last total.", of="last_gbp")
    steps: list[BridgeStep] = said("How this total came from it.")
    this_through: date = said("The last day that this total reaches to.")
    this: Money = said("This total.", of="this_gbp")


@shows(contract.FeedState, "How far reporting has read one service's feed.")
class FeedState:
    """How far."""

    source: str = said("The service.", instead="Use `service`; it stays until 2027-11-30.")
    position: BigInt = said("The last position that was read.")
    parked_aggregates: int = said("How many things were set aside, since reading them failed.")

    @computed("The service.")
    def service(self) -> ServiceName:
        """Whose feed it is."""
        return ServiceName(self.source)


async def ledger_head_of_place(parent: strawberry.Parent[Any], info: Info) -> LedgerHead | None:
    """The head."""
    record = await info.context.upstreams.reporting.ask(lambda api: api.get_ledger_head(parent.rest_id))
    return as_shown(LedgerHead, record)


async def ledger_entries_of_place(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[LedgerEntry] | None:
    """A page of the ledger in the order of recording."""
    return await page_of(
        LedgerEntry,
        info.context.upstreams.reporting,
        lambda api, page: api.list_ledger_entries(parent.rest_id, **page),
        first,
        after,
    )


async def bridge_entries_of_publication(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[BridgeEntry] | None:
    """A page of the entries of a publication's bridge."""
    return await page_of(
        BridgeEntry,
        info.context.upstreams.reporting,
        lambda api, page: api.list_bridge_entries(parent.rest_id, **page),
        first,
        after,
    )


@strawberry.type
class LedgerQueries:
    """What can be asked of reporting's own state at the root."""

    @calls_each("How far reporting has read the other services; needs `reporting:read`.")
    async def feed_states(self, info: Info) -> list[FeedState] | None:
        """How far each feed was read."""
        found = await info.context.upstreams.reporting.ask(lambda api: api.list_feeds())
        return [as_shown(FeedState, record) for record in found.items]
