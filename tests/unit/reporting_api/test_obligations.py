"""Who owes a quarter and who has met it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from cdp_common.kernel.periods import Period
from reporting_api.domain.obligations import (
    Membership,
    StandingReport,
    coverage_of,
    due_value_ratio,
    quarters_ended,
    ratio_of,
)

A, B = UUID(int=1), UUID(int=2)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 11, 22)


def member(
    org: UUID = A, start: date = date(2022, 9, 29), end: date | None = None, **changes: Any
) -> Membership:
    stated: dict[str, Any] = {"data_status": "actual", "named_totals_agreed": False, **changes}
    return Membership(org, f"Organisation {org.int}", start, end, **stated)


def report(org: UUID, start: date, end: date) -> StandingReport:
    return StandingReport(org, Period(start, end), "actual")


def test_quarters_are_owed_when_they_are_over():
    assert [quarter.end for quarter in quarters_ended(YEAR, TODAY)] == [
        date(2026, 3, 31),
        date(2026, 6, 30),
        date(2026, 9, 30),
    ]
    last_day = date(2026, 9, 30)
    assert [quarter.end.month for quarter in quarters_ended(YEAR, last_day)] == [3, 6]


def test_a_quarter_counts_in_the_window_that_holds_its_last_day():
    window = Period(date(2026, 6, 30), date(2026, 9, 29))
    assert [quarter.end for quarter in quarters_ended(window, TODAY)] == [date(2026, 6, 30)]


def test_every_member_on_the_last_day_owes_the_quarter():
    memberships = [
        member(A, date(2026, 4, 1), date(2026, 6, 30)),
        member(B, date(2026, 4, 1), date(2026, 6, 29)),
    ]
    coverage = coverage_of(YEAR, TODAY, memberships, [])
    assert (coverage.due_count, coverage.reported_count, coverage.ratio) == (1, 0, Decimal(0))
    assert coverage.missing_organisations == ("Organisation 1",)


def test_a_report_covers_the_quarter_only_as_a_whole():
    window = Period(date(2026, 4, 1), date(2026, 6, 30))
    short = [report(A, date(2026, 4, 1), date(2026, 6, 29))]
    whole = [report(A, date(2026, 4, 1), date(2026, 6, 30))]
    longer = [report(A, date(2026, 1, 1), date(2026, 9, 30))]
    assert coverage_of(window, TODAY, [member()], short).reported_count == 0
    assert coverage_of(window, TODAY, [member()], whole).reported_count == 1
    assert coverage_of(window, TODAY, [member()], longer).reported_count == 1


def test_a_sample_membership_makes_the_coverage_a_sample():
    assert coverage_of(YEAR, TODAY, [member(data_status="synthetic_sample")], []).has_samples
    assert not coverage_of(YEAR, TODAY, [member()], []).has_samples


def test_due_pounds_count_as_covered_on_the_day_they_fall_due():
    due = [(A, date(2026, 6, 30), 300), (A, date(2026, 7, 31), 100), (B, date(2026, 6, 30), 600)]
    reports = [report(A, date(2026, 4, 1), date(2026, 6, 30))]
    assert due_value_ratio(due, reports) == Decimal("0.3")
    assert due_value_ratio([], reports) is None


def test_a_ratio_is_rounded_half_up_to_four_decimals():
    assert ratio_of(1, 3) == Decimal("0.3333")
    assert ratio_of(2, 3) == Decimal("0.6667")
    assert ratio_of(1, 20000) == Decimal("0.0001")
    assert ratio_of(1, 0) is None
