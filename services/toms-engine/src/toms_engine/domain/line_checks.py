"""What a line must hold to before it is valued; every fault of every line is found, none hides another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import SIGNIFICANT_DIGITS, decimal_places, is_plain
from cdp_common.kernel.periods import FIRST_YEAR, LAST_YEAR
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import Measure
from toms_engine.domain.figures import Figures
from toms_engine.domain.input_checks import input_faults
from toms_engine.domain.line import Line, Options
from toms_engine.domain.pricing import is_in_money_of_delivery, price_year_of

QUANTITY_LIMIT = Decimal(10) ** 15
"""Quantities stay below this, so that counted quantities and totals keep their decimals on the wire."""

PERIOD_YEARS_LIMIT = 100
CONTRACT_YEARS_LIMIT = Decimal(100)
NOT_REDISTRIBUTABLE = "proxy_not_redistributable"

Fault = tuple[str, str, str]
"""The field of the line, the code and the words."""

_NUMBERS = ("quantity", "denominator", "contract_years", "attribution_share", "claimed_value_gbp")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request's lines are checked against."""

    catalogue: Catalogue
    figures: Figures
    options: Options
    holds_licence: bool


def line_faults(index: int, line: Line, terms: Terms) -> list[FieldError]:
    """The faults of one line, with pointers into the request."""
    measure = terms.catalogue.measures.get(line.measure)
    faults = list(_period_faults(line))
    period_holds = not faults
    wild = list(_number_faults(line))
    faults.extend(wild)
    line = _without(line, [field for field, _, _ in wild])
    if measure is None:
        faults.insert(0, ("measure", "measure_unknown", "the edition has no measure of this code"))
    else:
        unmade = list(input_faults(measure, line))
        faults.extend(unmade)
        line = _without(line, ["quantity", "inputs"] if unmade else [])
        for check in _MEASURE_CHECKS:
            faults.extend(check(measure, line, terms))
        if period_holds:
            for check in _PERIOD_CHECKS:
                faults.extend(check(measure, line, terms))
    return [FieldError(f"/lines/{index}/{field}", code, message) for field, code, message in faults]


def _without(line: Line, fields: Sequence[str]) -> Line:
    """The line as if it did not state these fields, so that what else is wrong with it can be seen."""
    if not fields:
        return line
    nothing: dict[str, Any] = dict.fromkeys(fields)
    return replace(line, **nothing)


def option_faults(options: Options, figures: Figures) -> list[FieldError]:
    """The faults of what is asked for all lines."""
    faults = []
    wanted = options.uprate_to_price_year
    if wanted is not None and wanted not in figures.prices.index:
        faults.append(FieldError("/uprate_to_price_year", "price_year_unknown", _deflator_words(wanted)))
    if options.discount_base_year is not None and not options.discount:
        words = "a base year means something only with discounting"
        faults.append(FieldError("/discount_base_year", "discount_not_asked", words))
    return faults


def _period_faults(line: Line) -> Iterator[Fault]:
    if line.period_end < line.period_start:
        yield "period_end", "period_reversed", "the period ends before it starts"
    elif line.period_start.year < FIRST_YEAR or line.period_end.year > LAST_YEAR:
        yield "period_start", "period_out_of_range", f"periods lie between {FIRST_YEAR} and {LAST_YEAR}"
    elif line.period_end.year - line.period_start.year >= PERIOD_YEARS_LIMIT:
        yield "period_end", "period_too_long", f"a line's period is shorter than {PERIOD_YEARS_LIMIT} years"


def _unit_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    if line.unit != measure.unit:
        yield "unit", "unit_mismatch", f"the measure is counted in {measure.unit}"


def _number_faults(line: Line) -> Iterator[Fault]:
    """Numbers that cannot be held; the other checks look at the line without them."""
    if line.quantity is None and line.inputs is None:
        yield "quantity", "quantity_missing", "a line states its quantity or the inputs that give it"
    for field in _NUMBERS:
        number = getattr(line, field)
        if number is not None and not is_plain(number):
            words = f"a number has at most {SIGNIFICANT_DIGITS} significant digits"
            yield field, "too_many_digits", words


def _quantity_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    if line.inputs is not None:
        yield from _size_faults(measure, line.exact_quantity.working())
        return
    quantity = line.quantity
    if quantity is None:
        return
    yield from _size_faults(measure, quantity)
    if decimal_places(quantity) > measure.decimals and abs(quantity) < QUANTITY_LIMIT:
        yield "quantity", "too_many_decimals", f"the measure takes at most {measure.decimals} decimals"


def _size_faults(measure: Measure, quantity: Decimal) -> Iterator[Fault]:
    if abs(quantity) >= QUANTITY_LIMIT:
        yield "quantity", "quantity_too_large", f"quantities stay below {QUANTITY_LIMIT:f}"
        return
    if quantity < 0 and not measure.negative_allowed:
        yield "quantity", "quantity_negative", "the measure takes no negative quantity"
    if measure.maximum_per_line is not None and abs(quantity) > measure.maximum_per_line:
        yield "quantity", "quantity_above_maximum", f"a line takes at most {measure.maximum_per_line}"


def _denominator_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    divisor = line.divides_by
    if measure.accumulation != "ratio":
        if line.denominator is not None:
            yield "denominator", "denominator_not_expected", "only a ratio has a denominator"
    elif divisor is None:
        if line.quantity is not None:  # else it is not known yet what the line divides
            yield "denominator", "denominator_missing", "a ratio states numerator and denominator"
    elif divisor <= 0:
        yield "denominator", "denominator_not_positive", "a denominator is above zero"
    elif divisor >= QUANTITY_LIMIT:
        yield "denominator", "quantity_too_large", f"denominators stay below {QUANTITY_LIMIT:f}"


