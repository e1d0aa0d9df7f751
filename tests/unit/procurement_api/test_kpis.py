"""Contracts over £5m with VAT set three indicators, unless they are exempt."""

from dataclasses import replace
from decimal import Decimal

import pytest

from procurement_api.domain.kpis import Kpi, KpiFacts, kpi_faults
from procurement_api.storage.legal_rules import shipped_kpi_rule

RULE = shipped_kpi_rule()
THREE = [Kpi("Jobs", "M-JOB"), Kpi("Answers within a day", None), Kpi("Hours", "M-HOURS")]
FACTS = KpiFacts("contract", None, Decimal("5000000.01"), None, [], ["M-JOB", "M-HOURS"])


def found(facts: KpiFacts) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in kpi_faults(facts, RULE)]


def test_the_rule_has_the_acts_figures():
    assert (RULE.above_gbp, RULE.least) == (Decimal("5000000.00"), 3)
    assert "section 52" in RULE.source
    assert len(RULE.exemptions) == 5


@pytest.mark.parametrize(
    "net, gross, expected",
    [
        (None, "5000000.00", []),
        (None, "5000000.01", [("/kpis", "kpis_missing")]),
        ("5000000.01", None, [("/kpis", "kpis_missing")]),
        ("4166666.66", None, []),  # with VAT £4,999,999.99
        ("4166666.67", None, [("/value_gross_gbp", "value_gross_missing")]),
        ("4900000.00", "4900000.00", []),  # no VAT on it
        ("4900000.00", "5880000.00", [("/kpis", "kpis_missing")]),
        (None, None, []),
        ("2.00", "1.99", [("/value_gross_gbp", "gross_below_net")]),
        (None, "-0.01", [("/value_gross_gbp", "value_negative")]),
    ],
)
def test_the_value_with_vat_decides(net: str | None, gross: str | None, expected: list[tuple[str, str]]):
    amounts = [None if value is None else Decimal(value) for value in (net, gross)]
    assert found(replace(FACTS, net=amounts[0], gross=amounts[1])) == expected


def test_three_indicators_of_any_kind_are_enough_and_two_are_not():
    assert found(replace(FACTS, kpis=THREE)) == []
    assert found(replace(FACTS, kpis=THREE[:2])) == [("/kpis", "kpis_missing")]


@pytest.mark.parametrize("exemption", sorted(RULE.exemptions))
def test_exempt_contracts_set_none(exemption: str):
    assert found(replace(FACTS, exemption=exemption)) == []


@pytest.mark.parametrize("kind", ["framework_agreement", "grant", "planning_obligation"])
def test_what_is_no_public_contract_sets_none(kind: str):
    assert found(replace(FACTS, kind=kind)) == []
    assert found(replace(FACTS, kind="call_off")) == [("/kpis", "kpis_missing")]


def test_an_indicator_is_set_once_and_of_what_is_promised():
    twice = [*THREE, Kpi("Jobs", "M-NONE")]
    assert found(replace(FACTS, kpis=twice)) == [
        ("/kpis/0/title", "kpi_repeated"),
        ("/kpis/3/title", "kpi_repeated"),
        ("/kpis/3/measure", "measure_not_promised"),
    ]
