"""When a promise runs within its contract, and when its parts fall due."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement_api.domain.contract_period import ContractPeriod, Instalment
from procurement_api.domain.delivery_profile import Profile, due_of, life_of, profile_faults

D = Decimal
CONTRACT = ContractPeriod(date(2027, 4, 1), date(2029, 9, 30))
"""Two years and a half: three years are touched."""


def shares(*stated: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, stated))


def faults(profile: Profile) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in profile_faults("", profile, CONTRACT)]


def test_a_line_runs_for_its_own_days_else_for_the_contract():
    assert life_of(Profile(), CONTRACT) == CONTRACT
    own = Profile(starts_on=date(2028, 1, 1), ends_on=date(2028, 12, 31))
    assert life_of(own, CONTRACT) == ContractPeriod(date(2028, 1, 1), date(2028, 12, 31))


def test_shares_per_year_fall_due_on_the_last_day_of_each_year():
    profile = Profile(per_year=shares("0.5", "0", "0.5"))
    assert faults(profile) == []
    assert due_of(profile, CONTRACT) == (
        Instalment(date(2028, 3, 31), D("0.5")),
        Instalment(date(2029, 9, 30), D("0.5")),
    )


@pytest.mark.parametrize(
    "profile, found",
    [
        (Profile(), []),
        (Profile(starts_on=date(2027, 4, 1), ends_on=date(2029, 9, 30)), []),
        (Profile(starts_on=date(2027, 3, 31)), [("/starts_on", "outside_contract")]),
        (Profile(ends_on=date(2029, 10, 1)), [("/ends_on", "outside_contract")]),
        (
            Profile(starts_on=date(2028, 1, 2), ends_on=date(2028, 1, 1)),
            [("/ends_on", "period_reversed")],
        ),
        (Profile(per_year=shares("0.5", "0.5")), [("/per_year", "years_do_not_match")]),
        (Profile(per_year=shares("0.5", "0.4", "0")), [("/per_year", "shares_do_not_sum")]),
        (Profile(ends_on=date(2028, 3, 31), per_year=shares("1")), []),
        (Profile(ends_on=date(2028, 4, 1), per_year=shares("1")), [("/per_year", "years_do_not_match")]),
        (
            Profile(schedule=(Instalment(date(2028, 1, 1), D(1)),), per_year=shares("1", "0", "0")),
            [("/per_year", "profile_repeated")],
        ),
        (
            Profile(ends_on=date(2028, 3, 31), schedule=(Instalment(date(2028, 4, 1), D(1)),)),
            [("/schedule/0/due_on", "due_outside_contract")],
        ),
    ],
)
def test_a_fault_is_named_where_it_is(profile: Profile, found: list[tuple[str, str]]):
    assert faults(profile) == found


@given(
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.integers(0, 30 * 366),
    st.lists(st.integers(0, 9), min_size=1),
)
def test_what_falls_due_per_year_is_the_whole_within_the_contract(start, days, weights):
    contract = ContractPeriod(start, date.fromordinal(start.toordinal() + days))
    years = 1
    while profile_faults("", Profile(per_year=(D(1), *[D(0)] * (years - 1))), contract):
        years += 1
        assert years <= 32
    last = Profile(per_year=(*[D(0)] * (years - 1), D(1)))
    assert due_of(last, contract) == (Instalment(contract.ends_on, D(1)),)
