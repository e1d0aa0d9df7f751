"""Reading and writing what was decided of a tender's lots, and their standstills."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from procurement_api.domain.lot_progress import LotDecided, LotStandstillBegun
from procurement_api.storage.lot_tables import lot_decisions, lot_standstills


async def add_decision(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write who wins a lot; in one round a lot is decided once."""
    with constraint_errors({"pk_lot_decisions": lambda: LotDecided("The lot has been decided.")}):
        await tx.execute(insert(lot_decisions).values(**row))


async def add_standstill(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write when a lot's standstill began and ends; it begins once."""
    begun = {"pk_lot_standstills": lambda: LotStandstillBegun("The standstill of the lot has begun.")}
    with constraint_errors(begun):
        await tx.execute(insert(lot_standstills).values(**row))


async def decisions_of(tx: AsyncConnection, tender_id: UUID) -> dict[str | None, RowMapping]:
    """The last decisions of a tender, by lot; None stands for the whole of it."""
    return await _by_lot(tx, lot_decisions, tender_id)


async def standstills_of(tx: AsyncConnection, tender_id: UUID) -> dict[str | None, RowMapping]:
    """The last standstills of a tender, by lot; None stands for the whole of it."""
    return await _by_lot(tx, lot_standstills, tender_id)


async def _by_lot(tx: AsyncConnection, table: Table, tender_id: UUID) -> dict[str | None, RowMapping]:
    query = select(table).where(table.c.tender_id == tender_id).order_by(table.c.round)
    return {row["lot"] or None: row for row in (await tx.execute(query)).mappings()}
