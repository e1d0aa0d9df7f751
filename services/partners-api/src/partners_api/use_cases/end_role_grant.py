"""Ends a role, and with it the tokens that carry it."""

from uuid import UUID

from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from partners_api.domain.authority import Actor
from partners_api.domain.roles import RoleGrantUnknown
from partners_api.storage.clients import load_client
from partners_api.storage.issued_tokens import tokens_of_role
from partners_api.storage.revocations import revoke
from partners_api.storage.role_grants import load_role_grant, mark_ended
from partners_api.use_cases.happenings import role_event


async def end_role_grant(database: Database, actor: Actor, role_grant_id: UUID, clock: Clock) -> None:
    """End the role; ending it again changes nothing. To those who do not manage its place it is unknown."""
    async with database.begin() as tx:
        grant = await load_role_grant(tx, role_grant_id)
        if grant is None or not actor.manages(grant.place_id):
            raise RoleGrantUnknown("There is no role grant of that id.")
        # The client first, as whoever issues a token does: one with this role is seen below or never made.
        client = await load_client(tx, grant.client_id, for_change=True)
        grant = await load_role_grant(tx, role_grant_id, for_change=True)
        if client is None or grant is None or grant.ended_at is not None:
            return
        now = clock()
        await mark_ended(tx, role_grant_id, now)
        await record_event(tx, role_event("role.ended", grant, client), now)
        tokens = await tokens_of_role(tx, grant.client_id, role_grant_id, now)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)
