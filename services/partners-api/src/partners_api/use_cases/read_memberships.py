"""Reads who belongs, or belonged, to a place's collective."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from partners_api.domain.memberships import MembershipUnknown
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.memberships import (
    load_membership,
    page_memberships,
    page_memberships_of,
)
from partners_api.storage.organisations import load_organisations, records_of_same
from partners_api.storage.places import load_place
from partners_api.use_cases.views import membership_view


async def get_membership(database: Database, membership_id: UUID) -> wire.Membership:
    """The membership of that id."""
    async with database.begin() as tx:
        membership = await load_membership(tx, membership_id)
        if membership is None:
            raise MembershipUnknown("There is no membership of that id.")
        organisations = await load_organisations(tx, [membership.organisation_id])
    return membership_view(membership, organisations[membership.organisation_id])


async def list_memberships(
    database: Database, place_id: UUID, *, as_of: date | None, cursor: str | None, limit: int
) -> tuple[list[wire.Membership], str | None]:
    """One page of a place's memberships by organisation name: those of one day, or all there ever were."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_memberships(tx, place_id, as_of=as_of, cursor=cursor, limit=limit)
        organisations = await load_organisations(tx, [each.organisation_id for each in found])
    return [membership_view(each, organisations[each.organisation_id]) for each in found], following


async def list_organisation_memberships(
    database: Database,
    organisation_ids: Sequence[UUID],
    *,
    as_of: date | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.Membership], str | None]:
    """One page of organisations' memberships, those of records that were merged into them among them."""
    async with database.begin() as tx:
        records = await records_of_same(tx, organisation_ids)
        found, following = await page_memberships_of(tx, records, as_of=as_of, cursor=cursor, limit=limit)
        organisations = await load_organisations(tx, [each.organisation_id for each in found])
    return [membership_view(each, organisations[each.organisation_id]) for each in found], following
