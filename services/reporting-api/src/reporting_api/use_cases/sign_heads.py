"""Signing the heads of places' ledgers, so that whoever keeps one can hold the place to it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.ledger_heads import LedgerHead, LedgerKeys
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import Unavailable
from reporting_api.domain.chain import Block, canonical_json
from reporting_api.storage.head_keys import add_head_key, head_key, keep_head, unsigned_heads

ALGORITHM: Final = "Ed25519"
HEAD_TYPE = "cdp-ledger-head+jws"
_NONCE_BYTES = 12
_PURPOSE = b"reporting-api ledger heads"


class HeadKeyUnreadable(Unavailable):
    """The secret key in force is not the one under which the signing key was kept."""

    code = "head_key_unreadable"
    title = "Heads of ledgers cannot be signed with the present secret key"


@dataclass(frozen=True)
class HeadSigner:
    """Signs with the service's key, which is made on first use and kept encrypted under its secret key."""

    secret_key: Callable[[], bytes] = field(repr=False)

    async def key(self, tx: AsyncConnection, now: datetime) -> OKPKey:
        """The signing key; a new one where there is none."""
        row = await head_key(tx)
        if row is None:
            await add_head_key(tx, self._fresh(now))
            row = await head_key(tx)  # another process may have been first
        assert row is not None
        return self._opened(row)

    def _fresh(self, now: datetime) -> dict[str, Any]:
        key = OKPKey.generate_key(ALGORITHM, auto_kid=True)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        private = json.dumps(key.as_dict(private=True)).encode()
        return {
            "kid": key.kid,
            "public_jwk": dict(key.as_dict(private=False)),
            "private_encrypted": nonce + self._cipher().encrypt(nonce, private, _PURPOSE),
            "created_at": now,
        }

    def _opened(self, row: RowMapping) -> OKPKey:
        kept = row["private_encrypted"]
        try:
            private = self._cipher().decrypt(kept[:_NONCE_BYTES], kept[_NONCE_BYTES:], _PURPOSE)
        except InvalidTag as fault:
            raise HeadKeyUnreadable("The signing key was kept under another secret key.") from fault
        return OKPKey.import_key(json.loads(private))

    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(self.secret_key()))


async def sign_heads(db: Database, signer: HeadSigner, clock: Clock) -> int:
    """Sign the last block of every place where that is still to be done, and say how many there were."""
    async with db.begin() as tx:
        heads = await unsigned_heads(tx)
        if not heads:
            return 0
        key = await signer.key(tx, clock())
        for block in heads:
            await keep_head(tx, block, signed_head(block, key))
    return len(heads)


async def public_head_keys(db: Database, signer: HeadSigner, now: datetime) -> LedgerKeys:
    """The public keys that heads are verified with, as a JWK set."""
    async with db.begin() as tx:
        key = await signer.key(tx, now)
    return LedgerKeys(keys=[{**key.as_dict(private=False), "use": "sig", "alg": ALGORITHM}])


def head_of(block: Block, key: OKPKey) -> LedgerHead:
    """The head that a place's last block is, with its signature."""
    return LedgerHead(
        place_id=block.place_id,
        block_number=block.number,
        position=block.last_position,
        block_hash=block.block_hash,
        sealed_at=block.sealed_at,
        head_jws=signed_head(block, key),
    )


def signed_head(block: Block, key: OKPKey) -> str:
    """What a head says as a compact JWS (EdDSA by its name of RFC 9864, Ed25519): the same every time."""
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": HEAD_TYPE}
    return jws.serialize_compact(header, _payload(block), key, [ALGORITHM])


def is_signed(block: Block, head_jws: str, public_jwks: Sequence[dict[str, Any]]) -> bool:
    """Whether the signature is one of the keys' over exactly what this block's head says."""
    ring = KeySet.import_key_set({"keys": list(public_jwks)})
    try:
        found = jws.deserialize_compact(head_jws, ring, [ALGORITHM])
    except (JoseError, ValueError):
        return False
    return found.headers().get("typ") == HEAD_TYPE and found.payload == _payload(block)


def _payload(block: Block) -> bytes:
    return canonical_json(
        {
            "place_id": str(block.place_id),
            "block_number": block.number,
            "position": block.last_position,
            "block_hash": block.block_hash,
        }
    )
