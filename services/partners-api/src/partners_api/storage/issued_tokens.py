"""Stores which tokens are out, on what they rest, and which assertions were used, while it can matter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, any_, delete, func, insert, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners_api.domain.tokens import Assertion
from partners_api.storage.person_tables import persons
from partners_api.storage.tables import issued_tokens, used_assertions

MAX_PURGED = 1_000


@dataclass(frozen=True)
class IssuedToken:
    """A token that is out, and what it rests on: when one of these ends, so does the token."""

    jti: UUID
    client_id: str
    credential_id: UUID
    delegation_id: UUID | None
    role_grant_ids: tuple[UUID, ...]
    """The roles in it: the client's, or the person's."""
    person_id: UUID | None
    issued_at: datetime
    expires_at: datetime


async def insert_issued_token(tx: AsyncConnection, token: IssuedToken) -> None:
    """Store that a token is out."""
    await insert_issued_tokens(tx, [token])


async def insert_issued_tokens(tx: AsyncConnection, tokens: Sequence[IssuedToken]) -> None:
    """Store that these tokens are out."""
    rows = [
        {
            "jti": token.jti,
            "client_id": token.client_id,
            "credential_id": token.credential_id,
            "delegation_id": token.delegation_id,
            "role_grant_ids": list(token.role_grant_ids),
            "person_id": token.person_id,
            "issued_at": token.issued_at,
            "expires_at": token.expires_at,
        }
        for token in tokens
    ]
    if rows:
        await tx.execute(insert(issued_tokens), rows)


async def last_issued_at(tx: AsyncConnection, client_id: str) -> datetime | None:
    """When the client last got a token, if that is remembered."""
    query = select(func.max(issued_tokens.c.issued_at)).where(issued_tokens.c.client_id == client_id)
    latest: datetime | None = await tx.scalar(query)
    return latest


async def tokens_of_credential(
    tx: AsyncConnection, client_id: str, credential_id: UUID, now: datetime
) -> list[tuple[UUID, datetime]]:
    """The live tokens that the client got by this credential, each with its end."""
    return await _live(
        tx, now, issued_tokens.c.client_id == client_id, issued_tokens.c.credential_id == credential_id
    )


async def tokens_of_clients(
    tx: AsyncConnection, client_ids: Sequence[str], now: datetime
) -> list[tuple[UUID, datetime]]:
    """The live tokens of these clients, each with its end."""
    return await _live(tx, now, issued_tokens.c.client_id.in_(client_ids))


async def tokens_of_role(
    tx: AsyncConnection, client_id: str, role_grant_id: UUID, now: datetime
) -> list[tuple[UUID, datetime]]:
    """The live tokens that carry this role of the client, each with its end."""
    carries = literal(role_grant_id) == any_(issued_tokens.c.role_grant_ids)
    return await _live(tx, now, issued_tokens.c.client_id == client_id, carries)


async def tokens_of_delegation(
    tx: AsyncConnection, delegation_id: UUID, now: datetime
) -> list[tuple[UUID, datetime]]:
    """The live tokens issued under the delegation, each with its end."""
    return await _live(tx, now, issued_tokens.c.delegation_id == delegation_id)


async def tokens_of_person(
    tx: AsyncConnection, person_id: UUID, now: datetime, *, role_id: UUID | None = None
) -> list[tuple[UUID, datetime]]:
    """The live tokens of the person, or those that carry one role of theirs, each with its end."""
    conditions = [issued_tokens.c.person_id == person_id]
    if role_id is not None:
        conditions.append(literal(role_id) == any_(issued_tokens.c.role_grant_ids))
    return await _live(tx, now, *conditions)


async def tokens_of_issuer(tx: AsyncConnection, issuer: str, now: datetime) -> list[tuple[UUID, datetime]]:
    """The live tokens of everybody who signs in at the provider with that issuer, each with its end."""
    people = select(persons.c.id).where(persons.c.issuer == issuer)
    return await _live(tx, now, issued_tokens.c.person_id.in_(people))


async def _live(
    tx: AsyncConnection, now: datetime, *conditions: ColumnElement[bool]
) -> list[tuple[UUID, datetime]]:
    query = select(issued_tokens.c.jti, issued_tokens.c.expires_at).where(
        issued_tokens.c.expires_at > now, *conditions
    )
    return [(row.jti, row.expires_at) for row in (await tx.execute(query)).all()]


async def use_assertion(tx: AsyncConnection, client_id: str, assertion: Assertion) -> bool:
    """Take note of an assertion; false when the client has used it before."""
    statement = upsert(used_assertions).values(
        client_id=client_id, jti=assertion.jti, expires_at=assertion.expires_at
    )
    return (await tx.execute(statement.on_conflict_do_nothing())).rowcount == 1


async def purge_tokens_and_assertions(tx: AsyncConnection, now: datetime) -> int:
    """Forget tokens and assertions that are over, a bounded number in one go, and say how many."""
    tokens = select(issued_tokens.c.jti).where(issued_tokens.c.expires_at <= now).limit(MAX_PURGED)
    purged = (await tx.execute(delete(issued_tokens).where(issued_tokens.c.jti.in_(tokens)))).rowcount
    over = used_assertions.c.expires_at <= now
    return purged + (await tx.execute(delete(used_assertions).where(over))).rowcount
