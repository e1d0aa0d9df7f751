"""Stores and finds API clients and their credentials."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import WriteConflict
from cdp_common.kernel.errors import FieldError
from partners_api.domain.clients import MAX_LIVE_CREDENTIALS, ApiClient, Credential, CredentialsFull
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.storage.tables import client_credentials as credentials
from partners_api.storage.tables import clients


def _organisation_not_recorded() -> OrganisationNotRecorded:
    error = FieldError("/organisation_id", OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


_ERRORS = {
    "fk_clients_organisation_id": _organisation_not_recorded,
    "uq_clients_client_id": lambda: WriteConflict("another process made this client at the same moment"),
    "uq_client_credentials_slot": lambda: CredentialsFull("End one of the client's credentials first."),
}


async def insert_client(
    tx: AsyncConnection, client: ApiClient, *, scopes_when_verified: Sequence[str] | None = None
) -> None:
    """Store a new client with its credentials; raises `OrganisationNotRecorded`.

    `scopes_when_verified` are those that it gets once somebody has verified its organisation.
    """
    row = {
        "id": client.id,
        "client_id": client.client_id,
        "name": client.name,
        "organisation_id": client.organisation_id,
        "kind": client.kind,
        "authentication": client.authentication,
        "scopes": list(client.scopes),
        "version": client.version,
        "created_at": client.created_at,
        "revoked_at": client.revoked_at,
        "scopes_when_verified": None if scopes_when_verified is None else list(scopes_when_verified),
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(clients).values(row))
    for slot, credential in enumerate(client.credentials, 1):
        await _insert_credential(tx, client.client_id, slot, credential)


async def update_client(tx: AsyncConnection, client: ApiClient, *, is_verified: bool = False) -> None:
    """Store the changed name, scopes, version and end of a client whose row is locked.

    `is_verified` says that it has got the scopes for which it waited.
    """
    changed: dict[str, Any] = {
        "name": client.name,
        "scopes": list(client.scopes),
        "version": client.version,
        "revoked_at": client.revoked_at,
        **({"scopes_when_verified": None} if is_verified else {}),
    }
    await tx.execute(update(clients).where(clients.c.client_id == client.client_id).values(changed))


async def add_credential(tx: AsyncConnection, client: ApiClient, credential: Credential) -> None:
    """Store a further credential of a client whose row is locked; raises `CredentialsFull` at the third."""
    used = select(credentials.c.slot).where(
        credentials.c.client_id == client.client_id, credentials.c.ended_at.is_(None)
    )
    taken = set((await tx.execute(used)).scalars())
    free = [slot for slot in range(1, MAX_LIVE_CREDENTIALS + 1) if slot not in taken]
    # With none free the first is tried all the same: the index decides, and it alone.
    await _insert_credential(tx, client.client_id, free[0] if free else 1, credential)


async def end_credentials(tx: AsyncConnection, credential_ids: Iterable[UUID], now: datetime) -> None:
    """Store the end of these credentials."""
    ended = credentials.c.id.in_(list(credential_ids))
    await tx.execute(update(credentials).where(ended).values(ended_at=now))


async def load_client(
    tx: AsyncConnection, client_id: str, *, for_change: bool = False, for_token: bool = False
) -> ApiClient | None:
    """The client with its live credentials.

    `for_change` locks it against everyone; `for_token` lets other tokens be issued meanwhile and keeps a
    revocation waiting until this one is recorded, so that no token slips past it.
    """
    query = select(clients).where(clients.c.client_id == client_id)
    if for_change:
        query = query.with_for_update(key_share=True)
    elif for_token:
        query = query.with_for_update(read=True)
    row = (await tx.execute(query)).one_or_none()
    return await _with_credentials(tx, row) if row is not None else None


async def clients_awaiting_verification(
    tx: AsyncConnection, organisation_id: UUID
) -> list[tuple[ApiClient, tuple[str, ...]]]:
    """The live clients of the organisation that get more scopes once it is verified, locked, with these."""
    query = select(clients).where(
        clients.c.organisation_id == organisation_id,
        clients.c.scopes_when_verified.is_not(None),
        clients.c.revoked_at.is_(None),
    )
    rows = (await tx.execute(query.order_by(clients.c.client_id).with_for_update(key_share=True))).all()
    return [(await _with_credentials(tx, row), tuple(row.scopes_when_verified)) for row in rows]


async def move_clients(tx: AsyncConnection, organisation_id: UUID, survivor_id: UUID) -> list[str]:
    """Give the clients of a merged record to the one that stays, and name them."""
    moved = update(clients).where(clients.c.organisation_id == organisation_id)
    given = moved.values(organisation_id=survivor_id).returning(clients.c.client_id)
    return list((await tx.execute(given)).scalars())


async def _insert_credential(tx: AsyncConnection, client_id: str, slot: int, credential: Credential) -> None:
    row = {
        "id": credential.id,
        "client_id": client_id,
        "slot": slot,
        "secret_digest": credential.secret_digest,
        "public_jwk": dict(credential.public_jwk) if credential.public_jwk is not None else None,
        "created_at": credential.created_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(credentials).values(row))


async def _with_credentials(tx: AsyncConnection, row: Row[Any]) -> ApiClient:
    live = (
        select(credentials)
        .where(credentials.c.client_id == row.client_id, credentials.c.ended_at.is_(None))
        .order_by(credentials.c.created_at, credentials.c.id)
    )
    found = [
        Credential(each.id, each.secret_digest, each.public_jwk, each.created_at)
        for each in (await tx.execute(live)).all()
    ]
    return ApiClient(
        id=row.id,
        client_id=row.client_id,
        name=row.name,
        organisation_id=row.organisation_id,
        kind=row.kind,
        authentication=row.authentication,
        scopes=tuple(row.scopes),
        version=row.version,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        credentials=tuple(found),
    )
