"""Who owes which report: the place's list and each organisation's own, and notices given once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.reporting_api.test_client import client
from tests.integration.reporting_api.world import World, line, promised_line, scheduled

from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.commitments import ScheduledShare
from cdp_common.contracts.obligations import CalendarDraft, Obligation
from cdp_common.contracts.reporting import Correction
from reporting_api.domain.reporting_calendar import Calendar
from reporting_api.use_cases.give_notice import give_notices

PLATFORM = Calendar(True, 30, (14, 3))
WINDOW: dict[str, Any] = {"from_": date(2026, 10, 1), "to": date(2026, 12, 31)}


def seen(owed: list[Obligation]) -> list[tuple[str, UUID, date, date, str]]:
    return [(one.kind, one.organisation_id, one.period_end, one.due_on, one.state) for one in owed]


async def test_a_place_sees_what_is_owed_and_each_organisation_its_own(world: World):
    await world.join(world.council, date(2022, 9, 29))
    made = world.commitment(
        lines=[promised_line(schedule=scheduled((date(2026, 10, 15), "0.5"), (date(2027, 3, 31), "0.5")))]
    )
    await world.sign(made)
    manager, supplier = client(world, world.as_manager()), client(world, world.as_org(world.supplier))
    calendar = await manager.fetch_reporting_calendar(world.place)
    assert (calendar.body.version, calendar.body.due_days, calendar.body.reminder_days) == (0, 30, [14, 3])
    draft = CalendarDraft(due_days=20, reminder_days=[5])
    kept = await manager.set_reporting_calendar(world.place, draft, if_match=calendar.etag or "")
    assert (kept.version, kept.due_days) == (1, 20)
    with pytest.raises(UpstreamProblem) as stale:
        await manager.set_reporting_calendar(world.place, draft, if_match=calendar.etag or "")
    assert stale.value.status == 412

    everything = [
        ("month", world.council, date(2026, 9, 30), date(2026, 10, 20), "overdue"),
        ("quarter", world.council, date(2026, 9, 30), date(2026, 10, 20), "overdue"),
        ("contract", world.supplier, date(2026, 10, 15), date(2026, 11, 4), "overdue"),
        ("month", world.council, date(2026, 10, 31), date(2026, 11, 20), "overdue"),
        ("month", world.council, date(2026, 11, 30), date(2026, 12, 20), "open"),
    ]
    first = await manager.list_obligations(world.place, **WINDOW, limit=3)
    assert seen(first.items) == everything[:3]
    assert first.next is not None
    cursor = first.next.partition("cursor=")[2]
    assert (
        seen((await manager.list_obligations(world.place, **WINDOW, cursor=cursor)).items) == everything[3:]
    )
    quarters = await manager.list_obligations(world.place, **WINDOW, kind="quarter", state="overdue")
    assert seen(quarters.items) == everything[1:2]
    own = (await supplier.list_own_obligations(world.place, **WINDOW)).items
    assert seen(own) == everything[2:3]
    assert (own[0].agreement_id, own[0].agreement_reference) == (made.source_id, "C-1")
    with pytest.raises(UpstreamProblem) as refused:
        await supplier.list_obligations(world.place, **WINDOW)
    assert (refused.value.status, refused.value.code) == (403, "role_missing")

    # A correction does not make the first report late, and a returned one does not count.
    reported = await world.report(world.council, line())
    world.clock.advance(timedelta(days=40))
    corrected = await client(world, world.as_org(world.council)).correct_report(
        reported.id, _correction(), idempotency_key=str(reported.id)
    )
    manager = client(world, world.as_manager())
    met = (await manager.list_obligations(world.place, **WINDOW, kind="quarter")).items
    assert [(one.state, one.reported_on, one.on_time) for one in met] == [("met", date(2026, 11, 22), False)]
    returned = await world.try_review(corrected, {"outcome": "returned", "reason": "unclear"})
    assert returned.status_code == 201
    assert (await manager.list_obligations(world.place, **WINDOW, kind="quarter")).items[0].state == "overdue"


def _correction() -> Correction:
    return Correction.model_validate({"reason": "typing error", "lines": [line(quantity="9")]})


YEAR_END = date(2027, 3, 31)


@pytest.mark.parametrize(
    ("before", "after", "days"),
    [
        # By a schedule until October, in monthly parts from then on.
        (
            scheduled((date(2026, 8, 31), "0.5"), (YEAR_END, "0.5")),
            [],
            [date(2026, 8, 31), date(2026, 12, 31), YEAR_END],
        ),
        # In monthly parts until October, by a schedule from then on.
        ([], scheduled((YEAR_END, "1")), [date(2026, 6, 30), date(2026, 9, 30), YEAR_END]),
        ([], [], [date(2026, 6, 30), date(2026, 9, 30), date(2026, 12, 31), YEAR_END]),
        (
            scheduled((date(2026, 8, 31), "0.5"), (YEAR_END, "0.5")),
            scheduled((date(2027, 1, 15), "1")),
            [date(2026, 8, 31), date(2027, 1, 15)],
        ),
    ],
)
async def test_a_line_that_is_varied_goes_on_owing_reports_as_it_falls_due(
    world: World, before: list[ScheduledShare], after: list[ScheduledShare], days: list[date]
):
    promised = promised_line(ends_on=YEAR_END, schedule=before)
    made = world.commitment(lines=[promised])
    await world.sign(made)
    varied = promised.model_copy(update={"schedule": after, "rest_from": date(2026, 10, 1)})
    await world.change(made, effective_on=date(2026, 10, 1), lines=[varied])
    supplier = client(world, world.as_org(world.supplier))
    window: dict[str, Any] = {"from_": date(2026, 7, 1), "to": date(2027, 6, 30)}
    owed = (await supplier.list_own_obligations(world.place, **window)).items
    assert [one.period_end for one in owed] == days


async def test_a_scheduled_line_that_a_variation_ends_owes_no_report_of_what_fell_away(world: World):
    promised = promised_line(schedule=scheduled((date(2026, 8, 31), "0.5"), (YEAR_END, "0.5")))
    made = world.commitment(lines=[promised])
    await world.sign(made)
    half = {"quantity": "668.15", "counted_quantity": "668.15", "social_gbp": "12000.00"}
    ended = promised.model_dump() | half | {"schedule": [], "ends_on": date(2026, 10, 1)}
    await world.change(made, effective_on=date(2026, 10, 1), lines=[ended])
    supplier = client(world, world.as_org(world.supplier))
    window: dict[str, Any] = {"from_": date(2026, 7, 1), "to": date(2027, 6, 30)}
    owed = (await supplier.list_own_obligations(world.place, **window)).items
    assert [one.period_end for one in owed] == [date(2026, 8, 31)]


async def test_months_reported_in_time_show_beside_the_value(world: World):
    await world.join(world.council, date(2022, 9, 29))
    assert (await world.value()).coverage.timeliness is None
    manager = client(world, world.as_manager())
    calendar = await manager.fetch_reporting_calendar(world.place)
    await manager.set_reporting_calendar(
        world.place, CalendarDraft(due_days=60), if_match=calendar.etag or ""
    )
    await world.report(world.council, line(), period_start="2026-09-01", period_end="2026-09-30")
    timeliness = (await world.value()).coverage.timeliness
    assert timeliness is not None
    assert (timeliness.asked_count, timeliness.on_time_count, timeliness.ratio) == (3, 1, Decimal("0.3333"))


async def test_reminders_and_overdue_reports_are_told_of_once(world: World):
    world.clock.set(datetime(2026, 10, 1, 9, 0, tzinfo=UTC))
    await world.join(world.council, date(2026, 7, 1))
    made = world.commitment(lines=[promised_line(starts_on=date(2026, 7, 1))])
    await world.sign(made)

    async def told(day: date) -> set[tuple[str, str, str]]:
        """What is told on a day; asking again tells nothing more."""
        world.clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
        before = await world.count("events")
        given = await give_notices(world.db, world.clock(), PLATFORM)
        assert await give_notices(world.db, world.clock(), PLATFORM) == 0
        async with world.db.begin() as tx:
            query = (
                "SELECT type, data->>'kind', data->>'organisation_id' FROM events ORDER BY id DESC LIMIT :n"
            )
            rows = (await tx.execute(text(query), {"n": given})).all()
        assert await world.count("events") == before + given
        return {tuple(row) for row in rows}

    # Two obligations fall due on 30 October: the council's quarter and the contract's.
    council, supplier = str(world.council), str(world.supplier)
    assert await told(date(2026, 10, 15)) == set()
    assert await told(date(2026, 10, 16)) == {
        ("report.due_soon", "quarter", council),
        ("report.due_soon", "contract", supplier),
    }
    assert await told(date(2026, 10, 20)) == set()
    await world.report(world.supplier, period_start="2026-09-01", period_end="2026-09-30")
    assert await told(date(2026, 10, 28)) == {("report.due_soon", "quarter", council)}
    assert await told(date(2026, 11, 1)) == {("report.overdue", "quarter", council)}
