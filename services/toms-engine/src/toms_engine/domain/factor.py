"""What one unit of a line's quantity comes to, exactly: what many lines that differ in quantity share.

The factor is read off the steps by which the line itself is valued, so it knows no rule of its own. A line
whose steps are not its quantity times something has no factor and is valued by its steps alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.exact import Exact
from toms_engine.domain.explanation import ROUNDING, Step, product
from toms_engine.domain.valuation import Worth


@dataclass(frozen=True, slots=True)
class Factor:
    """Exact ratios by which a quantity is multiplied; an amount that the line does not have is None.

    `counted` leads to the quantity that counts, `pounds`, `low`, `high` and `initial_spend` to pounds, each
    of which is rounded to the penny once.
    """

    counted: Exact
    pounds: Exact | None
    low: Exact | None
    high: Exact | None
    initial_spend: Exact | None
    component: str | None
    is_fiscal: bool


def factor_of_worth(worth: Worth, quantity: Decimal) -> Factor | None:
    """The factor of a line that states this quantity; None where its steps do not begin with it."""
    if not all(_begins_with(steps, quantity) for steps in (worth.counted, worth.steps)):
        return None
    counted = product(worth.counted[1:])
    carries_pounds = worth.steps[-1].rule == ROUNDING
    return Factor(
        counted=counted,
        pounds=product(worth.steps[1:]) if carries_pounds else None,
        low=worth.low_rest,
        high=worth.high_rest,
        initial_spend=counted if worth.initial_spend is not None else None,
        component=worth.component,
        is_fiscal=worth.is_fiscal,
    )


def _begins_with(steps: Sequence[Step], quantity: Decimal) -> bool:
    first = steps[0]
    return first.rule == "quantity" and first.factor == quantity and first.divisor is None
