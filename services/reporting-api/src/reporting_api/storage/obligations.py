"""Reading what obligations are worked out from, and writing calendars, schedules and notices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.merges import survivors
from cdp_common.kernel.errors import Conflict
from cdp_common.kernel.periods import Period
from reporting_api.domain.commitments import PromisedLine
from reporting_api.domain.entries import Entry
from reporting_api.domain.reporting_calendar import (
    Agreement,
    Calendar,
    DatedReport,
    ReportsOf,
    days_to_report,
)
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.commitments import tenures_of
from reporting_api.storage.copy_tables import (
    commitment_lines,
    commitment_novations,
    commitments,
    membership_versions,
    organisations,
)
from reporting_api.storage.coverage import states_at
from reporting_api.storage.obligation_tables import (
    commitment_schedules,
    obligation_notices,
    reporting_calendars,
)
from reporting_api.storage.report_tables import reports

MAX_AGREEMENTS = 20_000
"""Agreements of one place that are looked at; of more, those signed first."""
MAX_PLACES = 1_000

OWING_KINDS = ("contract", "call_off", "grant", "planning_obligation")
"""A framework agreement commits nothing by itself; a pledge is asked after when its signature is renewed.

A plan makes no report due: its partner owes the place's quarters, in which it reports what it did of it.
"""


class CalendarChanged(Conflict):
    """Somebody else set the calendar at the same moment."""

    code = "calendar_changed"
    title = "The calendar changed meanwhile"


# ------------------------------------------------------------------ calendars
async def calendar_row(
    tx: AsyncConnection, place_id: UUID, moment: datetime | None = None
) -> RowMapping | None:
    """The newest version of a place's calendar (at a moment); none before it has set one."""
    columns = reporting_calendars.c
    query = select(reporting_calendars).where(columns.place_id == place_id)
    if moment is not None:
        query = query.where(columns.recorded_at <= moment)
    return (await tx.execute(query.order_by(columns.version.desc()).limit(1))).mappings().one_or_none()


def calendar_of(row: RowMapping | None, fallback: Calendar) -> Calendar:
    """The calendar that a row holds, or the platform's own where a place has set none."""
    if row is None:
        return fallback
    return Calendar(row["monthly_asked"], row["due_days"], tuple(row["reminder_days"]), row["version"])


