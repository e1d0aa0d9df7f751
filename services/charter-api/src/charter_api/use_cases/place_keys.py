"""The keys of places: made on first use, kept encrypted, rotated; private ones are handled here alone."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jws
from joserfc.jwk import OKPKey
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.errors import Conflict, Unavailable
from charter_api.domain.certificate import Addresses
from charter_api.storage.place_keys import add_place_key, place_keys_of

MAX_KEYS = 100
"""Keys that a place can have: older ones stay published, so that certificates signed with them verify."""
_NONCE_BYTES = 12


class PlaceKeyUnreadable(Unavailable):
    """The secret key in force is not the one under which the place's key was kept."""

    code = "place_key_unreadable"
    title = "Certificates cannot be signed with the present secret key"


class CertificatesUnconfigured(Unavailable):
    """A live deployment that does not say where outsiders reach it gives out no certificates."""

    code = "certificates_unconfigured"
    title = "This deployment gives out no certificates yet"


class TooManyPlaceKeys(Conflict):
    """The place has rotated its key as often as it can."""

    code = "too_many_place_keys"
    title = "The place has as many keys as it can have"


@dataclass(frozen=True)
class CertificateKeys:
    """What signing needs of the service: its addresses, and the secret key when it is used."""

    at: Addresses
    secret_key: Callable[[], bytes] = field(repr=False)


async def known_keys(
    tx: AsyncConnection, keys: CertificateKeys, place_id: UUID, now: datetime
) -> list[RowMapping]:
    """The keys of a place, the oldest first; the first one is made where there is none."""
    known = await place_keys_of(tx, place_id)
    if not known:
        await add_place_key(tx, _fresh(keys, place_id, 1, now))
        known = await place_keys_of(tx, place_id)  # another process may have been first
    return known


async def add_next_key(
    tx: AsyncConnection, keys: CertificateKeys, place_id: UUID, now: datetime
) -> list[RowMapping]:
    """The keys of a place with a new one that signs from now on; two who rotate at once make one."""
    known = await known_keys(tx, keys, place_id, now)
    if len(known) >= MAX_KEYS:
        raise TooManyPlaceKeys(f"A place has at most {MAX_KEYS} keys.")
    await add_place_key(tx, _fresh(keys, place_id, known[-1]["generation"] + 1, now))
    return await place_keys_of(tx, place_id)


def signed(keys: CertificateKeys, row: RowMapping, claims: Mapping[str, Any]) -> str:
    """The claims as a compact JWT, signed with the place's key.

    The header is that of Open Badges 3.0: `alg`, `kid` (an address that answers with the key) and `typ`.
    """
    try:
        sealed: bytes = row["private_encrypted"]
        opened = _cipher(keys).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], row["kid"].encode())
    except InvalidTag as fault:
        raise PlaceKeyUnreadable("The place's key was kept under another secret key.") from fault
    header = {"alg": "EdDSA", "kid": keys.at.key(row["place_id"], row["kid"]), "typ": "JWT"}
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    key = OKPKey.import_key(json.loads(opened))
    return jws.serialize_compact(header, payload, key, registry=_Registry(algorithms=["EdDSA", "Ed25519"]))


def published(keys: CertificateKeys, row: RowMapping) -> dict[str, Any]:
    """The public key as a JWK."""
    return {
        **row["public_jwk"],
        "kid": keys.at.key(row["place_id"], row["kid"]),
        "use": "sig",
        "alg": "EdDSA",
    }


class _Registry(jws.JWSRegistry):
    def get_alg(self, name: str) -> Any:
        # `EdDSA` is the name that verifiers know; for an Ed25519 key both names are one signature.
        return super().get_alg("Ed25519" if name == "EdDSA" else name)


def _fresh(keys: CertificateKeys, place_id: UUID, generation: int, now: datetime) -> dict[str, Any]:
    pair = OKPKey.generate_key("Ed25519")
    kid = pair.thumbprint()
    public = pair.as_dict(private=False)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    private = json.dumps(pair.as_dict(private=True)).encode()
    return {
        "place_id": place_id,
        "generation": generation,
        "kid": kid,
        "public_jwk": {name: public[name] for name in ("kty", "crv", "x")},
        "private_encrypted": nonce + _cipher(keys).encrypt(nonce, private, kid.encode()),
        "created_at": now,
    }


def _cipher(keys: CertificateKeys) -> AESGCM:
    """The service's secret key has several uses; this is the one for the keys of places alone."""
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"charter-api place keys")
    return AESGCM(kdf.derive(keys.secret_key()))
