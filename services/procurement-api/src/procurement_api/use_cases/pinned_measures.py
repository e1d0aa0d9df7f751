"""The measures that a tender asks for, as the edition has them when it is published or amended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.tenders import AskedMeasure, PinnedMeasure, TenderTerms
from cdp_common.contracts.toms import (
    Measure,
    MeasureBatchRequest,
    MeasureKey,
    ValuationLine,
    ValuationRequest,
)
from cdp_common.kernel.errors import FieldError
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.tender import TermsInvalid
from procurement_api.use_cases.value_bid import valuation_line

_ONE = Decimal(1)


async def pinnable_measures(toms: TomsClient, terms: TenderTerms, today: date) -> dict[str, Measure]:
    """The measures that the terms ask for, by code; refused where bids could not be valued."""
    measures = await _measures(toms, terms)
    await _require_valuable(toms, terms, measures, today)
    return measures


def pinned_measures(terms: TenderTerms, measures: Mapping[str, Measure]) -> list[dict[str, Any]]:
    """The asked measures with what is pinned of each, as a tender's row keeps them."""
    return [_pinned(asked, measures).model_dump(mode="json") for asked in terms.measures]


async def _measures(toms: TomsClient, terms: TenderTerms) -> dict[str, Measure]:
    keys = [MeasureKey(edition_hash=terms.edition_hash, code=asked.measure) for asked in terms.measures]
    found = await toms.batch_measures(MeasureBatchRequest(keys=keys))
    measures = {measure.code: measure for measure in found.items}
    words = "No published edition of this hash has such a measure."
    unknown = [
        FieldError(f"/terms/measures/{index}/measure", "measure_unknown", words)
        for index, asked in enumerate(terms.measures)
        if asked.measure not in measures
    ]
    if unknown:
        raise TermsInvalid("The terms name measures that the edition does not have.", errors=unknown)
    return measures


async def _require_valuable(
    toms: TomsClient, terms: TenderTerms, measures: dict[str, Measure], today: date
) -> None:
    """Refuse terms under which bids could not be valued at opening, when it is too late to mend them.

    One unit of each measure is valued over the contract. Local spend is left out: it depends on the industry
    that a bid names.
    """
    tried = [
        (index, measures[asked.measure])
        for index, asked in enumerate(terms.measures)
        if measures[asked.measure].valuation != "local_multiplier"
    ]
    if tried:
        lines = [_trial(index, measure, terms, today) for index, measure in tried]
        await value_for_caller(
            toms,
            ValuationRequest(edition_hash=terms.edition_hash, lines=lines),
            [f"/terms/measures/{index}" for index, _ in tried],
        )


def _trial(index: int, measure: Measure, terms: TenderTerms, today: date) -> ValuationLine:
    quantity = _ONE if measure.maximum_per_line is None else min(_ONE, measure.maximum_per_line)
    promise = PromisedLine(
        measure=measure.code,
        quantity=quantity,
        unit=measure.unit,
        target_group=measure.target_groups[0] if measure.target_groups else None,
    )
    contract = ContractPeriod(terms.contract_starts_on, terms.contract_ends_on)
    line = valuation_line(str(index), promise, contract, terms.place_slug, today)
    of_people = bool(measure.target_groups) and measure.unit == "fte_years"
    parts = {
        "denominator": _ONE if measure.accumulation == "ratio" else None,
        "headcount": 1 if of_people else None,
    }
    return line.model_copy(update=parts)


def _pinned(asked: AskedMeasure, measures: Mapping[str, Measure]) -> PinnedMeasure:
    measure = measures[asked.measure]
    stated = asked.model_dump()
    # Without the industry local spend has no multiplier, whatever the buyer's terms forgot to say.
    stated["needs_industry"] = asked.needs_industry or measure.valuation == "local_multiplier"
    return PinnedMeasure(
        **stated,
        title=measure.title,
        guidance=measure.guidance,
        unit=measure.unit,
        decimals=measure.decimals,
        negative_allowed=measure.negative_allowed,
        maximum_per_line=measure.maximum_per_line,
        accumulation=measure.accumulation,
        target_groups=measure.target_groups,
        excludes=[code for code in measure.excludes if code in measures],
    )