async def add_calendar(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a new version of a place's calendar; the same version twice is refused."""
    with constraint_errors({"pk_reporting_calendars": lambda: CalendarChanged("Read it again.")}):
        await tx.execute(insert(reporting_calendars).values(**row))


# ------------------------------------------------------------------ reports and agreements
async def dated_reports(tx: AsyncConnection, place_id: UUID, span: Period, moment: datetime) -> ReportsOf:
    """The reports of a place that share days with the span and stood at the moment, by organisation."""
    columns = reports.c
    latest = states_at(moment)
    query = (
        select(columns.organisation_id, columns.period_start, columns.period_end, columns.first_submitted_at)
        .join(latest, latest.c.report_id == columns.id)
        .where(
            columns.place_id == place_id,
            columns.period_start <= span.end,
            columns.period_end >= span.start,
            latest.c.state.in_(STANDING_STATES),
        )
    )
    found: dict[UUID, list[DatedReport]] = {}
    leads_to = await survivors(tx, moment)
    for row in (await tx.execute(query)).all():
        submitted_on = row.first_submitted_at.astimezone(UTC).date()
        report = DatedReport(Period(row.period_start, row.period_end), submitted_on)
        found.setdefault(leads_to.get(row.organisation_id, row.organisation_id), []).append(report)
    return found


async def agreements_of(tx: AsyncConnection, place_id: UUID, span: Period) -> list[Agreement]:
    """The agreements of a place that share days with the span, with the days on which parts fall due."""
    columns = commitments.c
    query = (
        select(commitments)
        .where(
            columns.place_id == place_id,
            columns.kind.in_(OWING_KINDS),
            columns.starts_on <= span.end,
            columns.ends_on >= span.start,
        )
        .order_by(columns.signed_on, columns.source_id)
        .limit(MAX_AGREEMENTS)
    )
    rows = list((await tx.execute(query)).mappings())
    ids = [row["source_id"] for row in rows]
    scheduled, unscheduled = await _due_days(tx, ids)
    novations, leads_to = await _novations(tx, ids), await survivors(tx)
    return [
        Agreement(
            source_id=row["source_id"],
            reference=row["reference"],
            tenures=tenures_of(row, novations.get(row["source_id"], []), leads_to),
            starts_on=row["starts_on"],
            ended_on=row["ended_on"],
            due_days=tuple(sorted(scheduled.get(row["source_id"], ()))),
            unscheduled=unscheduled.get(row["source_id"]),
            data_status=row["data_status"],
        )
        for row in rows
    ]


async def _due_days(
    tx: AsyncConnection, source_ids: Collection[UUID]
) -> tuple[dict[UUID, set[date]], dict[UUID, Period]]:
    """Of each agreement the scheduled days, and the days that its lines without a schedule span."""
    lines, days = commitment_lines.c, commitment_schedules.c
    own = (
        select(lines.source_id, days.due_on)
        .join(commitment_schedules, days.line_id == lines.line_id)
        .where(lines.source_id.in_(source_ids))
    )
    scheduled: dict[UUID, set[date]] = {}
    for row in await tx.execute(own):
        scheduled.setdefault(row.source_id, set()).add(row.due_on)
    without = (
        select(lines.source_id, func.min(lines.starts_on), func.max(lines.ends_on))
        .where(
            lines.source_id.in_(source_ids),
            ~select(days.due_on).where(days.line_id == lines.line_id).exists(),
        )
        .group_by(lines.source_id)
    )
    return scheduled, {source: Period(start, end) for source, start, end in await tx.execute(without)}


async def _novations(tx: AsyncConnection, source_ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    columns = commitment_novations.c
    query = (
        select(commitment_novations)
        .where(columns.source_id.in_(source_ids))
        .order_by(columns.source_id, columns.version)
    )
    found: dict[UUID, list[RowMapping]] = {}
    for row in (await tx.execute(query)).mappings():
        found.setdefault(row["source_id"], []).append(row)
    return found


async def names_of(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    """What the organisations among `ids` are called."""
    query = select(organisations.c.id, organisations.c.name).where(organisations.c.id.in_(ids))
    return {row.id: row.name for row in await tx.execute(query)}


async def keep_schedules(tx: AsyncConnection, lines: Iterable[PromisedLine]) -> None:
    """Remember the days of lines' own schedules."""
    await _add_days(tx, {(line.line_id, part.due_on) for line in lines for part in line.schedule})


async def vary_schedules(
    tx: AsyncConnection, lines: Sequence[PromisedLine], since: date, entries: Sequence[Entry]
) -> None:
    """Remember the days of varied lines in place of those from a day on; `entries` say what falls due when.

    They are the agreement's that stood before, and those of the variation.
    """
    days, ids = commitment_schedules.c, [line.line_id for line in lines]
    known = select(days.line_id).where(days.line_id.in_(ids)).distinct()
    scheduled = set((await tx.execute(known)).scalars())
    taken_back = {entry.reverses for entry in entries}
    due: dict[UUID | None, set[date]] = {}
    for entry in entries:
        if entry.figure == "due" and entry.reverses is None and entry.id not in taken_back:
            due.setdefault(entry.commitment_line_id, set()).add(entry.effective_on)
    later = days.line_id.in_(ids) & (days.due_on >= since)
    await tx.execute(delete(commitment_schedules).where(later))
    named = {
        (line.line_id, day)
        for line in lines
        for day in days_to_report(
            line, due.get(line.line_id, ()), since, had_schedule=line.line_id in scheduled
        )
    }
    await _add_days(tx, named)


async def _add_days(tx: AsyncConnection, days: Collection[tuple[UUID, date]]) -> None:
    rows = [{"line_id": line_id, "due_on": due_on} for line_id, due_on in sorted(days)]
    if rows:
        await tx.execute(pg_insert(commitment_schedules).on_conflict_do_nothing(), rows)


# ------------------------------------------------------------------ notices
async def places_that_owe(tx: AsyncConnection) -> Sequence[UUID]:
    """The places that have members or agreements."""
    members = select(membership_versions.c.place_id)
    query = members.union(select(commitments.c.place_id)).limit(MAX_PLACES)
    return (await tx.execute(query)).scalars().all()


async def notices_given(tx: AsyncConnection, place_id: UUID, since: date) -> set[tuple[Any, ...]]:
    """The notices of a place on periods that ended since a day, as `notice_key` has them."""
    columns = obligation_notices.c
    query = select(
        columns.organisation_id,
        columns.kind,
        columns.source_id,
        columns.period_end,
        columns.notice,
        columns.days_before,
    ).where(columns.place_id == place_id, columns.period_end >= since)
    return {tuple(row) for row in await tx.execute(query)}


async def add_notice(tx: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """Write that a notice is given; False when it was given before, and nothing was written."""
    statement = pg_insert(obligation_notices).values(**row).on_conflict_do_nothing()
    return (await tx.execute(statement)).rowcount == 1


def span_of(window: Period) -> Period:
    """The days that obligations due in a window may be about: two quarters and the days for reporting."""
    return Period(window.start - timedelta(days=320), window.end)
