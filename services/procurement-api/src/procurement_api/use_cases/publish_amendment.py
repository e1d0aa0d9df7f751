"""Publishing the amendment of a tender as an OCDS release."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.tenders import PinnedMeasure, TenderTerms
from cdp_common.kernel.ocds_parts import Part
from procurement_api.domain.amendment_releases import AmendmentFacts, amendment_release, terms_release
from procurement_api.domain.release_facts import TenderPublished
from procurement_api.storage.ocds_releases import first_release
from procurement_api.use_cases.publish_releases import asked_of, lot_published, publish_release
from procurement_api.use_cases.tender_values import lots_answer, stated, value_answer


async def publish_amendment(
    tx: AsyncConnection, before: Mapping[Any, Any], after: Mapping[Any, Any], reason: str, now: datetime
) -> None:
    """The release of an amendment that leaves the terms on social value as they are."""
    await _publish(tx, after, amendment_release(_facts(before, after, reason, now)), now)


async def publish_new_terms(
    tx: AsyncConnection,
    before: Mapping[Any, Any],
    after: Mapping[Any, Any],
    told: TenderPublished,
    reason: str,
    now: datetime,
) -> None:
    """The release of an amendment of the terms; `told` is the tender as it is now."""
    asked = {measure["measure"] for measure in after["measures"]}
    dropped = [
        asked_of(PinnedMeasure.model_validate(measure), None)
        for measure in before["measures"]
        if measure["measure"] not in asked
    ]
    await _publish(tx, after, terms_release(_facts(before, after, reason, now), told, dropped), now)


def _facts(
    before: Mapping[Any, Any], tender: Mapping[Any, Any], reason: str, now: datetime
) -> AmendmentFacts:
    lots = [lot_published(lot) for lot in lots_answer(tender)]
    kept = {lot.id for lot in lots}
    return AmendmentFacts(
        version=tender["terms_version"],
        amended_at=now,
        reason=reason,
        reference=tender["reference"],
        title=tender["title"],
        description=tender["description"],
        published_at=tender["published_at"],
        deadline_at=tender["deadline_at"],
        value=stated(value_answer(tender)),
        lots=lots,
        lots_called_off=[lot_published(lot) for lot in lots_answer(before) if lot.id not in kept],
        weight=TenderTerms.model_validate(tender["terms"]).social_value_weight,
        notice=tender["imported_release"],
    )


async def _publish(tx: AsyncConnection, tender: Mapping[Any, Any], content: Part, now: datetime) -> None:
    """Publish the content if a release of the tender has gone out."""
    earlier = await first_release(tx, tender_id=tender["id"])
    if earlier is not None:
        await publish_release(tx, earlier["ocid"], content, now, tender_id=tender["id"])
