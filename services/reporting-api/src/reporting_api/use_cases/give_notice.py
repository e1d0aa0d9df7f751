"""Reports that will be due soon, or are overdue, are told of: once each, whoever else looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from reporting_api.domain.reporting_calendar import (
    NOTICED_FOR_DAYS,
    Calendar,
    Notice,
    Obligation,
    notice_of,
)
from reporting_api.storage.obligations import (
    add_notice,
    calendar_of,
    calendar_row,
    notices_given,
    places_that_owe,
)
from reporting_api.use_cases.obligations import obligations_due

INTERVAL_S = 300.0
MAX_NOTICES = 1_000
"""Notices of one place in one round; what is left over is given in the next."""

EVENT_OF: dict[Notice, str] = {"reminder": "report.due_soon", "overdue": "report.overdue"}


def notices_of(database: Database, clock: Clock, fallback: Calendar) -> Callable[[], Awaitable[int]]:
    """Gives the notices that have come up by the clock, a bounded number a call."""

    async def give() -> int:
        return await give_notices(database, clock(), fallback)

    return give


async def give_notices(db: Database, now: datetime, fallback: Calendar) -> int:
    """How many notices were given, each in a transaction with its event."""
    async with db.begin() as tx:
        places = await places_that_owe(tx)
    given = 0
    for place_id in places:
        async with db.begin() as tx:
            waiting = await _waiting(tx, place_id, now, fallback)
        for owed, notice, days in waiting[:MAX_NOTICES]:
            async with db.begin() as tx:
                given += await _give(tx, place_id, owed, notice, days, now)
    return given


async def _waiting(
    tx: AsyncConnection, place_id: UUID, now: datetime, fallback: Calendar
) -> list[tuple[Obligation, Notice, int]]:
    """The notices of a place that have come up and were not given yet."""
    today = now.date()
    calendar = calendar_of(await calendar_row(tx, place_id), fallback)
    ahead = max(calendar.reminder_days, default=0)
    window = Period(today - timedelta(days=NOTICED_FOR_DAYS), today + timedelta(days=ahead))
    known = await notices_given(tx, place_id, window.start - timedelta(days=calendar.due_days))
    found = []
    for owed in await obligations_due(tx, place_id, calendar, window, now):
        notice = notice_of(owed, calendar, today)
        if notice is not None and (*_key(place_id, owed), *notice) not in known:
            found.append((owed, *notice))
    return found


def _key(place_id: UUID, owed: Obligation) -> tuple[object, ...]:
    return owed.organisation_id, owed.kind, owed.source_id or place_id, owed.period.end


async def _give(
    tx: AsyncConnection, place_id: UUID, owed: Obligation, notice: Notice, days: int, now: datetime
) -> bool:
    notice_id = new_id()
    row = {
        "id": notice_id,
        "place_id": place_id,
        "organisation_id": owed.organisation_id,
        "kind": owed.kind,
        "source_id": owed.source_id or place_id,
        "period_end": owed.period.end,
        "notice": notice,
        "days_before": days,
        "recorded_at": now,
    }
    if not await add_notice(tx, row):
        return False  # somebody else was here since the list was read
    event = NewEvent(
        type=EVENT_OF[notice],
        aggregate_type="obligation",
        aggregate_id=notice_id,
        aggregate_version=1,
        place_id=place_id,
        audience=("internal", org_audience(owed.organisation_id)),
        data={
            "place_id": str(place_id),
            "organisation_id": str(owed.organisation_id),
            "kind": owed.kind,
            "agreement_id": None if owed.source_id is None else str(owed.source_id),
            "period_start": owed.period.start.isoformat(),
            "period_end": owed.period.end.isoformat(),
            "due_on": owed.due_on.isoformat(),
            "data_status": owed.data_status,
        },
        effective_on=owed.due_on,
    )
    await record_event(tx, event, now)
    return True
