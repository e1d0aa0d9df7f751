"""Publishing OCDS releases, in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.tenders import Lot, PinnedMeasure, TenderTerms
from cdp_common.contracts.toms import Edition, Measure, Proxy
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.json_text import json_text
from cdp_common.kernel.ocds_parts import moment
from procurement_api.domain.ocid import minted
from procurement_api.domain.release_facts import (
    Asked,
    Framework,
    LotPublished,
    Party,
    ProxyRef,
    TenderPublished,
    TermsFacts,
)
from procurement_api.domain.releases import cancellation_release, tender_release
from procurement_api.storage.ocds_releases import (
    add_release,
    first_release,
    hold_releases,
    next_release,
    published_ocids,
)
from procurement_api.use_cases.tender_values import lots_answer, stated, value_answer


async def ocid_for_tender(tx: AsyncConnection, prefix: str, tender: Mapping[Any, Any]) -> str:
    """The process under which the tender is published: the notice's, unless another tender went out under it.

    From here on the transaction publishes alone.
    """
    await hold_releases(tx)
    stated: str | None = tender["ocid"]
    if stated is not None and not await published_ocids(tx, [stated]):
        return stated
    return minted(prefix, tender["id"])


async def publish_tender_release(
    tx: AsyncConnection,
    tender: Mapping[Any, Any],
    buyer: Organisation,
    edition: Edition,
    measures: Mapping[str, Measure],
    notice_ocid: str | None,
    now: datetime,
) -> None:
    """The `tender` release of a tender as it is published; `notice_ocid` where it has another id."""
    facts = tender_facts(tender, buyer, edition, measures)
    content = tender_release(facts, notice_ocid)
    await publish_release(tx, tender["ocid"], content, now, tender_id=tender["id"])


def tender_facts(
    tender: Mapping[Any, Any], buyer: Organisation, edition: Edition, measures: Mapping[str, Measure]
) -> TenderPublished:
    """A published tender as releases tell of it; `measures` are those that it asks for, by code."""
    terms = TenderTerms.model_validate(tender["terms"])
    pinned = [PinnedMeasure.model_validate(measure) for measure in tender["measures"]]
    return TenderPublished(
        reference=tender["reference"],
        title=tender["title"],
        description=tender["description"],
        value=stated(value_answer(tender)),
        lots=[lot_published(lot) for lot in lots_answer(tender)],
        delivery_areas=tender["delivery_areas"],
        buyer=party_of(buyer),
        published_at=tender["published_at"],
        deadline_at=tender["deadline_at"],
        starts_on=terms.contract_starts_on,
        ends_on=terms.contract_ends_on,
        data_status=tender["data_status"],
        terms=TermsFacts(
            framework=framework_of(edition),
            weight=terms.social_value_weight,
            method=terms.scoring.method,
            quantitative_share=terms.scoring.quantitative_share,
            qualitative_share=terms.scoring.qualitative_share,
            scale_max=terms.scoring.qualitative_scale_max,
            local_area=terms.local_area,
            asked=[asked_of(each, measures[each.measure].proxy) for each in pinned],
        ),
        notice=tender["imported_release"],
    )


async def publish_cancellation(tx: AsyncConnection, tender: Mapping[Any, Any], now: datetime) -> None:
    """The `tenderCancellation` release of a tender of which a release has gone out."""
    earlier = await first_release(tx, tender_id=tender["id"])
    if earlier is not None:
        content = cancellation_release(tender["reference"], closed=now >= tender["deadline_at"])
        await publish_release(tx, earlier["ocid"], content, now, tender_id=tender["id"])


async def publish_release(
    tx: AsyncConnection,
    ocid: str,
    content: Mapping[str, Any],
    now: datetime,
    *,
    tender_id: UUID | None = None,
    agreement_id: UUID | None = None,
) -> None:
    """Store a release for good: it gets its id and a date later than that of every earlier release."""
    await hold_releases(tx)
    place = await next_release(tx, now.replace(microsecond=now.microsecond // 1000 * 1000))
    release_id = new_id()
    body = {"ocid": ocid, "id": str(release_id), "date": moment(place.published_at), **content}
    row = {
        "id": release_id,
        "position": place.position,
        "ocid": ocid,
        "tender_id": tender_id,
        "agreement_id": agreement_id,
        "published_at": place.published_at,
        "body": json_text(body),
    }
    await add_release(tx, row)


def party_of(organisation: Organisation) -> Party:
    """The organisation as releases name it."""
    identifiers = [(each.scheme, each.id) for each in organisation.identifiers]
    return Party(organisation.id, organisation.legal_name, identifiers)


def framework_of(edition: Edition) -> Framework:
    """The edition as releases name it."""
    return Framework(edition.framework, edition.edition, edition.edition_hash)


def proxy_ref(proxy: Proxy | None) -> ProxyRef | None:
    """Which proxy it is; nothing of its value."""
    return None if proxy is None else ProxyRef(proxy.code, proxy.price_year)


def lot_published(lot: Lot) -> LotPublished:
    """A lot as releases tell of it."""
    return LotPublished(lot.id, lot.title, stated(lot.value))


def asked_of(pinned: PinnedMeasure, proxy: Proxy | None) -> Asked:
    """An asked measure as releases tell of it."""
    return Asked(
        measure=pinned.measure,
        title=pinned.title,
        unit=pinned.unit,
        weight=pinned.weight,
        target=pinned.target,
        mandatory=pinned.mandatory,
        proxy=proxy_ref(proxy),
    )
