"""What an agreement must hold when it is registered and when it ends."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from procurement_api.domain.agreement import (
    AgreementInvalid,
    AgreementTerminated,
    AwardInvalid,
    Draft,
    require_agreement_holds,
    require_termination_holds,
    require_value_holds,
    route_of,
)
from procurement_api.domain.contract_period import ContractPeriod, Instalment
from procurement_api.domain.delivery_profile import Profile

DRAFT = Draft(
    kind="grant",
    life=ContractPeriod(date(2026, 7, 1), date(2027, 6, 30)),
    commissioner=UUID(int=1),
    deliverer=UUID(int=2),
    value_gbp=Decimal("40000.00"),
    profiles=[
        Profile(),
        Profile(
            schedule=(
                Instalment(date(2026, 7, 1), Decimal("0.25")),
                Instalment(date(2027, 6, 30), Decimal("0.75")),
            )
        ),
    ],
)


def faults(draft: Draft) -> list[tuple[str, str]]:
    try:
        require_agreement_holds(draft)
    except AgreementInvalid as refusal:
        return [(error.pointer, error.code) for error in refusal.errors]
    return []


@pytest.mark.parametrize(
    "kind, route",
    [
        ("contract", "procurement"),
        ("call_off", "procurement"),
        ("framework_agreement", "procurement"),
        ("grant", "grant"),
        ("planning_obligation", "planning"),
    ],
)
def test_the_route_follows_from_the_kind(kind, route):
    assert route_of(kind) == route


def test_a_good_agreement_has_no_fault():
    assert faults(DRAFT) == []
    assert faults(replace(DRAFT, value_gbp=None, profiles=[])) == []
    assert faults(replace(DRAFT, value_gbp=Decimal(0))) == []


@pytest.mark.parametrize(
    "changes, found",
    [
        (
            {"life": ContractPeriod(date(2027, 7, 1), date(2027, 6, 30)), "profiles": []},
            ("/ends_on", "period_reversed"),
        ),
        (
            {"life": ContractPeriod(date(1899, 1, 1), date(2027, 6, 30)), "profiles": []},
            ("/starts_on", "period_out_of_range"),
        ),
        ({"deliverer": UUID(int=1)}, ("/deliverer_organisation_id", "parties_equal")),
        ({"value_gbp": Decimal("-0.01")}, ("/value_gbp", "value_negative")),
        (
            {"profiles": [Profile(), Profile(schedule=(Instalment(date(2026, 7, 1), Decimal("0.5")),))]},
            ("/lines/1/schedule", "shares_do_not_sum"),
        ),
        (
            {"kind": "framework_agreement", "profiles": [Profile()]},
            ("/lines", "framework_agreement_commits_nothing"),
        ),
    ],
)
def test_a_fault_is_named_where_it_is(changes, found):
    assert faults(replace(DRAFT, **changes)) == [found]


def test_a_framework_agreement_without_lines_holds():
    assert faults(replace(DRAFT, kind="framework_agreement", profiles=[])) == []


def test_an_award_of_less_than_nothing_is_refused():
    require_value_holds(Decimal(0))
    with pytest.raises(AwardInvalid) as refusal:
        require_value_holds(Decimal("-0.01"))
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [
        ("/value_gbp", "value_negative")
    ]


SIGNED, ENDS = date(2026, 7, 1), date(2027, 6, 30)


@pytest.mark.parametrize(
    "effective_on, holds",
    [(date(2026, 6, 30), False), (SIGNED, True), (ENDS, True), (date(2027, 7, 1), False)],
)
def test_a_termination_lies_within_the_agreements_life(effective_on, holds):
    if holds:
        require_termination_holds(effective_on, signed_on=SIGNED, ends_on=ENDS, terminated_on=None)
        return
    with pytest.raises(AgreementInvalid) as refusal:
        require_termination_holds(effective_on, signed_on=SIGNED, ends_on=ENDS, terminated_on=None)
    assert [(error.pointer, error.code) for error in refusal.value.errors] == [
        ("/effective_on", "outside_agreement")
    ]


def test_an_agreement_ends_once():
    with pytest.raises(AgreementTerminated):
        require_termination_holds(ENDS, signed_on=SIGNED, ends_on=ENDS, terminated_on=SIGNED)
