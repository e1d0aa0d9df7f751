"""From the quantity that counts to pounds: unit value, price level, additionality, later years.

- A proxy that is a series has one value for each calendar year of delivery. A period that crosses years takes
  the mean of their values weighted by its days in each; a year without a value is refused beforehand.
- Local spend is worth (multiplier - 1) for each pound: the first pound is the price of the contract. Only an
  edition that counts initial spend takes the whole multiplier.
- Uprating multiplies by the price level asked for over that of the proxy's price year. Pounds spent or
  invested are in the money of the year in which the period ends.
- Of the additionality factors only those that the measure declares are applied, in the order of the guidance.
- An outcome that lasts gives each later year what drop-off leaves of the year before.
- Discounting takes each year's value at its distance from year 0: the base year asked for, else the calendar
  year in which the line's period starts. Delivery is spread over the period by days. A proxy of health and
  life values may name the Green Book's rate for them; everything else goes by the standard rate.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache

from cdp_common.kernel.exact import WORKING_DIGITS, Exact, factor_of
from cdp_common.kernel.periods import Period
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.days import YearDays, days_by_year
from toms_engine.domain.edition import MONEY_UNITS, Additionality, Measure, Multiplier, Proxy, SeriesPoint
from toms_engine.domain.explanation import GBP, ROUNDING, Step, product
from toms_engine.domain.figures import DiscountSchedule, Figures
from toms_engine.domain.line import Options

_ONE = Decimal(1)
_ROUNDING_STEP = Step(ROUNDING, "Rounded to the penny, half a penny away from zero.", GBP)
_ADDITIONALITY = ("deadweight", "displacement", "leakage", "substitution")


@dataclass(frozen=True, slots=True)
class UnitValue:
    """What one unit is worth: £ by calendar year of delivery, each year with its days in the period."""

    years: tuple[tuple[YearDays, Decimal], ...]

    @property
    def is_one_value(self) -> bool:
        """Whether the same £ holds for the whole period."""
        return len(self.years) == 1 or len({value for _, value in self.years}) == 1

    @property
    def pound_days(self) -> Decimal:
        """The sum of £ × days; over the days of the period this is the mean value."""
        return sum((value * part.days for part, value in self.years), start=Decimal(0))

    @property
    def days(self) -> int:
        """The days of the period."""
        return sum(part.days for part, _ in self.years)

    @property
    def factor_and_divisor(self) -> tuple[Decimal, Decimal | None]:
        """What a quantity is multiplied by and divided by."""
        return (self.years[0][1], None) if self.is_one_value else (self.pound_days, Decimal(self.days))


@dataclass(frozen=True, slots=True)
class Price:
    """How pounds come of the quantity that counts: the same for every line of a measure in a period."""

    steps: tuple[Step, ...]
    component: str
    is_fiscal: bool
    year: int
    """In whose prices the pounds stand, after uprating if that was asked for."""
    central: Exact
    low: Exact | None = None
    """What a unit comes to at the low end of the proxy's range, where it has one; nothing is rounded."""
    high: Exact | None = None
    """The same at the high end."""
    shows_initial_spend: bool = False
    """Whether what counts is spend that the pounds leave out, to be shown beside them."""


@lru_cache(maxsize=4096)  # lines of one tender, and those of many, have few measures and periods between them
def price_of(
    catalogue: Catalogue,
    figures: Figures,
    options: Options,
    code: str,
    period: Period,
    spent: tuple[str, str] | None,
) -> Price | None:
    """The price of a measure's units over a period; none of a measure that carries no pounds.

    `spent` names the place and the industry of local spend.
    """
    measure = catalogue.measures[code]
    if measure.valuation == "local_multiplier":
        row = catalogue.multipliers[spent or ("", "")]
        return _price_of_spend(measure, row, catalogue, figures, options, period)
    proxy = catalogue.proxy_of(measure)
    if proxy is None:
        return None
    central, low, high = _proxy_values(proxy, period)

    def after(value: UnitValue) -> tuple[Step, ...]:
        return (*_adjustment_steps(measure, proxy, period, options, figures, value), _ROUNDING_STEP)

    def unit(value: UnitValue | None) -> Exact | None:
        return product(after(value)).times(*value.factor_and_divisor) if value is not None else None

    steps = (_proxy_step(proxy, central), *after(central))
    return Price(
        steps=steps,
        component=proxy.component,
        is_fiscal=proxy.value_type == "fiscal",
        year=_year_of_pounds(measure, proxy, period, options),
        central=product(steps),
        low=unit(low),
        high=unit(high),
    )


def _price_of_spend(
    measure: Measure,
    row: Multiplier,
    catalogue: Catalogue,
    figures: Figures,
    options: Options,
    period: Period,
) -> Price:
    counts_initial = catalogue.content.counts_initial_spend
    first_pound = Decimal(0) if counts_initial else _ONE
    value = _constant(days_by_year(period), row.multiplier - first_pound)
    step = _multiplier_step(row, value, counts_initial_spend=counts_initial)
    adjustments = _adjustment_steps(measure, None, period, options, figures, value)
    steps = (step, *adjustments, _ROUNDING_STEP)
    return Price(
        steps=steps,
        component=row.component,
        is_fiscal=False,
        year=_year_of_pounds(measure, None, period, options),
        central=product(steps),
        shows_initial_spend=not counts_initial,
    )


def _year_of_pounds(measure: Measure, proxy: Proxy | None, period: Period, options: Options) -> int:
    uprated = options.uprate_to_price_year
    return price_year_of(measure, proxy, period.end) if uprated is None else uprated


