"""Posts that state their days, and the days that a line's quantity counts for afterwards.

What is worked on the days of a post is what shall count of it. Contract years and time-weighting are applied
to the quantity, so that the share of the time is of the days for which they let it count.
"""

from dataclasses import replace
from decimal import Decimal

from cdp_common.kernel.exact import is_plain, without_trailing_zeros
from cdp_common.kernel.inputs import DAYS_OF_A_YEAR, Employment
from toms_engine.domain.counting import counted_span
from toms_engine.domain.days import counted_days
from toms_engine.domain.edition import Measure
from toms_engine.domain.line import Line

_ONE = Decimal(1)


def with_counted_days(line: Line, measure: Measure | None) -> Line:
    """The line, its posts with days set against the days that it counts for; other lines as they are."""
    inputs = line.inputs
    if measure is None or not isinstance(inputs, Employment) or not inputs.by_days:
        return line
    if line.period_end < line.period_start:
        return line  # its period is a fault of its own
    return replace(line, inputs=replace(inputs, over_days=_days_counted_for(line, measure)))


def _days_counted_for(line: Line, measure: Measure) -> Decimal:
    years = line.contract_years
    if years is not None and is_plain(years) and years > 0:
        if measure.year_rule != "every_contract_year":
            years = min(years, _ONE) if measure.accumulation == "stock" else _ONE
        return without_trailing_zeros(years * DAYS_OF_A_YEAR)
    if measure.accumulation != "stock":
        return DAYS_OF_A_YEAR
    span = counted_span(measure, line)
    days = 0 if span is None else counted_days(span)
    return Decimal(days) if days else DAYS_OF_A_YEAR
