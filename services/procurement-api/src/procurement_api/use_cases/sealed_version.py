"""What somebody sent as a bid, and the sealed version that is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cdp_common.contracts.bids import BidAction, BidDraft
from cdp_common.kernel.proofs import canonical_json, commitment
from cdp_common.web.caller import Caller
from procurement_api.domain.receipt import padded
from procurement_api.use_cases.receipts import new_commitment_key
from procurement_api.use_cases.sealing import seal


@dataclass(frozen=True)
class SentBid:
    """A bid and the canonical bytes of the document that was sent, to which its receipt commits."""

    draft: BidDraft
    content: bytes


def sealed_version(
    action: BidAction,
    bid: Mapping[str, Any],
    terms_version: int,
    content: bytes,
    sealing_key: bytes,
    caller: Caller,
    received_at: datetime,
) -> tuple[dict[str, Any], bytes]:
    """The row of a version with its content sealed, and the key of the commitment to it.

    The key of the commitment travels only inside the sealed content and in the answer.
    """
    commitment_key = new_commitment_key()
    # The members stand in their canonical order, and the content is canonical already.
    envelope = b'{"bid":%b,"commitment_key":"%b"}' % (content, commitment_key.hex().encode())
    sealed = seal(padded(envelope), sealing_key)
    return _version(action, bid, terms_version, content, commitment_key, sealed, caller, received_at)


def empty_version(
    action: BidAction, bid: Mapping[str, Any], terms_version: int, caller: Caller, received_at: datetime
) -> tuple[dict[str, Any], bytes]:
    """The row of a version that holds nothing, a withdrawal, and the key of the commitment to that."""
    key = new_commitment_key()
    return _version(action, bid, terms_version, canonical_json({}), key, None, caller, received_at)


def _version(
    action: BidAction,
    bid: Mapping[str, Any],
    terms_version: int,
    content: bytes,
    commitment_key: bytes,
    sealed: str | None,
    caller: Caller,
    received_at: datetime,
) -> tuple[dict[str, Any], bytes]:
    version = {
        "bid_id": bid["id"],
        "version": bid["version"],
        "action": action,
        "received_at": received_at,
        "sealed": sealed,
        "commitment": commitment(commitment_key, content),
        "acted_by": caller.act,
        "terms_version": terms_version,
    }
    return version, commitment_key
