"""Errors carry a code, words and field faults; clocks give aware UTC times."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cdp_common.kernel import errors
from cdp_common.kernel.clock import FixedClock, utc_now
from cdp_common.kernel.errors import CdpError, FieldError, InvalidInput


def test_an_error_carries_its_words_and_its_field_faults() -> None:
    fault = FieldError("/lines/0/quantity", "too_small", "must be above zero")
    error = InvalidInput("the line cannot be valued", errors=[fault])
    assert str(error) == error.detail == "the line cannot be valued"
    assert error.errors == (fault,)
    assert error.code == "invalid_input"


def test_every_category_has_a_code_of_its_own() -> None:
    categories = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, CdpError)
    ]
    assert len(categories) == 16
    assert len({category.code for category in categories}) == 16
    assert all(category.title for category in categories)


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().tzinfo is UTC


def test_a_fixed_clock_moves_only_when_it_is_moved() -> None:
    clock = FixedClock(datetime(2026, 4, 1, 1, 0, tzinfo=timezone(timedelta(hours=1))))
    assert clock() == clock() == datetime(2026, 4, 1, tzinfo=UTC)
    assert clock.advance(timedelta(minutes=5)) == datetime(2026, 4, 1, 0, 5, tzinfo=UTC)
    assert clock() == datetime(2026, 4, 1, 0, 5, tzinfo=UTC)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError):
        FixedClock(datetime(2026, 4, 1))  # noqa: DTZ001 - the naive time is what is tested
