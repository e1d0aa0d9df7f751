"""What happened, told to others: recorded with its effect, put in order once, read as a gapless feed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import ValidationError
from sqlalchemy import ColumnElement, Row, Select, cast, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

from cdp_common.contracts.base import Contract, EventActor, EventEnvelope, EventPage
from cdp_common.contracts.event_types import event_type
from cdp_common.db.acting import acting
from cdp_common.db.common_tables import event_feed, event_pending, events
from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import WriteConflict
from cdp_common.kernel.identifiers import new_id

MAX_PAGE = 1_000
MAX_SEQUENCED = 5_000
"""Events given a position in one transaction, so that a backlog is worked off in bounded steps."""
MAX_SCANNED = 5_000
"""Positions that one page looks through, so that a reader who may see little costs little."""

PUBLIC = "public"
INTERNAL = "internal"

Audience = tuple[str, ...]
"""Who may read an event: `public`, `internal` (the six services), `org:<uuid>` of organisations."""

_TRACE_CONTEXT = TraceContextTextMapPropagator()
_AUDIENCE = re.compile(r"public|internal|org:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# Named after the schema: several may share one database.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' event feed', 0))")
# One statement, so that an event is either pending or in the feed to every other transaction.
_SEQUENCE = text("""
    WITH next AS (
        SELECT event_id, added FROM event_pending ORDER BY added LIMIT :most
    ), taken AS (
        DELETE FROM event_pending USING next WHERE event_pending.event_id = next.event_id
        RETURNING next.event_id, next.added
    )
    INSERT INTO event_feed (position, event_id)
    SELECT (SELECT coalesce(max(position), 0) FROM event_feed) + row_number() OVER (ORDER BY added), event_id
    FROM taken
