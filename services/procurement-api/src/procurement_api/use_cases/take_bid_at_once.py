"""A first version of a bid with which nothing is wrong, taken by one statement with others of its moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.db.database import Database
from cdp_common.db.events import event_row
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import CdpError
from cdp_common.web.caller import Caller
from procurement_api.domain.bid import require_bid_holds
from procurement_api.domain.tender import require_submittable
from procurement_api.storage.take_bids import FirstVersion
from procurement_api.use_cases.bidders import Bidder, bidder_of
from procurement_api.use_cases.happenings import bid_event
from procurement_api.use_cases.known_tenders import KnownTender, KnownTenders
from procurement_api.use_cases.new_bid import new_bid
from procurement_api.use_cases.quick_bid import QuickBid
from procurement_api.use_cases.receipts import ReceiptSigner, make_receipt
from procurement_api.use_cases.rights import tender_to_bid_for
from procurement_api.use_cases.sealed_version import sealed_version


async def take_bid_at_once(
    db: Database,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    tender_id: UUID,
    sent: QuickBid,
    once: Once,
    received_at: datetime,
    known: KnownTenders,
) -> Answer | None:
    """The receipt of a bid that is in order; None where anything else has to be said.

    Then nothing was written, and `submit_bid` says what it is, by what stands in the database.
    """
    key = signer.known
    tender = await known.published(db, tender_id)
    if tender is None or key is None:
        return None
    try:
        bidder = _bidder(tender, caller, sent, identity_key, received_at)
    except CdpError:
        return None
    bid = new_bid(tender.row, bidder, received_at)
    terms_version = tender.row["terms_version"]
    version, commitment_key = sealed_version(
        "submitted", bid, terms_version, sent.content, tender.sealing_key, caller, received_at
    )
    receipt = make_receipt(bid["id"], tender_id, version, commitment_key, key)
    answer, record = once.prepared(201, receipt, now=received_at)
    event = event_row(bid_event(bid, tender.row["place_id"], "submitted"), received_at)
    taken = await tender.bids.take(db, FirstVersion(once.lock, record, bid, version, event))
    if tender.bids.is_outdated:
        known.forget(tender)
    return answer if taken else None


def _bidder(
    tender: KnownTender, caller: Caller, sent: QuickBid, identity_key: bytes, received_at: datetime
) -> Bidder:
    """Whose bid it is; raises whatever is wrong with it."""
    tender_to_bid_for(caller, tender.row)
    require_submittable(tender.row["state"], tender.row["deadline_at"], received_at)
    own = {caller.org}  # whoever names its record that was merged goes the long way
    bidder = bidder_of(caller, own, tender.row["id"], sent.head, identity_key, received_at)
    require_bid_holds(sent.offered, tender.demands)
    return bidder
