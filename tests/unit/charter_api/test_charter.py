"""The Charter's rules: who signs, for how long, and which pledges hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.errors import InvalidInput
from charter_api.domain.charter import (
    OrganisationMayNotSign,
    PledgePeriod,
    expiry,
    require_may_sign,
    require_offers_hold,
    require_pledges_hold,
    require_signing_day_holds,
)


@pytest.mark.parametrize(
    ("signed_on", "months", "last_day"),
    [
        (date(2026, 7, 1), 12, date(2027, 6, 30)),
        (date(2026, 1, 28), 1, date(2026, 2, 27)),
        (date(2026, 1, 29), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 28), 12, date(2029, 2, 27)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 28)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
        (date(2026, 12, 15), 24, date(2028, 12, 14)),
    ],
)
def test_a_signature_lasts_to_the_day_before_its_anniversary(signed_on, months, last_day):
    assert expiry(signed_on, months) == last_day


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_a_longer_review_period_never_ends_earlier(signed_on, months):
    assert signed_on <= expiry(signed_on, months) + (date(2000, 1, 2) - date(2000, 1, 1))
    assert expiry(signed_on, months) < expiry(signed_on, months + 1)


@pytest.mark.parametrize("signed_on", [date(1900, 1, 1), date(2200, 12, 31)])
def test_any_day_that_the_platform_can_hold_may_be_that_of_a_signature(signed_on):
    require_signing_day_holds(signed_on)


@pytest.mark.parametrize("signed_on", [date(1899, 12, 31), date(2201, 1, 1), date.max])
def test_a_day_that_no_period_can_start_on_is_not_that_of_a_signature(signed_on):
    with pytest.raises(InvalidInput) as refused:
        require_signing_day_holds(signed_on)
    assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [
        ("/signed_on", "period_out_of_range")
    ]


def test_public_bodies_do_not_sign():
    with pytest.raises(OrganisationMayNotSign):
        require_may_sign("public")
    require_may_sign("private")
    require_may_sign("third_sector")


def test_every_fault_of_every_pledge_is_named_at_its_place():
    pledges = {
        "/pledges/0": PledgePeriod("known", date(2026, 7, 1), date(2026, 7, 1)),
        "/pledges/1": PledgePeriod("unknown", date(2026, 7, 2), date(2026, 7, 1)),
        "/pledges/2": PledgePeriod("known", date(2026, 6, 30), date(2026, 7, 1)),
    }
    with pytest.raises(InvalidInput) as refused:
        require_pledges_hold(pledges, {"known"}, date(2026, 7, 1))
    assert [(fault.pointer, fault.code) for fault in refused.value.errors] == [
        ("/pledges/1/pledge", "pledge_unknown"),
        ("/pledges/1/ends_on", "period_reversed"),
        ("/pledges/2/starts_on", "pledge_before_signature"),
    ]


def test_a_charter_offers_each_code_once():
    require_offers_hold([{"code": "A"}, {"code": "B"}])
    with pytest.raises(InvalidInput) as refused:
        require_offers_hold([{"code": "A"}, {"code": "B"}, {"code": "A"}])
    assert [fault.pointer for fault in refused.value.errors] == ["/pledges/2/code"]
