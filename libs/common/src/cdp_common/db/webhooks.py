"""Webhook endpoints and deliveries, and turning the feed into deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, delete, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.event_types.webhooks import WEBHOOK_FAILED
from cdp_common.db.common_tables import (
    event_feed,
    events,
    webhook_cursor,
    webhook_deliveries,
    webhook_endpoints,
)
from cdp_common.db.jobs import NewJob, enqueue
from cdp_common.db.paging import keyset
from cdp_common.kernel.identifiers import new_id, uuid7

DELIVER = "deliver_webhook"
MAX_POSITIONS = 200
MAX_DELIVERIES = 1_000
"""Deliveries made in one transaction; more only where a single event has more receivers."""
MAX_ENDPOINTS_PER_ORGANISATION = 20
OVERDUE_AFTER = timedelta(minutes=1)
"""A delivery that is due for so long may have lost its job."""
MAX_REVIVED = 200
MAX_PURGED = 1_000


async def add_endpoint(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write an endpoint."""
    await tx.execute(insert(webhook_endpoints).values(**row))


async def count_endpoints(tx: AsyncConnection, organisation_id: UUID) -> int:
    """How many endpoints the organisation has; others of its own creating wait until the transaction ends."""
    await tx.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"webhooks {organisation_id}", 0)))
    )
    query = (
        select(func.count())
        .select_from(webhook_endpoints)
        .where(webhook_endpoints.c.organisation_id == organisation_id)
    )
    return int(await tx.scalar(query) or 0)


async def endpoint_by_id(tx: AsyncConnection, endpoint_id: UUID, organisation_id: UUID) -> RowMapping | None:
    """The organisation's endpoint, or None."""
    query = select(webhook_endpoints).where(
        webhook_endpoints.c.id == endpoint_id, webhook_endpoints.c.organisation_id == organisation_id
    )
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def endpoints_page(
    tx: AsyncConnection, organisation_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The organisation's endpoints, oldest first, with one row to spare."""
    query = select(webhook_endpoints).where(webhook_endpoints.c.organisation_id == organisation_id)
    return list((await tx.execute(keyset(query, [webhook_endpoints.c.id], cursor, limit))).mappings())


async def remove_endpoint(tx: AsyncConnection, endpoint_id: UUID) -> None:
    """Remove an endpoint with its deliveries."""
    await tx.execute(webhook_endpoints.delete().where(webhook_endpoints.c.id == endpoint_id))


async def hand_over_endpoints(tx: AsyncConnection, organisation_id: UUID, survivor_id: UUID) -> None:
    """Give the endpoints of a record that was merged to the one that stays, which may so exceed the most."""
    endpoints = webhook_endpoints.c
    await tx.execute(
        update(webhook_endpoints)
        .where(endpoints.organisation_id == organisation_id)
        .values(organisation_id=survivor_id, version=endpoints.version + 1)
    )


async def disable_endpoint(tx: AsyncConnection, endpoint_id: UUID, reason: str) -> None:
    """Tell the endpoint nothing more, from the next attempt on."""
    await tx.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id, webhook_endpoints.c.state == "active")
        .values(state="disabled", disabled_reason=reason, version=webhook_endpoints.c.version + 1)
    )


