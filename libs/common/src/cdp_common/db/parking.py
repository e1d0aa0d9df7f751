"""Events that could not be applied: counted while they are retried, kept whole when they are set aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope
from cdp_common.db.common_tables import event_failures as failures
from cdp_common.kernel.errors import CdpError

RETRYING = "retrying"
PARKED = "parked"
MAX_LISTED = 1_000
MAX_REASON_CHARS = 500

Aggregate = tuple[str, UUID]
"""The type and id of what an event is about."""


@dataclass(frozen=True)
class ParkedEvent:
    """An event that was set aside, whole: how often it failed, why the last time, and when."""

    event: EventEnvelope
    attempts: int
    last_error: str
    first_failed_at: datetime
    last_failed_at: datetime


async def list_parked(
    tx: AsyncConnection, source: str, *, after: int = 0, limit: int = MAX_LISTED
) -> list[ParkedEvent]:
    """The feed's events that are set aside, in order, from a position on."""
    query = (
        select(failures)
        .where(failures.c.source == source, failures.c.state == PARKED, failures.c.position > after)
        .order_by(failures.c.position)
        .limit(min(limit, MAX_LISTED))
    )
    return [
        ParkedEvent(
            event=EventEnvelope.model_validate(row.event),
            attempts=row.attempts,
            last_error=row.last_error,
            first_failed_at=row.first_failed_at,
            last_failed_at=row.last_failed_at,
        )
        for row in await tx.execute(query)
    ]


async def parked_aggregates(tx: AsyncConnection, source: str) -> list[Aggregate]:
    """The aggregates of which something is set aside."""
    columns = (failures.c.aggregate_type, failures.c.aggregate_id)
    parked = (failures.c.source == source, failures.c.state == PARKED)
    query = select(*columns).where(*parked).distinct().order_by(*columns).limit(MAX_LISTED)
    return [(row.aggregate_type, row.aggregate_id) for row in await tx.execute(query)]


async def first_parked(tx: AsyncConnection, source: str, aggregate: Aggregate) -> EventEnvelope | None:
    """The earliest event of the aggregate that is set aside."""
    query = (
        select(failures.c.event)
        .where(_of_aggregate(source, aggregate), failures.c.state == PARKED)
        .order_by(failures.c.position)
        .limit(1)
    )
    stored = await tx.scalar(query)
    return None if stored is None else EventEnvelope.model_validate(stored)


async def failures_of_aggregate(tx: AsyncConnection, source: str, event: EventEnvelope) -> dict[int, str]:
    """The state of each failed event of this event's aggregate, by position."""
    belongs = _of_aggregate(source, (event.aggregate_type, event.aggregate_id))
    rows = await tx.execute(select(failures.c.position, failures.c.state).where(belongs))
    return {row.position: row.state for row in rows}


async def note_failure(
    tx: AsyncConnection, source: str, event: EventEnvelope, problem: Exception, now: datetime
) -> int:
    """Count one more failure of the event, and give how many there are."""
    reason = _reason(problem)
    statement = insert(failures).values(_row(source, event, RETRYING, reason, now))
    changes = {"attempts": failures.c.attempts + 1, "last_error": reason, "last_failed_at": now}
    counted = statement.on_conflict_do_update(index_elements=["source", "position"], set_=changes)
    attempts: int = (await tx.execute(counted.returning(failures.c.attempts))).scalar_one()
    return attempts


async def note_failed_again(
    tx: AsyncConnection, source: str, position: int, problem: Exception, now: datetime
) -> None:
    """Count one more failure of an event that is set aside; nothing when it no longer is."""
    changes = {"attempts": failures.c.attempts + 1, "last_error": _reason(problem), "last_failed_at": now}
    await tx.execute(update(failures).where(_at(source, position)).values(changes))


async def park_behind(tx: AsyncConnection, source: str, event: EventEnvelope, now: datetime) -> None:
    """Set the event aside untried, because an earlier one of its aggregate is.

    One that is told again after the cursor was set back is aside already, and keeps the reason why.
    """
    reason = "an earlier event of its aggregate is set aside"
    statement = insert(failures).values(_row(source, event, PARKED, reason, now))
    await tx.execute(statement.on_conflict_do_nothing())


async def park(tx: AsyncConnection, source: str, position: int) -> None:
    """Set a failed event aside."""
    await tx.execute(update(failures).where(_at(source, position)).values(state=PARKED))


async def forget(tx: AsyncConnection, source: str, position: int) -> None:
    """Remove the record of an event that is applied now."""
    await tx.execute(delete(failures).where(_at(source, position)))


def _row(source: str, event: EventEnvelope, state: str, reason: str, now: datetime) -> dict[str, object]:
    return {
        "source": source,
        "position": event.position,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": event.aggregate_id,
        "state": state,
        "attempts": 1,
        "last_error": reason,
        "event": event.model_dump(mode="json"),
        "first_failed_at": now,
        "last_failed_at": now,
    }


def _of_aggregate(source: str, aggregate: Aggregate) -> ColumnElement[bool]:
    aggregate_type, aggregate_id = aggregate
    return and_(
        failures.c.source == source,
        failures.c.aggregate_type == aggregate_type,
        failures.c.aggregate_id == aggregate_id,
    )


def _at(source: str, position: int) -> ColumnElement[bool]:
    return and_(failures.c.source == source, failures.c.position == position)


def _reason(problem: Exception) -> str:
    """What may be stored of an error: its kind, and its words only where they are ours."""
    if isinstance(problem, CdpError):
        return f"{problem.code}: {problem.detail}"[:MAX_REASON_CHARS]
    return type(problem).__name__
