"""A bidder submits, replaces or withdraws its bid: sealed at once, receipted, until the deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc.jwk import OKPKey
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.bids import BidAction, BidDraft
from cdp_common.db.database import Database
from cdp_common.db.events import event_row
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.proofs import canonical_json, commitment
from cdp_common.web.caller import Caller
from procurement_api.domain.bid import BidWithdrawn, require_bid_holds
from procurement_api.domain.receipt import padded
from procurement_api.domain.tender import require_submittable
from procurement_api.storage.bids import add_bid, add_version, bid_by_id, change_bid
from procurement_api.storage.take_bid import CHANGED, TAKEN, take_bid
from procurement_api.storage.tenders import share_submissions, tender_by_id
from procurement_api.use_cases.bid_rules import bid_content, demands_of
from procurement_api.use_cases.bidders import (
    Bidder,
    bidder_of,
    require_may_change,
    require_may_submit,
    require_same_bidder,
)
from procurement_api.use_cases.happenings import bid_event, tell_bid
from procurement_api.use_cases.known_tenders import KnownTenders
from procurement_api.use_cases.receipts import ReceiptSigner, make_receipt, new_commitment_key
from procurement_api.use_cases.refusals import Attempt, signing_refusals
from procurement_api.use_cases.rights import tender_to_bid_for
from procurement_api.use_cases.sealing import seal, sealing_public_key


@dataclass(frozen=True)
class _Submission:
    """One version on its way into the sealed store."""

    action: BidAction
    bid: Mapping[str, Any]
    tender: RowMapping
    draft: BidDraft | None


async def submit_bid(
    db: Database,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    tender_id: UUID,
    draft: BidDraft,
    once: Once,
    received_at: datetime,
    known: KnownTenders,
) -> Answer:
    """The receipt of a first version; a bidder has one live bid per tender.

    What is plainly in order is taken at once, by one statement. Everything else goes the long way, which says
    what is wrong, or gives the first answer again.
    """
    attempt = Attempt("submitted", tender_id, caller.org, draft, received_at)
    async with signing_refusals(db, signer, attempt), db.begin() as tx:
        taken = await _taken_at_once(tx, signer, identity_key, caller, draft, attempt, once, known)
        if taken is not None:
            return taken
        await share_submissions(tx, tender_id)
        tender = tender_to_bid_for(caller, await tender_by_id(tx, tender_id))
        await require_may_submit(tx, caller, tender_id, draft)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        require_submittable(tender["state"], tender["deadline_at"], received_at)
        bidder = bidder_of(caller, tender_id, draft, identity_key, received_at)
        require_bid_holds(bid_content(draft), demands_of(tender))
        bid = _first(tender, bidder, received_at)
        await add_bid(tx, bid)
        submission = _Submission("submitted", bid, tender, draft)
        return await _store(tx, signer, caller, submission, once, received_at, status=201)


async def _taken_at_once(
    tx: AsyncConnection,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    draft: BidDraft,
    attempt: Attempt,
    once: Once,
    known: KnownTenders,
) -> Answer | None:
    """The receipt of a bid with which nothing is wrong; None where anything else has to be said."""
    received_at, key = attempt.received_at, signer.known
    tender = await known.published(tx, attempt.target_id)
    if tender is None or key is None:
        return None
    try:
        tender_to_bid_for(caller, tender.row)
        require_submittable(tender.row["state"], tender.row["deadline_at"], received_at)
        bidder = bidder_of(caller, attempt.target_id, draft, identity_key, received_at)
        require_bid_holds(bid_content(draft), tender.demands)
    except CdpError:
        return None  # the long way says what it is, with what stands in the database now
    bid = _first(tender.row, bidder, received_at)
    submission = _Submission("submitted", bid, tender.row, draft)
    version, commitment_key = _sealed(submission, tender.sealing_key, caller, received_at)
    receipt = make_receipt(bid["id"], attempt.target_id, version, commitment_key, key)
    answer, record = once.prepared(201, receipt, now=received_at)
    event = event_row(bid_event(bid, tender.row["place_id"], "submitted"), received_at)
    outcome = await take_bid(tx, tender.row, once, record, bid, version, event)
    if outcome == CHANGED:
        known.forget(attempt.target_id)
    return answer if outcome == TAKEN else None


def _first(tender: RowMapping, bidder: Bidder, received_at: datetime) -> dict[str, Any]:
    """The row of a new bid."""
    return {
        "id": new_id(),
        "tender_id": tender["id"],
        "tenderer_organisation_id": bidder.organisation_id,
        "portal_organisation_id": bidder.portal_id,
        "tenderer_key": bidder.key,
        "state": "sealed",
        "terms_version": tender["terms_version"],
        "version": 1,
        "created_at": received_at,
    }


async def replace_bid(
    db: Database,
    signer: ReceiptSigner,
    identity_key: bytes,
    caller: Caller,
    bid_id: UUID,
    draft: BidDraft,
    once: Once,
    received_at: datetime,
) -> Answer:
    """The receipt of a further version, which stands in place of the earlier ones; all are kept."""
    attempt = Attempt("replaced", bid_id, caller.org, draft, received_at)
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
    bid_id, draft, received_at = attempt.target_id, attempt.draft, attempt.received_at
    async with signing_refusals(db, signer, attempt), db.begin() as tx:
        found = await require_may_change(tx, caller, await bid_by_id(tx, bid_id))
        await share_submissions(tx, found["tender_id"])
        if draft is not None:
            await require_may_submit(tx, caller, found["tender_id"], draft)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        tender = await tender_by_id(tx, found["tender_id"])
        assert tender is not None
        require_submittable(tender["state"], tender["deadline_at"], received_at)
        if draft is not None:
            bidder = bidder_of(caller, tender["id"], draft, identity_key, received_at)
            require_same_bidder(found, bidder)
            require_bid_holds(bid_content(draft), demands_of(tender))
        bid = await require_may_change(tx, caller, await bid_by_id(tx, bid_id, lock=True))
        if bid["state"] == "withdrawn":
            raise BidWithdrawn("The bid was withdrawn; submit a new one instead.")
        version = bid["version"] + 1
        state = "withdrawn" if attempt.action == "withdrawn" else "sealed"
        await change_bid(tx, bid_id, version=version, state=state, terms_version=tender["terms_version"])
        submission = _Submission(attempt.action, {**bid, "version": version, "state": state}, tender, draft)
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
    sealing_key = sealing_public_key(tender["sealing_public_jwk"])
    version, commitment_key = _sealed(submission, sealing_key, caller, received_at)
    await add_version(tx, version)
    await tell_bid(tx, bid, tender["place_id"], submission.action, received_at)
    key = await signer.key(tx, received_at)
    receipt = make_receipt(bid["id"], tender["id"], version, commitment_key, key)
    return await once.keep(tx, status, receipt, now=received_at)


def _sealed(
    submission: _Submission, sealing_key: OKPKey, caller: Caller, received_at: datetime
) -> tuple[dict[str, Any], bytes]:
    """The row of a version with its content sealed, and the key of the commitment to it."""
    commitment_key = new_commitment_key()
    # As it was sent, without what the contract adds: so whoever sent it can put the committed bytes together.
    draft = submission.draft
    content = canonical_json({} if draft is None else draft.model_dump(mode="json", exclude_unset=True))
    sealed = None
    if draft is not None:
        # The key of the commitment travels only inside the sealed content and in the answer. The members
        # stand in their canonical order, and the content is canonical already.
        envelope = b'{"bid":%b,"commitment_key":"%b"}' % (content, commitment_key.hex().encode())
        sealed = seal(padded(envelope), sealing_key)
    version = {
        "bid_id": submission.bid["id"],
        "version": submission.bid["version"],
        "action": submission.action,
        "received_at": received_at,
        "sealed": sealed,
        "commitment": commitment(commitment_key, content),
        "acted_by": caller.act,
        "terms_version": submission.tender["terms_version"],
    }
    return version, commitment_key
