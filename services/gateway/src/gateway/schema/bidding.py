"""Bids and what became of them, as far as procurement-api lets the caller see: sealed until opened."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import after_opening, assessments, tenderers
from cdp_common.contracts import bids as contract
from gateway.context import Context, Info
from gateway.schema.enums import ScoringMethod, Unit, described_value
from gateway.schema.fields import calls_each, calls_together
from gateway.schema.money import Money
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First, Node, parse_uuid, uuid_of
from gateway.schema.partners import Organisation, organisation_of
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows, shows_node
from gateway.schema.writing_enums import BidAction

if TYPE_CHECKING:
    from gateway.schema.procurement import Tender

LazyTender = Annotated["Tender", strawberry.lazy("gateway.schema.procurement")]


@strawberry.enum(description="How a bid stands.")
class BidState(Enum):
    """How a bid stands."""

    SEALED = described_value("sealed", "It is sealed.")
    WITHDRAWN = described_value("withdrawn", "Its bidder withdrew it.")
    OPENED = described_value("opened", "It was opened.")
    DISREGARDED = described_value("disregarded", "It does not count.")


@strawberry.enum(description="How a bid left a tender after opening.")
class Removal(Enum):
    """How a bid left."""

    EXCLUDED = described_value("excluded", "It was excluded on a ground.")
    WITHDRAWN = described_value("withdrawn", "Its bidder withdrew it.")


@strawberry.enum(description="A piece of what is told of a winner that may be withheld.")
class SummaryPiece(Enum):
    """A piece of a summary."""

    QUANTITY = described_value("quantity", "The quantity.")
    VALUE = described_value("value", "The value.")
    EXPLANATION = described_value("explanation", "The explanation.")
    REASON = described_value("reason", "The panel's reason.")


@strawberry.enum(description="Why a piece is withheld: section 94(1) of the Procurement Act 2023.")
class WithholdingGround(Enum):
    """Why a piece is withheld."""

    NATIONAL_SECURITY = described_value("national_security", "National security.")
    SENSITIVE_COMMERCIAL_INFORMATION = described_value(
        "sensitive_commercial_information", "Sensitive commercial information."
    )


@shows(contract.BidVersion, "That a version of a bid exists: nothing of its content.")
class BidVersion:
    """A version."""

    version: int = said("The version.")
    received_at: datetime = said("When it arrived.")
    action: BidAction = said("What was done.")
    terms_version: int = said("The version of the tender's terms under which it was done.")


@shows(
    tenderers.OpenedTenderer,
    "One of those who bid together.",
    without={"identifier": "the organisation has it; without one the portal's own id stands"},
)
class OpenedTenderer:
    """A bidder."""

    organisation_id: strawberry.Private[UUID | None]
    lead: bool = said("Whether it answers for the bid.")
    portal_local_id: str | None = said("A portal's own id of it; null where it is known otherwise.")
    legal_name: str = said("Its name.")

    @calls_together("The organisation; null for a bidder that is not known here.")
    async def organisation(self, info: Info) -> Organisation | None:
        """The organisation."""
        key = self.organisation_id
        return None if key is None else await organisation_of(info.context, key)


@shows(tenderers.OpenedAttestation, "Who authorised an opened bid, and when.")
class OpenedAttestation:
    """An attestation."""

    authorised_by: str = said("The role, not a person's name.")
    authorised_at: datetime = said("When.")


@shows(
    contract.OpenedLine,
    "A promised quantity of an opened bid, valued.",
    without=dict.fromkeys(
        ("inputs", "explanation", "withheld", "schedule", "per_year"), "a calculation's details: over REST"
    ),
)
class OpenedLine:
    """A line."""

    line_id: UUID = said("The id by which the REST APIs know the line.")
    measure: str = said("The measure's code.")
    lot: str | None = said("The lot that it is for; null for the whole.")
    quantity: Decimal = said("How much is promised, in the unit.")
    unit: Unit = said("The measure's unit.")
    counted_quantity: Decimal = said("What of it adds up in totals.")
    answer: str = said("How it will be done.")
    once_if_any_won: bool = said("Whether it is owed once if the bid wins any lot.")
    activity: str | None = said("The bidder's own name of what will be done; null where none is stated.")
    target_group: str | None = said("The group of people that it is for; null for none.")
    industry: str | None = said("The industry's code, for local spend; null for others.")
    area_code: str | None = said("The small area that it is for; null for none.")
    starts_on: date | None = said("The first day; null: the contract's.")
    ends_on: date | None = said("The last day; null: the contract's.")
    licensed_framework: str | None = said("Whose licence its pounds need; null when anybody may see them.")
    total: Money | None = said("Social plus local economic value; null without the licence.", of="total_gbp")
    social: Money | None = said("Social value; null without the licence.", of="social_gbp")
    local_economic: Money | None = said(
        "Local economic value; null without the licence.", of="local_economic_gbp"
    )
    low: Money | None = said("The low end; null unless there is a range.", of="low_gbp")
    high: Money | None = said("The high end; null unless there is a range.", of="high_gbp")
    fiscal: Money | None = said(
        "How much of it is public money saved; null without the licence.", of="fiscal_gbp"
    )
    disregarded: str | None = said("Why it is not counted; null while it is.")


@shows(after_opening.RemovedBid, "A bid that is out of the tender, or of lots of it; it stays readable.")
class RemovedBid:
    """A removed bid."""

    bid_id: UUID = said("The bid's id in the REST APIs.")
    removal: Removal = said("How it left.")
    ground: str = said("Why.")
    removed_at: datetime = said("When.")
    lots: list[str] = said("The lots that it left; empty: the whole tender.")
    evaluation_version: int | None = said("The evaluation without it; null where there was none before.")


@shows(after_opening.SupersededBid, "A bid in whose place a later one of the same organisation stands.")
class SupersededBid:
    """A superseded bid."""

    bid_id: UUID = said("The bid's id in the REST APIs.")
    by_bid_id: UUID = said("The later bid's id.")
    lots: list[str] = said("The lots in which it does; empty: the whole tender.")


@shows(
    after_opening.Clarification,
    "A question put to a bidder after the deadline, and its answer.",
    without={"bid_id": "the parent", "recorded_by": "a client", "person_id": "a person"},
)
class Clarification:
    """A clarification."""

    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    question: str = said("The question.")
    asked_on: date = said("The day of the question.")
    answer: str | None = said("The answer; null where none came.")
    answered_on: date | None = said("The day of the answer; null where none came.")
    recorded_at: datetime = said("When it was recorded.")


@shows(
    assessments.AssessedCriterion,
    "How a bid was assessed on one measure.",
    without=dict.fromkeys(("licensed_framework", "withheld"), "its pounds are null"),
)
class AssessedCriterion:
    """A criterion."""

    measure: str = said("The measure's code.")
    title: str = said("The title.")
    weight: Decimal = said("Its relative importance, of 100.")
    quantitative_available: Decimal = said("Points that were to be had for the quantity.")
    qualitative_available: Decimal = said("Points that were to be had for the written answer.")
    quantity: Decimal | None = said("The quantity; null where withheld.")
    value: Money | None = said("Its value; null where withheld.", of="value_gbp")
    quantitative_points: Decimal = said("Points for the quantity.")
    qualitative_score: Decimal | None = said(
        "The panel's score of the answer; null where the answer was not scored, or is withheld."
    )
    qualitative_points: Decimal = said("Points for the answer.")
    points: Decimal = said("Points in all.")
    explanation: str | None = said("How they came about; null where withheld.")
    reason: str | None = said("The panel's reason; null where withheld.")


@shows(
    assessments.AssessedTender,
    "How one bid was assessed.",
    without=dict.fromkeys(("licensed_framework", "withheld"), "its pounds are null"),
)
class AssessedTender:
    """A bid's assessment."""

    bid_id: UUID = said("The bid's id in the REST APIs.")
    tenderer_name: str = said("Whose bid it is.")
    tenderer_organisation_id: UUID = said("The bidder's id in the REST APIs.")
    total_value: Money | None = said("Its value; null where withheld.", of="total_value_gbp")
    points: Decimal = said("Points, of 100.")
    weighted_points: Decimal = said("Points × the weight of social value.")
    criteria: list[AssessedCriterion] = said("Measure by measure.")


