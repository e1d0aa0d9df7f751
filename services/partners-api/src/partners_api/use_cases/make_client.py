"""Makes the record of a new client, with a secret of its own unless it brings a public key."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import (
    SECRET_BYTES,
    ApiClient,
    Credential,
    authentication_for,
    read_public_jwk,
    secret_digest,
    secret_from,
)


@dataclass(frozen=True)
class NewCredential:
    """A credential, and its secret if it is one: the only moment at which the secret is known here."""

    credential: Credential
    secret: str | None = field(repr=False)


@dataclass(frozen=True)
class NewClient:
    """A client that is not stored yet, and the secret to be shown once."""

    client: ApiClient
    secret: str | None = field(repr=False)


def new_credential(public_jwk: Mapping[str, Any] | None, now: datetime) -> NewCredential:
    """A credential for this public key, or a new secret when there is none."""
    if public_jwk is not None:
        key = read_public_jwk(public_jwk)
        return NewCredential(Credential(new_id(), None, key, now), None)
    secret = secret_from(secrets.token_bytes(SECRET_BYTES))
    return NewCredential(Credential(new_id(), secret_digest(secret), None, now), secret)


def new_client(
    *,
    name: str,
    organisation_id: UUID,
    scopes: tuple[str, ...],
    public_jwk: Mapping[str, Any] | None,
    now: datetime,
) -> NewClient:
    """A client of an organisation; its public id is its own UUID."""
    made = new_credential(public_jwk, now)
    client_id = new_id()
    client = ApiClient(
        id=client_id,
        client_id=str(client_id),
        name=name,
        organisation_id=organisation_id,
        kind="organisation",
        authentication=authentication_for(made.credential.public_jwk),
        scopes=scopes,
        version=1,
        created_at=now,
        revoked_at=None,
        credentials=(made.credential,),
    )
    return NewClient(client, made.secret)
