"""Which periods a report may be of."""

from datetime import date

import pytest

from cdp_common.kernel.periods import Period
from reporting_api.domain.reports import ReportInvalid, require_period_holds


def test_a_period_is_reported_on_its_last_day_at_the_earliest():
    quarter = Period(date(2026, 4, 1), date(2026, 6, 30))
    require_period_holds(quarter, date(2026, 6, 30))
    with pytest.raises(ReportInvalid) as refused:
        require_period_holds(quarter, date(2026, 6, 29))
    [fault] = refused.value.errors
    assert (fault.pointer, fault.code) == ("/period_end", "period_in_future")


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2027, 4, 1), date(2028, 3, 31)),  # a financial year with 29 February has 366 days
        (date(2026, 4, 1), date(2027, 4, 1)),
    ],
)
def test_a_report_spans_a_year_at_most_leap_years_included(starts: date, ends: date):
    require_period_holds(Period(starts, ends), ends)
    with pytest.raises(ReportInvalid) as refused:
        require_period_holds(Period(starts.replace(day=1, month=3), ends), ends)
    assert [fault.code for fault in refused.value.errors] == ["period_too_long"]
