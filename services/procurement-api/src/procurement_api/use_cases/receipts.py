"""Signed receipts for what was submitted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64encode
from nacl.signing import SigningKey
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.bids import BidReceipt, ReceiptKeys
from cdp_common.db.database import Database
from cdp_common.kernel.proofs import canonical_json
from procurement_api.storage.receipt_keys import add_receipt_key, receipt_key
from procurement_api.use_cases.quick_json import quick_canonical
from procurement_api.use_cases.sealing import unwrap, wrap

ALGORITHM: Final = "Ed25519"
RECEIPT_TYPE = "cdp-receipt+jws"
COMMITMENT_KEY_BYTES = 32
_BINDING = "receipt key"


@dataclass(frozen=True)
class ReceiptKey:
    """The key that receipts are signed with."""

    kid: str
    public_jwk: Mapping[str, Any]
    signing: SigningKey = field(repr=False)
    """By libsodium, which signs in two thirds of the time that OpenSSL takes."""


class ReceiptSigner:
    """Signs with the service's receipt key, which is made on first use and kept encrypted."""

    def __init__(self, secret_key: bytes) -> None:
        self._secret_key = secret_key
        self._key: ReceiptKey | None = None

    @property
    def known(self) -> ReceiptKey | None:
        """The signing key, if this process has read it before."""
        return self._key

    async def key(self, tx: AsyncConnection, now: datetime) -> ReceiptKey:
        """The signing key."""
        if self._key is not None:
            return self._key
        row = await receipt_key(tx)
        if row is not None:
            self._key = self._opened(row)
            return self._key
        await add_receipt_key(tx, self._fresh(now))
        # Read back, and not kept in memory yet: another process may have been first, or this transaction
        # may roll back.
        written = await receipt_key(tx)
        assert written is not None
        return self._opened(written)

    def _fresh(self, now: datetime) -> dict[str, Any]:
        fresh = OKPKey.generate_key(ALGORITHM, auto_kid=True)
        return {
            "kid": fresh.kid,
            "public_jwk": dict(fresh.as_dict(private=False)),
            "private_encrypted": wrap(dict(fresh.as_dict(private=True)), self._secret_key, _BINDING),
            "created_at": now,
        }

    def _opened(self, row: RowMapping) -> ReceiptKey:
        key = OKPKey.import_key(unwrap(row["private_encrypted"], self._secret_key, _BINDING))
        private = key.private_key
        assert isinstance(private, Ed25519PrivateKey)
        return ReceiptKey(str(key.kid), key.as_dict(private=False), SigningKey(private.private_bytes_raw()))


async def signing_key(db: Database, signer: ReceiptSigner, now: datetime) -> ReceiptKey:
    """The signing key, where no transaction is open; a key that is made for it stays."""
    if signer.known is not None:
        return signer.known
    async with db.begin() as tx:
        return await signer.key(tx, now)


async def public_receipt_keys(db: Database, signer: ReceiptSigner, now: datetime) -> ReceiptKeys:
    """The public keys that receipts are verified with, as a JWK set."""
    key = await signing_key(db, signer, now)
    return ReceiptKeys(keys=[{**key.public_jwk, "use": "sig", "alg": ALGORITHM}])


def new_commitment_key() -> bytes:
    """A fresh key for the commitment to one version's content."""
    return secrets.token_bytes(COMMITMENT_KEY_BYTES)


def receipt_payload(
    bid_id: UUID, tender_id: UUID, version: Mapping[Any, Any], sealed_hash: str | None
) -> bytes:
    """The canonical bytes that a receipt signs and that the tender's log holds."""
    received_at: datetime = version["received_at"]
    return quick_canonical(
        {
            "bid_id": str(bid_id),
            "tender_id": str(tender_id),
            "version": version["version"],
            "action": version["action"],
            # As the receipt itself writes it, so that whoever holds one can put the signed bytes together.
            "received_at": utc_text(received_at),
            "content_hash": sealed_hash,
            "commitment": version["commitment"],
        }
    )


def make_receipt(
    bid_id: UUID,
    tender_id: UUID,
    version: Mapping[Any, Any],
    commitment_key: bytes | None,
    signer: ReceiptKey,
) -> BidReceipt:
    """The receipt of a version; without the key where it commits to what an earlier one held."""
    sealed_hash = content_hash(version["sealed"])
    return BidReceipt(
        bid_id=bid_id,
        tender_id=tender_id,
        version=version["version"],
        action=version["action"],
        received_at=version["received_at"],
        content_hash=sealed_hash,
        commitment=version["commitment"],
        commitment_key=None if commitment_key is None else commitment_key.hex(),
        receipt_jws=signed(receipt_payload(bid_id, tender_id, version, sealed_hash), RECEIPT_TYPE, signer),
    )


def content_hash(sealed: str | None) -> str | None:
    """SHA-256 of a version's sealed content as it is stored; a withdrawal has none.

    A hash of the content itself would let anybody try out quantities until one fits.
    """
    return None if sealed is None else hashlib.sha256(sealed.encode()).hexdigest()


def utc_text(moment: datetime) -> str:
    """A moment as the contracts write it: in UTC, with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def signed(payload: bytes, type_: str, key: ReceiptKey) -> str:
    """The payload as a compact JWS (EdDSA by its name of RFC 9864, Ed25519)."""
    said = b".".join((_header(key.kid, type_), urlsafe_b64encode(payload)))
    return b".".join((said, urlsafe_b64encode(key.signing.sign(said).signature))).decode()


@lru_cache(maxsize=8)
def _header(kid: str, type_: str) -> bytes:
    return urlsafe_b64encode(canonical_json({"alg": ALGORITHM, "kid": kid, "typ": type_}))
