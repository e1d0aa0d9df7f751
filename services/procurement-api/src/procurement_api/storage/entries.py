"""Reading and writing what opened bids are for, what they have left, and which later ones supersede them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from procurement_api.domain.after_opening import BidRemoved
from procurement_api.domain.entries import Place
from procurement_api.storage.evaluation_tables import bid_removals, superseded_bids
from procurement_api.storage.tables import bids, opened_lines

WHOLE_TENDER = ""
"""How the whole tender is written where a lot's name would stand."""


async def add_removals(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write what a bid leaves; it leaves a lot, or the tender, once."""
    with constraint_errors({"pk_bid_removals": lambda: BidRemoved("The bid is out of it already.")}):
        await tx.execute(insert(bid_removals), rows)


async def removals_of(tx: AsyncConnection, tender_id: UUID) -> list[RowMapping]:
    """What the tender's bids have left since opening, a row for each lot, in the order of time."""
    query = (
        select(bid_removals)
        .join(bids, bids.c.id == bid_removals.c.bid_id)
        .where(bids.c.tender_id == tender_id)
        .order_by(bid_removals.c.removed_at, bid_removals.c.bid_id, bid_removals.c.lot)
    )
    return list((await tx.execute(query)).mappings())


async def removals_of_bids(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """What these bids have left since opening, in the order of time."""
    query = (
        select(bid_removals)
        .where(bid_removals.c.bid_id.in_(bid_ids))
        .order_by(bid_removals.c.removed_at, bid_removals.c.bid_id, bid_removals.c.lot)
    )
    return list((await tx.execute(query)).mappings())


async def rounds_of(tx: AsyncConnection, tender_id: UUID) -> dict[str, int]:
    """In which round each lot is that was decided for a bid that left it then; others are in the first."""
    query = (
        select(bid_removals.c.lot, func.count())
        .join(bids, bids.c.id == bid_removals.c.bid_id)
        .where(bids.c.tender_id == tender_id, bid_removals.c.ended_decision)
        .group_by(bid_removals.c.lot)
    )
    return {lot: 1 + ended for lot, ended in await tx.execute(query)}


async def add_superseded(tx: AsyncConnection, found: Mapping[tuple[UUID, Place], UUID]) -> None:
    """Write which later bid of the same organisation stands in place of a bid, and where."""
    rows = [
        {"bid_id": bid_id, "lot": lot or WHOLE_TENDER, "by_bid_id": later}
        for (bid_id, lot), later in found.items()
    ]
    if rows:
        await tx.execute(insert(superseded_bids), rows)


async def superseded_of(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """Which later bids stand in place of these."""
    query = (
        select(superseded_bids)
        .where(superseded_bids.c.bid_id.in_(bid_ids))
        .order_by(superseded_bids.c.bid_id, superseded_bids.c.lot)
    )
    return list((await tx.execute(query)).mappings())


async def lots_of_bids(tx: AsyncConnection, tender_id: UUID) -> dict[UUID, set[str | None]]:
    """The opened bids of the tender, each with the lots of its lines."""
    query = (
        select(bids.c.id, opened_lines.c.lot, opened_lines.c.line_id)
        .outerjoin(opened_lines, opened_lines.c.bid_id == bids.c.id)
        .where(bids.c.tender_id == tender_id, bids.c.state == "opened")
        .order_by(bids.c.id)
    )
    found: dict[UUID, set[str | None]] = {}
    for bid_id, lot, line_id in await tx.execute(query):
        lots = found.setdefault(bid_id, set())
        if line_id is not None:
            lots.add(lot)
    return found
