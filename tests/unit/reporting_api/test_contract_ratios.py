"""Social value for each £ of contract: exact, and absent where a denominator is not known."""

from decimal import Decimal
from uuid import UUID

import pytest

from reporting_api.domain.contract_ratios import ContractPart, is_worth_safe, ratio_of_contracts
from reporting_api.domain.disclosure import DisclosureRule

RULE = DisclosureRule(3, Decimal(10), "test")
A, B, C, X, Y, Z = (UUID(int=number) for number in range(1, 7))


def part(source: UUID, who: UUID, committed: int, worth: int | None, **more: bool) -> ContractPart:
    return ContractPart(source, who, None, committed, worth, is_licensed=more.get("is_licensed", False))


@pytest.mark.parametrize(
    "parts, per_pound, absent",
    [
        ([], None, "no_contracts"),
        ([part(X, A, 0, 100)], None, "no_contracts"),
        ([part(X, A, 25, 100)], Decimal("0.2500"), None),
        ([part(X, A, 1, 20_000)], Decimal("0.0001"), None),
        ([part(X, A, 1, 20_001)], Decimal("0.0000"), None),
        ([part(X, A, -25, 100)], Decimal("-0.2500"), None),
        ([part(X, A, 25, None)], None, "value_unknown"),
        ([part(X, A, 25, 100), part(Y, B, 25, None)], None, "value_unknown"),
        ([part(X, A, 25, 0)], None, "value_nothing"),
        ([part(X, A, 0, 100, is_licensed=True)], None, "licensed_left_out"),
        # Two who owe parts of one contract: it is worth what it is worth once.
        ([part(X, A, 25, 100), part(X, B, 25, 100)], Decimal("0.5000"), None),
    ],
)
def test_a_ratio_stands_where_every_contract_has_a_denominator(parts, per_pound, absent):
    found = ratio_of_contracts(parts)
    assert (found.per_pound, found.absent) == (per_pound, absent)


def test_what_contracts_are_worth_is_told_of_three_deliverers_of_whom_none_dominates():
    safe = [part(X, A, 1, 100), part(Y, B, 1, 100), part(Z, C, 1, 100)]
    assert is_worth_safe(safe, frozenset(), RULE)
    assert not is_worth_safe(safe[:2], frozenset(), RULE)
    assert is_worth_safe(safe[:2], frozenset({A, B}), RULE)
    assert not is_worth_safe([part(X, A, 1, 10_000), *safe[1:]], frozenset(), RULE)
