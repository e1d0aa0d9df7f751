"""Who owes which report by when, and which notices that gives."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from cdp_common.kernel.periods import Period
from reporting_api.domain.obligations import Membership
from reporting_api.domain.reporting_calendar import (
    Agreement,
    Calendar,
    CalendarInvalid,
    DatedReport,
    Obligation,
    WindowTooLong,
    notice_of,
    obligations_of_agreements,
    obligations_of_members,
    require_calendar_holds,
    require_window_short,
    timeliness_of,
)
from reporting_api.domain.reports import Tenure

A, B, SOURCE = UUID(int=1), UUID(int=2), UUID(int=9)
CALENDAR = Calendar(True, 30, (14, 3))
MEMBER = Membership(A, "A", date(2022, 9, 29), None, "actual", False)
AUTUMN = Period(date(2026, 10, 1), date(2026, 10, 31))


def reported(start: date, end: date, on: date, org: UUID = A) -> dict[UUID, list[DatedReport]]:
    return {org: [DatedReport(Period(start, end), on)]}


def owed(reports: dict[UUID, list[DatedReport]] | None = None, window: Period = AUTUMN) -> list[Obligation]:
    return list(obligations_of_members(CALENDAR, window, [MEMBER], reports or {}))


def test_a_quarter_and_a_month_fall_due_so_many_days_after_their_end():
    quarter, month = owed()
    assert (quarter.kind, quarter.period, quarter.due_on) == (
        "quarter",
        Period(date(2026, 7, 1), date(2026, 9, 30)),
        date(2026, 10, 30),
    )
    assert (month.kind, month.period, month.due_on) == (
        "month",
        Period(date(2026, 9, 1), date(2026, 9, 30)),
        date(2026, 10, 30),
    )


@pytest.mark.parametrize(
    ("window", "kinds"),
    [
        (Period(date(2026, 10, 30), date(2026, 10, 30)), ["quarter", "month"]),
        (Period(date(2026, 10, 29), date(2026, 10, 29)), []),
        (Period(date(2026, 10, 31), date(2026, 10, 31)), []),
        (Period(date(2026, 9, 30), date(2026, 10, 30)), ["quarter", "month", "month"]),
    ],
)
def test_only_what_falls_due_in_the_window_is_listed(window: Period, kinds: list[str]):
    assert [one.kind for one in owed(window=window)] == kinds


def test_who_joins_within_a_quarter_owes_the_days_since_then():
    late = Membership(A, "A", date(2026, 8, 15), None, "actual", False)
    quarter, _ = obligations_of_members(CALENDAR, AUTUMN, [late], {})
    assert quarter.period == Period(date(2026, 8, 15), date(2026, 9, 30))
    left = Membership(A, "A", date(2022, 9, 29), date(2026, 9, 29), "actual", False)
    assert list(obligations_of_members(CALENDAR, AUTUMN, [left], {})) == []


def test_an_obligation_is_met_on_the_day_of_the_last_report_that_it_needed():
    months = [
        DatedReport(Period(date(2026, 7, 1), date(2026, 7, 31)), date(2026, 8, 5)),
        DatedReport(Period(date(2026, 8, 1), date(2026, 9, 30)), date(2026, 10, 31)),
    ]
    quarter, month = owed({A: months})
    assert (quarter.reported_on, month.reported_on) == (date(2026, 10, 31), date(2026, 10, 31))
    assert (quarter.state_on(date(2026, 12, 1)), quarter.was_on_time(date(2026, 12, 1))) == ("met", False)
    assert owed({A: months[:1]})[0].reported_on is None


def test_an_unmet_obligation_is_overdue_from_the_day_after():
    quarter = owed()[0]
    assert (quarter.state_on(date(2026, 10, 30)), quarter.was_on_time(date(2026, 10, 30))) == ("open", None)
    assert (quarter.state_on(date(2026, 10, 31)), quarter.was_on_time(date(2026, 10, 31))) == (
        "overdue",
        False,
    )


@pytest.mark.parametrize(
    ("today", "notice"),
    [
        (date(2026, 10, 15), None),
        (date(2026, 10, 16), ("reminder", 14)),
        (date(2026, 10, 26), ("reminder", 14)),
        (date(2026, 10, 27), ("reminder", 3)),
        (date(2026, 10, 30), ("reminder", 3)),
        (date(2026, 10, 31), ("overdue", 0)),
        (date(2026, 10, 30) + timedelta(days=92), ("overdue", 0)),
        (date(2026, 10, 30) + timedelta(days=93), None),
    ],
)
def test_notices_come_up_before_and_after_the_day(today: date, notice: tuple[str, int] | None):
    assert notice_of(owed()[0], CALENDAR, today) == notice


def test_what_is_met_or_only_asked_for_gives_no_notice():
    met = owed(reported(date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1)))
    assert [notice_of(one, CALENDAR, date(2026, 10, 31)) for one in met] == [None, None]
    assert notice_of(owed()[1], CALENDAR, date(2026, 10, 31)) is None


def agreement(
    due_days: tuple[date, ...] = (), unscheduled: Period | None = None, ended_on: date | None = None
) -> Agreement:
    tenures = (Tenure(A, None, date(2026, 9, 1)), Tenure(B, date(2026, 9, 1), None))
    return Agreement(SOURCE, "C-1", tenures, date(2026, 4, 1), ended_on, due_days, unscheduled, "actual")


def of_agreement(one: Agreement, reports: dict[UUID, list[DatedReport]] | None = None) -> list[Obligation]:
    window = Period(date(2026, 1, 1), date(2026, 12, 31))
    return list(obligations_of_agreements(CALENDAR, window, [one], reports or {}, str))


def test_an_agreement_owes_by_its_own_schedule_whoever_delivers_it_then():
    first, second = of_agreement(agreement((date(2026, 8, 31), date(2026, 10, 15))))
    assert (first.organisation_id, first.period) == (A, Period(date(2026, 4, 1), date(2026, 8, 31)))
    assert (second.organisation_id, second.period) == (B, Period(date(2026, 9, 1), date(2026, 10, 15)))
    assert (second.due_on, second.reference) == (date(2026, 11, 14), "C-1")


def test_lines_without_a_schedule_owe_their_quarters_and_their_last_day():
    span = Period(date(2026, 4, 1), date(2026, 10, 15))
    days = [one.period.end for one in of_agreement(agreement(unscheduled=span))]
    assert days == [date(2026, 6, 30), date(2026, 9, 30), date(2026, 10, 15)]


@pytest.mark.parametrize(
    ("ended_on", "days"),
    [
        (date(2026, 10, 14), [date(2026, 6, 30), date(2026, 9, 30), date(2026, 10, 14)]),
        (date(2026, 9, 30), [date(2026, 6, 30), date(2026, 9, 30)]),
        (date(2026, 8, 15), [date(2026, 6, 30), date(2026, 8, 15)]),
        (date(2026, 4, 1), [date(2026, 4, 1)]),
        (date(2026, 3, 31), []),
    ],
)
def test_an_agreement_that_ends_early_owes_its_quarters_up_to_the_day_of_its_end(ended_on, days):
    span = Period(date(2026, 4, 1), date(2026, 10, 15))
    owed_days = of_agreement(agreement(unscheduled=span, ended_on=ended_on))
    assert [one.period.end for one in owed_days] == days


def test_an_agreements_obligation_is_met_by_a_report_of_the_day():
    span = Period(date(2026, 4, 1), date(2026, 6, 30))
    met = of_agreement(
        agreement(unscheduled=span), reported(date(2026, 6, 1), date(2026, 6, 30), date(2026, 7, 2))
    )
    assert met[0].reported_on == date(2026, 7, 2)
    before = reported(date(2026, 6, 1), date(2026, 6, 29), date(2026, 7, 2))
    assert of_agreement(agreement(unscheduled=span), before)[0].reported_on is None


def test_timeliness_counts_the_months_asked_for_that_came_in_time():
    quarter = Period(date(2026, 7, 1), date(2026, 9, 30))
    reports = {
        A: [
            DatedReport(Period(date(2026, 7, 1), date(2026, 7, 31)), date(2026, 8, 30)),
            DatedReport(Period(date(2026, 8, 1), date(2026, 8, 31)), date(2026, 10, 1)),
        ]
    }
    late = timeliness_of(CALENDAR, quarter, date(2026, 11, 22), [MEMBER], reports)
    assert (late.asked_count, late.on_time_count, late.ratio) == (3, 1, Decimal("0.3333"))
    # September's report is not due yet, so that it is not asked for either.
    early = timeliness_of(CALENDAR, quarter, date(2026, 10, 30), [MEMBER], reports)
    assert (early.asked_count, early.on_time_count) == (2, 1)
    unasked = Calendar(False, 30, ())
    assert timeliness_of(unasked, quarter, date(2026, 11, 22), [MEMBER], reports).ratio is None


def test_nobody_is_reminded_before_a_period_is_over_nor_twice():
    require_calendar_holds(30, (29, 1))
    with pytest.raises(CalendarInvalid) as refused:
        require_calendar_holds(30, (30, 3, 3))
    found = [(fault.pointer, fault.code) for fault in refused.value.errors]
    assert found == [("/reminder_days/0", "out_of_range"), ("/reminder_days/2", "repeated")]


def test_a_window_has_a_year_at_most():
    require_window_short(Period(date(2026, 1, 1), date(2027, 1, 1)))
    with pytest.raises(WindowTooLong):
        require_window_short(Period(date(2026, 1, 1), date(2027, 1, 2)))
