"""Who owes a report and who has reported: every member on a quarter's last day owes that quarter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from cdp_common.kernel.periods import Period, quarter_of
from reporting_api.domain.entries import DataStatus

RATIO_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Membership:
    """An organisation's membership of a place's collective, both days included."""

    organisation_id: UUID
    organisation_name: str
    valid_from: date
    valid_to: date | None
    data_status: DataStatus
    named_totals_agreed: bool


@dataclass(frozen=True, slots=True)
class StandingReport:
    """A report that counts: whose, and which days it covers."""

    organisation_id: UUID
    period: Period
    data_status: DataStatus
    named_totals_agreed: bool = False
    """Whether the reporter agreed that publications name its own totals of the period."""


@dataclass(frozen=True, slots=True)
class ReportingCoverage:
    """How many quarterly obligations fall in a window, how many are met, and who has not met one."""

    due_count: int
    reported_count: int
    missing_organisations: tuple[str, ...]
    has_samples: bool

    @property
    def ratio(self) -> Decimal | None:
        """Met ÷ owed; none when nothing was owed."""
        return ratio_of(self.reported_count, self.due_count)


def ratio_of(part: int, whole: int) -> Decimal | None:
    """`part` ÷ `whole` with four decimals, half up; none when `whole` is zero."""
    if whole == 0:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(RATIO_STEP, rounding=ROUND_HALF_UP)


def coverage_of(
    window: Period, today: date, memberships: Iterable[Membership], reports: Sequence[StandingReport]
) -> ReportingCoverage:
    """Coverage by number over the quarters that end in the window and are over.

    Monthly reports meet the quarter when together they cover it; a member that joined within the quarter owes
    the days since then.
    """
    owed = [
        (membership, Period(max(quarter.start, membership.valid_from), quarter.end))
        for quarter in quarters_ended(window, today)
        for membership in memberships_on(quarter.end, memberships)
    ]
    reported = _periods_reported(reports)
    unmet = [
        membership
        for membership, days in owed
        if not covers(reported.get(membership.organisation_id, ()), days)
    ]
    missing = sorted({membership.organisation_name for membership in unmet})
    has_samples = any(membership.data_status != "actual" for membership, _ in owed) or any(
        report.data_status != "actual" for report in reports
    )
    return ReportingCoverage(len(owed), len(owed) - len(unmet), tuple(missing), has_samples)


def due_value_ratio(
    due: Iterable[tuple[UUID, date, int]], reports: Sequence[StandingReport]
) -> Decimal | None:
    """The share of the due pounds whose deliverer has reported on the day they fell due."""
    reported = _periods_reported(reports)
    covered = whole = 0
    for deliverer, day, pence in due:
        whole += pence
        if any(period.contains(day) for period in reported.get(deliverer, ())):
            covered += pence
    return ratio_of(covered, whole)


def quarters_ended(window: Period, today: date) -> Iterator[Period]:
    """The calendar quarters whose last day lies in the window and is past."""
    quarter = quarter_of(window.start)
    while quarter.end <= window.end and quarter.end < today:
        yield quarter
        quarter = quarter_of(quarter.end + timedelta(days=1))


def memberships_on(day: date, memberships: Iterable[Membership]) -> list[Membership]:
    """The memberships in force on a day."""
    return [
        membership
        for membership in memberships
        if membership.valid_from <= day and (membership.valid_to is None or membership.valid_to >= day)
    ]


def _periods_reported(reports: Iterable[StandingReport]) -> dict[UUID, list[Period]]:
    """The periods that each organisation has reported."""
    found: dict[UUID, list[Period]] = {}
    for report in reports:
        found.setdefault(report.organisation_id, []).append(report.period)
    return found


def covers(reported: Iterable[Period], days: Period) -> bool:
    """Whether these periods together hold every one of the days.

    Those of one record never overlap; those of two that were merged may.
    """
    next_bare = days.start
    for period in sorted(reported, key=lambda one: one.start):
        if period.start > next_bare:
            break
        next_bare = max(next_bare, period.end + timedelta(days=1))
    return next_bare > days.end
