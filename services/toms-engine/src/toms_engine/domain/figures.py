"""Published figures that valuation uses beside the proxies: price levels and discount rates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from cdp_common.kernel.exact import WORKING_DIGITS
from toms_engine.domain.edition import DiscountRate, Source

LAST_DISCOUNT_YEAR = 400
"""Lines lie between 1900 and 2200 and outcomes last at most sixty years: no later year is ever asked for."""


@dataclass(frozen=True)
class PriceLevels:
    """An index of the price level by calendar year, from one release of its publisher."""

    index: Mapping[int, Decimal]
    source: Source


@dataclass(frozen=True)
class DiscountSchedule:
    """What a pound of each later year is worth in year 0, by one rate of an appraisal guide."""

    title: str
    factors: tuple[Decimal, ...]
    source: Source

    @classmethod
    def from_rates(
        cls, title: str, rates: Sequence[tuple[int, Decimal]], source: Source
    ) -> "DiscountSchedule":
        """The schedule of (first year, rate a year) steps in rising order; the last rate goes on for ever."""
        factors = [Decimal(1)]
        with localcontext(prec=WORKING_DIGITS):
            for year in range(1, LAST_DISCOUNT_YEAR + 1):
                rate = next(rate for first_year, rate in reversed(rates) if first_year <= year)
                factors.append(factors[-1] / (1 + rate))
        return cls(title, tuple(factors), source)


@dataclass(frozen=True, eq=False)
class Figures:
    """The versions of the published figures in use."""

    prices: PriceLevels
    discounting: Mapping[DiscountRate, DiscountSchedule]
