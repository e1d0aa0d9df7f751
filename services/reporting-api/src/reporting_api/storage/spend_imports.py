"""Writing and reading imports of payments: the import, its suppliers and sites, and its rows by COPY."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Text, any_, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.copying import copy_rows
from cdp_common.db.paging import keyset
from reporting_api.domain.spend_imports import SpendImportSuperseded, SpendPeriodTaken
from reporting_api.storage.spend_tables import spend_imports, spend_rows, spend_sites, spend_suppliers

ROWS_PER_STATEMENT = 1_000
ROW_COLUMNS = (
    "import_id",
    "row",
    "paid_on",
    "is_month_only",
    "pence",
    "currency",
    "supplier_id",
    "redaction",
    "site_id",
    "category",
    "department",
    "reference",
    "is_repeat",
)


async def add_import(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write an import; the one that it supersedes gives way first.

    Raises `SpendPeriodTaken` where another one stands for days of its period, and `SpendImportSuperseded`.
    """
    if row["supersedes_id"] is not None:
        given_way = await tx.execute(
            update(spend_imports)
            .where(spend_imports.c.id == row["supersedes_id"], spend_imports.c.superseded_by.is_(None))
            .values(superseded_by=row["id"])
        )
        if given_way.rowcount == 0:
            raise SpendImportSuperseded("Another import has taken its place.")
    with constraint_errors({"ex_spend_imports_one_standing": _period_taken}):
        await tx.execute(insert(spend_imports).values(**row))


def _period_taken() -> SpendPeriodTaken:
    return SpendPeriodTaken(
        "An import of this ledger stands for days of the period: supersede it, or name another ledger."
    )


async def keep_suppliers(
    tx: AsyncConnection, organisation_id: UUID, found: Mapping[str, Mapping[str, Any]]
) -> dict[str, RowMapping]:
    """Suppliers by digest; those that are known already stay as they are."""
    digests = sorted(found)  # in one order, so that two imports never wait for each other
    for some in _portions(digests):
        rows = [{**found[digest], "organisation_id": organisation_id, "digest": digest} for digest in some]
        await tx.execute(pg_insert(spend_suppliers).on_conflict_do_nothing(), rows)
    kept: dict[str, RowMapping] = {}
    for some in _portions(digests):
        query = select(spend_suppliers.c.id, spend_suppliers.c.digest, spend_suppliers.c.removed_at).where(
            spend_suppliers.c.organisation_id == organisation_id,
            spend_suppliers.c.digest == any_(literal(some, ARRAY(Text))),
        )
        kept |= {row["digest"]: row for row in (await tx.execute(query)).mappings()}
    return kept


async def keep_sites(
    tx: AsyncConnection, found: Mapping[tuple[UUID, str], UUID]
) -> dict[tuple[UUID, str], UUID]:
    """The ids of suppliers' postcodes; those that are known already keep theirs."""
    wanted = sorted(found)
    for some in _portions(wanted):
        rows = [{"id": found[key], "supplier_id": key[0], "postcode": key[1]} for key in some]
        await tx.execute(pg_insert(spend_sites).on_conflict_do_nothing(), rows)
    kept: dict[tuple[UUID, str], UUID] = {}
    for some in _portions(wanted):
        query = select(spend_sites).where(spend_sites.c.supplier_id.in_({key[0] for key in some}))
        kept |= {(row.supplier_id, row.postcode): row.id for row in await tx.execute(query)}
    return kept


async def copy_spend_rows(tx: AsyncConnection, rows: AsyncIterable[Sequence[Any]]) -> int:
    """How many rows were written, values in the order of `ROW_COLUMNS`."""
    return await copy_rows(tx, spend_rows, ROW_COLUMNS, rows)


async def import_by_id(tx: AsyncConnection, import_id: UUID) -> RowMapping | None:
    """The import's row, or none."""
    query = select(spend_imports).where(spend_imports.c.id == import_id)
    return (await tx.execute(query)).mappings().one_or_none()


async def imports_page(
    tx: AsyncConnection, place_id: UUID, *, organisation_id: UUID | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """A place's imports in the order in which they came; those of one organisation, or of all."""
    query = select(spend_imports).where(spend_imports.c.place_id == place_id)
    if organisation_id is not None:
        query = query.where(spend_imports.c.organisation_id == organisation_id)
    return list((await tx.execute(keyset(query, [spend_imports.c.id], cursor, limit))).mappings())


async def rows_page(
    tx: AsyncConnection, import_id: UUID, *, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The rows of an import in the order of its file, with what is known of who was paid."""
    query = (
        select(spend_rows, spend_suppliers.c.name.label("supplier_name"), spend_sites.c.postcode)
        .outerjoin(spend_suppliers, spend_suppliers.c.id == spend_rows.c.supplier_id)
        .outerjoin(spend_sites, spend_sites.c.id == spend_rows.c.site_id)
        .where(spend_rows.c.import_id == import_id)
    )
    return list((await tx.execute(keyset(query, [spend_rows.c.row], cursor, limit))).mappings())


def supplier_row(
    supplier_id: UUID, name: str, ref: str | None, identifiers: Sequence[str], now: datetime
) -> dict[str, Any]:
    """A supplier as it is first kept."""
    return {
        "id": supplier_id,
        "name": name,
        "ref": ref,
        "identifiers": list(identifiers),
        "state": "new",
        "created_at": now,
    }


def _portions(items: Sequence[Any]) -> list[list[Any]]:
    waiting = iter(items)
    found = []
    while some := list(islice(waiting, ROWS_PER_STATEMENT)):
        found.append(some)
    return found
