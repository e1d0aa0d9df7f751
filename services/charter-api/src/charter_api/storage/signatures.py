"""Reading and writing signatures, their ends and their pledges."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import raise_for_constraint
from cdp_common.db.paging import keyset
from charter_api.domain.charter import AlreadySigned, SignatureEnded, SignatureState
from charter_api.storage.tables import charters, pledges, signature_withdrawals, signatures, signing_people


def _register() -> Select[Any]:
    return (
        select(
            signatures,
            charters.c.version.label("charter_version"),
            charters.c.pledges.label("offered"),
            signature_withdrawals.c.effective_on.label("withdrawn_on"),
        )
        .join(charters, charters.c.id == signatures.c.charter_id)
        .outerjoin(signature_withdrawals, signature_withdrawals.c.signature_id == signatures.c.id)
    )


async def add_signature(tx: AsyncConnection, row: dict[str, Any], person_name: str) -> None:
    """Write a signature and the erasable name of who signed; a term that exists already is refused."""
    await tx.execute(insert(signing_people).values(id=row["person_id"], name=person_name))
    try:
        await tx.execute(insert(signatures).values(**row))
    except IntegrityError as error:
        raise_for_constraint(
            error, {"uq_signatures_term": lambda: AlreadySigned("The organisation's signature is in force.")}
        )


async def latest_term(tx: AsyncConnection, charter_id: UUID, organisation_id: UUID) -> RowMapping | None:
    """The organisation's latest signature of the charter, or None."""
    query = (
        _register()
        .where(signatures.c.charter_id == charter_id, signatures.c.organisation_id == organisation_id)
        .order_by(signatures.c.term.desc())
        .limit(1)
    )
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def signature_by_id(
    tx: AsyncConnection, signature_id: UUID, *, lock: bool = False
) -> RowMapping | None:
    """The signature with its charter version and its end, or None; `lock` holds others back until commit."""
    if lock:
        # An append-only table does not let its rows be locked: an advisory lock stands for the row.
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(signature_id), 0))))
    query = _register().where(signatures.c.id == signature_id)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def signatures_by_ids(tx: AsyncConnection, ids: Collection[UUID]) -> list[RowMapping]:
    """The signatures among `ids` that exist."""
    return list((await tx.execute(_register().where(signatures.c.id.in_(ids)))).mappings())


async def register_page(
    tx: AsyncConnection,
    *,
    place_id: UUID | None,
    kind: str | None,
    state: SignatureState | None,
    today: date,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Entries of the register in the order of signing; the state is that of `today`."""
    query = _register()
    if place_id is not None:
        query = query.where(signatures.c.place_id == place_id)
    if kind is not None:
        query = query.where(signatures.c.organisation_kind == kind)
    withdrawn = func.coalesce(signature_withdrawals.c.effective_on <= today, False)
    if state == "withdrawn":
        query = query.where(withdrawn)
    elif state == "lapsed":
        query = query.where(~withdrawn, signatures.c.expires_on < today)
    elif state == "active":
        query = query.where(~withdrawn, signatures.c.expires_on >= today)
    return list((await tx.execute(keyset(query, [signatures.c.id], cursor, limit))).mappings())


async def add_withdrawal(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write the end of a signature; a second end is refused."""
    try:
        await tx.execute(insert(signature_withdrawals).values(**row))
    except IntegrityError as error:
        raise_for_constraint(
            error, {"pk_signature_withdrawals": lambda: SignatureEnded("The signature was withdrawn before.")}
        )


async def add_pledges(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write pledges."""
    if rows:
        await tx.execute(insert(pledges), rows)


async def pledges_of(tx: AsyncConnection, signature_ids: Collection[UUID]) -> list[RowMapping]:
    """All pledges of the signatures, oldest first."""
    query = select(pledges).where(pledges.c.signature_id.in_(signature_ids)).order_by(pledges.c.id)
    return list((await tx.execute(query)).mappings())
