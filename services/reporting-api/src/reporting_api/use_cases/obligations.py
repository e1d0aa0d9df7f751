"""Who owes which report by when: a place's list, an organisation's own, and the calendar that they follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import obligations as contract
from cdp_common.contracts.obligations import CalendarDraft, ReportingCalendar
from cdp_common.db.database import Database
from cdp_common.db.paging import CursorInvalid, decode_cursor
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from reporting_api.domain.reporting_calendar import (
    Calendar,
    Obligation,
    ObligationKind,
    ObligationState,
    obligations_of_agreements,
    obligations_of_members,
    require_calendar_holds,
    require_window_short,
)
from reporting_api.storage.coverage import memberships_known
from reporting_api.storage.figures_changed import tell_figures_changed
from reporting_api.storage.obligations import (
    add_calendar,
    agreements_of,
    calendar_of,
    calendar_row,
    dated_reports,
    names_of,
    span_of,
)
from reporting_api.use_cases.read_reports import PLACE_ROLES


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which obligations are asked for, and which page of them."""

    window: Period
    kind: ObligationKind | None
    state: ObligationState | None
    organisation_id: UUID | None
    cursor: str | None
    limit: int


async def get_calendar(db: Database, place_id: UUID, fallback: Calendar) -> ReportingCalendar:
    """What a place asks of its reporters; the platform's own calendar where it has set none."""
    async with db.begin() as tx:
        return await _calendar(tx, place_id, fallback)


async def set_calendar(
    db: Database,
    caller: Caller,
    place_id: UUID,
    draft: CalendarDraft,
    if_match: str | None,
    fallback: Calendar,
    now: datetime,
) -> ReportingCalendar:
    """The new version of a place's calendar; it holds at once, for periods that are over too."""
    caller.requires_role(place_id, "programme_manager")
    async with db.begin() as tx:
        current = await _calendar(tx, place_id, fallback)
        require_match(if_match, current)
        require_calendar_holds(draft.due_days, draft.reminder_days)
        row = {
            "place_id": place_id,
            "version": current.version + 1,
            "monthly_asked": draft.monthly_asked,
            "due_days": draft.due_days,
            "reminder_days": draft.reminder_days,
            "set_by": caller.org,
            "client_id": caller.client_id,
            "person_id": caller.sub,
            "recorded_at": now,
        }
        await add_calendar(tx, row)
        await tell_figures_changed(tx, place_id, now)  # timeliness stands beside them
        return await _calendar(tx, place_id, fallback)


async def list_of_place(
    db: Database, caller: Caller, place_id: UUID, wanted: Wanted, fallback: Calendar, now: datetime
) -> list[contract.Obligation]:
    """What everybody owes a place, for those who read its reports; one more than a page if there is more."""
    caller.requires_role(place_id, *PLACE_ROLES)
    return await _listed(db, place_id, wanted, fallback, now)


async def list_of_own(
    db: Database, caller: Caller, place_id: UUID, wanted: Wanted, fallback: Calendar, now: datetime
) -> list[contract.Obligation]:
    """What the organisation that the caller acts for owes a place."""
    own = Wanted(wanted.window, wanted.kind, wanted.state, caller.org, wanted.cursor, wanted.limit)
    return await _listed(db, place_id, own, fallback, now)


async def obligations_due(
    tx: AsyncConnection, place_id: UUID, calendar: Calendar, window: Period, now: datetime
) -> list[Obligation]:
    """Every obligation of a place that falls due in a window, as it is known now, in order."""
    span = span_of(window)
    reports = await dated_reports(tx, place_id, span, now)
    memberships = await memberships_known(tx, place_id, now)
    agreements = await agreements_of(tx, place_id, span)
    names = await names_of(tx, {who.deliverer_id for one in agreements for who in one.tenures})
    found = [
        *obligations_of_members(calendar, window, memberships, reports),
        *obligations_of_agreements(calendar, window, agreements, reports, lambda who: names.get(who, "")),
    ]
    return sorted(found, key=lambda owed: owed.sort_key)


async def _listed(
    db: Database, place_id: UUID, wanted: Wanted, fallback: Calendar, now: datetime
) -> list[contract.Obligation]:
    require_window_short(wanted.window)
    after = None if wanted.cursor is None else _key_of(wanted.cursor)
    today = now.date()
    async with db.begin() as tx:
        calendar = calendar_of(await calendar_row(tx, place_id), fallback)
        found = await obligations_due(tx, place_id, calendar, wanted.window, now)
    kept = (
        owed
        for owed in found
        if wanted.organisation_id in (None, owed.organisation_id)
        and wanted.kind in (None, owed.kind)
        and wanted.state in (None, owed.state_on(today))
        and (after is None or owed.sort_key > after)
    )
    return [_answer(place_id, owed, now) for owed, _ in zip(kept, range(wanted.limit + 1), strict=False)]


def _key_of(cursor: str) -> tuple[object, ...]:
    """Where a page starts: after the obligation with this key."""
    key = tuple(decode_cursor(cursor))
    shape = [type(part).__name__ for part in key]
    if shape != ["date", "str", "str", "str", "date"]:
        raise CursorInvalid("the cursor belongs to another list")
    return key


def _answer(place_id: UUID, owed: Obligation, now: datetime) -> contract.Obligation:
    today = now.date()
    return contract.Obligation(
        kind=owed.kind,
        place_id=place_id,
        organisation_id=owed.organisation_id,
        organisation_name=owed.organisation_name,
        agreement_id=owed.source_id,
        agreement_reference=owed.reference,
        period_start=owed.period.start,
        period_end=owed.period.end,
        due_on=owed.due_on,
        state=owed.state_on(today),
        reported_on=owed.reported_on,
        on_time=owed.was_on_time(today),
        data_status=owed.data_status,
    )


async def _calendar(tx: AsyncConnection, place_id: UUID, fallback: Calendar) -> ReportingCalendar:
    row = await calendar_row(tx, place_id)
    calendar = calendar_of(row, fallback)
    return ReportingCalendar(
        place_id=place_id,
        monthly_asked=calendar.monthly_asked,
        due_days=calendar.due_days,
        reminder_days=list(calendar.reminder_days),
        version=calendar.version,
        recorded_at=None if row is None else row["recorded_at"],
    )
