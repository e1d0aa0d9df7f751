"""Signed refusals: what came late can show when it came, and that it was refused."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp_common.contracts.bids import BidAction
from cdp_common.db.database import Database
from cdp_common.kernel.proofs import canonical_json
from procurement_api.domain.tender import TenderClosed
from procurement_api.use_cases.receipts import ReceiptSigner, signed, signing_key, utc_text
from procurement_api.use_cases.sealed_version import SentBid

REFUSAL_TYPE = "cdp-refusal+jws"


@dataclass(frozen=True)
class Attempt:
    """What somebody tries to do until the deadline; `target_id` is the tender, or the bid that is changed."""

    action: BidAction
    target_id: UUID
    organisation_id: UUID
    sent: SentBid | None
    received_at: datetime


@asynccontextmanager
async def signing_refusals(db: Database, signer: ReceiptSigner, attempt: Attempt) -> AsyncIterator[None]:
    """Sign the refusal if the deadline has passed; it tells the server's time and changes nothing."""
    try:
        yield
    except TenderClosed as refusal:
        key = await signing_key(db, signer, attempt.received_at)
        received_at = utc_text(attempt.received_at)
        jws = signed(_payload(attempt, received_at), REFUSAL_TYPE, key)
        members = {"received_at": received_at, "refusal_jws": jws}
        raise TenderClosed(refusal.detail, members=members) from refusal


def _payload(attempt: Attempt, received_at: str) -> bytes:
    """The canonical bytes that a refusal signs."""
    # Nobody else is given this hash and it is stored nowhere: it needs no key as a commitment does.
    sent = None if attempt.sent is None else hashlib.sha256(attempt.sent.content).hexdigest()
    return canonical_json(
        {
            "refused": TenderClosed.code,
            "action": attempt.action,
            "target_id": str(attempt.target_id),
            "organisation_id": str(attempt.organisation_id),
            "received_at": received_at,
            "sent_hash": sent,
        }
    )
