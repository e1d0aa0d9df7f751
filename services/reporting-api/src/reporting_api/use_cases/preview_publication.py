"""What publishing a period now would show, who has not reported, and what it could not hide."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.previews import ExposedCells, PublicationPreview
from cdp_common.contracts.reporting import Coverage
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.exposures import Exposure
from reporting_api.domain.publications import HEADLINES
from reporting_api.storage.contract_values import contract_parts
from reporting_api.storage.copies import names_known
from reporting_api.storage.decile_sums import indices_landed_in
from reporting_api.storage.figures import Slice, see_one_moment
from reporting_api.use_cases.compute_value import ComputedValue, Dimension
from reporting_api.use_cases.gather import gather_crosswalks
from reporting_api.use_cases.publish_need import need_of_place, published_need
from reporting_api.use_cases.publish_spend import spend_to_publish
from reporting_api.use_cases.read_contract_ratios import ratio_to_publish
from reporting_api.use_cases.value_to_publish import ToPublish, value_to_protect, value_to_publish


async def preview_publication(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    place_id: UUID,
    period: Period,
    rule: DisclosureRule,
    clock: Clock,
) -> PublicationPreview:
    """What publishing the period now would show, disclosure control applied; nothing is kept.

    Licensed totals are previewed to those with the licence: any window could be tried, any number of times.
    """
    caller.requires_role(place_id, "programme_manager")
    await gather_crosswalks(db, toms)
    need = await need_of_place(db, partners, toms, place_id, clock)
    lines = Slice(place_id, period, None)
    async with db.begin() as tx:
        await see_one_moment(tx)
        now = clock()
        unprotected = await value_to_protect(tx, lines, now, preview_for=caller)
        spend = (await spend_to_publish(tx, lines, unprotected.agreed, rule, now)).told
        contracts = await contract_parts(tx, lines, now)
        landed_in = await indices_landed_in(tx, lines)
    found = await value_to_publish(unprotected, rule, number=None)
    ratio = ratio_to_publish(contracts, found, rule).told
    async with db.begin() as tx:
        exposed = await _exposed(tx, found)
    shown = {name: getattr(found.value, name) for name in type(found.value).model_fields}
    missing = list(found.computed.coverage.missing_organisations)
    coverage: Coverage = found.value.coverage.model_copy(update={"missing_organisations": missing})
    shown |= {"coverage": coverage, "exposed": exposed, "contract_ratio": ratio, "spend": spend}
    shown["need"] = published_need(found, need, landed_in)
    return PublicationPreview(**shown)


async def _exposed(tx: AsyncConnection, found: ToPublish) -> list[ExposedCells]:
    names = await names_known(
        tx, {who for _, exposure in found.protection.exposed for who in exposure.organisations}
    )
    return [
        _exposed_cells(dimension, exposure, found.computed, names)
        for dimension, exposure in found.protection.exposed
    ]


def _exposed_cells(
    dimension: Dimension, exposure: Exposure, computed: ComputedValue, names: Mapping[UUID, str]
) -> ExposedCells:
    labels = {cell.key: cell.label for cell in computed.cells[dimension]}
    # On the basis of commissioners a figure is told of by both sides.
    figures = {name.partition(" ")[0] for name in exposure.figures}
    return ExposedCells(
        code=exposure.code,
        by=dimension.by,
        basis=dimension.basis,
        under=exposure.parent or None,
        keys=list(exposure.keys),
        labels=[labels[key] for key in exposure.keys],
        figures=[name for name in HEADLINES if name in figures],
        organisations=sorted(names.get(who, str(who)) for who in exposure.organisations),
    )
