"""A bidder submits, replaces or withdraws its bid: sealed at once, receipted, until the deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.bids import BidAction
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.domain.bid import BidWithdrawn, require_bid_holds
from procurement_api.domain.tender import require_submittable
from procurement_api.storage.bids import add_bid, add_version, bid_by_id, change_bid
from procurement_api.storage.tenders import share_submissions, tender_by_id
from procurement_api.use_cases.bid_rules import bid_content, demands_of
from procurement_api.use_cases.bidders import (
    bidder_of,
    own_ids,
    require_may_change,
    require_may_submit,
    require_same_bidder,
)
from procurement_api.use_cases.happenings import tell_bid
from procurement_api.use_cases.new_bid import new_bid
from procurement_api.use_cases.receipts import ReceiptSigner, make_receipt
from procurement_api.use_cases.refusals import Attempt, signing_refusals
from procurement_api.use_cases.rights import tender_to_bid_for
from procurement_api.use_cases.sealed_version import SentBid, empty_version, sealed_version
from procurement_api.use_cases.sealing import sealing_public_key


@dataclass(frozen=True)
class _Submission:
    """One version on its way into the sealed store."""

    action: BidAction
    bid: Mapping[str, Any]
    tender: RowMapping
    sent: SentBid | None


async def submit_bid(
    db: Database,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    tender_id: UUID,
    sent: SentBid,
    once: Once,
    received_at: datetime,
) -> Answer:
    """The receipt of a first version; a bidder has one live bid per tender.

    This is the long way: it says what is wrong, or gives the first answer again. What is in order has been
    taken by `take_bid_at_once` before.
    """
    attempt = Attempt("submitted", tender_id, caller.org, sent, received_at)
    async with signing_refusals(db, signer, attempt), db.begin() as tx:
        await share_submissions(tx, tender_id)
        tender = tender_to_bid_for(caller, await tender_by_id(tx, tender_id))
        await require_may_submit(tx, caller, tender_id, sent.draft)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        require_submittable(tender["state"], tender["deadline_at"], received_at)
        own = await own_ids(tx, caller)
        bidder = bidder_of(caller, own, tender_id, sent.draft, identity_key, received_at)
        require_bid_holds(bid_content(sent.draft), demands_of(tender))
        bid = new_bid(tender, bidder, received_at)
        await add_bid(tx, bid)
        submission = _Submission("submitted", bid, tender, sent)
        return await _store(tx, signer, caller, submission, once, received_at, status=201)


async def replace_bid(
    db: Database,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    bid_id: UUID,
    sent: SentBid,
    once: Once,
    received_at: datetime,
) -> Answer:
    """The receipt of a further version, which stands in place of the earlier ones; all are kept."""
    attempt = Attempt("replaced", bid_id, caller.org, sent, received_at)
    return await _next_version(db, signer, identity_key, caller, attempt, once)


async def withdraw_bid(
    db: Database,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    bid_id: UUID,
    once: Once,
    received_at: datetime,
) -> Answer:
    """The receipt of a withdrawal; the bidder may submit anew until the deadline."""
    attempt = Attempt("withdrawn", bid_id, caller.org, None, received_at)
    return await _next_version(db, signer, identity_key, caller, attempt, once)


async def _next_version(
    db: Database, signer: ReceiptSigner, identity_key: bytes, caller: Caller, attempt: Attempt, once: Once
) -> Answer:
    bid_id, sent, received_at = attempt.target_id, attempt.sent, attempt.received_at
    async with signing_refusals(db, signer, attempt), db.begin() as tx:
        found = await require_may_change(tx, caller, await bid_by_id(tx, bid_id))
        await share_submissions(tx, found["tender_id"])
        if sent is not None:
            await require_may_submit(tx, caller, found["tender_id"], sent.draft)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        tender = await tender_by_id(tx, found["tender_id"])
        assert tender is not None
        require_submittable(tender["state"], tender["deadline_at"], received_at)
        if sent is not None:
            own = await own_ids(tx, caller)
            bidder = bidder_of(caller, own, tender["id"], sent.draft, identity_key, received_at)
            require_same_bidder(found, bidder, own, identity_key)
            require_bid_holds(bid_content(sent.draft), demands_of(tender))
        bid = await require_may_change(tx, caller, await bid_by_id(tx, bid_id, lock=True))
        if bid["state"] == "withdrawn":
            raise BidWithdrawn("The bid was withdrawn; submit a new one instead.")
        version = bid["version"] + 1
        state = "withdrawn" if attempt.action == "withdrawn" else "sealed"
        await change_bid(tx, bid_id, version=version, state=state, terms_version=tender["terms_version"])
        submission = _Submission(attempt.action, {**bid, "version": version, "state": state}, tender, sent)
        status = 200 if attempt.action == "withdrawn" else 201
        return await _store(tx, signer, caller, submission, once, received_at, status=status)


async def _store(
    tx: AsyncConnection,
    signer: ReceiptSigner,
    caller: Caller,
    submission: _Submission,
    once: Once,
    received_at: datetime,
    *,
    status: int,
) -> Answer:
    """Seal the content, write the version, tell the bidder's feed, and keep the receipt as the answer."""
    bid, tender = submission.bid, submission.tender
    facts = (submission.action, bid, tender["terms_version"])
    if submission.sent is None:
        version, commitment_key = empty_version(*facts, caller, received_at)
    else:
        sealing_key = sealing_public_key(tender["sealing_public_jwk"])
        content = submission.sent.content
        version, commitment_key = sealed_version(*facts, content, sealing_key, caller, received_at)
    await add_version(tx, version)
    await tell_bid(tx, bid, tender["place_id"], submission.action, received_at)
    key = await signer.key(tx, received_at)
    receipt = make_receipt(bid["id"], tender["id"], version, commitment_key, key)
    return await once.keep(tx, status, receipt, now=received_at)
