"""Sealing bids to a tender's own key.

Content is a JWE (ECDH-ES with A256GCM; RFC 7516, RFC 8037) to the tender's X25519 public key. The private key
is stored as a key provider wrapped it, and only opening has it unwrapped. Whoever holds both the sealing key
and the database could open bids early, so the two are kept apart.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
import sys
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import pybase64
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.util import urlsafe_b64encode
from nacl.bindings import crypto_scalarmult, crypto_scalarmult_base

from cdp_common.kernel.errors import Unavailable

_NONCE_BYTES = 12
_KEY_BYTES = 32
_TAG_BYTES = 16
_KEY_AGREEMENT, _CIPHER = "ECDH-ES", "A256GCM"
# What the agreed key is for: the cipher, nobody named, 256 bits (RFC 7518, section 4.6.2).
_AGREED_FOR = b"".join((struct.pack(">I", len(_CIPHER)), _CIPHER.encode(), struct.pack(">III", 0, 0, 256)))
_HEADER = json.dumps(
    {"alg": _KEY_AGREEMENT, "enc": _CIPHER, "epk": {"crv": "X25519", "kty": "OKP", "x": "%b"}},
    separators=(",", ":"),
).encode()


class SealUnopenable(Unavailable):
    """The sealing key in force is not the one under which this was sealed, or the seal is broken."""

    code = "seal_unopenable"
    title = "What was sealed cannot be opened with the present key"


def new_sealing_key() -> tuple[dict[str, Any], dict[str, Any]]:
    """A fresh X25519 pair as JWKs: public, private."""
    key = OKPKey.generate_key("X25519", auto_kid=True)
    return dict(key.as_dict(private=False)), dict(key.as_dict(private=True))


class KeyProvider(Protocol):
    """What wraps the private keys of tenders: a key that this process holds, or a key management service.

    The two calls are those of a KMS: encrypt and decrypt a few hundred bytes with `bound_to` as authenticated
    data, by which its policy tells tenders apart. They may go over the network, and so are made outside of
    transactions. What cannot be unwrapped, or may not be yet, is refused with `SealUnopenable`.
    """

    async def wrap(self, plaintext: bytes, bound_to: str) -> bytes:
        """What can be unwrapped with the same `bound_to` alone."""
        ...

    async def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        """What was wrapped."""
        ...


@dataclass(frozen=True)
class HeldKey:
    """The embedded key provider: 32 bytes of a file or a variable, with AES-256-GCM."""

    key: bytes = field(repr=False)

    async def wrap(self, plaintext: bytes, bound_to: str) -> bytes:
        """What can be unwrapped with the same key and `bound_to` alone."""
        return _encrypted(plaintext, self.key, bound_to)

    async def unwrap(self, wrapped: bytes, bound_to: str) -> bytes:
        """What was wrapped."""
        return _decrypted(wrapped, self.key, bound_to)


async def wrap_tender_key(private_jwk: dict[str, Any], provider: KeyProvider, tender_id: UUID) -> bytes:
    """A tender's private key as it is stored, bound to the tender."""
    return await provider.wrap(json.dumps(private_jwk).encode(), _binding(tender_id))


async def unwrap_tender_key(wrapped: bytes, provider: KeyProvider, tender_id: UUID) -> dict[str, Any]:
    """The tender's private key."""
    private_jwk: dict[str, Any] = json.loads(await provider.unwrap(wrapped, _binding(tender_id)))
    return private_jwk


def wrap(document: dict[str, Any], wrapping_key: bytes, bound_to: str) -> bytes:
    """The document under AES-256-GCM, readable only with the key and the same `bound_to`."""
    return _encrypted(json.dumps(document).encode(), wrapping_key, bound_to)


def unwrap(wrapped: bytes, wrapping_key: bytes, bound_to: str) -> dict[str, Any]:
    """The document that was wrapped."""
    document: dict[str, Any] = json.loads(_decrypted(wrapped, wrapping_key, bound_to))
    return document


def _encrypted(plaintext: bytes, key: bytes, bound_to: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound_to.encode())


def _decrypted(wrapped: bytes, key: bytes, bound_to: str) -> bytes:
    nonce, rest = wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, rest, bound_to.encode())
    except InvalidTag as fault:
        raise SealUnopenable("The key in force does not open what was sealed.") from fault


def identity_key(secret_key: bytes) -> bytes:
    """The key under which it is written who bids, of the service's secret key (HKDF, RFC 5869)."""
    return HKDF(SHA256(), 32, salt=None, info=b"who bids").derive(secret_key)


def panel_key(secret_key: bytes) -> bytes:
    """The key under which it is written who was erased from a panel, of the service's secret key."""
    return HKDF(SHA256(), 32, salt=None, info=b"who scored").derive(secret_key)


def sealing_public_key(public_jwk: dict[str, Any]) -> bytes:
    """A tender's public key, ready to seal to: a point on the curve, 32 bytes."""
    key = OKPKey.import_key(public_jwk).public_key
    assert isinstance(key, X25519PublicKey)
    return key.public_bytes_raw()


def seal(content: bytes, public_key: bytes) -> str:
    """The content as a compact JWE to the tender's key.

    The parts are put together here, the curve's operations are libsodium's: by the JOSE library, which opens
    them, it costs twice as much.
    """
    ephemeral = secrets.token_bytes(_KEY_BYTES)
    point = urlsafe_b64encode(crypto_scalarmult_base(ephemeral))
    protected = urlsafe_b64encode(_HEADER % point)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    agreed = crypto_scalarmult(ephemeral, public_key)
    key = hashlib.sha256(b"\0\0\0\1" + agreed + _AGREED_FOR).digest()
    encrypted = AESGCM(key).encrypt(nonce, content, protected)
    parts = (protected, b"", urlsafe_b64encode(nonce))
    # By whole vectors, in a tenth of the time: the content is nearly all that there is to encode.
    ciphertext = pybase64.urlsafe_b64encode(encrypted[:-_TAG_BYTES]).rstrip(b"=")
    return b".".join((*parts, ciphertext, urlsafe_b64encode(encrypted[-_TAG_BYTES:]))).decode()


def unseal(sealed: str, private_jwk: dict[str, Any]) -> bytes:
    """The content of a compact JWE."""
    try:
        opened = jwe.decrypt_compact(sealed, OKPKey.import_key(private_jwk), registry=_registry())
    except JoseError as fault:
        raise SealUnopenable("A sealed bid does not open with its tender's key.") from fault
    if opened.plaintext is None:
        raise SealUnopenable("A sealed bid holds nothing.")
    return opened.plaintext


def _registry() -> jwe.JWERegistry:
    registry = jwe.JWERegistry(algorithms=[_KEY_AGREEMENT, _CIPHER])
    # The library's limit guards against strangers' input. This is our own: a bid that was taken must open.
    registry.max_ciphertext_length = sys.maxsize
    return registry


def _binding(tender_id: UUID) -> str:
    return f"tender {tender_id}"
