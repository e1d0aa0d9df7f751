"""How a tender is decided: evaluation, lots, and the published log of what was accepted."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import strawberry

from cdp_common.contracts import bids as contract
from cdp_common.contracts import evaluations, lots
from gateway.context import Info
from gateway.errors import UpstreamFault
from gateway.schema.bidding import RemovedBid, SupersededBid
from gateway.schema.enums import ScoringMethod, described_value
from gateway.schema.money import Money
from gateway.schema.proxies import Source
from gateway.schema.records import as_shown, said, shows


@strawberry.enum(description="How far a lot has come.")
class LotState(Enum):
    """How far a lot has come."""

    WAITING = described_value("waiting", "Bids are not opened.")
    OPENED = described_value("opened", "Bids were opened.")
    EVALUATED = described_value("evaluated", "Bids were evaluated.")
    DECIDED = described_value("decided", "It was decided who is to have the contract.")
    SUMMARIES_SENT = described_value("summaries_sent", "The bidders were told.")
    STANDSTILL = described_value("standstill", "The standstill runs.")
    SIGNED = described_value("signed", "The contract was signed.")
    NOT_AWARDED = described_value("not_awarded", "Nobody has the contract.")


@strawberry.enum(description="Why there is a new version of an evaluation.")
class EvaluationCause(Enum):
    """Why there is a new version."""

    ASKED_FOR = described_value("asked_for", "The buyer asked for it.")
    BID_EXCLUDED = described_value("bid_excluded", "A bid was excluded.")
    BID_WITHDRAWN = described_value("bid_withdrawn", "A bid was withdrawn.")
    QUANTITY_LOWERED = described_value("quantity_lowered", "Less of a quantity was accepted.")


@strawberry.enum(description="Why a promise should be looked at.")
class PlausibilityKind(Enum):
    """Why a promise should be looked at."""

    WORK_BEYOND_VALUE = described_value("work_beyond_value", "More work than the contract's value pays for.")
    OUTLIER_OF_BIDS = described_value("outlier_of_bids", "Far from what the other bids promise.")
    OUTLIER_OF_CONTRACTS = described_value("outlier_of_contracts", "Far from what other contracts promise.")


@shows(
    evaluations.MeasureScore,
    "How one bid scored on one measure, and why.",
    without={
        "answer": "evaluators' own scores are the panel's, over REST",
        "licensed_framework": "its pounds are null",
        "withheld": "its pounds are null",
    },
)
class MeasureScore:
    """A score."""

    measure: str = said("The measure's code.")
    weight: Decimal = said("Its weight; those of a tender sum to 100.")
    quantity: Decimal | None = said("The quantity; null where none was promised.")
    value: Money | None = said("Its value; null without the licence.", of="value_gbp")
    basis: Decimal | None = said(
        "What it is measured against: the highest bid's, or the target; null without a response, or "
        "without a target."
    )
    quantitative_points: Decimal = said("Points for the quantity.")
    qualitative_score: Decimal | None = said("The panel's score of the answer; null while there is none.")
    qualitative_points: Decimal = said("Points for the answer.")
    points: Decimal = said("Points in all.")
    explanation: str = said("How they came about.")


@shows(
    evaluations.BidResult,
    "One bid's result.",
    without=dict.fromkeys(("licensed_framework", "withheld"), "its pounds are null"),
)
class BidResult:
    """A result."""

    bid_id: UUID = said("The bid's id in the REST APIs.")
    lot: str | None = said("The lot; null where the tender is awarded whole.")
    tenderer_name: str = said("Whose bid it is.")
    total_value: Money | None = said("Its value; null without the licence.", of="total_value_gbp")
    points: Decimal = said("Points, of 100.")
    weighted_points: Decimal = said("Points × the weight of social value.")
    rank: int = said("Its rank; 1 is best.")
    tied: bool = said("Whether another bid has the same points.")
    measures: list[MeasureScore] = said("Measure by measure.")


@shows(evaluations.PlausibilityFlag, "Something to look at before relying on a promise: advice alone.")
class PlausibilityFlag:
    """A flag."""

    bid_id: UUID = said("The bid's id in the REST APIs.")
    measure: str = said("The measure's code.")
    kind: PlausibilityKind = said("Why.")
    quantity: Decimal = said("What is promised, or as far as accepted.")
    compared_with: Decimal = said("What it was compared with.")
    explanation: str = said("The same in words.")
    rules_version: str = said("The version of the rules.")
    source: Source = said("Where the figure or the rule comes from.")


@shows(
    evaluations.Evaluation,
    "The evaluation of a tender, to its buyer.",
    without={"tender_id": "the parent", "acted_by": "a client"},
)
class Evaluation:
    """An evaluation."""

    version: int = said("The version; whatever it rests on makes a new one.")
    evaluated_at: datetime = said("When.")
    cause: EvaluationCause = said("Why there is this version.")
    method: ScoringMethod = said("What a bid's value is measured against.")
    results: list[BidResult] = said("Each bid's result, the best first, lot by lot.")
    removed: list[RemovedBid] = said("Bids that are out of the tender.")
    superseded: list[SupersededBid] = said("Bids in whose place later ones of the same bidders stand.")
    flags: list[PlausibilityFlag] = said("What to look at before relying on a promise.")


@shows(lots.LotProgress, "How far a lot has come.", without={"tender_id": "the parent"})
class LotProgress:
    """A lot's progress."""

    lot: str | None = said("The lot's code; null where the tender is awarded whole.")
    state: LotState = said("How far it has come.")
    winner_bid_id: UUID | None = said("The winning bid's id in the REST APIs; null while there is none.")
    decided_at: datetime | None = said("When it was decided; null until then.")
    decision_reason: str | None = said("Why it was decided so; null until then.")
    summaries_sent_at: datetime | None = said("When the bidders were told; null until then.")
    standstill_applies: bool = said("Whether there is a standstill.")
    award_notice_on: date | None = said("When the award notice was published; null until then.")
    notice_reference: str | None = said("The notice's reference; null until one is stated.")
    standstill_ends_on: date | None = said("The standstill's last day; null until it is known.")
    agreement_id: UUID | None = said("The contract's id in the REST APIs; null until it is signed.")


