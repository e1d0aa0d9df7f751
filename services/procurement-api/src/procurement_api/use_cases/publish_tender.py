"""A buyer publishes its tender: measures are pinned, and it gets a key to which bids are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.promises import PromisedLine
from cdp_common.contracts.tenders import AskedMeasure, PinnedMeasure, Tender, TenderTerms
from cdp_common.contracts.toms import (
    Measure,
    MeasureBatchRequest,
    MeasureKey,
    ValuationLine,
    ValuationRequest,
)
from cdp_common.db.database import Database
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.ocds import is_awarded
from procurement_api.domain.tender import (
    TenderAwardedElsewhere,
    TermsMissing,
    require_state,
    require_terms_hold,
)
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.happenings import tell_tender
from procurement_api.use_cases.others import known_edition
from procurement_api.use_cases.publish_releases import ocid_for_tender, publish_tender_release
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.sealing import new_sealing_key, seal_binding, wrap
from procurement_api.use_cases.set_terms import lot_ids, rules_of
from procurement_api.use_cases.value_bid import valuation_line

_ONE = Decimal(1)


async def publish_tender(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    if_match: str | None,
    sealing_key: bytes,
    ocid_prefix: str,
    now: datetime,
) -> Tender:
    """The published tender; its terms do not change any more, and its first OCDS release goes out with it."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        require_match(if_match, tender_answer(tender))
        terms = _publishable(tender, now)
    measures = await _measures(toms, terms)
    await _require_valuable(toms, terms, measures, now.date())
    edition = await known_edition(toms, terms.edition_hash)
    buyer = await partners.get_organisation(caller.org)
    pinned = [_pinned(asked, measures) for asked in terms.measures]
    public_jwk, private_jwk = new_sealing_key()

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        require_match(if_match, tender_answer(tender))
        _publishable(tender, now)
        ocid = await ocid_for_tender(tx, ocid_prefix, tender)
        changed = await change_tender(
            tx,
            tender_id,
            ocid=ocid,
            state="published",
            published_at=now,
            measures=[measure.model_dump(mode="json") for measure in pinned],
            sealing_public_jwk=public_jwk,
            sealing_private_wrapped=wrap(private_jwk, sealing_key, seal_binding(tender_id)),
        )
        notice_ocid = None if tender["ocid"] == ocid else tender["ocid"]
        await publish_tender_release(tx, changed, buyer, edition, measures, notice_ocid, now)
        published = tender_answer(changed)
        await tell_tender(tx, "published", published, now)
        return published


def _publishable(tender: RowMapping, now: datetime) -> TenderTerms:
    require_state(tender["state"], "draft")
    if tender["terms"] is None:
        raise TermsMissing("Set the terms before publishing.")
    if is_awarded(tender["imported_release"]):
        raise TenderAwardedElsewhere("The imported notice tells of an award; register its contract instead.")
    terms = TenderTerms.model_validate(tender["terms"])
    require_terms_hold(rules_of(terms), lot_ids(tender), now)
    return terms


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
        raise InvalidInput("The terms name measures that the edition does not have.", errors=unknown)
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
        unit=measure.unit,
        decimals=measure.decimals,
        negative_allowed=measure.negative_allowed,
        maximum_per_line=measure.maximum_per_line,
        accumulation=measure.accumulation,
        target_groups=measure.target_groups,
        excludes=[code for code in measure.excludes if code in measures],
    )