def _contract_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    years = line.contract_years
    if years is not None and not 0 < years <= CONTRACT_YEARS_LIMIT:
        words = f"contract years are above 0 and at most {CONTRACT_YEARS_LIMIT}"
        yield "contract_years", "contract_years_out_of_range", words
    if measure.year_rule == "first_year_only" and years is None and line.started_on is None:
        words = "the measure counts the first year only, so the line says when it began"
        yield "started_on", "started_on_missing", words


def _multiplier_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    if measure.valuation != "local_multiplier":
        return
    if line.place is None:
        yield "place", "place_missing", "local spend is valued by place and industry"
    if line.industry is None:
        yield "industry", "industry_missing", "local spend is valued by place and industry"
    if line.place is None or line.industry is None:
        return
    if (line.place, line.industry) not in terms.catalogue.multipliers:
        yield (
            "industry",
            "multiplier_unknown",
            "the edition has no multiplier for this industry in this place",
        )


def _licence_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    proxy = terms.catalogue.proxy_of(measure)
    if proxy is not None and not proxy.redistributable and not terms.holds_licence:
        yield "measure", NOT_REDISTRIBUTABLE, "the measure's figure is licensed and cannot be used without it"


def _share_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    share = line.attribution_share
    if share is not None and not 0 <= share <= 1:
        yield "attribution_share", "attribution_share_out_of_range", "a share is from 0 to 1"


def _group_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    group, groups = line.target_group, measure.target_groups
    if not groups:
        if group is not None:
            yield "target_group", "target_group_not_expected", "the measure is about no particular group"
        return
    if group is None:
        yield "target_group", "target_group_missing", f"the line names its group: {', '.join(groups)}"
    elif group not in groups:
        yield "target_group", "target_group_unknown", f"the measure's groups are {', '.join(groups)}"
    if measure.unit == "fte_years" and line.people is None:
        words = "each person of a group counts at most 1.0, so the line says how many people"
        yield "headcount", "headcount_missing", words


def _headcount_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    if line.headcount is not None and measure.unit != "fte_years":
        yield "headcount", "headcount_not_expected", "only full-time equivalents have a headcount"
        return
    if line.people is None or (line.quantity is None and line.inputs is None):
        return
    years = Decimal(1) if measure.accumulation == "stock" else _line_years(line)
    if line.exact_quantity.working() > line.people * years:
        yield "quantity", "fte_exceeds_headcount", "a person counts at most one full-time equivalent a year"


def _line_years(line: Line) -> Decimal:
    return line.period.years if line.contract_years is None else line.contract_years


def _start_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    if line.started_on is None:
        return
    if line.started_on > line.period_end:
        yield "started_on", "started_after_period", "what is counted began after the period"
    elif line.started_on.year < FIRST_YEAR:
        yield "started_on", "period_out_of_range", f"dates lie between {FIRST_YEAR} and {LAST_YEAR}"


def _validity_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    """Validities outside which the line lies: on the day of its promise if named, else by its period."""
    content = terms.catalogue.content
    proxy = terms.catalogue.proxy_of(measure)
    spans = [
        ("edition_not_effective", "edition", content.effective_from, content.effective_to),
        ("measure_not_valid", "measure", measure.valid_from, measure.valid_to),
    ]
    if proxy is not None:
        spans.append(("proxy_not_valid", "proxy", proxy.valid_from, proxy.valid_to))
    promised = line.committed_on
    first, last = (line.period_start, line.period_end) if promised is None else (promised, promised)
    for code, what, valid_from, valid_to in spans:
        if first >= valid_from and (valid_to is None or last <= valid_to):
            continue
        is_first = first < valid_from or (valid_to is not None and first > valid_to)
        field = "committed_on" if promised else "period_start" if is_first else "period_end"
        until = f" to {valid_to}" if valid_to is not None else " on"
        yield field, code, f"the {what} holds from {valid_from}{until}"


def _series_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    proxy = terms.catalogue.proxy_of(measure)
    if proxy is None or not proxy.series:
        return
    years = {point.year for point in proxy.series}
    touched = range(line.period_start.year, line.period_end.year + 1)
    missing = [year for year in touched if year not in years]
    if missing:
        field = "period_start" if missing[0] == line.period_start.year else "period_end"
        yield field, "proxy_year_missing", f"the proxy has no value for {missing[0]}"


def _price_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    wanted = terms.options.uprate_to_price_year
    if wanted is None or measure.valuation == "none":
        return
    proxy = terms.catalogue.proxy_of(measure)
    year = price_year_of(measure, proxy, line.period_end)
    if year != wanted and year not in terms.figures.prices.index:
        field = "period_end" if is_in_money_of_delivery(measure, proxy) else "measure"
        yield field, "price_year_unknown", _deflator_words(year)


def _discount_faults(measure: Measure, line: Line, terms: Terms) -> Iterator[Fault]:
    base = terms.options.discount_base_year
    if base is not None and line.period_start.year < base:
        yield "period_start", "before_discount_base", f"the period starts before the base year {base}"


def _deflator_words(year: int) -> str:
    return f"the price levels in use have no figure for {year}"


_Check = Callable[[Measure, Line, Terms], Iterator[Fault]]

_MEASURE_CHECKS: tuple[_Check, ...] = (
    _unit_faults,
    _quantity_faults,
    _denominator_faults,
    _share_faults,
    _group_faults,
    _contract_faults,
    _multiplier_faults,
    _licence_faults,
)

# These read the period, so they wait until it holds.
_PERIOD_CHECKS: tuple[_Check, ...] = (
    _start_faults,
    _headcount_faults,
    _validity_faults,
    _series_faults,
    _price_faults,
    _discount_faults,
)
