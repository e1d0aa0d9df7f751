"""A bidder stands by its sealed bid under amended terms: the same content, confirmed and receipted."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.domain.amendment import BidOnCurrentTerms
from procurement_api.domain.bid import BidWithdrawn
from procurement_api.domain.tender import require_submittable
from procurement_api.storage.bids import add_version, bid_by_id, change_bid, versions_of
from procurement_api.storage.tenders import share_submissions, tender_by_id
from procurement_api.use_cases.bidders import require_may_change
from procurement_api.use_cases.happenings import tell_bid
from procurement_api.use_cases.receipts import ReceiptSigner, make_receipt
from procurement_api.use_cases.refusals import Attempt, signing_refusals


async def reconfirm_bid(
    db: Database, signer: ReceiptSigner, caller: Caller, bid_id: UUID, once: Once, received_at: datetime
) -> Answer:
    """The receipt of a version that holds what the one before it held, under the terms now in force."""
    attempt = Attempt("reconfirmed", bid_id, caller.org, None, received_at)
    async with signing_refusals(db, signer, attempt), db.begin() as tx:
        found = await require_may_change(tx, caller, await bid_by_id(tx, bid_id))
        await share_submissions(tx, found["tender_id"])
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        tender = await tender_by_id(tx, found["tender_id"])
        assert tender is not None
        require_submittable(tender["state"], tender["deadline_at"], received_at)
        bid = await require_may_change(tx, caller, await bid_by_id(tx, bid_id, lock=True))
        if bid["state"] == "withdrawn":
            raise BidWithdrawn("The bid was withdrawn; submit a new one instead.")
        if bid["terms_version"] >= tender["terms_version"]:
            raise BidOnCurrentTerms("The bid was made or confirmed under the terms in force.")
        confirmed = (await versions_of(tx, [bid_id]))[-1]
        version = {
            **confirmed,
            "version": bid["version"] + 1,
            "action": "reconfirmed",
            "received_at": received_at,
            "acted_by": caller.act,
            "terms_version": tender["terms_version"],
        }
        changes = {"version": version["version"], "terms_version": version["terms_version"]}
        await change_bid(tx, bid_id, **changes)
        await add_version(tx, version)
        await tell_bid(tx, {**bid, **changes}, tender["place_id"], "reconfirmed", received_at)
        receipt = make_receipt(bid_id, tender["id"], version, None, await signer.key(tx, received_at))
        return await once.keep(tx, 200, receipt, now=received_at)
