"""Lets an organisation join a place's collective from a day on."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.partners import MembershipDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.memberships import Membership, require_days_in_order
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.memberships import insert_membership, require_no_overlap
from partners_api.storage.organisations import load_organisations, records_of_same
from partners_api.storage.places import load_place
from partners_api.use_cases.happenings import membership_event
from partners_api.use_cases.views import membership_view


async def start_membership(
    database: Database, actor: Actor, place_id: UUID, draft: MembershipDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the new membership."""
    async with database.begin() as tx:
        place = await load_place(tx, place_id)
        if place is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        membership = _membership_from(draft, place_id)
        await require_no_overlap(tx, membership, await records_of_same(tx, [draft.organisation_id]))
        await insert_membership(tx, membership, now)
        organisation = (await load_organisations(tx, [draft.organisation_id]))[draft.organisation_id]
        event = membership_event("membership.started", membership, place, organisation)
        await record_event(tx, event, now)
        location = {"Location": f"/v1/memberships/{membership.id}"}
        return await once.keep(tx, 201, membership_view(membership, organisation), headers=location, now=now)


def _membership_from(draft: MembershipDraft, place_id: UUID) -> Membership:
    require_days_in_order(draft.valid_from, draft.valid_to)
    return Membership(
        id=new_id(),
        place_id=place_id,
        organisation_id=draft.organisation_id,
        role=draft.role,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        named_totals_agreed=draft.named_totals_agreed,
        assumed=draft.assumed,
        source=draft.source,
        end_source=None,
        version=1,
    )