async def deliveries_page(
    tx: AsyncConnection, endpoint_id: UUID, state: str | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The endpoint's deliveries in the order of the feed, with one row to spare."""
    query = _deliveries().where(webhook_deliveries.c.endpoint_id == endpoint_id)
    if state is not None:
        query = query.where(webhook_deliveries.c.state == state)
    return list(
        (await tx.execute(keyset(query, [webhook_deliveries.c.event_position], cursor, limit))).mappings()
    )


async def delivery_by_id(tx: AsyncConnection, delivery_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The delivery with its endpoint and event, or None; `lock` holds other attempts back until commit."""
    if lock:
        await tx.execute(
            select(webhook_deliveries.c.id).where(webhook_deliveries.c.id == delivery_id).with_for_update()
        )
    query = _deliveries().where(webhook_deliveries.c.id == delivery_id)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


def _deliveries() -> Any:
    return (
        select(
            webhook_deliveries,
            webhook_endpoints.c.url,
            webhook_endpoints.c.organisation_id,
            webhook_endpoints.c.secret_encrypted,
            webhook_endpoints.c.state.label("endpoint_state"),
            events.c.id.label("event_id"),
            events.c.type.label("event_type"),
            events.c.occurred_at,
            events.c.aggregate_type,
            events.c.aggregate_id,
            events.c.aggregate_version,
        )
        .join(webhook_endpoints, webhook_endpoints.c.id == webhook_deliveries.c.endpoint_id)
        .join(event_feed, event_feed.c.position == webhook_deliveries.c.event_position)
        .join(events, events.c.id == event_feed.c.event_id)
    )


async def change_delivery(tx: AsyncConnection, delivery_id: UUID, now: datetime, **values: Any) -> None:
    """Record how an attempt went."""
    await tx.execute(
        update(webhook_deliveries)
        .where(webhook_deliveries.c.id == delivery_id)
        .values(**values, updated_at=now)
    )


async def enqueue_delivery(tx: AsyncConnection, delivery_id: UUID, due: datetime, now: datetime) -> None:
    """Have the delivery attempted when it is due."""
    await enqueue(tx, DELIVER, [_job(delivery_id, due, now)])


async def revive_overdue(tx: AsyncConnection, now: datetime) -> int:
    """Put deliveries that are overdue and have no job back into the queue, and say how many.

    A job is lost when its worker fails outside of the attempt itself, on a lost database for example.
    """
    overdue = (
        select(webhook_deliveries.c.id, webhook_deliveries.c.next_attempt_at)
        .where(
            webhook_deliveries.c.state == "pending",
            webhook_deliveries.c.next_attempt_at < now - OVERDUE_AFTER,
        )
        .order_by(webhook_deliveries.c.next_attempt_at)
        .limit(MAX_REVIVED)
    )
    rows = (await tx.execute(overdue)).all()
    # The due time is a part of the job's key: one that is still in the queue, or at work, is not doubled.
    return await enqueue(tx, DELIVER, [_job(row.id, row.next_attempt_at, now) for row in rows])


async def purge_deliveries(tx: AsyncConnection, before: datetime) -> int:
    """Remove deliveries that were made earlier and have ended, a bounded number, and say how many."""
    # Ids carry the time at which they were made, so the primary key finds the old ones.
    oldest_kept = uuid7(int(before.timestamp() * 1000), bytes(10))
    ended = (
        select(webhook_deliveries.c.id)
        .where(webhook_deliveries.c.id < oldest_kept, webhook_deliveries.c.state != "pending")
        .order_by(webhook_deliveries.c.id)
        .limit(MAX_PURGED)
    )
    return (await tx.execute(delete(webhook_deliveries).where(webhook_deliveries.c.id.in_(ended)))).rowcount


async def dispatch_events(tx: AsyncConnection, now: datetime) -> int:
    """Make deliveries of the next positions of the feed, move the cursor past them, and say how many.

    An endpoint is told of what happens after it was made, of public events and of its organisation's own.
    """
    start = await _locked_cursor(tx, now)
    if start is None:
        return 0
    last = await tx.scalar(select(func.max(event_feed.c.position)))
    end = min(last or 0, start + MAX_POSITIONS)
    if end <= start:
        return 0
    wanted = (await tx.execute(_wanted(start, end).limit(MAX_DELIVERIES + 1))).all()
    if len(wanted) > MAX_DELIVERIES:
        end = max(start + 1, wanted[-1].position - 1)  # the last position may be cut; the next pass takes it
        wanted = (await tx.execute(_wanted(start, end))).all()
    for first in range(0, len(wanted), MAX_DELIVERIES):
        await _add_deliveries(tx, wanted[first : first + MAX_DELIVERIES], now)
    await tx.execute(update(webhook_cursor).values(position=end, updated_at=now))
    return end - start


def _wanted(start: int, end: int) -> Select[Any]:
    """Which endpoint is to be told of which position, in the order of the feed."""
    audience = func.array_append(
        func.array_append(literal("{}").cast(events.c.audience.type), "public"),
        func.concat("org:", webhook_endpoints.c.organisation_id),
    )
    return (
        select(webhook_endpoints.c.id.label("endpoint_id"), event_feed.c.position)
        .select_from(event_feed.join(events, events.c.id == event_feed.c.event_id))
        .join(webhook_endpoints, webhook_endpoints.c.created_at <= events.c.occurred_at)
        .where(
            event_feed.c.position > start,
            event_feed.c.position <= end,
            webhook_endpoints.c.state == "active",
            # Nobody is told by a webhook that a webhook failed: it would fail again.
            events.c.type != WEBHOOK_FAILED,
            events.c.audience.op("&&")(audience),
            or_(
                func.cardinality(webhook_endpoints.c.event_types) == 0,
                events.c.type == func.any(webhook_endpoints.c.event_types),
            ),
        )
        .order_by(event_feed.c.position, webhook_endpoints.c.id)
    )


async def _add_deliveries(tx: AsyncConnection, wanted: Sequence[Any], now: datetime) -> None:
    """One delivery for each pair, with its job; a pair that has one already is left alone."""
    rows = [
        {
            "id": new_id(),
            "endpoint_id": pair.endpoint_id,
            "event_position": pair.position,
            "attempts": 0,
            "next_attempt_at": now,
            "state": "pending",
            "created_at": now,
            "updated_at": now,
        }
        for pair in wanted
    ]
    added = await tx.scalars(
        pg_insert(webhook_deliveries).values(rows).on_conflict_do_nothing().returning(webhook_deliveries.c.id)
    )
    await enqueue(tx, DELIVER, [_job(delivery_id, now, now) for delivery_id in added])


def _job(delivery_id: UUID, due: datetime, now: datetime) -> NewJob:
    wait = max(due - now, timedelta(0))
    return NewJob(delivery_id.bytes, f"{DELIVER} {delivery_id} {due.isoformat()}", wait)


async def _locked_cursor(tx: AsyncConnection, now: datetime) -> int | None:
    """Where dispatching goes on; None while another process is at it."""
    first = pg_insert(webhook_cursor).values(id=1, position=0, updated_at=now)
    await tx.execute(first.on_conflict_do_nothing())
    position: int | None = await tx.scalar(
        select(webhook_cursor.c.position).with_for_update(skip_locked=True)
    )
    return position
