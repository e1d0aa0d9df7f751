"""How many of the months that a place asks for were reported in time, as it was known at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import reporting as contract
from cdp_common.kernel.periods import Period
from reporting_api.domain.obligations import Membership
from reporting_api.domain.reporting_calendar import Calendar, Timeliness, month_of, timeliness_of
from reporting_api.storage.obligations import calendar_row, dated_reports


async def timeliness_at(
    tx: AsyncConnection, place_id: UUID, window: Period, memberships: Sequence[Membership], moment: datetime
) -> Timeliness | None:
    """Of the months that end in the window; none where the place had set no calendar then."""
    row = await calendar_row(tx, place_id, moment)
    if row is None:
        return None
    calendar = Calendar(row["monthly_asked"], row["due_days"], tuple(row["reminder_days"]), row["version"])
    span = Period(month_of(window.start).start, window.end)
    reports = await dated_reports(tx, place_id, span, moment)
    return timeliness_of(calendar, window, moment.date(), memberships, reports)


def timeliness_answer(found: Timeliness | None) -> contract.Timeliness | None:
    """The same on the wire."""
    if found is None:
        return None
    return contract.Timeliness(
        asked_count=found.asked_count, on_time_count=found.on_time_count, ratio=found.ratio
    )
