"""Values lines against an edition: all of them or, when any has a fault, none."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import Exact
from cdp_common.kernel.money import gbp_from_pence, gbp_text
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.counting import counting_steps
from toms_engine.domain.edition import Measure, Proxy
from toms_engine.domain.errors import LinesRefused, ProxyNotRedistributable
from toms_engine.domain.explanation import GBP, ROUNDING, Explanation, Step, explain, product, recompute
from toms_engine.domain.figures import Figures
from toms_engine.domain.licence import pence_ceiling
from toms_engine.domain.line import Line, Options
from toms_engine.domain.line_checks import NOT_REDISTRIBUTABLE, Terms, line_faults, option_faults
from toms_engine.domain.post_days import with_counted_days
from toms_engine.domain.pricing import (
    UnitValue,
    adjustment_steps,
    multiplier_step,
    multiplier_value,
    price_year_of,
    proxy_step,
    proxy_values,
)
from toms_engine.domain.request_checks import activity_faults

METHOD_VERSION = "1.0"
"""Names the rules of this module and those it uses; any change of a result in pence changes it."""

LINE_PENCE_LIMIT = 10**15
"""A line stays below £10 trillion, so that a thousand of them still sum to eighteen digits of pence."""

_ROUNDING_STEP = Step(ROUNDING, "Rounded to the penny, half a penny away from zero.", GBP)


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line comes to: the steps from its quantity to what counts and to its pounds, nothing rounded."""

    counted: tuple[Step, ...]
    steps: tuple[Step, ...]
    component: str | None = None
    is_fiscal: bool = False
    low_rest: Exact | None = None
    """What the steps after the first come to at the low end of the proxy's range, where it has one."""
    high_rest: Exact | None = None
    """The same at the high end."""
    initial_spend: Exact | None = None


@dataclass(frozen=True, slots=True)
class ValuedLine:
    """One line's worth in whole pence by component, and the quantity that counts."""

    line: Line
    counted_quantity: Decimal
    social_pence: int
    local_economic_pence: int
    fiscal_pence: int
    low_pence: int | None
    high_pence: int | None
    initial_spend_pence: int | None
    measure: Measure
    proxy: Proxy | None
    worth: Worth
    price_year: int | None = None

    @property
    def quantity(self) -> Decimal:
        """The quantity as it was stated, else what the inputs give, for a reader."""
        stated = self.line.quantity
        return self.line.exact_quantity.shown() if stated is None else stated

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps from what was stated to its pounds."""
        return self.worth.steps

    @property
    def explanation(self) -> Explanation:
        """How the pounds came about."""
        return explain(self.measure, self.proxy, self.steps, self.total_pence)

    @property
    def is_licensed(self) -> bool:
        """Whether the pounds rest on a figure that may not be passed on."""
        return self.proxy is not None and not self.proxy.redistributable

    @property
    def total_pence(self) -> int:
        """Both components together."""
        return self.social_pence + self.local_economic_pence


def value_lines(
    catalogue: Catalogue,
    lines: Sequence[Line],
    options: Options,
    figures: Figures,
    *,
    holds_licence: bool = False,
) -> list[ValuedLine]:
    """The lines valued, in their order; raises with every fault of every line if there is one."""
    terms = Terms(catalogue, figures, options, holds_licence)
    faults = option_faults(options, figures)
    options_hold = not faults
    valued: list[ValuedLine] = []
    sound: list[tuple[int, Line]] = []
    for index, stated in enumerate(lines):
        line = with_counted_days(stated, catalogue.measures.get(stated.measure))
        found = line_faults(index, line, terms)
        if not found and line.activity is not None:
            sound.append((index, line))
        if not found and options_hold:
            result = _rounded(line, worth_of(line, terms), terms)
            found = _result_faults(index, result)
            valued.append(result)
        faults.extend(found)
    faults.extend(activity_faults(sound, catalogue))
    if faults:
        _refuse(faults)
    return valued


def value_line(index: int, line: Line, terms: Terms) -> tuple[ValuedLine | None, list[FieldError]]:
    """One line valued, or none and its faults; the options of `terms` have been checked."""
    line = with_counted_days(line, terms.catalogue.measures.get(line.measure))
    faults = line_faults(index, line, terms)
    if faults:
        return None, faults
    result = _rounded(line, worth_of(line, terms), terms)
    faults = _result_faults(index, result)
    return (None, faults) if faults else (result, [])


def _refuse(faults: list[FieldError]) -> None:
    if any(fault.code == NOT_REDISTRIBUTABLE for fault in faults):
        raise ProxyNotRedistributable("A figure of the edition is licensed to others.", errors=faults)
    raise LinesRefused("Nothing was valued; every fault is listed.", errors=faults)


def _result_faults(index: int, result: ValuedLine) -> list[FieldError]:
    """What can only be seen once the line is valued."""
    pointer = f"/lines/{index}"
    amounts = [result.total_pence, result.low_pence, result.high_pence, result.initial_spend_pence]
    if result.proxy is not None and result.is_licensed:
        # A refusal by the pounds themselves would let anybody close in on the figure by trying quantities.
        amounts.append(int(abs(result.counted_quantity) * pence_ceiling(result.proxy, result.measure)))
    if max(abs(amount or 0) for amount in amounts) >= LINE_PENCE_LIMIT:
        words = "the line comes to more pounds than can be held"
        return [FieldError(f"{pointer}/quantity", "value_too_large", words)]
    claimed = result.line.claimed_value_gbp
    if claimed is not None and claimed != gbp_from_pence(result.total_pence):
        words = f"the line comes to {gbp_text(result.total_pence)}"
        return [FieldError(f"{pointer}/claimed_value_gbp", "claimed_value_mismatch", words)]
    return []


def worth_of(line: Line, terms: Terms) -> Worth:
    """What a line comes to, by its steps; the line has been checked."""
    measure = terms.catalogue.measures[line.measure]
    proxy = terms.catalogue.proxy_of(measure)
    counted = tuple(counting_steps(measure, line))
    return _worth(measure, proxy, line, counted, terms)


def _rounded(line: Line, worth: Worth, terms: Terms) -> ValuedLine:
    """The one place where pounds become whole pence, once for each amount of a line."""
    measure = terms.catalogue.measures[line.measure]
    proxy = terms.catalogue.proxy_of(measure)
    pence = recompute(worth.steps)
    return ValuedLine(
        line=line,
        counted_quantity=product(worth.counted).shown(),
        social_pence=pence if worth.component == "social" else 0,
        local_economic_pence=pence if worth.component == "local_economic" else 0,
        fiscal_pence=pence if worth.is_fiscal else 0,
        low_pence=_pence(worth.counted[0], worth.low_rest),
        high_pence=_pence(worth.counted[0], worth.high_rest),
        initial_spend_pence=worth.initial_spend.pence() if worth.initial_spend is not None else None,
        measure=measure,
        proxy=proxy,
        worth=worth,
        price_year=_price_year(measure, proxy, line, terms.options) if worth.component is not None else None,
    )


def _pence(first: Step, rest: Exact | None) -> int | None:
    """The pence to which a first step and the rest lead."""
    if rest is None or first.factor is None:
        return None
    return rest.times(first.factor, first.divisor).pence()


def _price_year(measure: Measure, proxy: Proxy | None, line: Line, options: Options) -> int:
    """The year in whose prices the line's pounds stand, after uprating if that was asked for."""
    if options.uprate_to_price_year is not None:
        return options.uprate_to_price_year
    return price_year_of(measure, proxy, line)


