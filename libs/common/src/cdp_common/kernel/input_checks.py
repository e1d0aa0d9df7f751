"""What inputs must hold to before a quantity is made of them, and which units they give."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from cdp_common.kernel.exact import SIGNIFICANT_DIGITS, Exact, decimal_places, is_plain
from cdp_common.kernel.inputs import (
    Attendance,
    Employment,
    Inputs,
    NetPounds,
    Posts,
    Ratio,
    Training,
    Volunteering,
    derived_quantity,
)

Fault = tuple[str, str, str]
"""The field of the line, the code and the words."""

INPUT_PLACES = 2
SHARE_PLACES = 4
PEOPLE_LIMIT, TIMES_LIMIT = 10_000_000, 1_000_000
AMOUNT_LIMIT = Decimal(10) ** 15
_HOURS_IN_A_WEEK, _HOURS_IN_A_YEAR, _DAYS_IN_A_WEEK = Decimal(168), Decimal(8784), Decimal(7)

UNITS_OF_KIND: Mapping[str, frozenset[str]] = {
    "employment": frozenset({"fte_years"}),
    "attendance": frozenset({"attendee_hours"}),
    "volunteering": frozenset({"hours"}),
    "training": frozenset({"weeks"}),
    "net_pounds": frozenset({"gbp_invested", "gbp_spent"}),
}
"""Which units inputs of a kind can give; those of a ratio follow from how the measure adds up."""


def input_faults(inputs: Inputs, unit: str, accumulation: str) -> Iterator[Fault]:
    """Why a quantity of a measure in this unit that adds up so cannot be made of the inputs."""
    if not _gives(inputs, unit, accumulation):
        words = f"inputs of this kind do not give {unit} of this measure"
        yield "inputs/kind", "inputs_not_expected", words
        return
    yield from _value_faults(inputs)


def stated_faults(
    inputs: Inputs,
    decimals: int,
    *,
    quantity: Decimal | None = None,
    denominator: Decimal | None = None,
    headcount: int | None = None,
) -> Iterator[Fault]:
    """Where a line states beside its inputs, which have been checked, what they do not give.

    The quantity agrees at the `decimals` of the measure, or at its own if it has more.
    """
    if quantity is not None and not _agrees(quantity, derived_quantity(inputs), decimals):
        yield "quantity", "quantity_mismatch", f"the inputs give {derived_quantity(inputs).shown():f}"
    if isinstance(inputs, Ratio) and denominator not in (None, inputs.denominator):
        yield "denominator", "denominator_mismatch", "the inputs give another denominator"
    if isinstance(inputs, Employment) and headcount not in (None, inputs.headcount):
        yield "headcount", "headcount_mismatch", f"the inputs count {inputs.headcount} people"


def _agrees(stated: Decimal, derived: Exact, decimals: int) -> bool:
    return derived.rounded(max(decimals, decimal_places(stated))) == stated


def _gives(inputs: Inputs, unit: str, accumulation: str) -> bool:
    if inputs.kind == "ratio":
        return accumulation == "ratio"
    return unit in UNITS_OF_KIND[inputs.kind] and accumulation != "ratio"


def _value_faults(inputs: Inputs) -> Iterator[Fault]:
    match inputs:
        case Employment():
            for index, post in enumerate(inputs.posts):
                place = f"inputs/posts/{index}"
                yield from _count(f"{place}/headcount", post.headcount, PEOPLE_LIMIT)
                yield from _number(f"{place}/hours_per_week", post.hours_per_week, _HOURS_IN_A_WEEK)
                yield from _number(f"{place}/time_share", post.time_share, Decimal(1), SHARE_PLACES)
                yield from _days(place, post)
        case Attendance():
            yield from _count("inputs/sessions", inputs.sessions, TIMES_LIMIT)
            yield from _number("inputs/hours_per_session", inputs.hours_per_session, _HOURS_IN_A_WEEK)
            yield from _count("inputs/attendees", inputs.attendees, PEOPLE_LIMIT)
        case Volunteering():
            yield from _count("inputs/volunteers", inputs.volunteers, PEOPLE_LIMIT)
            yield from _number("inputs/paid_hours_each", inputs.paid_hours_each, _HOURS_IN_A_YEAR)
        case Training():
            for index, row in enumerate(inputs.training_weeks):
                place = f"inputs/training_weeks/{index}"
                yield from _count(f"{place}/trainees", row.trainees, PEOPLE_LIMIT)
                yield from _count(f"{place}/weeks", row.weeks, TIMES_LIMIT)
                yield from _number(f"{place}/days_per_week", row.days_per_week, _DAYS_IN_A_WEEK)
        case Ratio():
            for name in ("numerator", "denominator"):
                yield from _digits(f"inputs/{name}", getattr(inputs, name))
        case NetPounds():
            yield from _pounds_faults(inputs)


def days_outside(inputs: Inputs | None, first: date, last: date) -> Iterator[Fault]:
    """Which posts state days, which have been checked, outside those of their line."""
    for index, post in enumerate(inputs.posts if isinstance(inputs, Employment) else ()):
        if (post.starts_on or first) < first or (post.ends_on or last) > last:
            words = f"posts are filled within the line's days, {first} to {last}"
            yield f"inputs/posts/{index}/starts_on", "outside_line", words


def _days(place: str, post: Posts) -> Iterator[Fault]:
    if post.starts_on is None or post.ends_on is None:
        if post.starts_on != post.ends_on:
            yield f"{place}/ends_on", "post_days_half_stated", "both days are stated, or neither"
    elif post.ends_on < post.starts_on:
        yield f"{place}/ends_on", "period_reversed", "the posts end before they start"
    elif post.time_share != 1:
        yield f"{place}/time_share", "time_share_not_expected", "the share of the time follows from the days"


def _count(field: str, count: int, most: int) -> Iterator[Fault]:
    if not 1 <= count <= most:
        yield field, "input_out_of_range", f"from 1 to {most} are counted"


def _number(field: str, value: Decimal, most: Decimal, places: int = INPUT_PLACES) -> Iterator[Fault]:
    if not is_plain(value) or not 0 < value <= most or decimal_places(value) > places:
        words = f"above 0 and at most {most}, with at most {places} decimals"
        yield field, "input_out_of_range", words


def _digits(field: str, value: Decimal) -> Iterator[Fault]:
    if not is_plain(value):
        yield field, "too_many_digits", f"a number has at most {SIGNIFICANT_DIGITS} significant digits"


def _pounds_faults(inputs: NetPounds) -> Iterator[Fault]:
    amounts = {
        name: getattr(inputs, name) for name in ("gross_gbp", "recoverable_vat_gbp", "paid_by_others_gbp")
    }
    wrong = [
        name
        for name, amount in amounts.items()
        if not is_plain(amount) or not 0 <= amount < AMOUNT_LIMIT or decimal_places(amount) > INPUT_PLACES
    ]
    for name in wrong:
        words = f"pounds and pence from 0 to below {AMOUNT_LIMIT:f}"
        yield f"inputs/{name}", "input_out_of_range", words
    if not wrong and inputs.recoverable_vat_gbp + inputs.paid_by_others_gbp > inputs.gross_gbp:
        yield "inputs/gross_gbp", "deductions_exceed_gross", "more is taken off than was paid"
