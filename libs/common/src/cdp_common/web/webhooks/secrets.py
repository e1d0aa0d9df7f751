"""The secret of a webhook: shown once, stored encrypted because every delivery is signed with it."""

from __future__ import annotations

import secrets
from base64 import b64encode
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES = 32
PREFIX = "whsec_"
_NONCE_BYTES = 12


def new_secret() -> str:
    """A fresh secret as Standard Webhooks writes it."""
    return PREFIX + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def encrypt_secret(secret: str, endpoint_id: UUID, key: bytes) -> bytes:
    """The secret under AES-256-GCM, bound to its endpoint."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, secret.encode(), endpoint_id.bytes)


def decrypt_secret(encrypted: bytes, endpoint_id: UUID, key: bytes) -> str:
    """The secret that was encrypted for this endpoint."""
    nonce, rest = encrypted[:_NONCE_BYTES], encrypted[_NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, rest, endpoint_id.bytes).decode()
