"""Ends a delegation, and with it the tokens issued under it."""

from uuid import UUID

from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from partners_api.domain.authority import Actor, require_own_token
from partners_api.domain.delegations import DelegationUnknown
from partners_api.storage.delegations import load_delegation, mark_revoked
from partners_api.storage.issued_tokens import tokens_of_delegation
from partners_api.storage.revocations import revoke
from partners_api.use_cases.happenings import delegation_event


async def revoke_delegation(database: Database, actor: Actor, delegation_id: UUID, clock: Clock) -> None:
    """End the delegation, from either side; ending it again changes nothing."""
    require_own_token(actor)
    async with database.begin() as tx:
        delegation = await load_delegation(tx, delegation_id, for_change=True)
        if delegation is None or not (
            actor.is_operator
            or actor.organisation_id in (delegation.organisation_id, delegation.delegate_organisation_id)
        ):
            raise DelegationUnknown("There is no delegation of that id.")
        if delegation.revoked_at is not None:
            return
        now = clock()
        await mark_revoked(tx, delegation_id, now)
        await record_event(tx, delegation_event("delegation.revoked", delegation), now)
        tokens = await tokens_of_delegation(tx, delegation_id, now)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)
