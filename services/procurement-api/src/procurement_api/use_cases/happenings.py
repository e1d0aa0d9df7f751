"""The events that procurement-api tells, none of which carries a sealed quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.after_opening import BidLeft, BidSuperseded, RemovedBid, SupersededBid
from cdp_common.contracts.agreements import Agreement
from cdp_common.contracts.amendments import Amended, TenderAmended
from cdp_common.contracts.base import ActedBy, Contract
from cdp_common.contracts.bids import BidAction, BidChanged
from cdp_common.contracts.commitments import (
    CommitmentsEnded,
    CommitmentsMade,
    CommitmentsNovated,
    CommitmentsVaried,
)
from cdp_common.contracts.panels import ErasedEvaluator
from cdp_common.contracts.tenderers import PortalAppointmentChanged
from cdp_common.contracts.tenders import Tender, TenderChanged
from cdp_common.db.events import INTERNAL, PUBLIC, NewEvent, org_audience, record_event
from procurement_api.domain.agreement import route_of


async def tell_tender(tx: AsyncConnection, happened: str, tender: Tender, now: datetime) -> None:
    """`tender.<happened>`, to everybody."""
    data = TenderChanged(**_tender_data(tender))
    await _tell_of_tender(tx, happened, tender, data.model_dump(mode="json"), now)


async def tell_amendment(
    tx: AsyncConnection,
    tender: Tender,
    reason: str,
    amended: Sequence[Amended],
    bids_stand: bool,
    now: datetime,
) -> None:
    """`tender.deadline_extended` where the deadline alone moved, else `tender.amended`; to everybody."""
    assert tender.deadline_at is not None
    data = TenderAmended(
        **_tender_data(tender),
        terms_version=tender.terms_version,
        amended=list(amended),
        bids_stand=bids_stand,
        deadline_at=tender.deadline_at,
        reason=reason,
    ).model_dump(mode="json")
    happened = "deadline_extended" if list(amended) == ["deadline_at"] else "amended"
    await _tell_of_tender(tx, happened, tender, data, now)


def _tender_data(tender: Tender) -> dict[str, Any]:
    return {
        "tender_id": tender.id,
        "state": tender.state,
        "title": tender.title,
        "place_id": tender.place_id,
        "data_status": tender.data_status,
    }


async def _tell_of_tender(
    tx: AsyncConnection, happened: str, tender: Tender, data: dict[str, Any], now: datetime
) -> None:
    event = NewEvent(
        type=f"tender.{happened}",
        aggregate_type="tender",
        aggregate_id=tender.id,
        aggregate_version=tender.version,
        place_id=tender.place_id,
        audience=(PUBLIC,),
        data=data,
    )
    await record_event(tx, event, now)


async def tell_bid(
    tx: AsyncConnection, bid: Mapping[Any, Any], place_id: UUID, action: BidAction, now: datetime
) -> None:
    """`bid.received` or `bid.withdrawn`, to the bidder alone, or to the portal that speaks for it."""
    await record_event(tx, bid_event(bid, place_id, action), now)


def bid_event(bid: Mapping[Any, Any], place_id: UUID, action: BidAction) -> NewEvent:
    """What is told of a bid, which holds nothing of its content."""
    data = BidChanged(bid_id=bid["id"], tender_id=bid["tender_id"], version=bid["version"], action=action)
    return NewEvent(
        type="bid.withdrawn" if action == "withdrawn" else "bid.received",
        aggregate_type="bid",
        aggregate_id=bid["id"],
        aggregate_version=bid["version"],
        place_id=place_id,
        audience=(org_audience(bid["portal_organisation_id"] or bid["tenderer_organisation_id"]),),
        data=data,
    )


async def tell_removal(
    tx: AsyncConnection,
    tender: Mapping[Any, Any],
    bid: Mapping[Any, Any],
    told: RemovedBid,
    version: int,
    now: datetime,
) -> None:
    """`bid.removed`, to both sides; on what ground, each reads in the bid."""
    data = BidLeft(bid_id=bid["id"], tender_id=tender["id"], removal=told.removal, lots=told.lots)
    await _tell_of_opened(tx, "bid.removed", tender, bid, version, data, now)


async def tell_superseded(
    tx: AsyncConnection,
    tender: Mapping[Any, Any],
    bid: Mapping[Any, Any],
    told: SupersededBid,
    version: int,
    now: datetime,
) -> None:
    """`bid.superseded`, to both sides."""
    data = BidSuperseded(**told.model_dump(), tender_id=tender["id"])
    await _tell_of_opened(tx, "bid.superseded", tender, bid, version, data, now)


async def _tell_of_opened(
    tx: AsyncConnection,
    type_: str,
    tender: Mapping[Any, Any],
    bid: Mapping[Any, Any],
    version: int,
    data: Contract,
    now: datetime,
) -> None:
    sides = {tender["buyer_organisation_id"], bid["tenderer_organisation_id"], bid["portal_organisation_id"]}
    event = NewEvent(
        type=type_,
        aggregate_type="bid",
        aggregate_id=bid["id"],
        aggregate_version=version,
        place_id=tender["place_id"],
        audience=tuple(sorted(org_audience(side) for side in sides if side is not None)),
        data=data.model_dump(mode="json"),
    )
    await record_event(tx, event, now)


async def tell_evaluator_erased(
    tx: AsyncConnection, tender: Mapping[Any, Any], evaluator_id: UUID, now: datetime
) -> None:
    """`evaluator.erased`, to the buyer; it says whom by a number that names nobody any more."""
    event = NewEvent(
        type="evaluator.erased",
        aggregate_type="evaluator",
        aggregate_id=evaluator_id,
        aggregate_version=1,
        place_id=tender["place_id"],
        audience=(org_audience(tender["buyer_organisation_id"]),),
        data=ErasedEvaluator(evaluator_id=evaluator_id, tender_id=tender["id"]),
    )
    await record_event(tx, event, now)


async def tell_portal(
    tx: AsyncConnection,
    happened: Literal["made", "revoked"],
    row: Mapping[Any, Any],
    tender: Mapping[Any, Any],
    by: ActedBy,
    now: datetime,
) -> None:
    """`portal_appointment.<happened>`, to the buyer and the portal."""
    portal_id = row["portal_organisation_id"]
    data = PortalAppointmentChanged(
        appointment_id=row["id"], tender_id=tender["id"], portal_organisation_id=portal_id, acted_by=by
    )
    event = NewEvent(
        type=f"portal_appointment.{happened}",
        aggregate_type="portal_appointment",
        aggregate_id=row["id"],
        aggregate_version=1 if happened == "made" else 2,
        place_id=tender["place_id"],
        audience=(org_audience(tender["buyer_organisation_id"]), org_audience(portal_id)),
        data=data.model_dump(mode="json"),
    )
    await record_event(tx, event, now)


async def tell_agreement_signed(
    tx: AsyncConnection, agreement: Agreement, commissioner_name: str, now: datetime
) -> None:
    """`agreement.signed`, with its commitments, to the services and both parties."""
    made = CommitmentsMade(
        source_id=agreement.id,
        kind=agreement.kind,
        route=route_of(agreement.kind),
        reference=agreement.reference,
        title=agreement.title,
        place_id=agreement.place_id,
        deliverer_id=agreement.deliverer_organisation_id,
        deliverer_name=agreement.deliverer_name,
        commissioner_id=agreement.commissioner_organisation_id,
        commissioner_name=commissioner_name,
        signed_on=agreement.signed_on,
        starts_on=agreement.starts_on,
        ends_on=agreement.ends_on,
        data_status=agreement.data_status,
        value_gbp=agreement.value_gbp,
        acted_by=agreement.acted_by,
        lines=agreement.lines,
    )
    await _tell_agreement(tx, "agreement.signed", agreement, made.model_dump(mode="json"), now)


async def tell_agreement_changed(
    tx: AsyncConnection,
    happened: Literal["varied", "novated"],
    agreement: Agreement,
    told: CommitmentsVaried | CommitmentsNovated,
    now: datetime,
    also: UUID | None = None,
) -> None:
    """`agreement.varied` or `agreement.novated`, to the services, both parties and one that was a party."""
    data = told.model_dump(mode="json")
    await _tell_agreement(
        tx, f"agreement.{happened}", agreement, data, now, effective_on=told.effective_on, also=also
    )


async def tell_agreement_terminated(
    tx: AsyncConnection, agreement: Agreement, ended: CommitmentsEnded, now: datetime
) -> None:
    """`agreement.terminated`, to the services and both parties."""
    await _tell_agreement(tx, "agreement.terminated", agreement, ended.model_dump(mode="json"), now)


async def _tell_agreement(
    tx: AsyncConnection,
    type_: str,
    agreement: Agreement,
    data: dict[str, Any],
    now: datetime,
    *,
    effective_on: date | None = None,
    also: UUID | None = None,
) -> None:
    others = () if also is None else (org_audience(also),)
    event = NewEvent(
        type=type_,
        aggregate_type="agreement",
        aggregate_id=agreement.id,
        aggregate_version=agreement.version,
        place_id=agreement.place_id,
        audience=(
            INTERNAL,
            org_audience(agreement.commissioner_organisation_id),
            org_audience(agreement.deliverer_organisation_id),
            *others,
        ),
        data=data,
        effective_on=effective_on or agreement.terminated_on or agreement.signed_on,
    )
    await record_event(tx, event, now)
