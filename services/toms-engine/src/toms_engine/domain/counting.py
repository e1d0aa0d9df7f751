"""From the quantity a line states to the quantity that counts: accumulation, contract years, attribution.

- A quantity is stated, or worked out of stated inputs (see `inputs`).
- A flow counts as it is stated.
- A stock is weighted by time: days in the period over days in the year, so 12.5 FTE in each of four
  quarters count 12.5 FTE-years. 29 February has no weight, so every twelve months weigh exactly one.
- `latest` and `ratio` count as they are stated and are never added up; a ratio's denominator stands
  beside it.
- A line with `contract_years` is a promise for a whole contract. An every-year measure counts once for each
  of its years; the other rules count a stock for one year at most, and a flow as it is stated.
- A line without them is a delivery in its period. A stock counts from `started_on` on, and unless the
  measure counts every year, no longer than twelve months from it. A first-year flow counts by its days in
  those months.
- The attribution share is what the caller claims of a shared activity.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from cdp_common.kernel.inputs import Inputs, derivation
from cdp_common.kernel.periods import Period
from toms_engine.domain.days import DAYS_IN_THE_YEAR, common_part, counted_days, first_year_from
from toms_engine.domain.edition import Measure
from toms_engine.domain.explanation import Step
from toms_engine.domain.line import Line

_ONE = Decimal(1)
_YEAR = Decimal(DAYS_IN_THE_YEAR)


def counting_steps(measure: Measure, line: Line) -> list[Step]:
    """The steps from the stated quantity, or the inputs that give it, to the one that counts."""
    steps = _stated_steps(measure, line)
    if measure.accumulation == "stock":
        steps.append(_stock_step(measure, line))
    elif measure.accumulation == "flow":
        steps.extend(_flow_steps(measure, line))
    if line.attribution_share is not None and line.attribution_share != _ONE:
        text = f"The caller claims a share of {line.attribution_share} of the activity."
        steps.append(Step("attribution", text, measure.unit, line.attribution_share))
    return steps


def _stated_steps(measure: Measure, line: Line) -> list[Step]:
    """The quantity as it was stated; where inputs give it, what they give stands before it."""
    period = _days_in_words(line.period_start, line.period_end)
    if line.inputs is not None:
        text = f"What the inputs give, not rounded, for {period}{_ratio_words(line)}."
        return [_derivation_step(line.inputs, measure.unit), Step("quantity", text, measure.unit)]
    if line.denominator is not None:
        text = f"{line.quantity} of {line.denominator}, {period}; totals divide the sums."
    else:
        text = f"{line.quantity} {measure.unit} stated for {period}."
    return [Step("quantity", text, measure.unit, line.quantity)]


@lru_cache(maxsize=1024)  # the lines of a request have few periods between them
def _days_in_words(start: date, end: date) -> str:
    return f"{start} to {end}"


def _derivation_step(inputs: Inputs, unit: str) -> Step:
    way = derivation(inputs)
    return Step(way.rule, way.text, unit, way.factor, None if way.divisor == _ONE else way.divisor)


def _ratio_words(line: Line) -> str:
    return "; totals divide the sums" if line.divides_by is not None else ""


def _stock_step(measure: Measure, line: Line) -> Step:
    if line.contract_years is not None:
        return _contract_step(measure, line.contract_years)
    span = counted_span(measure, line)
    days = counted_days(span) if span is not None else 0
    text = f"{days} of the year's {DAYS_IN_THE_YEAR} days count (29 February never does)."
    return Step("stock_time_weight", text, measure.unit, Decimal(days), _YEAR)


def _flow_steps(measure: Measure, line: Line) -> list[Step]:
    if line.contract_years is not None:
        every_year = measure.year_rule == "every_contract_year"
        return [_contract_step(measure, line.contract_years)] if every_year else []
    if measure.year_rule != "first_year_only":
        return []
    span = counted_span(measure, line)
    days = span.days if span is not None else 0
    text = f"{days} of the period's {line.period.days} days lie in the first year from {line.started_on}."
    return [Step("first_year_only", text, measure.unit, Decimal(days), Decimal(line.period.days))]


def _contract_step(measure: Measure, contract_years: Decimal) -> Step:
    if measure.year_rule == "every_contract_year":
        text = f"Counts for each of {contract_years} contract years."
        return Step("contract_years", text, measure.unit, contract_years)
    years = min(contract_years, _ONE)
    text = f"Counts once: for {years} of {contract_years} contract years."
    return Step("counted_once", text, measure.unit, years)


def counted_span(measure: Measure, line: Line) -> Period | None:
    """The days of the period that count; none when the first year was over before the period."""
    if line.started_on is None:
        return line.period
    if measure.year_rule == "every_contract_year":
        return Period(max(line.period_start, line.started_on), line.period_end)
    return common_part(line.period, first_year_from(line.started_on))
