"""Values lines against an edition: all of them or, when any has a fault, none."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.money import gbp_from_pence, gbp_text
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.counting import counting_steps
from toms_engine.domain.edition import Measure, Proxy
from toms_engine.domain.errors import LinesRefused, ProxyNotRedistributable
from toms_engine.domain.explanation import Explanation, Step, explain, product
from toms_engine.domain.figures import Figures
from toms_engine.domain.licence import pence_ceiling
from toms_engine.domain.line import Line, Options
from toms_engine.domain.line_checks import NOT_REDISTRIBUTABLE, Terms, line_faults, option_faults
from toms_engine.domain.post_days import with_counted_days
from toms_engine.domain.pricing import Price, price_of
from toms_engine.domain.request_checks import activity_faults

METHOD_VERSION = "1.0"
"""Names the rules of this module and those it uses; any change of a result in pence changes it."""

LINE_PENCE_LIMIT = 10**15
"""A line stays below £10 trillion, so that a thousand of them still sum to eighteen digits of pence."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What a line comes to, not rounded: the steps to the quantity that counts, and the price of that."""

    counted: tuple[Step, ...]
    price: Price | None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps from what was stated to its pounds."""
        return self.counted if self.price is None else (*self.counted, *self.price.steps)


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

    @property
    def price_year(self) -> int | None:
        """In whose prices the pounds stand; none of a line that carries none."""
        return self.worth.price.year if self.worth.price is not None else None

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
    spent = (line.place or "", line.industry or "") if measure.valuation == "local_multiplier" else None
    price = price_of(terms.catalogue, terms.figures, terms.options, measure.code, line.period, spent)
    return Worth(tuple(counting_steps(measure, line)), price)


def _rounded(line: Line, worth: Worth, terms: Terms) -> ValuedLine:
    """The one place where pounds become whole pence, once for each amount of a line."""
    measure = terms.catalogue.measures[line.measure]
    proxy = terms.catalogue.proxy_of(measure)
    counted, price = product(worth.counted), worth.price
    shown = counted.shown()
    if price is None:
        return ValuedLine(line, shown, 0, 0, 0, None, None, None, measure, proxy, worth)
    pence = counted.by(price.central).pence()
    return ValuedLine(
        line=line,
        counted_quantity=shown,
        social_pence=pence if price.component == "social" else 0,
        local_economic_pence=pence if price.component == "local_economic" else 0,
        fiscal_pence=pence if price.is_fiscal else 0,
        low_pence=counted.by(price.low).pence() if price.low is not None else None,
        high_pence=counted.by(price.high).pence() if price.high is not None else None,
        initial_spend_pence=counted.pence() if price.shows_initial_spend else None,
        measure=measure,
        proxy=proxy,
        worth=worth,
    )
