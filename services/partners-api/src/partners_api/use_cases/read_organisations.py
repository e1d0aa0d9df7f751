"""Reads organisations; what is recorded of them here is public."""

from collections.abc import Sequence
from uuid import UUID

from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Batch
from cdp_common.contracts.descriptions import OrganisationHit
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import OrganisationIdentifier
from partners_api.domain.organisations import OrganisationState, OrganisationUnknown
from partners_api.storage.organisations import (
    OrganisationOrder,
    load_organisations,
    page_organisations,
)
from partners_api.storage.similar_names import Sought, page_similar
from partners_api.use_cases.views import organisation_view


async def get_organisation(database: Database, organisation_id: UUID) -> wire.Organisation:
    """The organisation to which the id leads."""
    async with database.begin() as tx:
        found = await load_organisations(tx, [organisation_id])
    if organisation_id not in found:
        raise OrganisationUnknown("There is no organisation of that id.")
    return organisation_view(found[organisation_id])


async def list_organisations(
    database: Database,
    *,
    identifier: OrganisationIdentifier | None,
    name_contains: str | None,
    state: OrganisationState | None,
    order: OrganisationOrder,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.Organisation], str | None]:
    """One page of the organisations that match, and the cursor of the next."""
    async with database.begin() as tx:
        found, following = await page_organisations(
            tx,
            identifier=identifier,
            name_contains=name_contains,
            state=state,
            order=order,
            cursor=cursor,
            limit=limit,
        )
    return [organisation_view(organisation) for organisation in found], following


async def search_organisations(
    database: Database, sought: Sought, *, cursor: str | None, limit: int
) -> tuple[list[OrganisationHit], str | None]:
    """One page of the organisations with a similar name, the most similar first."""
    async with database.begin() as tx:
        found, following = await page_similar(tx, sought, cursor=cursor, limit=limit)
    hits = [
        OrganisationHit(
            organisation=organisation_view(organisation),
            similarity=f"{thousandths // 1000}.{thousandths % 1000:03d}",
        )
        for organisation, thousandths in found
    ]
    return hits, following


async def batch_organisations(database: Database, ids: Sequence[UUID]) -> Batch[wire.Organisation]:
    """The organisations to which these ids lead, each once, and the ids of which there is none."""
    wanted = list(dict.fromkeys(ids))
    async with database.begin() as tx:
        found = await load_organisations(tx, wanted)
    distinct = {found[each].id: found[each] for each in wanted if each in found}
    return Batch[wire.Organisation](
        items=[organisation_view(each) for each in distinct.values()],
        missing=[each for each in wanted if each not in found],
    )
