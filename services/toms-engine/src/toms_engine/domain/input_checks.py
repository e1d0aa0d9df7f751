"""What inputs must hold to before a quantity is made of them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from toms_engine.domain.edition import Measure
from toms_engine.domain.exact import SIGNIFICANT_DIGITS, Exact, decimal_places, is_plain
from toms_engine.domain.inputs import (
    Attendance,
    Employment,
    Inputs,
    NetPounds,
    Ratio,
    Training,
    Volunteering,
    derived_quantity,
)
from toms_engine.domain.line import Line

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


def input_faults(measure: Measure, line: Line) -> Iterator[Fault]:
    """The faults of a line's inputs, and of what it states beside them."""
    if line.inputs is None:
        return
    if not _gives(line.inputs, measure):
        words = f"inputs of this kind do not give {measure.unit} of this measure"
        yield "inputs/kind", "inputs_not_expected", words
        return
    faults = list(_value_faults(line.inputs))
    yield from faults
    if not faults:
        yield from _agreement_faults(measure, line, line.inputs)


def _gives(inputs: Inputs, measure: Measure) -> bool:
    if inputs.kind == "ratio":
        return measure.accumulation == "ratio"
    return measure.unit in UNITS_OF_KIND[inputs.kind] and measure.accumulation != "ratio"


def _value_faults(inputs: Inputs) -> Iterator[Fault]:
    match inputs:
        case Employment():
            for index, post in enumerate(inputs.posts):
                place = f"inputs/posts/{index}"
                yield from _count(f"{place}/headcount", post.headcount, PEOPLE_LIMIT)
                yield from _number(f"{place}/hours_per_week", post.hours_per_week, _HOURS_IN_A_WEEK)
                yield from _number(f"{place}/time_share", post.time_share, Decimal(1), SHARE_PLACES)
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


def _agreement_faults(measure: Measure, line: Line, inputs: Inputs) -> Iterator[Fault]:
    """Where the line states beside its inputs what they do not give."""
    if line.quantity is not None and not _agrees(line.quantity, derived_quantity(inputs), measure):
        words = f"the inputs give {derived_quantity(inputs).shown():f}"
        yield "quantity", "quantity_mismatch", words
    if isinstance(inputs, Ratio) and line.denominator not in (None, inputs.denominator):
        yield "denominator", "denominator_mismatch", "the inputs give another denominator"
    if isinstance(inputs, Employment) and line.headcount not in (None, inputs.headcount):
        yield "headcount", "headcount_mismatch", f"the inputs count {inputs.headcount} people"


def _agrees(stated: Decimal, derived: Exact, measure: Measure) -> bool:
    """Whether a stated quantity is the derived one at the decimals of the measure, or at its own if more."""
    return derived.rounded(max(measure.decimals, decimal_places(stated))) == stated
