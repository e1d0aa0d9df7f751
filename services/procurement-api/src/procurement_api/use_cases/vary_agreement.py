"""A commissioner varies an agreement: what is not due by a date falls due anew, and nothing is rewritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.agreements import AgreementVariation
from cdp_common.contracts.commitments import CommitmentsVaried
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.toms import Edition, Measure, MeasureBatchRequest, MeasureKey
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.agreement_change import Variation, require_variation_holds
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.storage.agreement_changes import add_change, last_changed_on
from procurement_api.storage.agreements import agreement_by_id, lines_of_agreements
from procurement_api.use_cases.actors import acted_by, actor_row
from procurement_api.use_cases.agreement_kpis import require_varied_kpis, varied_kpi_columns
from procurement_api.use_cases.answers import agreement_answers
from procurement_api.use_cases.bid_rules import profile_of
from procurement_api.use_cases.happenings import tell_agreement_changed
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_edition
from procurement_api.use_cases.publish_changes import Metrics, publish_variation
from procurement_api.use_cases.rights import own_agreement
from procurement_api.use_cases.standing_agreement import standing_of
from procurement_api.use_cases.value_promises import PromiseTerms
from procurement_api.use_cases.value_variation import (
    LinesVaried,
    Varied,
    touched,
    value_variation,
    varied_lines,
)


async def vary_agreement(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    agreement_id: UUID,
    variation: AgreementVariation,
    if_match: str | None,
    once: Once,
    now: datetime,
) -> Answer:
    """The agreement as it is from the date on; its lines are told with what of them is left."""
    async with db.begin() as tx:
        row = own_agreement(caller, await agreement_by_id(tx, agreement_id))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        lines = await _variable(tx, row, variation, caller, if_match)
    by_id = {line["line_id"]: line for line in lines}
    pinned_to = next((line["edition_hash"] for line in lines), variation.edition_hash)
    varied, metrics = Varied([], []), None
    if pinned_to is not None:
        edition = await known_edition(toms, pinned_to)
        place = await partners.get_place(row["place_id"])
        life = ContractPeriod(row["starts_on"], row["ends_on"])
        terms = PromiseTerms(edition, place.slug, life, row["signed_on"], pinned=bool(lines))
        varied = await value_variation(toms, terms, by_id, _lines_of(variation))
        metrics = Metrics(edition, await _measures(toms, edition, by_id, variation))

    async with db.begin() as tx:
        row = own_agreement(caller, await agreement_by_id(tx, agreement_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        lines = await _variable(tx, row, variation, caller, if_match)
        changed = await _changed(tx, row, lines, variation, varied, caller, now)
        standing, ids = await lines_of_agreements(tx, [agreement_id]), touched(varied)
        [agreement] = agreement_answers([changed], standing)
        told = CommitmentsVaried(
            source_id=agreement_id,
            place_id=agreement.place_id,
            effective_on=variation.effective_on,
            reason=variation.reason,
            acted_by=acted_by(caller),
            ends_on=agreement.ends_on,
            value_gbp=agreement.value_gbp,
            lines=[line for line in agreement.lines if line.line_id in ids],
        )
        await tell_agreement_changed(tx, "varied", agreement, told, now)
        rows = [line for line in standing if line["line_id"] in ids]
        await publish_variation(tx, changed, rows, metrics, len(row["kpis"]), variation.effective_on, now)
        return await keep_answer(tx, once, 201, for_reader(agreement, caller.scopes), now)


async def _variable(
    tx: AsyncConnection,
    row: RowMapping,
    variation: AgreementVariation,
    caller: Caller,
    if_match: str | None,
) -> list[dict[str, Any]]:
    """The agreement's lines as they stand, if it may be varied so."""
    lines = await lines_of_agreements(tx, [row["id"]])
    [current] = agreement_answers([row], lines)
    require_match(if_match, for_reader(current, caller.scopes))
    changed_on = await last_changed_on(tx, row["id"])
    require_variation_holds(standing_of(row, lines, changed_on), _rules_of(variation))
    require_varied_kpis(row, lines, variation)
    return lines


async def _changed(
    tx: AsyncConnection,
    row: RowMapping,
    lines: list[dict[str, Any]],
    variation: AgreementVariation,
    varied: Varied,
    caller: Caller,
    now: datetime,
) -> RowMapping:
    """The agreement's row after the variation, which is written with the lines that it changes."""
    version, columns = row["version"] + 1, _columns(row, variation)
    indicators = varied_kpi_columns(row, lines, varied.new_lines, variation)
    change = {
        "agreement_id": row["id"],
        "version": version,
        "kind": "variation",
        "effective_on": variation.effective_on,
        "reason": variation.reason,
        "recorded_at": now,
        **actor_row(caller, by="changed_by"),
        "deliverer_organisation_id": row["deliverer_organisation_id"],
        **columns,
        "value_gross_pence": indicators["value_gross_pence"],
        "line_ids": [str(line_id) for line_id in touched(varied)],
    }
    versions = [{**each, "version": version} for each in varied.versions]
    new_lines = [{**each, "agreement_id": row["id"]} for each in varied.new_lines]
    return await add_change(tx, change, {**columns, **indicators}, versions, new_lines)


def _rules_of(variation: AgreementVariation) -> Variation:
    return Variation(
        effective_on=variation.effective_on,
        ends_on=variation.ends_on,
        value_gbp=variation.value_gbp,
        lines=varied_lines(variation.lines),
        new_profiles=[profile_of(line) for line in variation.new_lines],
        names_edition=variation.edition_hash is not None,
        says_more=bool(variation.kpis or variation.kpi_exemption or variation.value_gross_gbp is not None),
    )


def _lines_of(variation: AgreementVariation) -> LinesVaried:
    return LinesVaried(variation.effective_on, variation.lines, variation.new_lines, variation.ends_on)


async def _measures(
    toms: TomsClient, edition: Edition, lines: Mapping[UUID, Mapping[str, Any]], variation: AgreementVariation
) -> dict[str, Measure]:
    """The measures of the lines that change or are new, by code."""
    codes = {lines[line.line_id]["measure"] for line in variation.lines}
    codes |= {line.measure for line in variation.new_lines}
    if not codes:
        return {}
    keys = [MeasureKey(edition_hash=edition.edition_hash, code=code) for code in sorted(codes)]
    found = await toms.batch_measures(MeasureBatchRequest(keys=keys))
    return {measure.code: measure for measure in found.items}


def _columns(row: Mapping[Any, Any], variation: AgreementVariation) -> dict[str, Any]:
    """What the agreement itself says from now on."""
    value = variation.value_gbp
    return {
        "ends_on": variation.ends_on or row["ends_on"],
        "value_pence": row["value_pence"] if value is None else pence_from_gbp(value),
    }
