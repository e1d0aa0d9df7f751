"""Signatures that come up for renewal, or have lapsed, are told of: once each, whoever else looks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from charter_api.domain.standing import MAX_CHANGES, Change, SignatureState, state_on
from charter_api.storage.signature_changes import add_change, unannounced
from charter_api.use_cases.own_signature import HeldSignature, held_signature
from charter_api.use_cases.signature_events import PUBLIC, signatory_alone, signature_event

BATCH_SIZE = 100
MAX_BATCHES = 20
INTERVAL_S = 60.0

Notice = Literal["renewal_due", "lapsed"]
_NOTICE_OF: dict[SignatureState, Notice] = {"due_for_renewal": "renewal_due", "lapsed": "lapsed"}


def turns_of(database: Database, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Announces what has come due by the clock; what a call does not come to, the next one does."""

    async def announce() -> None:
        await announce_turns(database, clock())

    return announce


async def announce_turns(db: Database, now: datetime) -> int:
    """How many notices were given: a bounded number, each in a transaction with its event."""
    given = 0
    for state, notice in _NOTICE_OF.items():
        for _ in range(MAX_BATCHES):
            async with db.begin() as tx:
                ids = await unannounced(tx, state, notice, now.date(), BATCH_SIZE)
            for signature_id in ids:
                async with db.begin() as tx:
                    given += await _announce(tx, signature_id, state, notice, now)
            if len(ids) < BATCH_SIZE:
                break
    return given


async def _announce(
    tx: AsyncConnection, signature_id: UUID, state: SignatureState, notice: Notice, now: datetime
) -> bool:
    held = await held_signature(tx, signature_id, now.date())
    is_given = held.row["period"] in _periods_told(held.changes, notice)
    if is_given or state_on(now.date(), held.changes) != state or len(held.changes) >= MAX_CHANGES:
        return False  # somebody else was here since the list was read
    due_on = _turned_on(held, notice, now.date())
    await add_change(
        tx,
        {
            "signature_id": signature_id,
            "number": held.next_number,
            "kind": notice,
            "effective_on": due_on,
            "period": held.row["period"],
            "recorded_at": now,
        },
    )
    audience = PUBLIC if notice == "lapsed" else signatory_alone(held.row["organisation_id"])
    days = {"expires_on": held.row["expires_on"].isoformat()}
    event = signature_event(held.row, notice, held.next_number, due_on, audience=audience, days=days)
    await record_event(tx, event, now)
    return True


def _periods_told(changes: list[Change], notice: Notice) -> set[int]:
    """The periods for which the notice was given: changes come in the order of their periods."""
    period, told = 0, set()
    for change in changes:
        period += change.period is not None
        if change.kind == notice:
            told.add(period)
    return told


def _turned_on(held: HeldSignature, notice: Notice, today: date) -> date:
    """The day of the turn; a reminder that a suspension held back is of the day of the reinstatement."""
    if notice == "lapsed":
        last_day: date = held.row["expires_on"]
        return last_day + timedelta(days=1)
    changed = [change.effective_on for change in held.changes if change.effective_on <= today]
    due_on: date = held.row["renewal_due_on"]
    return max(due_on, *changed)