@shows(
    contract.TenderLog,
    "The published log of what was accepted for a tender.",
    without={"tender_id": "parent"},
)
class TenderLog:
    """A log."""

    opened_at: datetime = said("When the tender was opened.")
    size: int = said("How many submissions it holds.")
    root: str = said("Its Merkle root (RFC 9162, SHA-256).")
    log_jws: str = said("A compact JWS (Ed25519) over the canonical JSON of what it says.")


async def evaluation_of_tender(
    parent: strawberry.Parent[Any],
    info: Info,
    version: Annotated[
        int | None, strawberry.argument(description="This version; without it the latest.")
    ] = None,
) -> Evaluation | None:
    """The evaluation."""
    record = await info.context.upstreams.procurement.ask(
        lambda api: api.get_evaluation(parent.rest_id, version=version)
    )
    return as_shown(Evaluation, record)


async def lots_of_tender(parent: strawberry.Parent[Any], info: Info) -> list[LotProgress] | None:
    """How far each lot has come."""
    found = await info.context.upstreams.procurement.ask(lambda api: api.list_tender_lots(parent.rest_id))
    return [as_shown(LotProgress, record) for record in found.items]


async def log_of_tender(parent: strawberry.Parent[Any], info: Info) -> TenderLog | None:
    """The log, once there is one."""
    try:
        record = await info.context.upstreams.procurement.ask(lambda api: api.get_tender_log(parent.rest_id))
    except UpstreamFault as fault:
        if fault.is_not_found:
            return None
        raise
    return as_shown(TenderLog, record)
