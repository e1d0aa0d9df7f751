"""How a line's pounds came about, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.exact import Exact
from toms_engine.domain.edition import Measure, Proxy, Source

GBP = "GBP"
ROUNDING = "rounding"
"""The last step of a line that carries pounds; a line that carries none has no such step."""


@dataclass(frozen=True, slots=True)
class Step:
    """One adjustment: the running result is multiplied by `factor` and divided by `divisor`."""

    rule: str
    text: str
    unit: str
    factor: Decimal | None = None
    divisor: Decimal | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A step with the running result after it, for a reader; computing uses the factors alone."""

    rule: str
    text: str
    unit: str
    factor: Decimal | None
    divisor: Decimal | None
    source: Source | None
    result: Decimal


@dataclass(frozen=True, slots=True)
class Explanation:
    """One line's way from quantity to pence: the measure, its proxy and every step in order."""

    measure: Measure
    proxy: Proxy | None
    steps: tuple[ExplainedStep, ...]


def explain(measure: Measure, proxy: Proxy | None, steps: Sequence[Step], pence: int) -> Explanation:
    """The explanation of a valued line from its steps."""
    running, explained = Exact(), []
    for step in steps:
        running = _after(running, step)
        shown = Exact(pence, 100).shown() if step.rule == ROUNDING else running.shown()
        explained.append(
            ExplainedStep(step.rule, step.text, step.unit, step.factor, step.divisor, step.source, shown)
        )
    return Explanation(measure, proxy, tuple(explained))


def product(steps: Sequence[Step]) -> Exact:
    """The exact result of some steps, not rounded."""
    above = below = 1
    for step in steps:
        if step.factor is not None:
            times, over = step.factor.as_integer_ratio()
            above, below = above * times, below * over
        if step.factor is not None and step.divisor is not None:
            times, over = step.divisor.as_integer_ratio()
            above, below = above * over, below * times
    return Exact(above, below)


def _after(running: Exact, step: Step) -> Exact:
    return running if step.factor is None else running.times(step.factor, step.divisor)
