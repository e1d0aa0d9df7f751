"""A quantity to be valued, and how the caller wants it valued."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cdp_common.kernel.exact import Exact
from cdp_common.kernel.inputs import Employment, Inputs, Ratio, derived_quantity
from cdp_common.kernel.periods import Period
from toms_engine.domain.edition import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """One quantity of one measure over one period, as the caller sends it."""

    ref: str
    measure: str
    quantity: Decimal | None
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
    inputs: Inputs | None = None
    activity: str | None = None
    target_group: str | None = None

    @property
    def period(self) -> Period:
        """The days to which the quantity belongs; the line has been checked."""
        return Period(self.period_start, self.period_end)

    @property
    def exact_quantity(self) -> Exact:
        """What the inputs give or, without inputs, what is stated; the line has been checked."""
        if self.inputs is not None:
            return derived_quantity(self.inputs)
        return Exact().times(self.quantity or Decimal(0))

    @property
    def divides_by(self) -> Decimal | None:
        """The denominator of a ratio, however it was stated."""
        return self.inputs.denominator if isinstance(self.inputs, Ratio) else self.denominator

    @property
    def people(self) -> int | None:
        """How many people the quantity is about, if that was stated."""
        return self.inputs.headcount if isinstance(self.inputs, Employment) else self.headcount


@dataclass(frozen=True, slots=True)
class Options:
    """How all lines of a request are valued; everything is off unless asked for."""

    discount: bool = False
    discount_base_year: int | None = None
    uprate_to_price_year: int | None = None
