"""Reads several clients at once for the tokens that they ask for, locked against revocation."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from partners_api.domain.clients import ApiClient, Credential
from partners_api.domain.roles import RoleGrant
from partners_api.storage.tables import clients

_IDS = bindparam("ids", type_=ARRAY(Text))
# In one order, so that two who lock several wait for each other and never both.
_LOCK = (
    select(clients)
    .where(clients.c.client_id == _IDS.any_())
    .order_by(clients.c.client_id)
    .with_for_update(read=True)
)
# A statement after the lock, so that it sees what whoever held it has committed.
_PARTS = text("""
    SELECT client_id, id, secret_digest, public_jwk, created_at, NULL::uuid AS place_id, NULL AS role
    FROM client_credentials WHERE client_id = ANY(:ids) AND ended_at IS NULL
    UNION ALL
    SELECT client_id, id, NULL, NULL, granted_at, place_id, role
    FROM role_grants WHERE client_id = ANY(:ids) AND ended_at IS NULL
    ORDER BY created_at, id
""").bindparams(_IDS)


async def lock_clients(
    tx: AsyncConnection, client_ids: Sequence[str]
) -> dict[str, tuple[ApiClient, list[RoleGrant]]]:
    """The clients found, by id, with their live credentials and roles; a revocation waits for this one."""
    rows = (await tx.execute(_LOCK, {"ids": list(client_ids)})).all()
    credentials: dict[str, list[Credential]] = {row.client_id: [] for row in rows}
    roles: dict[str, list[RoleGrant]] = {row.client_id: [] for row in rows}
    for part in (await tx.execute(_PARTS, {"ids": list(credentials)})).all() if rows else []:
        if part.role is None:
            made = Credential(part.id, part.secret_digest, part.public_jwk, part.created_at)
            credentials[part.client_id].append(made)
        else:
            held = RoleGrant(part.id, part.client_id, part.place_id, part.role, part.created_at, None)
            roles[part.client_id].append(held)
    return {row.client_id: (_client(row, credentials[row.client_id]), roles[row.client_id]) for row in rows}


def _client(row: Any, credentials: Sequence[Credential]) -> ApiClient:
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
        credentials=tuple(credentials),
    )