""")


class EventUndeclared(RuntimeError):
    """A service tells something that the catalogue of events does not describe: a fault of ours."""


@dataclass(frozen=True)
class NewEvent:
    """Something that happened to one aggregate, as its service tells it; it holds no personal data."""

    type: str
    aggregate_type: str
    aggregate_id: UUID
    aggregate_version: int
    place_id: UUID | None
    audience: Audience
    data: Mapping[str, object] | Contract
    """As JSON has it, or as the contract that the catalogue names for the type."""
    effective_on: date | None = None

    def __post_init__(self) -> None:
        if not self.audience or not all(_AUDIENCE.fullmatch(part) for part in self.audience):
            raise ValueError("an audience is made of 'public', 'internal' and 'org:<uuid>'")


def org_audience(organisation_id: UUID) -> str:
    """The audience entry of one organisation."""
    return f"org:{organisation_id}"


async def record_event(tx: AsyncConnection, event: NewEvent, now: datetime) -> UUID:
    """Store the event with the effect it tells of, and give its id.

    Two writers that both made the same version of an aggregate: the later one gets `WriteConflict`.
    """
    [event_id] = await record_events(tx, [event], now)
    return event_id


async def record_events(tx: AsyncConnection, made: Sequence[NewEvent], now: datetime) -> list[UUID]:
    """Store several events in their order, with two statements however many there are."""
    rows = [event_row(event, now) for event in made]
    ids: list[UUID] = [row["id"] for row in rows]
    if rows:
        with constraint_errors({"uq_events_aggregate_type_aggregate_id_aggregate_version": _version_taken}):
            await tx.execute(insert(events), rows)
        await tx.execute(insert(event_pending), [{"event_id": event_id} for event_id in ids])
    return ids


def event_row(event: NewEvent, now: datetime) -> dict[str, Any]:
    """The event as it is stored, for whoever writes it by a statement of their own, with `event_pending`.

    Raises `EventUndeclared` for one that the catalogue does not describe.
    """
    _require_declared(event)
    carrier: dict[str, str] = {}
    actor = acting()
    _TRACE_CONTEXT.inject(carrier)
    return {
        "id": new_id(),
        "type": event.type,
        "occurred_at": now,
        "effective_on": event.effective_on,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": event.aggregate_id,
        "aggregate_version": event.aggregate_version,
        "place_id": event.place_id,
        "audience": list(event.audience),
        "data": event.data.model_dump(mode="json") if isinstance(event.data, Contract) else dict(event.data),
        "traceparent": carrier.get("traceparent"),
        "actor": None if actor is None else actor.model_dump(mode="json"),
    }


def _require_declared(event: NewEvent) -> None:
    """Hold the event to its type in the catalogue, on which every reader of the feed relies."""
    declared = event_type(event.type)
    if declared is None:
        raise EventUndeclared(f"{event.type} is not declared in cdp_common.contracts.event_types")
    if event.aggregate_type != declared.about:
        raise EventUndeclared(f"{event.type} is about a {declared.about}, not a {event.aggregate_type}")
    if type(event.data) is declared.data:
        return  # it was held to it when it was made
    try:
        declared.data.model_validate(event.data)
    except ValidationError as fault:
        places = ", ".join("/".join(map(str, one["loc"])) for one in fault.errors(include_url=False))
        words = f"the data of {event.type} are not as {declared.data.__name__} says, at {places}"
        raise EventUndeclared(words) from None  # the fault quotes the data


async def sequence_events(tx: AsyncConnection) -> int:
    """Give committed events their positions, the next after the last, and say how many there were.

    Call it in a transaction of its own: the others that sequence wait for it to end.
    """
    waiting = await tx.scalar(select(select(event_pending.c.event_id).exists()))
    if not waiting:
        return 0  # the usual case costs no lock
    await tx.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' event feed', 0))")
    )
    # A statement of its own, begun when the lock is held: it sees what the holder before has committed.
    return (await tx.execute(_SEQUENCE, {"most": MAX_SEQUENCED})).rowcount


async def read_feed(
    tx: AsyncConnection, *, after: int, limit: int, audiences: frozenset[str] | None
) -> EventPage:
    """Events after a position for these audiences (none given: all of them), in order.

    `next_after` also passes over events that the reader may not see; it equals `after` when there is no more.
    """
    if not 1 <= limit <= MAX_PAGE:
        raise ValueError(f"a page has 1 to {MAX_PAGE} events")
    last = await tx.scalar(select(func.max(event_feed.c.position)))
    end = min(last or 0, after + MAX_SCANNED)
    if end <= after:
        return EventPage(items=[], next_after=after)
    query = _events_in_feed(after, limit, audiences).where(event_feed.c.position <= end)
    rows = (await tx.execute(query)).all()
    items = [_envelope(row) for row in rows]
    return EventPage(items=items, next_after=items[-1].position if len(items) == limit else end)


async def read_events_of(
    tx: AsyncConnection,
    aggregate_type: str,
    aggregate_id: UUID,
    *,
    after: int,
    limit: int,
    audiences: frozenset[str] | None,
) -> EventPage:
    """What happened to one thing, for these audiences (none given: all of them), in order.

    `next_after` equals `after` when there is no more.
    """
    query = _events_in_feed(after, limit, audiences).where(
        events.c.aggregate_type == aggregate_type, events.c.aggregate_id == aggregate_id
    )
    items = [_envelope(row) for row in (await tx.execute(query)).all()]
    return EventPage(items=items, next_after=items[-1].position if items else after)


async def actors_of(tx: AsyncConnection, aggregate_type: str, aggregate_id: UUID) -> dict[int, EventActor]:
    """Who made each version of one thing; none of those that nobody made who had signed in."""
    query = select(events.c.aggregate_version, events.c.actor).where(
        events.c.aggregate_type == aggregate_type,
        events.c.aggregate_id == aggregate_id,
        events.c.actor.is_not(None),
    )
    rows = (await tx.execute(query)).all()
    return {row.aggregate_version: EventActor.model_validate(row.actor) for row in rows}


async def feed_end(tx: AsyncConnection) -> int:
    """The last position of the feed; 0 of an empty one."""
    return int(await tx.scalar(select(func.max(event_feed.c.position))) or 0)


def _events_in_feed(after: int, limit: int, audiences: frozenset[str] | None) -> Select[Any]:
    joined = event_feed.join(events, events.c.id == event_feed.c.event_id)
    visible: list[ColumnElement[bool]] = [event_feed.c.position > after]
    if audiences is not None:
        visible.append(events.c.audience.op("&&")(cast(sorted(audiences), ARRAY(Text))))
    return (
        select(event_feed.c.position, events)
        .select_from(joined)
        .where(*visible)
        .order_by(event_feed.c.position)
        .limit(limit)
    )


def _envelope(row: Row[Any]) -> EventEnvelope:
    """The event as it travels: its audience stays behind."""
    return EventEnvelope(
        id=row.id,
        position=row.position,
        type=row.type,
        occurred_at=row.occurred_at,
        effective_on=row.effective_on,
        aggregate_type=row.aggregate_type,
        aggregate_id=row.aggregate_id,
        aggregate_version=row.aggregate_version,
        place_id=row.place_id,
        data=row.data,
        traceparent=row.traceparent,
        actor=None if row.actor is None else EventActor.model_validate(row.actor),
    )


def _version_taken() -> WriteConflict:
    return WriteConflict("another change of the same thing was made at the same moment; send it again")
