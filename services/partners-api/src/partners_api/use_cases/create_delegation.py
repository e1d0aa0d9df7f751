"""Lets another organisation act for the caller's own."""

from datetime import datetime

from cdp_common.contracts.partners import DelegationDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_own_token
from partners_api.domain.delegations import Delegation, require_other_organisation
from partners_api.domain.scopes import delegable_scopes
from partners_api.storage.delegations import insert_delegation
from partners_api.use_cases.happenings import delegation_event
from partners_api.use_cases.views import delegation_view


async def create_delegation(
    database: Database, actor: Actor, draft: DelegationDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the delegation."""
    require_own_token(actor)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        require_other_organisation(actor.organisation_id, draft.delegate_organisation_id)
        delegation = Delegation(
            id=new_id(),
            organisation_id=actor.organisation_id,
            delegate_organisation_id=draft.delegate_organisation_id,
            scopes=delegable_scopes(draft.scopes),
            created_at=now,
            revoked_at=None,
        )
        await insert_delegation(tx, delegation)
        await record_event(tx, delegation_event("delegation.created", delegation), now)
        return await once.keep(tx, 201, delegation_view(delegation), now=now)
