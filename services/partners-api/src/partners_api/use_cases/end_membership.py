"""Sets the last day of a membership; what was delivered before stays where it is."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.memberships import MembershipUnknown, ended
from partners_api.storage.memberships import load_membership, update_end
from partners_api.storage.organisations import load_organisations
from partners_api.storage.places import load_places
from partners_api.use_cases.happenings import membership_event
from partners_api.use_cases.views import membership_view


async def end_membership(
    database: Database,
    actor: Actor,
    membership_id: UUID,
    end: wire.MembershipEnd,
    require_match: Callable[[wire.Membership], None],
    now: datetime,
) -> wire.Membership:
    """The membership with its end; `require_match` refuses when the caller read an older one."""
    async with database.begin() as tx:
        before = await load_membership(tx, membership_id, for_change=True)
        if before is None:
            raise MembershipUnknown("There is no membership of that id.")
        require_manager(actor, before.place_id)
        organisation = (await load_organisations(tx, [before.organisation_id]))[before.organisation_id]
        require_match(membership_view(before, organisation))
        after = ended(before, end.valid_to, end.source)
        await update_end(tx, after)
        place = (await load_places(tx, [before.place_id]))[before.place_id]
        event = membership_event("membership.ended", after, place, organisation)
        await record_event(tx, event, now)
    return membership_view(after, organisation)
