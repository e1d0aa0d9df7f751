"""Stores and finds versions of the Statement of Intent and their signatures; neither is ever changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.statements import (
    AlreadySigned,
    Signature,
    SignedCommitment,
    Statement,
    StatementVersionTaken,
)
from partners_api.storage.tables import organisations, statement_signatures, statements

_ERRORS = {
    "uq_statements_place_id_version": lambda: StatementVersionTaken(
        "This version is published already; a changed text is a new version."
    ),
    "uq_statement_signatures_statement_id_organisation_id": lambda: AlreadySigned(
        "The organisation has signed this version already."
    ),
}


async def insert_statement(tx: AsyncConnection, statement: Statement) -> None:
    """Store a new version; raises `StatementVersionTaken` when the place has published it."""
    row = {
        "id": statement.id,
        "place_id": statement.place_id,
        "version": statement.version,
        "title": statement.title,
        "text": statement.text,
        "commitments": list(statement.commitments),
        "source": statement.source,
        "published_at": statement.published_at,
        "data_status": statement.data_status,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(statements).values(row))


async def insert_signature(
    tx: AsyncConnection, signature: Signature, *, client_id: str, recorded_at: datetime
) -> None:
    """Store a signature and which client brought it; raises `AlreadySigned`."""
    row = {
        "id": signature.id,
        "statement_id": signature.statement_id,
        "organisation_id": signature.organisation_id,
        "signed_on": signature.signed_on,
        "signed_by_role": signature.signed_by_role,
        "assumed": signature.assumed,
        "client_id": client_id,
        "recorded_at": recorded_at,
        "commitments": None
        if signature.commitments is None
        else [{"code": each.code, "words": each.words} for each in signature.commitments],
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(statement_signatures).values(row))


async def load_statement(tx: AsyncConnection, statement_id: UUID) -> Statement | None:
    """The version with its signatures."""
    row = (await tx.execute(select(statements).where(statements.c.id == statement_id))).one_or_none()
    return (await _with_signatures(tx, [row]))[0] if row is not None else None


async def page_statements(
    tx: AsyncConnection, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[Statement], str | None]:
    """One page of a place's versions, the newest first."""
    query = select(statements).where(statements.c.place_id == place_id)
    columns = [statements.c.published_at.desc(), statements.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.published_at, row.id])
    return await _with_signatures(tx, cut), following


async def _with_signatures(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Statement]:
    """The versions of these rows, in their order; one query for all their signatures."""
    query = (
        select(statement_signatures, organisations.c.legal_name)
        .join(organisations, organisations.c.id == statement_signatures.c.organisation_id)
        .where(statement_signatures.c.statement_id.in_([row.id for row in rows]))
        .order_by(func.lower(organisations.c.legal_name), statement_signatures.c.id)
    )
    by_statement: dict[UUID, list[Signature]] = {}
    for found in (await tx.execute(query)).all() if rows else []:
        by_statement.setdefault(found.statement_id, []).append(_signature(found))
    return [_statement(row, by_statement.get(row.id, [])) for row in rows]


def _signature(row: Row[Any]) -> Signature:
    return Signature(
        id=row.id,
        statement_id=row.statement_id,
        organisation_id=row.organisation_id,
        organisation_name=row.legal_name,
        signed_on=row.signed_on,
        signed_by_role=row.signed_by_role,
        assumed=row.assumed,
        commitments=None
        if row.commitments is None
        else tuple(SignedCommitment(each["code"], each["words"]) for each in row.commitments),
    )


def _statement(row: Row[Any], signatures: Sequence[Signature]) -> Statement:
    return Statement(
        id=row.id,
        place_id=row.place_id,
        version=row.version,
        title=row.title,
        text=row.text,
        commitments=tuple(row.commitments),
        source=row.source,
        published_at=row.published_at,
        data_status=row.data_status,
        signatures=tuple(signatures),
    )
