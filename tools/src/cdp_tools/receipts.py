"""What a bid's receipt proves, found out offline: no service is asked, only keys and files are read."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cdp_common.contracts.bids import BidReceipt, InclusionProof, ReceiptKeys, TenderLog
from cdp_common.kernel.proofs import canonical_json, commitment, is_included, leaf_hash

ALGORITHM = "Ed25519"
RECEIPT_TYPE, LOG_TYPE = "cdp-receipt+jws", "cdp-tender-log+jws"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, and whether it holds."""

    text: str
    holds: bool


def verify_receipt(
    receipt: BidReceipt,
    keys: ReceiptKeys,
    bid: Mapping[str, Any] | None = None,
    proof: InclusionProof | None = None,
) -> list[Finding]:
    """Everything that was checked: the signature, then the bid's content and the log where they are given.

    `bid` is the JSON document that was sent.
    """
    ring = KeySet.import_key_set({"keys": keys.keys})
    payload = _signed(receipt.receipt_jws, RECEIPT_TYPE, ring)
    stated = receipt.model_dump(mode="json", exclude={"receipt_jws", "commitment_key"})
    findings = [
        Finding("the receipt is signed by one of the keys", payload is not None),
        Finding("what it says is what was signed", payload == canonical_json(stated)),
    ]
    if bid is not None:
        findings.append(Finding("the bid is the one that it was given for", _commits_to(receipt, bid)))
    if proof is not None:
        findings.extend(_proof_findings(receipt, payload, proof, ring))
    return findings


def _commits_to(receipt: BidReceipt, bid: Mapping[str, Any]) -> bool:
    if receipt.commitment_key is None:
        return False
    try:
        key = bytes.fromhex(receipt.commitment_key)
    except ValueError:
        return False
    return hmac.compare_digest(commitment(key, canonical_json(bid)), receipt.commitment)


def _proof_findings(
    receipt: BidReceipt, payload: bytes | None, proof: InclusionProof, ring: KeySet
) -> Iterator[Finding]:
    log = proof.log
    yield Finding("the log is signed by one of the keys", _is_signed(log, ring))
    yield Finding("the log is that of the receipt's tender", log.tender_id == receipt.tender_id)
    leaf = None if payload is None else leaf_hash(payload)
    yield Finding(
        "the log holds the receipt",
        leaf is not None
        and leaf == proof.leaf_hash
        and is_included(leaf, proof.leaf_index, log.size, proof.path, log.root),
    )


def _is_signed(log: TenderLog, ring: KeySet) -> bool:
    stated: dict[str, Any] = log.model_dump(mode="json", exclude={"log_jws"})
    return _signed(log.log_jws, LOG_TYPE, ring) == canonical_json(stated)


def _signed(token: str, type_: str, ring: KeySet) -> bytes | None:
    """What was signed, if it was by a key of the ring, is of the type, and is canonical JSON; else None."""
    try:
        read = jws.deserialize_compact(token, ring, algorithms=[ALGORITHM])
        content = json.loads(read.payload)
    except (JoseError, ValueError):
        return None
    is_canonical = isinstance(content, dict) and canonical_json(content) == read.payload
    return read.payload if is_canonical and read.headers().get("typ") == type_ else None