@shows(assessments.WithheldPiece, "A piece of what is told of the winner that is withheld.")
class WithheldPiece:
    """A withheld piece."""

    measure: str | None = said("The measure's code; null: of every measure.")
    piece: SummaryPiece = said("Which piece.")
    ground: WithholdingGround = said("Why.")


@shows(
    assessments.AssessmentSummary,
    "What one bidder is told of a decision: its own scores and the winner's.",
    without={"tender_id": "the bid's tender"},
)
class AssessmentSummary:
    """A summary."""

    bid_id: UUID = said("The bid's id in the REST APIs.")
    lot: str | None = said("The lot; null: the whole tender.")
    evaluation_version: int = said("The version of the evaluation that it rests on.")
    sent_at: datetime = said("When it was sent.")
    method: ScoringMethod = said("What a bid's value is measured against.")
    qualitative_scale_max: int = said("The highest panel score of an answer.")
    social_value_weight: Decimal = said("The weight of social value in the whole award.")
    criteria_url: str | None = said("Where the award criteria stand in full; null where none is stated.")
    own: AssessedTender | None = said("The bidder's own; null where it left the tender.")
    winner: AssessedTender | None = said("The winner's; null where nobody is awarded the contract.")
    own_is_winner: bool = said("Whether the bidder won.")
    further_explanation: str | None = said("Why it did not, beyond the scores; null where nothing is said.")
    withheld: list[WithheldPiece] = said("What is withheld of the winner.")


