"""Telling how a contract is performed: a rated assessment of its indicators, published as an OCDS release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.procurement import ProcurementClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.performance import (
    IndicatorAssessment,
    PerformanceNotice,
    PerformanceNoticeDraft,
)
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.json_text import json_text, json_value
from cdp_common.kernel.ocds_merge import compiled_release, in_order
from cdp_common.kernel.ocds_parts import moment
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.commitments import CONTRACT_KINDS
from reporting_api.domain.performance import (
    Assessment,
    ContractNotFound,
    Delivery,
    Indicator,
    IndicatorsMissing,
    OcidUnknown,
    Stated,
    assessed,
    require_period_over,
)
from reporting_api.domain.performance_releases import PerformanceFacts, indicators_of, performance_release
from reporting_api.storage.coverage import memberships_known, standing_reports
from reporting_api.storage.deliveries import commitment_with_lines, delivery_sums
from reporting_api.storage.ocds_releases import (
    NextRelease,
    add_release,
    hold_releases,
    next_release,
    was_told_of,
)
from reporting_api.storage.rating_rules import shipped_rating_rule
from reporting_api.use_cases.protect_value import organisations_agreed

_STEP = timedelta(milliseconds=1)
_ZERO = Decimal(0)


async def publish_performance(
    db: Database,
    procurement: ProcurementClient,
    caller: Caller,
    draft: PerformanceNoticeDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The published assessment of one period of the caller's own contract."""
    period = Period(draft.period_start, draft.period_end)
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await _own_contract(tx, caller, draft.agreement_id)
    require_period_over(period, now.date())
    published = await _published_before(procurement, draft.ocid)
    indicators = _indicators(published, draft)
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        contract, lines = await _own_contract(tx, caller, draft.agreement_id)
        deliveries = await _deliveries(tx, contract, lines, period, now)
        stated = [Stated(each.indicator, each.rating, each.notes) for each in draft.ratings]
        rule = shipped_rating_rule()
        assessments = assessed(indicators, stated, deliveries, rule)
        await hold_releases(tx)
        is_update = await was_told_of(tx, draft.agreement_id, period)
        place = await next_release(tx, max(now, _last_date(published) + _STEP))
        facts = PerformanceFacts(
            draft.agreement_id, period, place.published_at, assessments, rule.version, is_update
        )
        release_id = new_id()
        await add_release(tx, _row(release_id, draft, place, performance_release(facts)))
        notice = _notice(release_id, draft, place.published_at, facts)
        return await once.keep(tx, 201, notice, now=now)


async def _own_contract(
    tx: AsyncConnection, caller: Caller, agreement_id: UUID
) -> tuple[RowMapping, list[RowMapping]]:
    """The contract and its lines, if the caller is its buyer; to others there is none."""
    found = await commitment_with_lines(tx, agreement_id)
    if found is None or found[0]["kind"] not in CONTRACT_KINDS or found[0]["commissioner_id"] != caller.org:
        raise ContractNotFound("You have no contract with this id.")
    return found


async def _published_before(procurement: ProcurementClient, ocid: str) -> list[Mapping[str, Any]]:
    """What procurement-api has published about the process, oldest first."""
    try:
        texts = await procurement.get_ocds_release_texts(ocid)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        raise _unknown_process() from problem
    return in_order([json_value(text) for text in texts])


def _indicators(published: Sequence[Mapping[str, Any]], draft: PerformanceNoticeDraft) -> list[Indicator]:
    found = indicators_of(compiled_release(published), draft.agreement_id)
    if found is None:
        raise _unknown_process()
    if not found:
        raise IndicatorsMissing("The contract was published without key performance indicators.")
    return found


def _unknown_process() -> OcidUnknown:
    fault = FieldError("/ocid", "ocid_unknown", "no release of this process tells of the contract")
    return OcidUnknown("The contract was not published in this process.", errors=[fault])


def _last_date(published: Sequence[Mapping[str, Any]]) -> datetime:
    """The date of the latest release: delivery is told of later, so that merging has one order."""
    return datetime.fromisoformat(published[-1]["date"])


async def _deliveries(
    tx: AsyncConnection, contract: RowMapping, lines: Sequence[RowMapping], period: Period, now: datetime
) -> dict[UUID, Delivery]:
    """What was validated and due of each line; quantities are told where all who delivered agreed."""
    place_id = contract["place_id"]
    agreed = organisations_agreed(
        await memberships_known(tx, place_id, now),
        await standing_reports(tx, place_id, period, now),
        period,
    )
    sums = await delivery_sums(tx, place_id, {line["line_id"] for line in lines}, period)
    found = {}
    for line in lines:
        own = [each for each in sums if each.line_id == line["line_id"]]
        validated = [each for each in own if each.figure == "validated"]
        deliverers = {each.deliverer_id for each in validated} or {contract["deliverer_id"]}
        found[line["line_id"]] = Delivery(
            unit=line["unit"],
            validated_quantity=sum((each.counted_quantity for each in validated), start=_ZERO),
            due_quantity=sum((each.counted_quantity for each in own if each.figure == "due"), start=_ZERO),
            social_pence=sum(each.social_pence for each in validated),
            local_pence=sum(each.local_pence for each in validated),
            licence_framework=line["licence_framework"],
            is_named=deliverers <= agreed,
        )
    return found


def _row(
    release_id: UUID, draft: PerformanceNoticeDraft, place: NextRelease, content: Mapping[str, Any]
) -> dict[str, Any]:
    body = {"ocid": draft.ocid, "id": str(release_id), "date": moment(place.published_at), **content}
    return {
        "id": release_id,
        "position": place.position,
        "ocid": draft.ocid,
        "agreement_id": draft.agreement_id,
        "period_start": draft.period_start,
        "period_end": draft.period_end,
        "published_at": place.published_at,
        "body": json_text(body),
    }


def _notice(
    release_id: UUID, draft: PerformanceNoticeDraft, published_at: datetime, facts: PerformanceFacts
) -> PerformanceNotice:
    return PerformanceNotice(
        release_id=release_id,
        ocid=draft.ocid,
        agreement_id=draft.agreement_id,
        period_start=draft.period_start,
        period_end=draft.period_end,
        published_at=published_at,
        is_update=facts.is_update,
        rule_version=facts.rule_version,
        indicators=[_assessment(each) for each in facts.assessments],
    )


def _assessment(of: Assessment) -> IndicatorAssessment:
    shown = of.delivery if of.delivery is not None and of.delivery.is_named else None
    return IndicatorAssessment(
        indicator=of.indicator.id,
        title=of.indicator.title,
        commitment_line_id=of.indicator.line_id,
        rating=of.rating,
        rated_by=of.rated_by,
        notes=of.notes,
        validated_quantity=None if shown is None else shown.validated_quantity,
        due_quantity=None if shown is None else shown.due_quantity,
    )
