"""A moment stated with an offset is given in UTC, up to the ends of the calendar."""

from datetime import UTC, datetime

import pytest

from cdp_common.contracts.base import DayNotHeld
from cdp_common.contracts.tenders import in_utc


@pytest.mark.parametrize(
    ("stated", "given"),
    [
        ("2026-07-01T12:00:00+01:00", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("9999-12-31T09:59:59-14:00", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("0001-01-01T14:00:00+14:00", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_moment_is_given_in_utc(stated: str, given: datetime) -> None:
    moment = in_utc(datetime.fromisoformat(stated))
    assert (moment, moment.tzinfo) == (given, UTC)


@pytest.mark.parametrize("stated", ["9999-12-31T10:00:00-14:00", "0001-01-01T13:59:59+14:00"])
def test_a_moment_beyond_the_calendar_of_utc_is_refused(stated: str) -> None:
    with pytest.raises(DayNotHeld, match="within the calendar of UTC"):
        in_utc(datetime.fromisoformat(stated))
