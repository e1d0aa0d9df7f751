"""How much a line promises: what it states, or what its inputs give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import decimal_places
from cdp_common.kernel.input_checks import Fault, input_faults, stated_faults
from cdp_common.kernel.inputs import Employment, Inputs, Ratio, derived_quantity

QUANTITY_LIMIT = Decimal(10) ** 15
"""Quantities stay below this, as toms-engine values none above."""

_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Counted:
    """How a measure is counted, as it was pinned at publication."""

    unit: str
    decimals: int
    negative_allowed: bool
    maximum_per_line: Decimal | None
    accumulation: str = "flow"
    target_groups: tuple[str, ...] = ()

    @cached_property
    def step(self) -> Decimal:
        """The smallest quantity that its decimals can say."""
        return Decimal(1).scaleb(-self.decimals)


class Amount(NamedTuple):
    """What a line says of how much and of whom; a tuple, since each line of a bid has one."""

    stated: Decimal | None
    inputs: Inputs | None = None
    target_group: str | None = None

    @property
    def quantity(self) -> Decimal:
        """What is promised: as stated, else as the inputs give it, to eight decimals.

        The pounds rest on what the inputs give exactly, not on these decimals. Of posts with days it is what
        they give in a year; what is kept is what toms-engine says that they give.
        """
        if self.stated is not None:
            return self.stated
        return _NOTHING if self.inputs is None else derived_quantity(self.inputs).shown()


def amount_faults(at: str, amount: Amount, counted: Counted) -> list[FieldError]:
    """What is wrong with the quantity, inputs and group of the line at `at`; codes are toms-engine's."""
    if is_plainly_right(amount, counted):
        return []
    if amount.stated is None and amount.inputs is None:
        words = "A line states its quantity or the inputs that give it."
        return [FieldError(f"{at}/quantity", "quantity_missing", words)]
    found = [*_made_faults(amount, counted), *_group_faults(amount, counted)]
    return [FieldError(f"{at}/{field}", code, words) for field, code, words in found]


def is_plainly_right(amount: Amount, counted: Counted) -> bool:
    """Whether nothing can be wrong with the line, as with most: told by comparing, with no list made."""
    stated, most = amount.stated, counted.maximum_per_line
    if stated is None or amount.inputs is not None or counted.accumulation == "ratio":
        return False
    if counted.target_groups or amount.target_group is not None:
        return False
    if not _NOTHING <= stated < QUANTITY_LIMIT or (most is not None and stated > most):
        return False
    return stated.quantize(counted.step) == stated


def _made_faults(amount: Amount, counted: Counted) -> list[Fault]:
    """Of the inputs if there are faulty ones, since nothing can be made of those; else of the quantity."""
    if amount.inputs is None:
        return [*_quantity_faults(amount.quantity, counted), *_ratio_faults(amount, counted)]
    unmade = list(input_faults(amount.inputs, counted.unit, counted.accumulation))
    if unmade:
        return unmade
    if isinstance(amount.inputs, Employment) and amount.inputs.by_days and amount.stated is not None:
        # How many years it counts for is toms-engine's to say, which is not asked here.
        return [("quantity", "quantity_not_expected", "Posts with days give the quantity: state none.")]
    return [
        *stated_faults(amount.inputs, counted.decimals, quantity=amount.stated),
        *_size_faults(amount.quantity, counted),
        *_ratio_faults(amount, counted),
    ]


def _quantity_faults(quantity: Decimal, counted: Counted) -> Iterator[Fault]:
    yield from _size_faults(quantity, counted)
    if decimal_places(quantity) > counted.decimals:
        yield "quantity", "too_many_decimals", f"This measure takes {counted.decimals} decimals."


def _size_faults(quantity: Decimal, counted: Counted) -> Iterator[Fault]:
    most = counted.maximum_per_line
    if quantity < 0 and not counted.negative_allowed:
        yield "quantity", "quantity_negative", "This measure takes no negative quantity."
    if abs(quantity) >= QUANTITY_LIMIT:
        yield "quantity", "quantity_too_large", f"Quantities stay below {QUANTITY_LIMIT:f}."
    elif most is not None and abs(quantity) > most:
        yield "quantity", "quantity_too_large", f"A line of this measure takes at most {most:f}."


def _ratio_faults(amount: Amount, counted: Counted) -> list[Fault]:
    if counted.accumulation != "ratio":
        return []
    if not isinstance(amount.inputs, Ratio):
        return [("inputs", "denominator_missing", "A ratio states its two parts as inputs.")]
    if not 0 < amount.inputs.denominator < QUANTITY_LIMIT:
        words = f"A denominator is above zero and below {QUANTITY_LIMIT:f}."
        return [("inputs/denominator", "denominator_not_positive", words)]
    return []


def _group_faults(amount: Amount, counted: Counted) -> Iterator[Fault]:
    group, groups = amount.target_group, counted.target_groups
    if not groups:
        if group is not None:
            yield "target_group", "target_group_not_expected", "The measure is about no particular group."
        return
    if group is None:
        yield "target_group", "target_group_missing", f"The line names its group: {', '.join(groups)}."
    elif group not in groups:
        yield "target_group", "target_group_unknown", f"The measure's groups are {', '.join(groups)}."
    if counted.unit == "fte_years" and amount.inputs is None:
        words = "Each person of a group counts at most 1.0, so the line states its posts as inputs."
        yield "inputs", "headcount_missing", words
