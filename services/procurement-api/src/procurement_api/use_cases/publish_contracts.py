"""Publishing awards, contracts and their end as OCDS releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.toms import Edition, Explanation
from cdp_common.kernel.money import gbp_from_pence
from procurement_api.domain.ocid import minted
from procurement_api.domain.release_facts import Commitment, ContractSigned, Indicator, Pounds, ProxyRef
from procurement_api.domain.releases import award_release, contract_release, termination_release
from procurement_api.storage.ocds_releases import first_release, hold_releases
from procurement_api.use_cases.answers import gbp_or_none
from procurement_api.use_cases.publish_releases import framework_of, party_of, proxy_ref, publish_release

PUBLISHED_KINDS = frozenset({"contract", "call_off", "framework_agreement"})
"""Grants and planning obligations are no contracts of a procurement; OCDS has no releases for them."""


@dataclass(frozen=True)
class Described:
    """What a release says of a commitment beside its row."""

    title: str
    proxy: ProxyRef | None
    lot: str | None = None


def described(explanation: Explanation | None, title: str, lot: str | None = None) -> Described:
    """The measure's title and proxy from the line's explanation; `title` where there is none."""
    if explanation is None:
        return Described(title, None, lot)
    return Described(explanation.measure_title, proxy_ref(explanation.proxy), lot)


def contract_facts(
    row: Mapping[str, Any],
    lines: Sequence[Mapping[str, Any]],
    about: Mapping[UUID, Described],
    commissioner: Organisation,
    deliverer: Organisation,
    edition: Edition,
) -> ContractSigned:
    """A signed agreement as releases tell of it; `about` has every line by its id."""
    return ContractSigned(
        id=row["id"],
        title=row["title"],
        reference=row["reference"],
        buyer=party_of(commissioner),
        supplier=party_of(deliverer),
        value_gbp=gbp_or_none(row["value_pence"]),
        signed_on=row["signed_on"],
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        bid_id=row["bid_id"],
        framework=framework_of(edition),
        commitments=[commitment_of(line, about[line["line_id"]]) for line in lines],
        data_status=row["data_status"],
        indicators=indicators_of(row),
        kpi_exemption=row["kpi_exemption"],
    )


def indicators_of(row: Mapping[Any, Any]) -> list[Indicator]:
    """An agreement's key performance indicators, in the order in which they were set."""
    return [
        Indicator(kpi["title"], None if kpi["line_id"] is None else UUID(kpi["line_id"]))
        for kpi in row["kpis"]
    ]


async def publish_award(
    tx: AsyncConnection,
    tender: Mapping[Any, Any],
    contract: ContractSigned,
    ocid: str,
    now: datetime,
    *,
    is_complete: bool,
    lot: str | None,
) -> None:
    """The `award` and the `contract` release of a tender, or of one of its lots."""
    award = award_release(
        contract, tender["reference"], tender["bid_count"], now, is_complete=is_complete, lot=lot
    )
    both = {"tender_id": tender["id"], "agreement_id": contract.id}
    await publish_release(tx, ocid, award, now, **both)
    await publish_release(tx, ocid, contract_release(contract), now, **both)


async def publish_direct_contract(
    tx: AsyncConnection, prefix: str, kind: str, buyer: Organisation, contract: ContractSigned, now: datetime
) -> None:
    """The release of a contract that a public body made without a tender here; others' are not published."""
    if kind in PUBLISHED_KINDS and buyer.kind == "public":
        await hold_releases(tx)
        ocid = minted(prefix, contract.id)
        await publish_release(tx, ocid, contract_release(contract), now, agreement_id=contract.id)


async def publish_termination(tx: AsyncConnection, agreement: Mapping[Any, Any], now: datetime) -> None:
    """The `contractTermination` release of a contract of which a release has gone out."""
    earlier = await first_release(tx, agreement_id=agreement["id"])
    if earlier is not None:
        content = termination_release(agreement["id"], agreement["terminated_on"])
        of_tender = earlier["tender_id"]
        await publish_release(
            tx, earlier["ocid"], content, now, tender_id=of_tender, agreement_id=agreement["id"]
        )


async def ocid_of_tender(tx: AsyncConnection, prefix: str, tender: Mapping[Any, Any]) -> str:
    """The process under which the tender went out; one that never did is published under an id of its own."""
    earlier = await first_release(tx, tender_id=tender["id"])
    return minted(prefix, tender["id"]) if earlier is None else str(earlier["ocid"])


def commitment_of(line: Mapping[str, Any], about: Described) -> Commitment:
    """A stored commitment line as releases tell of it."""
    return Commitment(
        id=line["line_id"],
        measure=line["measure"],
        title=about.title,
        unit=line["unit"],
        quantity=line["quantity"],
        counted_quantity=line["counted_quantity"],
        starts_on=line["starts_on"],
        ends_on=line["ends_on"],
        schedule=[(part["due_on"], part["share"]) for part in line["schedule"]],
        method_version=line["method_version"],
        proxy=about.proxy,
        pounds=Pounds(
            social=gbp_from_pence(line["social_pence"]),
            local_economic=gbp_from_pence(line["local_economic_pence"]),
            low=gbp_or_none(line["low_pence"]),
            high=gbp_or_none(line["high_pence"]),
            fiscal=gbp_from_pence(line["fiscal_pence"]),
        ),
        licensed_framework=line["licensed_framework"],
        area=line["area_code"],
        industry=line["industry"],
        lot=about.lot,
    )
