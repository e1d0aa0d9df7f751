"""For whom a bid is submitted: the caller's own organisation, or whom an appointed portal speaks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import tenderers as wire
from cdp_common.contracts.bids import BidHead
from cdp_common.db.merges import find_records
from cdp_common.kernel.errors import FieldError
from cdp_common.web.caller import Caller
from procurement_api.domain.tenderers import (
    Attested,
    Tenderer,
    TendererNotCaller,
    TenderersInvalid,
    identity_key,
    is_own_bid,
    require_attested,
    require_tenderers_hold,
)
from procurement_api.storage.portals import is_appointed
from procurement_api.use_cases.rights import BidNotFound


@dataclass(frozen=True)
class Bidder:
    """Whose bid it is, as it is stored before opening."""

    organisation_id: UUID | None
    """Null where a portal speaks for it: who that is stays sealed."""
    portal_id: UUID | None
    key: str
    """Decides that a bidder has one live bid; a keyed hash, so that it names nobody."""
    lead: Tenderer


def stated_tenderers(draft: BidHead, own_id: UUID | None) -> list[Tenderer]:
    """Those who bid, in the order in which they were stated; a single one leads.

    A bid that names nobody is that of the organisation that the caller acts for, `own_id`.
    """
    single = draft.tenderer
    if not _names_somebody(draft):
        return [Tenderer(at="/tenderer", lead=True, organisation_id=own_id)]
    if single is None:
        return [_tenderer(f"/tenderers/{index}", each) for index, each in enumerate(draft.tenderers)]
    identifier = single.identifier
    alone = Tenderer(
        at="/tenderer",
        lead=True,
        organisation_id=single.organisation_id,
        scheme=None if identifier is None else identifier.scheme,
        number=None if identifier is None else identifier.id,
        legal_name=single.legal_name,
    )
    return [alone]


async def require_may_submit(tx: AsyncConnection, caller: Caller, tender_id: UUID, draft: BidHead) -> None:
    """Refuse who neither leads the bid nor is a portal that the buyer appointed for the tender."""
    names_somebody = _names_somebody(draft)
    if names_somebody and is_own_bid(stated_tenderers(draft, caller.org), await own_ids(tx, caller)):
        return
    appointed = await is_appointed(tx, tender_id, caller.org)
    if appointed and not names_somebody:
        words = "A portal names whom it bids for."
        raise TenderersInvalid(words, errors=[FieldError("/tenderers", "tenderer_missing", words)])
    if not appointed and names_somebody:
        raise TendererNotCaller(
            "Name the organisation that the caller acts for as the tenderer that leads; "
            "for others a portal bids that the buyer appointed."
        )


async def require_may_change(tx: AsyncConnection, caller: Caller, bid: RowMapping | None) -> RowMapping:
    """The bid if the caller acts for its bidder, or is the portal that submitted it and still appointed."""
    if bid is not None:
        portal_id = bid["portal_organisation_id"]
        if portal_id is None and bid["tenderer_organisation_id"] == caller.org:
            return bid
        if portal_id == caller.org and await is_appointed(tx, bid["tender_id"], caller.org):
            return bid
    raise BidNotFound("No bid of yours has this id.")


async def own_ids(tx: AsyncConnection, caller: Caller) -> frozenset[UUID]:
    """The ids that lead to whom the caller acts for: its own, and those of records merged into it."""
    return frozenset([caller.org, *await find_records(tx, caller.org)])


def bidder_of(
    caller: Caller,
    own: Collection[UUID],
    tender_id: UUID,
    draft: BidHead,
    key: bytes,
    received_at: datetime,
) -> Bidder:
    """Whose bid the draft is; refuses tenderers that do not hold, and a portal without an attestation.

    `own` are the ids by which the draft may name the organisation that the caller acts for.
    """
    if draft.tenderer is not None and draft.tenderers:
        words = "Those who bid stand in one place."
        raise TenderersInvalid(words, errors=[FieldError("/tenderers", "tenderers_repeated", words)])
    tenderers = stated_tenderers(draft, caller.org)
    lead = require_tenderers_hold(tenderers)
    if is_own_bid(tenderers, own):
        return Bidder(caller.org, None, identity_key(key, tender_id, lead, None), lead)
    require_attested(_attested(draft.attestation), received_at)
    return Bidder(None, caller.org, identity_key(key, tender_id, lead, caller.org), lead)


def require_same_bidder(bid: RowMapping, bidder: Bidder, own: Collection[UUID], key: bytes) -> None:
    """Refuse a replacement that is another bidder's; the portal's record may have been merged meanwhile."""
    if bid["portal_organisation_id"] is None:
        if bidder.organisation_id is None:
            raise TendererNotCaller("A bid of the caller's own is replaced by one of its own.")
    elif bid["tenderer_key"] not in {identity_key(key, bid["tender_id"], bidder.lead, one) for one in own}:
        words = "A replacement is led by the tenderer that led the bid; withdraw and submit for another."
        raise TenderersInvalid(words, errors=[FieldError("/tenderers", "tenderer_changed", words)])


def _names_somebody(draft: BidHead) -> bool:
    return draft.tenderer is not None or bool(draft.tenderers)


def _tenderer(at: str, stated: wire.Tenderer) -> Tenderer:
    return Tenderer(
        at=at,
        lead=stated.lead,
        organisation_id=stated.organisation_id,
        scheme=stated.scheme,
        number=stated.id,
        portal_local_id=stated.portal_local_id,
        legal_name=stated.legal_name,
    )


def _attested(attestation: wire.BidAttestation | None) -> Attested | None:
    if attestation is None:
        return None
    return Attested(attestation.authorised_at, has_user_ref=attestation.portal_user_ref is not None)
