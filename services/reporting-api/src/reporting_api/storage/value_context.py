"""What stands beside the figures of a window as it was known at a moment, read in one statement.

Memberships and reports come as texts: who asks again finds the same ones, and what was worked out of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.obligations import Membership, StandingReport
from reporting_api.domain.reporting_calendar import Calendar, DatedReport
from reporting_api.domain.reports import STANDING_STATES

_READ_TEXTS = 64
"""Texts whose content is kept at hand; a place has one of each kind and window."""

_STANDING = ", ".join(f"'{state}'" for state in sorted(STANDING_STATES))

_CONTEXT = text(f"""
    WITH known_merges AS (
        SELECT DISTINCT ON (organisation_id) organisation_id, survivor_id FROM organisation_merges
        WHERE recorded_at <= :moment ORDER BY organisation_id, recorded_at DESC)
    SELECT
        (SELECT json_agg(json_build_array(coalesce(g.survivor_id, m.organisation_id), m.organisation_name,
                m.valid_from, m.valid_to, m.data_status, m.named_totals_agreed)
                ORDER BY m.membership_id)::text
         FROM (SELECT DISTINCT ON (membership_id) * FROM membership_versions
               WHERE place_id = :place AND recorded_at <= :moment
               ORDER BY membership_id, version DESC) m
         LEFT JOIN known_merges g USING (organisation_id)) AS memberships,
        (SELECT json_agg(json_build_array(coalesce(g.survivor_id, r.organisation_id), r.period_start,
                r.period_end, r.data_status, r.named_totals_agreed,
                (r.first_submitted_at AT TIME ZONE 'UTC')::date) ORDER BY r.id)::text
         FROM reports r LEFT JOIN known_merges g USING (organisation_id)
         CROSS JOIN LATERAL (SELECT s.state FROM report_states s
              WHERE s.report_id = r.id AND s.recorded_at <= :moment ORDER BY s.version DESC LIMIT 1) latest
         WHERE r.place_id = :place AND r.period_start <= :until AND r.period_end >= :since
           AND latest.state IN ({_STANDING})) AS reports,
        (SELECT json_build_array(c.monthly_asked, c.due_days, c.reminder_days, c.version)::text
         FROM reporting_calendars c WHERE c.place_id = :place AND c.recorded_at <= :moment
         ORDER BY c.version DESC LIMIT 1) AS calendar,
        (SELECT count(*) FROM report_conflicts c
         WHERE c.place_id = :place AND c.period_start <= :last AND c.period_end >= :first
           AND c.raised_at <= :moment AND (c.closed_at IS NULL OR c.closed_at > :moment)) AS open_conflicts,
        (SELECT json_agg(row_to_json(v) ORDER BY v.period_start, v.period_end, v.prior_total_id)::text
         FROM (SELECT DISTINCT ON (prior_total_id) w.* FROM prior_totals p
               JOIN prior_total_versions w ON w.prior_total_id = p.id
               WHERE p.place_id = :place AND w.recorded_at <= :moment
               ORDER BY prior_total_id, w.version DESC) v
         WHERE NOT v.withdrawn) AS prior_totals
    """)  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class ValueContext:
    """Who was a member, what was reported, what the place asked for, and how many conflicts were open."""

    membership_text: str
    report_text: str
    calendar_text: str
    open_conflicts: int
    prior_total_text: str
    """Totals made elsewhere that stand beside the figures, each as its newest version."""

    @property
    def key(self) -> tuple[str, str, str]:
        """All that coverage and timeliness are worked out of."""
        return self.membership_text, self.report_text, self.calendar_text

    @property
    def memberships(self) -> tuple[Membership, ...]:
        """The memberships of the place."""
        return _memberships(self.membership_text)

    @property
    def reports(self) -> tuple[StandingReport, ...]:
        """The reports that counted."""
        return tuple(report for report, _ in _reports(self.report_text))

    @property
    def dated_reports(self) -> dict[UUID, list[DatedReport]]:
        """The same reports by organisation, with the days on which they came in."""
        found: dict[UUID, list[DatedReport]] = {}
        for report, submitted_on in _reports(self.report_text):
            found.setdefault(report.organisation_id, []).append(DatedReport(report.period, submitted_on))
        return found

    @property
    def calendar(self) -> Calendar | None:
        """What the place asked for; none before it has set a calendar."""
        if not self.calendar_text:
            return None
        monthly_asked, due_days, reminder_days, version = json.loads(self.calendar_text)
        return Calendar(monthly_asked, due_days, tuple(reminder_days), version)


async def context_of(
    tx: AsyncConnection, place_id: UUID, window: Period, span: Period, moment: datetime
) -> ValueContext:
    """What was known at the moment: the conflicts about days of the window, the reports about the span's."""
    values = {"place": place_id, "moment": moment, "since": span.start, "until": span.end}
    row = (await tx.execute(_CONTEXT, {**values, "first": window.start, "last": window.end})).one()
    return ValueContext(
        row.memberships or "",
        row.reports or "",
        row.calendar or "",
        row.open_conflicts,
        row.prior_totals or "",
    )


@lru_cache(maxsize=_READ_TEXTS)
def _memberships(told: str) -> tuple[Membership, ...]:
    return tuple(
        Membership(UUID(who), name, _day(since), None if until is None else _day(until), status, agreed)
        for who, name, since, until, status, agreed in json.loads(told or "[]")
    )


@lru_cache(maxsize=_READ_TEXTS)
def _reports(told: str) -> tuple[tuple[StandingReport, date], ...]:
    return tuple(
        (StandingReport(UUID(who), Period(_day(since), _day(until)), status, agreed), _day(submitted))
        for who, since, until, status, agreed, submitted in json.loads(told or "[]")
    )


def _day(told: str) -> date:
    return date.fromisoformat(told)
