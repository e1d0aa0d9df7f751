"""What one unit of a line's quantity comes to, exactly: what many lines that differ in quantity share.

The factor is read off the steps by which the line itself is valued, so it knows no rule of its own. A line
whose steps are not its quantity times something has no factor and is valued by its steps alone.
"""

from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.exact import Exact
from toms_engine.domain.explanation import product
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
    first, price = worth.counted[0], worth.price
    if first.rule != "quantity" or first.factor != quantity or first.divisor is not None:
        return None
    counted = product(worth.counted[1:])

    def pounds(unit: Exact | None) -> Exact | None:
        return counted.by(unit) if unit is not None else None

    if price is None:
        return Factor(counted, None, None, None, None, component=None, is_fiscal=False)
    return Factor(
        counted=counted,
        pounds=pounds(price.central),
        low=pounds(price.low),
        high=pounds(price.high),
        initial_spend=counted if price.shows_initial_spend else None,
        component=price.component,
        is_fiscal=price.is_fiscal,
    )