@shows_node(
    contract.Bid,
    "A bid: before opening that it is there, after it what it promises, to whoever may see it.",
)
class Bid(Node):
    """A bid."""

    record: strawberry.Private[contract.Bid]
    rest_id: UUID = said("The id by which the REST APIs know it.", of="id")
    state: BidState = said("How it stands.")
    version: int = said("Its version.")
    versions: list[BidVersion] = said("That versions exist: nothing of their content.")
    needs_reconfirmation: bool = said("Whether it lapses unless confirmed: the tender was amended since.")
    disregarded_reason: str | None = said("Why the whole bid does not count; null while it does.")
    tenderer_name: str | None = said("Whose it is; null while sealed for anybody but its submitter.")
    tenderers: list[OpenedTenderer] = said("Those who bid together; empty until opened.")
    removed: list[RemovedBid] = said("What it has left since opening.")
    superseded: list[SupersededBid] = said("Where a later bid of its bidder stands in its place.")
    attestation: OpenedAttestation | None = said("Who authorised it; null while sealed, or unstated.")
    lines: list[OpenedLine] | None = said("What it promises; null while sealed.")

    @calls_together("The tender.")
    async def tender(self, info: Info) -> LazyTender | None:
        """The tender."""
        from gateway.schema.procurement import tender_of  # tenders have bids

        return await tender_of(info.context, self.record.tender_id)

    @calls_together("The bidder; null while sealed for anybody but its submitter.")
    async def tenderer(self, info: Info) -> Organisation | None:
        """The bidder."""
        key = self.record.tenderer_organisation_id
        return None if key is None else await organisation_of(info.context, key)

    @calls_together("The portal that submitted it for its bidder; null where none did.")
    async def portal(self, info: Info) -> Organisation | None:
        """The portal."""
        key = self.record.portal_organisation_id
        return None if key is None else await organisation_of(info.context, key)

    @calls_each("What its bidder is told of the decision, once it is told.")
    async def assessment(
        self,
        info: Info,
        lot: Annotated[str | None, strawberry.argument(description="Of this lot, by its code.")] = None,
    ) -> AssessmentSummary | None:
        """The summary."""
        record = await info.context.upstreams.procurement.ask(
            lambda api: api.get_assessment(self.record.id, lot=lot)
        )
        return as_shown(AssessmentSummary, record)

    @calls_each("Clarifications after the deadline, the oldest first.")
    async def clarifications(
        self, info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
    ) -> Connection[Clarification] | None:
        """A page of clarifications."""
        return await page_of(
            Clarification,
            info.context.upstreams.procurement,
            lambda api, page: api.list_clarifications(self.record.id, **page),
            first,
            after,
        )


async def bids_of_tender(
    parent: strawberry.Parent[Any], info: Info, first: First = DEFAULT_PAGE_SIZE, after: After = None
) -> Connection[Bid] | None:
    """A page of the bids of an opened tender, the oldest first."""
    return await page_of(
        Bid,
        info.context.upstreams.procurement,
        lambda api, page: api.list_bids(parent.rest_id, **page),
        first,
        after,
    )


@strawberry.type
class BidQueries:
    """What can be asked of bids at the root."""

    @calls_each("A bid by its id, as far as the caller may see it; null when there is none.")
    async def bid(
        self,
        info: Info,
        id: Annotated[  # noqa: A002 - the name of the argument in the graph
            strawberry.ID, strawberry.argument(description="Its id, here or in the REST APIs.")
        ],
    ) -> Bid | None:
        """A bid."""
        return await bid_node(info.context, str(uuid_of(id, "Bid")))


async def bid_node(context: Context, key: str) -> Bid | None:
    """The bid of a node id."""
    return maybe_shown(Bid, await context.loaders.bids.load(parse_uuid(key)))