def _worth(
    measure: Measure, proxy: Proxy | None, line: Line, counted: tuple[Step, ...], terms: Terms
) -> Worth:
    if measure.valuation == "local_multiplier":
        return _local_spend(measure, line, counted, terms)
    if proxy is None:
        return Worth(counted, counted)

    central, low, high = proxy_values(proxy, line)
    after = _after_pricing(measure, proxy, line, terms, central)
    # Only discounting looks at the value itself; without it the three share what stands beside it.
    beside = None if terms.options.discount else product((*counted[1:], *after))

    def rest(value: UnitValue | None) -> Exact | None:
        if value is None:
            return None
        others = beside or product((*counted[1:], *_after_pricing(measure, proxy, line, terms, value)))
        return others.times(*value.factor_and_divisor)

    return Worth(
        counted=counted,
        steps=(*counted, proxy_step(proxy, central), *after),
        component=proxy.component,
        is_fiscal=proxy.value_type == "fiscal",
        low_rest=rest(low),
        high_rest=rest(high),
    )


def _local_spend(measure: Measure, line: Line, counted: tuple[Step, ...], terms: Terms) -> Worth:
    row = terms.catalogue.multipliers[(line.place or "", line.industry or "")]
    counts_initial = terms.catalogue.content.counts_initial_spend
    value = multiplier_value(row, line, counts_initial_spend=counts_initial)
    step = multiplier_step(row, value, counts_initial_spend=counts_initial)
    return Worth(
        counted=counted,
        steps=(*counted, step, *_after_pricing(measure, None, line, terms, value)),
        component=row.component,
        initial_spend=None if counts_initial else product(counted),
    )


def _after_pricing(
    measure: Measure, proxy: Proxy | None, line: Line, terms: Terms, value: UnitValue
) -> tuple[Step, ...]:
    steps = adjustment_steps(measure, proxy, line, terms.options, terms.figures, value)
    return (*steps, _ROUNDING_STEP)
