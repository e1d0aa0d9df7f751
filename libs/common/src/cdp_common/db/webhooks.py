"""Webhook endpoints and deliveries, and turning the feed into deliveries."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.common_tables import (
    event_feed,
    events,
    webhook_cursor,
    webhook_deliveries,
    webhook_endpoints,
)
from cdp_common.db.jobs import enqueue
from cdp_common.db.paging import keyset
from cdp_common.kernel.identifiers import new_id

DELIVER = "deliver_webhook"
MAX_POSITIONS = 200
MAX_ENDPOINTS_PER_ORGANISATION = 20


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


async def disable_endpoint(tx: AsyncConnection, endpoint_id: UUID, reason: str) -> None:
    """Tell the endpoint nothing more."""
    await tx.execute(
        update(webhook_endpoints)
        .where(webhook_endpoints.c.id == endpoint_id)
        .values(state="disabled", disabled_reason=reason, version=webhook_endpoints.c.version + 1)
    )


async def deliveries_page(
    tx: AsyncConnection, endpoint_id: UUID, state: str | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The endpoint's deliveries, oldest first, with one row to spare."""
    query = _deliveries().where(webhook_deliveries.c.endpoint_id == endpoint_id)
    if state is not None:
        query = query.where(webhook_deliveries.c.state == state)
    return list((await tx.execute(keyset(query, [webhook_deliveries.c.id], cursor, limit))).mappings())


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


async def enqueue_delivery(tx: AsyncConnection, delivery_id: UUID, *, after: timedelta | None = None) -> None:
    """Have the delivery attempted, at once or after a while."""
    await enqueue(tx, DELIVER, delivery_id.bytes, after=after)


async def dispatch_events(tx: AsyncConnection, now: datetime) -> int:
    """Make deliveries of the next positions of the feed, move the cursor past them, and say how many.

    An endpoint is told of what happens after it was made, of public events and of its organisation's own.
    """
    start = await _locked_cursor(tx, now)
    last = await tx.scalar(select(func.max(event_feed.c.position)))
    end = min(last or 0, start + MAX_POSITIONS)
    if end <= start:
        return 0
    audience = func.array_append(
        func.array_append(literal("{}").cast(events.c.audience.type), "public"),
        func.concat("org:", webhook_endpoints.c.organisation_id),
    )
    wanted = (
        select(webhook_endpoints.c.id.label("endpoint_id"), event_feed.c.position)
        .select_from(event_feed.join(events, events.c.id == event_feed.c.event_id))
        .join(webhook_endpoints, webhook_endpoints.c.created_at <= events.c.occurred_at)
        .where(
            event_feed.c.position > start,
            event_feed.c.position <= end,
            webhook_endpoints.c.state == "active",
            events.c.audience.op("&&")(audience),
            or_(
                func.cardinality(webhook_endpoints.c.event_types) == 0,
                events.c.type == func.any(webhook_endpoints.c.event_types),
            ),
        )
        .order_by(event_feed.c.position)
    )
    for row in (await tx.execute(wanted)).all():
        delivery_id = new_id()
        await tx.execute(
            insert(webhook_deliveries).values(
                id=delivery_id,
                endpoint_id=row.endpoint_id,
                event_position=row.position,
                attempts=0,
                next_attempt_at=now,
                state="pending",
                created_at=now,
                updated_at=now,
            )
        )
        await enqueue_delivery(tx, delivery_id)
    await tx.execute(update(webhook_cursor).values(position=end, updated_at=now))
    return end - start


async def _locked_cursor(tx: AsyncConnection, now: datetime) -> int:
    await tx.execute(
        pg_insert(webhook_cursor).values(id=1, position=0, updated_at=now).on_conflict_do_nothing()
    )
    return int(await tx.scalar(select(webhook_cursor.c.position).with_for_update()) or 0)
