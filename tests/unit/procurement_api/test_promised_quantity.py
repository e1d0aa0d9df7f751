"""How much a line promises: stated, or made of inputs; and of whom."""

from decimal import Decimal

import pytest

from cdp_common.kernel.inputs import Attendance, Employment, Inputs, NetPounds, Posts, Ratio, Volunteering
from procurement_api.domain.promised_quantity import Amount, Counted, amount_faults

D = Decimal
FTE = Counted("fte_years", 2, negative_allowed=False, maximum_per_line=D(100), accumulation="stock")
HOURS = Counted("hours", 0, negative_allowed=False, maximum_per_line=None)
RATIO = Counted("percentage", 1, negative_allowed=False, maximum_per_line=None, accumulation="ratio")
GROUPS = Counted(
    "fte_years", 2, negative_allowed=False, maximum_per_line=None, target_groups=("leavers", "veterans")
)


def posts(people: int, hours: str) -> Employment:
    return Employment((Posts(people, D(hours)),))


def faults(amount: Amount, counted: Counted) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in amount_faults("", amount, counted)]


@pytest.mark.parametrize(
    "stated, inputs, quantity",
    [
        ("4", None, "4"),
        (None, posts(3, "12"), "1.02857143"),
        ("1.03", posts(3, "12"), "1.03"),
        (None, posts(2, "48"), "2"),
        (None, Volunteering(5, D("7.5")), "37.5"),
        (None, Attendance(4, D("1.25"), 20), "100"),
        (None, NetPounds(D("1200"), recoverable_vat_gbp=D("200")), "1000"),
        (None, Ratio(D(3), D(8)), "3"),
        (None, None, "0"),
    ],
)
def test_the_quantity_is_what_was_stated_or_what_the_inputs_give(
    stated: str | None, inputs: Inputs | None, quantity: str
):
    assert Amount(None if stated is None else D(stated), inputs).quantity == D(quantity)


@pytest.mark.parametrize(
    "amount, counted, found",
    [
        (Amount(D("1.03"), posts(3, "12")), FTE, []),
        (Amount(None, posts(3, "12")), FTE, []),
        (Amount(D("1.02"), posts(3, "12")), FTE, [("/quantity", "quantity_mismatch")]),
        (Amount(None), FTE, [("/quantity", "quantity_missing")]),
        (Amount(D(1), Volunteering(1, D(1))), FTE, [("/inputs/kind", "inputs_not_expected")]),
        (Amount(None, posts(100, "35")), FTE, []),
        (Amount(None, posts(101, "35")), FTE, [("/quantity", "quantity_too_large")]),
        (Amount(None, posts(1, "168.01")), FTE, [("/inputs/posts/0/hours_per_week", "input_out_of_range")]),
        (Amount(None, Volunteering(3, D("2.5"))), HOURS, []),
        (Amount(D("7.5")), HOURS, [("/quantity", "too_many_decimals")]),
        (Amount(None, Ratio(D(3), D(8))), RATIO, []),
        (Amount(D(3)), RATIO, [("/inputs", "denominator_missing")]),
        (Amount(None, Ratio(D(3), D(0))), RATIO, [("/inputs/denominator", "denominator_not_positive")]),
        (Amount(None, posts(1, "35"), "veterans"), GROUPS, []),
        (Amount(None, posts(1, "35")), GROUPS, [("/target_group", "target_group_missing")]),
        (Amount(None, posts(1, "35"), "others"), GROUPS, [("/target_group", "target_group_unknown")]),
        (Amount(D(1), None, "leavers"), GROUPS, [("/inputs", "headcount_missing")]),
        (Amount(None, posts(1, "35"), "leavers"), FTE, [("/target_group", "target_group_not_expected")]),
    ],
)
def test_a_fault_is_named_where_it_is(amount: Amount, counted: Counted, found: list[tuple[str, str]]):
    assert faults(amount, counted) == found


@pytest.mark.parametrize(
    "stated, counted, found",
    [
        ("0", FTE, []),
        ("100", FTE, []),
        ("99.99", FTE, []),
        ("100.01", FTE, ["quantity_too_large"]),
        ("-0.01", FTE, ["quantity_negative"]),
        ("0.001", FTE, ["too_many_decimals"]),
        ("1.0000", FTE, []),  # zeros at the end are no decimals
        ("7.0", HOURS, []),
        ("9999999999999999", HOURS, ["quantity_too_large"]),
        ("1", RATIO, ["denominator_missing"]),
        ("1", GROUPS, ["target_group_missing", "headcount_missing"]),
    ],
)
def test_a_quantity_that_is_right_and_one_just_beyond(stated: str, counted: Counted, found: list[str]):
    assert [code for _, code in faults(Amount(D(stated)), counted)] == found
