"""Reading and writing tenders, and the lock that keeps submitting and opening apart."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.merges import columns_resolved, record_ids
from cdp_common.db.paging import keyset
from procurement_api.domain.tender import TenderOcidTaken
from procurement_api.storage.tables import bids, tenders

_BID_COUNT = (
    select(func.count())
    .select_from(bids)
    .where(bids.c.tender_id == tenders.c.id, bids.c.state != "withdrawn")
    .correlate(tenders)
    .scalar_subquery()
    .label("bid_count")
)


def _tenders() -> Select[Any]:
    """Tenders, each of the organisation to which its buyer's record leads now."""
    return select(*columns_resolved(tenders, "buyer_organisation_id"), _BID_COUNT)


async def add_tenders_once(tx: AsyncConnection, rows: Collection[dict[str, Any]]) -> None:
    """Write imported tenders; where the buyer has one with the ocid already, that one stays."""
    if rows:
        # In one order, so that two imports of the same procurements do not wait for each other.
        ordered = sorted(rows, key=lambda row: str(row["ocid"]))
        await tx.execute(insert(tenders).on_conflict_do_nothing(constraint="uq_tenders_buyer_ocid"), ordered)


async def add_tender(tx: AsyncConnection, row: dict[str, Any]) -> RowMapping:
    """Write a tender, and give it; where the buyer has one with the ocid already, it is refused."""
    taken = {"uq_tenders_buyer_ocid": lambda: TenderOcidTaken("The buyer has a tender with this ocid.")}
    with constraint_errors(taken):
        await tx.execute(insert(tenders).values(**row))
    # Nobody adds to the tenders of records that were merged into the buyer's, which no constraint compares.
    same_ocid = select(tenders.c.id).where(
        tenders.c.buyer_organisation_id.in_(record_ids(row["buyer_organisation_id"])),
        tenders.c.ocid == row["ocid"],
        tenders.c.id != row["id"],
    )
    if await tx.scalar(same_ocid.limit(1)) is not None:
        raise TenderOcidTaken("The buyer has a tender with this ocid.")
    made: RowMapping = (await tx.execute(_tenders().where(tenders.c.id == row["id"]))).mappings().one()
    return made


async def tenders_by_ocids(
    tx: AsyncConnection, buyer_organisation_id: UUID, ocids: Collection[str]
) -> dict[str, RowMapping]:
    """The buyer's tenders with these ocids, by ocid."""
    query = _tenders().where(
        tenders.c.buyer_organisation_id.in_(record_ids(buyer_organisation_id)), tenders.c.ocid.in_(ocids)
    )
    return {row["ocid"]: row for row in (await tx.execute(query)).mappings()}


async def tender_by_id(tx: AsyncConnection, tender_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The tender with the number of its bids, or None; `lock` holds other changes of it back until commit."""
    if lock:
        await tx.execute(select(tenders.c.id).where(tenders.c.id == tender_id).with_for_update())
    row: RowMapping | None = (
        (await tx.execute(_tenders().where(tenders.c.id == tender_id))).mappings().one_or_none()
    )
    return row


async def tenders_by_ids(tx: AsyncConnection, ids: Collection[UUID]) -> list[RowMapping]:
    """The tenders among `ids` that exist."""
    return list((await tx.execute(_tenders().where(tenders.c.id.in_(ids)))).mappings())


async def tenders_page(
    tx: AsyncConnection,
    *,
    place_id: UUID | None,
    ocid: str | None,
    state: str | None,
    unpublished_of: UUID | None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Tenders that have been published, and those of one buyer that have not, oldest first."""
    visible: ColumnElement[bool] = tenders.c.published_at.is_not(None)
    if unpublished_of is not None:
        visible = visible | tenders.c.buyer_organisation_id.in_(record_ids(unpublished_of))
    query = _tenders().where(visible)
    for column, wanted in ((tenders.c.place_id, place_id), (tenders.c.ocid, ocid), (tenders.c.state, state)):
        if wanted is not None:
            query = query.where(column == wanted)
    return list((await tx.execute(keyset(query, [tenders.c.id], cursor, limit))).mappings())


async def change_tender(tx: AsyncConnection, tender_id: UUID, **values: Any) -> RowMapping:
    """Change a tender, count its version up, and give it as it is then."""
    await tx.execute(
        update(tenders).where(tenders.c.id == tender_id).values(**values, version=tenders.c.version + 1)
    )
    changed: RowMapping = (await tx.execute(_tenders().where(tenders.c.id == tender_id))).mappings().one()
    return changed


async def share_submissions(tx: AsyncConnection, tender_id: UUID) -> None:
    """Hold off opening until this transaction ends; other submissions go on beside it."""
    await tx.execute(select(func.pg_advisory_xact_lock_shared(_submission_lock(tender_id))))


async def end_submissions(tx: AsyncConnection, tender_id: UUID) -> None:
    """Wait for submissions under way to end, and hold off new ones until this transaction ends."""
    await tx.execute(select(func.pg_advisory_xact_lock(_submission_lock(tender_id))))


def _submission_lock(tender_id: UUID) -> Any:
    return func.hashtextextended(f"submissions {tender_id}", 0)
