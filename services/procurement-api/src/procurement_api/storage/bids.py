"""Reading and writing bids, their sealed versions and their opened lines."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.merges import columns_resolved
from cdp_common.db.paging import keyset
from procurement_api.domain.bid import BidExists
from procurement_api.storage.tables import bid_versions, bids, opened_lines, tenders


def _bid_exists() -> BidExists:
    return BidExists("The bidder has a bid for this tender; replace it instead.")


def _bids() -> Select[Any]:
    """Bids, each with whether it waits for being confirmed under amended terms.

    Its bidder and its portal are the organisations to which their records lead now.
    """
    since = (
        select(tenders.c.bids_since_terms_version).where(tenders.c.id == bids.c.tender_id).scalar_subquery()
    )
    waits = and_(bids.c.state == "sealed", bids.c.terms_version < since)
    columns = columns_resolved(bids, "tenderer_organisation_id", "portal_organisation_id")
    return select(*columns, waits.label("needs_reconfirmation"))


async def add_bid(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a bid; a second live bid of the same bidder is refused."""
    refusals = {"uq_bids_live": _bid_exists, "uq_bids_live_tenderer": _bid_exists}
    with constraint_errors(refusals):
        await tx.execute(insert(bids).values(**row))


async def add_version(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a version of a bid."""
    await tx.execute(insert(bid_versions).values(**row))


async def change_bid(tx: AsyncConnection, bid_id: UUID, **values: Any) -> None:
    """Change a bid's state, version or name."""
    await tx.execute(update(bids).where(bids.c.id == bid_id).values(**values))


async def bid_by_id(tx: AsyncConnection, bid_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The bid, or None; `lock` holds other changes of it back until commit."""
    query = _bids().where(bids.c.id == bid_id)
    if lock:
        query = query.with_for_update()
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def versions_of(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """Every version of the bids, oldest first."""
    query = (
        select(bid_versions)
        .where(bid_versions.c.bid_id.in_(bid_ids))
        .order_by(bid_versions.c.bid_id, bid_versions.c.version)
    )
    return list((await tx.execute(query)).mappings())


async def bids_of(tx: AsyncConnection, tender_id: UUID) -> list[RowMapping]:
    """Every bid of the tender, withdrawn ones included, oldest first."""
    query = _bids().where(bids.c.tender_id == tender_id).order_by(bids.c.id)
    return list((await tx.execute(query)).mappings())


async def bids_page(tx: AsyncConnection, tender_id: UUID, cursor: str | None, limit: int) -> list[RowMapping]:
    """The tender's bids, oldest first."""
    query = keyset(_bids().where(bids.c.tender_id == tender_id), [bids.c.id], cursor, limit)
    return list((await tx.execute(query)).mappings())


async def add_opened_lines(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write the lines of opened bids."""
    if rows:
        await tx.execute(insert(opened_lines), rows)


async def lines_of(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """The opened lines of the bids in the order in which they were submitted."""
    query = (
        select(opened_lines)
        .where(opened_lines.c.bid_id.in_(bid_ids))
        .order_by(opened_lines.c.bid_id, opened_lines.c.position)
    )
    return list((await tx.execute(query)).mappings())
