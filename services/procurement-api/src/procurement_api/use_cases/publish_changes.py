"""Publishing variations and novations of contracts as OCDS releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.toms import Edition, Measure
from cdp_common.kernel.ocds_parts import Part
from procurement_api.domain.change_releases import (
    ChangeFacts,
    IndicatorsVaried,
    novation_release,
    variation_release,
)
from procurement_api.domain.release_facts import Commitment
from procurement_api.storage.ocds_releases import first_release
from procurement_api.use_cases.answers import gbp_or_none
from procurement_api.use_cases.publish_contracts import Described, commitment_of, indicators_of
from procurement_api.use_cases.publish_releases import framework_of, party_of, proxy_ref, publish_release


@dataclass(frozen=True)
class Metrics:
    """What releases say of commitments beside their rows: the edition, and its measures by code."""

    edition: Edition
    measures: Mapping[str, Measure]


async def publish_variation(
    tx: AsyncConnection,
    agreement: Mapping[Any, Any],
    lines: Sequence[Mapping[str, Any]],
    metrics: Metrics | None,
    kpis_before: int,
    effective_on: date,
    now: datetime,
) -> None:
    """The release of a variation of a contract of which a release has gone out."""
    framework = None if metrics is None else framework_of(metrics.edition)
    commitments = [] if metrics is None else [_commitment(line, metrics) for line in lines]
    facts = _facts(agreement, effective_on, now)
    indicators = IndicatorsVaried(indicators_of(agreement), kpis_before, agreement["kpi_exemption"])
    await _publish(tx, agreement, variation_release(facts, framework, commitments, indicators), now)


async def publish_novation(
    tx: AsyncConnection,
    agreement: Mapping[Any, Any],
    deliverer: Organisation,
    effective_on: date,
    now: datetime,
) -> None:
    """The release of a novation of a contract of which a release has gone out."""
    facts = _facts(agreement, effective_on, now)
    await _publish(tx, agreement, novation_release(facts, party_of(deliverer)), now)


def _commitment(line: Mapping[str, Any], metrics: Metrics) -> Commitment:
    measure = metrics.measures.get(line["measure"])
    if measure is None:
        return commitment_of(line, Described(line["measure"], None))
    return commitment_of(line, Described(measure.title, proxy_ref(measure.proxy)))


def _facts(agreement: Mapping[Any, Any], effective_on: date, now: datetime) -> ChangeFacts:
    return ChangeFacts(
        agreement_id=agreement["id"],
        version=agreement["version"],
        effective_on=effective_on,
        recorded_at=now,
        starts_on=agreement["starts_on"],
        ends_on=agreement["ends_on"],
        value_gbp=gbp_or_none(agreement["value_pence"]),
    )


async def _publish(tx: AsyncConnection, agreement: Mapping[Any, Any], content: Part, now: datetime) -> None:
    earlier = await first_release(tx, agreement_id=agreement["id"])
    if earlier is not None:
        of_tender = earlier["tender_id"]
        await publish_release(
            tx, earlier["ocid"], content, now, tender_id=of_tender, agreement_id=agreement["id"]
        )