def _proxy_values(proxy: Proxy, period: Period) -> tuple[UnitValue, UnitValue | None, UnitValue | None]:
    """The central, low and high unit value of a proxy over a period; low and high only where published."""
    years = days_by_year(period)
    if not proxy.series:
        return (
            _constant(years, proxy.central_gbp or Decimal(0)),
            _constant(years, proxy.low_gbp) if proxy.low_gbp is not None else None,
            _constant(years, proxy.high_gbp) if proxy.high_gbp is not None else None,
        )
    points = {point.year: point for point in proxy.series}
    touched = [points[part.year] for part in years]
    has_range = all(point.low_gbp is not None and point.high_gbp is not None for point in touched)

    def by_year(pick: Callable[[SeriesPoint], Decimal | None]) -> UnitValue:
        values = (pick(point) or Decimal(0) for point in touched)
        return UnitValue(tuple(zip(years, values, strict=True)))

    return (
        by_year(lambda point: point.central_gbp),
        by_year(lambda point: point.low_gbp) if has_range else None,
        by_year(lambda point: point.high_gbp) if has_range else None,
    )


def _constant(years: tuple[YearDays, ...], value: Decimal) -> UnitValue:
    return UnitValue(tuple([(part, value) for part in years]))


def _proxy_step(proxy: Proxy, value: UnitValue) -> Step:
    """The step from units to pounds by a proxy."""
    factor, divisor = value.factor_and_divisor
    if divisor is None:
        text = f"£{factor} for each unit: {proxy.title}, {proxy.price_year} prices."
    else:
        years = ", ".join(f"{part.year} £{amount} ({part.days} days)" for part, amount in value.years)
        text = f"Mean by days of {years}: {proxy.title}, {proxy.price_year} prices."
    return Step("proxy", text, GBP, factor, divisor, proxy.sources[0])


def _multiplier_step(row: Multiplier, value: UnitValue, *, counts_initial_spend: bool) -> Step:
    """The step from pounds spent to pounds of local value."""
    where = f"{row.industry} in {row.place}, multiplier {row.multiplier}"
    if counts_initial_spend:
        text = f"{where}: this edition counts the initial spend, so the whole multiplier applies."
        return Step("local_multiplier_with_initial_spend", text, GBP, value.years[0][1], source=row.source)
    text = f"{where}: less 1, because the first pound is the price of the contract."
    return Step("local_multiplier", text, GBP, value.years[0][1], source=row.source)


def _adjustment_steps(
    measure: Measure,
    proxy: Proxy | None,
    period: Period,
    options: Options,
    figures: Figures,
    value: UnitValue,
) -> Iterator[Step]:
    """The steps after the unit value, in the order in which they are applied."""
    if options.uprate_to_price_year is not None:
        yield from _uprating(figures, price_year_of(measure, proxy, period.end), options.uprate_to_price_year)
    if measure.additionality is not None:
        yield from _additionality(measure.additionality)
    if measure.lasts_years > 1:
        yield _drop_off(measure)
    if options.discount:
        schedule = figures.discounting[proxy.discount_rate if proxy is not None else "standard"]
        yield _discounting(measure, period, options, schedule, value)


def price_year_of(measure: Measure, proxy: Proxy | None, last_day: date) -> int:
    """The year in whose prices a unit value stands; the last day is the period's."""
    if proxy is None or is_in_money_of_delivery(measure, proxy):
        return last_day.year
    return proxy.price_year


def is_in_money_of_delivery(measure: Measure, proxy: Proxy | None) -> bool:
    """Whether a line's pounds are those of the day on which they were spent, not of a proxy's price year."""
    return proxy is None or measure.unit in MONEY_UNITS


def _uprating(figures: Figures, from_year: int, to_year: int) -> Iterator[Step]:
    if from_year == to_year:
        return
    prices = figures.prices
    text = f"From {from_year} to {to_year} prices by the GDP deflator ({prices.source.edition})."
    yield Step("uprating", text, GBP, prices.index[to_year], prices.index[from_year], prices.source)


def _additionality(additionality: Additionality) -> tuple[Step, ...]:
    shares = ((rule, getattr(additionality, rule)) for rule in _ADDITIONALITY)
    return tuple(
        Step(rule, f"Less {rule} of {share}: {additionality.source}.", GBP, _ONE - share)
        for rule, share in shares
        if share is not None
    )


def _drop_off(measure: Measure) -> Step:
    lost = measure.drop_off or Decimal(0)
    text = f"Lasts {measure.lasts_years} years; each year after the first loses {lost} of the year before."
    with localcontext(prec=WORKING_DIGITS):
        return Step("drop_off", text, GBP, factor_of(sum(_remaining(measure), start=Decimal(0))))


def _remaining(measure: Measure) -> list[Decimal]:
    """What is left of the outcome in each year that it lasts, the first year being 1."""
    kept, remaining = _ONE - (measure.drop_off or Decimal(0)), [_ONE]
    with localcontext(prec=WORKING_DIGITS):
        for _ in range(1, measure.lasts_years):
            remaining.append(remaining[-1] * kept)
    return remaining


def _discounting(
    measure: Measure, period: Period, options: Options, schedule: DiscountSchedule, value: UnitValue
) -> Step:
    base = period.start.year if options.discount_base_year is None else options.discount_base_year
    remaining = _remaining(measure)
    with localcontext(prec=WORKING_DIGITS):
        gross = net = Decimal(0)
        for part, amount in value.years:
            for later, kept in enumerate(remaining):
                weight = amount * part.days * kept
                gross += weight
                net += weight * schedule.factors[part.year - base + later]
        factor = factor_of(net / gross) if gross else _ONE
    text = f"Mean discount factor of the years in which the value falls, {schedule.title}; year 0 is {base}."
    return Step("discount", text, GBP, factor, source=schedule.source)
