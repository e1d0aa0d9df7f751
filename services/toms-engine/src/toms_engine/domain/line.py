"""A quantity to be valued, and how the caller wants it valued."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cdp_common.kernel.periods import Period
from toms_engine.domain.edition import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity of one measure over one period, as the caller sends it."""

    ref: str
    measure: str
    quantity: Decimal
    unit: Unit
    period_start: date
    period_end: date
    denominator: Decimal | None = None
    place: str | None = None
    industry: str | None = None
    contract_years: Decimal | None = None
    attribution_share: Decimal | None = None
    started_on: date | None = None
    headcount: int | None = None
    committed_on: date | None = None
    claimed_value_gbp: Decimal | None = None

    @property
    def period(self) -> Period:
        """The days to which the quantity belongs; the line has been checked."""
        return Period(self.period_start, self.period_end)


@dataclass(frozen=True, slots=True)
class Options:
    """How all lines of a request are valued; everything is off unless asked for."""

    discount: bool = False
    discount_base_year: int | None = None
    uprate_to_price_year: int | None = None
