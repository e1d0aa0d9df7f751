"""Asking toms-engine how editions count measures and what a unit is worth in them; none of it changes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import cast

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamMalformed, UpstreamProblem
from cdp_common.contracts.toms import (
    Edition,
    Measure,
    MeasureBatchRequest,
    MeasureKey,
    Unit,
    ValuationLine,
    ValuationRequest,
    ValuedLine,
)
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import Exact
from reporting_api.domain.constant_edition import (
    MeasureKind,
    NotRevalued,
    PriceKey,
    Terms,
    UnitPrice,
)
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.gather import MEASURES_PER_CALL
from reporting_api.use_cases.set_targets import EditionUnknown

PRICES_PER_CALL = 200
"""Each comes with its explanation."""
_LINE = re.compile(r"^/lines/(\d{1,6})(/|$)")

Prices = dict[PriceKey, UnitPrice | NotRevalued]


async def published_edition(toms: TomsClient, edition_hash: str, memory: Remembered) -> Edition:
    """The edition of a hash; refused when none is published under it."""
    key = ("edition", edition_hash)
    edition = memory.get(key, Edition)
    if edition is None:
        try:
            edition = await toms.get_edition_by_hash(edition_hash)
        except UpstreamProblem as problem:
            if problem.status != 404:
                raise
            raise _unknown() from problem
        if edition.state != "published":
            raise _unknown()
        memory.keep(key, edition, edition.measure_count + 1)
    return edition


async def kinds_of(
    toms: TomsClient, wanted_hash: str, recorded: Collection[tuple[str, str]], memory: Remembered
) -> dict[tuple[str, str], MeasureKind]:
    """How editions count measures: those of the record, and the one that is wanted where it has them."""
    keys = sorted({*recorded, *((wanted_hash, code) for _, code in recorded)})
    known = {key: memory.get(("kind", key), tuple) for key in keys}
    missing = [key for key, found in known.items() if found is None]
    for start in range(0, len(missing), MEASURES_PER_CALL):
        some = missing[start : start + MEASURES_PER_CALL]
        request = MeasureBatchRequest(keys=[MeasureKey(edition_hash=of, code=code) for of, code in some])
        told = {(one.edition_hash, one.code): one for one in (await toms.batch_measures(request)).items}
        for key in some:
            found = (
                None if key not in told else _kind(told[key], await published_edition(toms, key[0], memory)),
            )
            memory.keep(("kind", key), found, 2)
            known[key] = found
    kinds = {key: found[0] for key, found in known.items() if found is not None and found[0] is not None}
    if not set(recorded) <= kinds.keys():
        raise UpstreamMalformed("toms-engine does not know a measure that the ledger names.")
    return kinds


async def prices_at(
    toms: TomsClient, terms: Terms, place: str, keys: Sequence[PriceKey], memory: Remembered
) -> Prices:
    """What one unit that counts is worth in the edition of the terms, or why that cannot be said."""
    of = ("price", terms.edition_hash, place)
    prices: Prices = {}
    for key in keys:
        priced = memory.get((*of, key), UnitPrice) if _is_priced(terms, key) else UnitPrice(Exact(0))
        if priced is not None:
            prices[key] = priced
    missing = [key for key in keys if key not in prices]
    for start in range(0, len(missing), PRICES_PER_CALL):
        found = await _asked(toms, terms, place, missing[start : start + PRICES_PER_CALL])
        for key, price in found.items():
            if isinstance(price, UnitPrice):
                memory.keep((*of, key), price, 2)
        prices |= found
    return prices


async def _asked(toms: TomsClient, terms: Terms, place: str, keys: Sequence[PriceKey]) -> Prices:
    """The prices of some keys: what is refused of them is said once, and the rest asked for again."""
    found: Prices = {}
    rest = list(keys)
    for _ in range(2):
        lines = [_line(str(at), key, terms, place) for at, key in enumerate(rest)]
        if not lines:
            return found
        request = ValuationRequest(edition_hash=terms.edition_hash, lines=lines, explain=True)
        try:
            valued = (await toms.value_lines(request)).lines
        except UpstreamProblem as problem:
            refused = _refused(problem)
            if not refused:
                raise
            found |= {rest[at]: NotRevalued("not_valued", fault) for at, fault in refused.items()}
            rest = [key for at, key in enumerate(rest) if at not in refused]
            continue
        return found | {key: _price(line) for key, line in zip(rest, valued, strict=True)}
    raise UpstreamMalformed("toms-engine refuses lines that it did not name before.")


def _refused(problem: UpstreamProblem) -> dict[int, str]:
    """The first fault of each line that a refusal names."""
    found: dict[int, str] = {}
    for error in problem.errors:
        at = _LINE.match(error.pointer)
        if at is not None:
            found.setdefault(int(at[1]), error.code)
    return found


def _line(ref: str, key: PriceKey, terms: Terms, place: str) -> ValuationLine:
    """A line that every limit on quantities lets through: only its factors are of interest."""
    kind = terms.kinds[terms.edition_hash, key.measure]
    since, until = (
        (kind.valid_on, kind.valid_on) if key.period is None else (key.period.start, key.period.end)
    )
    return ValuationLine.model_construct(
        ref=ref,
        measure=key.measure,
        quantity=Decimal(0),
        unit=cast("Unit", kind.unit),
        period_start=since,
        period_end=until,
        place=place if key.industry is not None else None,
        industry=key.industry,
        contract_years=Decimal(1),  # so that a measure of first years needs no day on which it began
        attribution_share=None,
        target_group=kind.target_group,
        headcount=1 if kind.target_group is not None and kind.unit == "fte_years" else None,
        committed_on=kind.valid_on,
    )


def _price(line: ValuedLine) -> UnitPrice:
    """The factors of one unit: those that lead on from pounds, up to rounding."""
    explanation = line.explanation
    assert explanation is not None  # asked for
    gbp = Exact()
    for step in explanation.steps:
        if step.unit == "GBP" and step.factor is not None:
            gbp = gbp.times(step.factor, step.divisor)
    return UnitPrice(gbp)


def _is_priced(terms: Terms, key: PriceKey) -> bool:
    return terms.kinds[terms.edition_hash, key.measure].valuation != "none"


def _kind(measure: Measure, edition: Edition) -> MeasureKind:
    proxy = measure.proxy
    taken_over = edition.tailors is not None and measure.origin in ("inherited", "tailored")
    is_open = proxy is None or proxy.redistributable
    from_days = [edition.effective_from, measure.valid_from, *([] if proxy is None else [proxy.valid_from])]
    return MeasureKind(
        edition_hash=measure.edition_hash,
        code=measure.code,
        title=measure.title,
        framework=measure.framework,
        tailored_from=edition.tailors.framework if taken_over and edition.tailors is not None else None,
        unit=measure.unit,
        accumulation=measure.accumulation,
        year_rule=measure.year_rule,
        valuation=measure.valuation,
        component=measure.component,
        is_fiscal=proxy is not None and proxy.value_type == "fiscal",
        licence=None if is_open or proxy is None else proxy.licence_framework or edition.framework,
        is_yearly=proxy is not None and bool(proxy.series),
        valid_on=max(from_days),
        target_group=next(iter(measure.target_groups), None),
    )


def _unknown() -> EditionUnknown:
    fault = FieldError("?edition_hash", "edition_unknown", "no published edition has this hash")
    return EditionUnknown("No published edition has this hash.", errors=[fault])
