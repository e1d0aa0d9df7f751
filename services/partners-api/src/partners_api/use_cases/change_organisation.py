"""Changes what is recorded of an organisation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cdp_common.contracts import partners as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_may_change_organisation
from partners_api.domain.merging import require_own_record
from partners_api.domain.organisations import MayNotVerify, Organisation, OrganisationUnknown
from partners_api.domain.removals import require_kept
from partners_api.domain.verification import Verification
from partners_api.storage.organisations import load_organisation, update_organisation
from partners_api.use_cases.happenings import organisation_event
from partners_api.use_cases.verify_organisation import verified
from partners_api.use_cases.views import organisation_view

_NEVER_NULL = ("legal_name", "state")


async def change_organisation(
    database: Database,
    actor: Actor,
    organisation_id: UUID,
    change: wire.OrganisationChange,
    require_match: Callable[[wire.Organisation], None],
    now: datetime,
) -> wire.Organisation:
    """The organisation after the change; `require_match` refuses when the caller read an older one."""
    async with database.begin() as tx:
        before = await load_organisation(tx, organisation_id, for_change=True)
        if before is None:
            raise OrganisationUnknown("There is no organisation of that id.")
        require_may_change_organisation(actor, organisation_id)
        if change.state is not None and not actor.vouches_for_organisations:
            raise MayNotVerify("A programme manager or the operator verifies organisations.")
        require_own_record(before)
        require_match(organisation_view(before))
        after = _changed(before, change)
        if after != before:
            after = replace(after, version=before.version + 1)
            await update_organisation(tx, after)
            if change.state is not None and before.state != after.state:
                await verified(tx, actor, after, _vouched(after, now), now)
            else:
                await record_event(tx, organisation_event("organisation.changed", after), now)
    return organisation_view(after)


def _vouched(after: Organisation, now: datetime) -> Verification:
    """The verification that a change of the state amounts to."""
    return Verification(new_id(), after.id, "vouched", None, None, after.identifiers, now)


def _changed(before: Organisation, change: wire.OrganisationChange) -> Organisation:
    """The organisation with the fields that the change states, null ones included."""
    stated = {name: getattr(change, name) for name in change.model_fields_set}
    require_kept(stated, _NEVER_NULL)
    return replace(before, **stated)
