"""What a framework pack must hold to: every reference leads somewhere and every figure can be used."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import decimal_places
from toms_engine.domain.edition import (
    UNPRICED_UNITS,
    Crosswalk,
    EditionContent,
    Measure,
    Multiplier,
    Proxy,
    SeriesPoint,
)
from toms_engine.domain.target_rules import target_faults

UNIT_VALUE_LIMIT = Decimal(10) ** 7
"""A unit is worth less than £10 million: with six decimals, £ × days of any line still fit the wire."""

FIGURE_PLACES = 6
_NAMED = 5  # measures named in one fault
_UNSUMMED = frozenset({"latest", "ratio"})


def pack_faults(content: EditionContent) -> list[FieldError]:
    """Where a pack contradicts itself."""
    return [
        *_validity("", content.effective_from, content.effective_to, "effective_to"),
        *_empty(content),
        *_duplicates("/themes", (theme.code for theme in content.themes)),
        *_duplicates("/outcomes", (outcome.code for outcome in content.outcomes)),
        *_duplicates("/measures", (measure.code for measure in content.measures)),
        *_duplicates("/proxies", (proxy.code for proxy in content.proxies)),
        *_outcome_faults(content),
        *_each_measure(content),
        *_each_proxy(content.proxies),
        *_each_multiplier(content.multipliers),
        *_each_crosswalk(content),
        *target_faults(content),
    ]


def _empty(content: EditionContent) -> Iterator[FieldError]:
    for kind in ("themes", "outcomes", "measures"):
        if not getattr(content, kind):
            yield FieldError(f"/{kind}", f"{kind}_missing", f"an edition has {kind}")


def _duplicates(pointer: str, codes: Iterable[str]) -> Iterator[FieldError]:
    seen: set[str] = set()
    for index, code in enumerate(codes):
        if code in seen:
            yield FieldError(f"{pointer}/{index}/code", "code_duplicate", "the code is used above")
        seen.add(code)


def _validity(pointer: str, start: date, end: date | None, field: str) -> Iterator[FieldError]:
    if end is not None and end < start:
        yield FieldError(f"{pointer}/{field}", "validity_reversed", "it ends before it starts")


def _outcome_faults(content: EditionContent) -> Iterator[FieldError]:
    themes = {theme.code for theme in content.themes}
    for index, outcome in enumerate(content.outcomes):
        if outcome.theme not in themes:
            yield FieldError(f"/outcomes/{index}/theme", "theme_unknown", "the pack has no such theme")


def _each_measure(content: EditionContent) -> Iterator[FieldError]:
    outcomes = {outcome.code for outcome in content.outcomes}
    proxies = {proxy.code for proxy in content.proxies}
    codes = {measure.code for measure in content.measures}
    tags = {tag.code for tag in content.tags}
    for index, measure in enumerate(content.measures):
        pointer = f"/measures/{index}"
        if measure.outcome not in outcomes:
            yield FieldError(f"{pointer}/outcome", "outcome_unknown", "the pack has no such outcome")
        yield from _validity(pointer, measure.valid_from, measure.valid_to, "valid_to")
        yield from _valuing_faults(pointer, measure, proxies)
        yield from _adjustment_faults(pointer, measure)
        yield from _exclusion_faults(pointer, measure, codes)
        yield from _tag_faults(pointer, measure, tags)


def _valuing_faults(pointer: str, measure: Measure, proxies: set[str]) -> Iterator[FieldError]:
    if measure.valuation == "proxy" and measure.proxy is None:
        yield FieldError(f"{pointer}/proxy", "proxy_missing", "a measure valued by proxy names it")
    if measure.valuation != "proxy" and measure.proxy is not None:
        yield FieldError(f"{pointer}/proxy", "proxy_not_expected", "the measure is not valued by proxy")
    if measure.proxy is not None and measure.proxy not in proxies:
        yield FieldError(f"{pointer}/proxy", "proxy_unknown", "the pack has no such proxy")
    if measure.valuation == "none":
        return
    if measure.unit in UNPRICED_UNITS:
        words = f"a measure in {measure.unit} carries no pounds"
        yield FieldError(f"{pointer}/valuation", "unit_carries_no_value", words)
    if measure.accumulation in _UNSUMMED:
        words = "what is never added up carries no pounds"
        yield FieldError(f"{pointer}/valuation", "accumulation_carries_no_value", words)
    if measure.valuation == "local_multiplier" and measure.unit != "gbp_spent":
        words = "a multiplier applies to pounds spent"
        yield FieldError(f"{pointer}/unit", "multiplier_needs_spend", words)


def _adjustment_faults(pointer: str, measure: Measure) -> Iterator[FieldError]:
    if measure.valuation == "none" and measure.additionality is not None:
        words = "there is no value to adjust"
        yield FieldError(f"{pointer}/additionality", "additionality_without_value", words)
    if measure.drop_off is not None and measure.lasts_years == 1:
        words = "drop-off means something only for an outcome that lasts"
        yield FieldError(f"{pointer}/drop_off", "drop_off_without_years", words)
    if measure.maximum_per_line is not None and measure.maximum_per_line <= 0:
        yield FieldError(f"{pointer}/maximum_per_line", "maximum_not_positive", "a maximum is above zero")


def _exclusion_faults(pointer: str, measure: Measure, codes: set[str]) -> Iterator[FieldError]:
    for position, other in enumerate(measure.excludes):
        place = f"{pointer}/excludes/{position}"
        if other == measure.code:
            yield FieldError(place, "measure_excludes_itself", "a measure cannot exclude itself")
        elif other not in codes:
            yield FieldError(place, "measure_unknown", "the pack has no such measure")


def _tag_faults(pointer: str, measure: Measure, tags: set[str]) -> Iterator[FieldError]:
    for position, tag in enumerate(measure.tags):
        if tag not in tags:
            yield FieldError(f"{pointer}/tags/{position}", "tag_unknown", "the pack declares no such tag")


def _each_proxy(proxies: Iterable[Proxy]) -> Iterator[FieldError]:
    for index, proxy in enumerate(proxies):
        pointer = f"/proxies/{index}"
        yield from _validity(pointer, proxy.valid_from, proxy.valid_to, "valid_to")
        if proxy.series:
            if (proxy.central_gbp, proxy.low_gbp, proxy.high_gbp) != (None, None, None):
                words = "a proxy has one value or a series, not both"
                yield FieldError(f"{pointer}/series", "proxy_value_ambiguous", words)
            yield from _series_faults(pointer, proxy.series)
        elif proxy.central_gbp is None:
            words = "a proxy has a value or a series of values"
            yield FieldError(f"{pointer}/central_gbp", "proxy_value_missing", words)
        else:
            yield from _value_faults(pointer, proxy.low_gbp, proxy.central_gbp, proxy.high_gbp)


def _series_faults(pointer: str, series: tuple[SeriesPoint, ...]) -> Iterator[FieldError]:
    years = Counter(point.year for point in series)
    for position, point in enumerate(series):
        place = f"{pointer}/series/{position}"
        if years[point.year] > 1:
            yield FieldError(f"{place}/year", "series_year_duplicate", "the year stands in the series twice")
        yield from _value_faults(place, point.low_gbp, point.central_gbp, point.high_gbp)


def _value_faults(
    pointer: str, low: Decimal | None, central: Decimal, high: Decimal | None
) -> Iterator[FieldError]:
    for field, value in (("low_gbp", low), ("central_gbp", central), ("high_gbp", high)):
        if value is not None and not _is_usable(value):
            words = f"a unit's value is from 0 to below {UNIT_VALUE_LIMIT:f}, with {FIGURE_PLACES} decimals"
            yield FieldError(f"{pointer}/{field}", "proxy_value_out_of_range", words)
    if (low is None) != (high is None):
        field = "low_gbp" if low is None else "high_gbp"
        yield FieldError(f"{pointer}/{field}", "proxy_range_incomplete", "a range has both ends")
    elif low is not None and high is not None and not low <= central <= high:
        words = "the central value lies between low and high"
        yield FieldError(f"{pointer}/central_gbp", "proxy_range_disordered", words)


def _is_usable(value: Decimal) -> bool:
    return 0 <= value < UNIT_VALUE_LIMIT and decimal_places(value) <= FIGURE_PLACES


def _each_multiplier(rows: Iterable[Multiplier]) -> Iterator[FieldError]:
    seen: set[tuple[str, str]] = set()
    for index, row in enumerate(rows):
        pointer = f"/multipliers/{index}"
        if (row.place, row.industry) in seen:
            words = "the place and industry have a multiplier above"
            yield FieldError(f"{pointer}/industry", "multiplier_duplicate", words)
        seen.add((row.place, row.industry))
        if not 1 <= row.multiplier < UNIT_VALUE_LIMIT or decimal_places(row.multiplier) > FIGURE_PLACES:
            words = f"an output multiplier is at least 1 and has at most {FIGURE_PLACES} decimals"
            yield FieldError(f"{pointer}/multiplier", "multiplier_out_of_range", words)
        if row.component != "local_economic":
            words = "local spend is local economic value"
            yield FieldError(f"{pointer}/component", "multiplier_component", words)


def _each_crosswalk(content: EditionContent) -> Iterator[FieldError]:
    codes = {measure.code for measure in content.measures}
    schemes: set[str] = set()
    for index, crosswalk in enumerate(content.crosswalks):
        pointer = f"/crosswalks/{index}"
        if crosswalk.scheme in schemes:
            yield FieldError(f"{pointer}/scheme", "code_duplicate", "the scheme is used above")
        schemes.add(crosswalk.scheme)
        yield from _crosswalk_rows(pointer, crosswalk, codes)


def _crosswalk_rows(pointer: str, crosswalk: Crosswalk, codes: set[str]) -> Iterator[FieldError]:
    seen: set[tuple[str, str]] = set()
    shares: dict[str, Decimal] = {}
    for position, row in enumerate(crosswalk.rows):
        place = f"{pointer}/rows/{position}"
        if row.measure not in codes:
            yield FieldError(f"{place}/measure", "measure_unknown", "the pack has no such measure")
        if row.category not in crosswalk.categories:
            yield FieldError(f"{place}/category", "category_unknown", "the crosswalk has no such category")
        if (row.measure, row.category) in seen:
            yield FieldError(place, "crosswalk_row_duplicate", "the measure stands in the category above")
        seen.add((row.measure, row.category))
        shares[row.measure] = shares.get(row.measure, Decimal(0)) + row.share
        if shares[row.measure] > 1 and crosswalk.additive is not False:
            words = "the shares of a measure sum to at most 1, unless the crosswalk is `additive: false`"
            yield FieldError(f"{place}/share", "crosswalk_share_above_one", words)
    if crosswalk.additive and not crosswalk.adds_up:
        short = ", ".join(sorted(measure for measure, total in shares.items() if total != 1)[:_NAMED])
        words = f"the shares do not sum to 1 for: {short}"
        yield FieldError(f"{pointer}/additive", "crosswalk_not_additive", words)
