"""API clients and what they prove themselves with."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

Authentication = Literal["client_secret_basic", "private_key_jwt"]
ClientKind = Literal["organisation", "service", "operator"]
PublicJwk = Mapping[str, str]

SECRET_PREFIX = "cdps_"  # noqa: S105 - by this a scanner of published code knows a leaked secret
SECRET_BYTES = 32
ED25519_BYTES = 32
MAX_LIVE_CREDENTIALS = 2
_CLIENT_ID = re.compile(r"[\x21-\x7E]{1,100}")


class ClientUnknown(NotFound):
    """There is no client of that id that the caller may know of."""

    code = "client_not_found"
    title = "There is no such client"


class ClientNotRecorded(InvalidInput):
    """The input names a client that is not recorded."""

    code = "client_not_recorded"
    title = "The named client is not recorded"


class ClientRevoked(Conflict):
    """The client was revoked, which cannot be undone."""

    code = "client_revoked"
    title = "The client was revoked"


class CredentialUnknown(NotFound):
    """The client has no credential of that id."""

    code = "credential_not_found"
    title = "The client has no such credential"


class CredentialsFull(Conflict):
    """The client has two credentials in force: one must end before another begins."""

    code = "credentials_full"
    title = "The client has two credentials already"


class LastCredential(Conflict):
    """A client keeps at least one credential until it is revoked."""

    code = "last_credential"
    title = "This is the client's last credential"


class PublicKeyUnusable(InvalidInput):
    """The key is not a public Ed25519 key in JWK form."""

    code = "public_key_unusable"
    title = "The public key cannot be used"


class PrivateKeySent(PublicKeyUnusable):
    """A private key was sent where a public one belongs: it is compromised now."""

    code = "private_key_sent"
    title = "A private key was sent"


class AuthenticationFixed(InvalidInput):
    """A client proves itself by secrets or by keys, as decided when it was made."""

    code = "authentication_fixed"
    title = "The client proves itself in the other way"


def is_client_id(text: str) -> bool:
    """Whether a client could have this id: plain visible characters, not too many."""
    return _CLIENT_ID.fullmatch(text) is not None


@dataclass(frozen=True)
class Credential:
    """A secret (as its digest) or a public key of a client, in force until `ended_at`."""

    id: UUID
    secret_digest: bytes | None
    public_jwk: PublicJwk | None
    created_at: datetime


@dataclass(frozen=True)
class ApiClient:
    """An API client with the credentials that are in force."""

    id: UUID
    client_id: str
    name: str
    organisation_id: UUID
    kind: ClientKind
    authentication: Authentication
    scopes: tuple[str, ...]
    version: int
    created_at: datetime
    revoked_at: datetime | None
    credentials: tuple[Credential, ...]

    def require_live(self) -> None:
        """Refuse a change of a client that was revoked."""
        if self.revoked_at is not None:
            raise ClientRevoked("The client was revoked; make another.")


def authentication_for(public_jwk: PublicJwk | None) -> Authentication:
    """How a client proves itself: by a key when it gave one, else by a secret made for it."""
    return "client_secret_basic" if public_jwk is None else "private_key_jwt"


def secret_from(random_bytes: bytes) -> str:
    """A client secret that carries 256 random bits."""
    if len(random_bytes) != SECRET_BYTES:
        raise ValueError(f"{SECRET_BYTES} random bytes are needed")
    return SECRET_PREFIX + base64.urlsafe_b64encode(random_bytes).decode().rstrip("=")


def secret_digest(secret: str) -> bytes:
    """What is stored of a secret.

    One round of SHA-256 is enough: a slow hash protects words that people choose and others can guess, and
    these are 256 random bits. A slow one would make the token endpoint a way to burn our processors.
    """
    return hashlib.sha256(secret.encode()).digest()


def matching_secret(secret: str, client: ApiClient | None) -> Credential | None:
    """Which of the client's credentials the secret is; takes as long for a client that does not exist."""
    stated = secret_digest(secret)
    held = [c for c in client.credentials if c.secret_digest is not None] if client is not None else []
    digests = [c.secret_digest or b"" for c in held]
    digests += [bytes(len(stated))] * (MAX_LIVE_CREDENTIALS - len(digests))
    matches = [hmac.compare_digest(stated, digest) for digest in digests]
    return held[matches.index(True)] if any(matches) else None


def read_public_jwk(jwk: Mapping[str, Any], pointer: str = "/public_jwk") -> PublicJwk:
    """The key alone, without the notes that a JWK may carry; only public Ed25519 keys are taken."""
    if "d" in jwk:
        error = FieldError(f"{pointer}/d", PrivateKeySent.code, "never send a private key")
        raise PrivateKeySent(
            "This is a private key. Destroy it, make a new pair, send its public half.", errors=[error]
        )
    fault = _fault_of_public_jwk(jwk)
    if fault is not None:
        member, message = fault
        error = FieldError(f"{pointer}/{member}", PublicKeyUnusable.code, message)
        raise PublicKeyUnusable("A public Ed25519 key in JWK form is needed.", errors=[error])
    return {"kty": "OKP", "crv": "Ed25519", "x": str(jwk["x"])}


def _fault_of_public_jwk(jwk: Mapping[str, Any]) -> tuple[str, str] | None:
    if jwk.get("kty") != "OKP":
        return "kty", "must be OKP"
    if jwk.get("crv") != "Ed25519":
        return "crv", "must be Ed25519"
    if jwk.get("use", "sig") != "sig":
        return "use", "must be sig or absent"
    x = jwk.get("x")
    if not isinstance(x, str) or not _is_base64url_of(x, ED25519_BYTES):
        return "x", "must be 32 bytes in base64url without padding"
    return None


def _is_base64url_of(text: str, size: int) -> bool:
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    # Written again it must read the same: no padding, no spare bits.
    return len(raw) == size and base64.urlsafe_b64encode(raw).decode().rstrip("=") == text


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The key's RFC 7638 thumbprint."""
    members = {name: jwk[name] for name in ("crv", "kty", "x")}
    canonical = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")
