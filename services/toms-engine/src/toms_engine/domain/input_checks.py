"""The faults of a line's inputs, and of what it states beside them."""

from collections.abc import Iterator

from cdp_common.kernel.input_checks import Fault, days_outside, stated_faults
from cdp_common.kernel.input_checks import input_faults as made_faults
from toms_engine.domain.edition import Measure
from toms_engine.domain.line import Line


def input_faults(measure: Measure, line: Line) -> Iterator[Fault]:
    """The faults of a line's inputs, and of what it states beside them."""
    if line.inputs is None:
        return
    faults = list(made_faults(line.inputs, measure.unit, measure.accumulation))
    yield from faults
    if not faults:
        yield from days_outside(line.inputs, line.period_start, line.period_end)
        yield from stated_faults(
            line.inputs,
            measure.decimals,
            quantity=line.quantity,
            denominator=line.denominator,
            headcount=line.headcount,
        )
