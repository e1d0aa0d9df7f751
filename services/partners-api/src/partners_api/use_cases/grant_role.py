"""Gives a client a role in a place."""

from datetime import datetime

from cdp_common.contracts.partners import RoleGrantDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.clients import ClientNotRecorded
from partners_api.domain.roles import RoleGrant
from partners_api.storage.clients import load_client
from partners_api.storage.role_grants import insert_role_grant
from partners_api.use_cases.happenings import role_event
from partners_api.use_cases.views import role_grant_view


async def grant_role(
    database: Database, actor: Actor, draft: RoleGrantDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the role given; the client's next token carries it."""
    require_manager(actor, draft.place_id)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        client = await load_client(tx, draft.client_id, for_change=True)
        if client is None or client.revoked_at is not None:
            error = FieldError("/client_id", ClientNotRecorded.code, "there is no such client")
            raise ClientNotRecorded("There is no client of that id.", errors=[error])
        grant = RoleGrant(
            id=new_id(),
            client_id=draft.client_id,
            place_id=draft.place_id,
            role=draft.role,
            granted_at=now,
            ended_at=None,
        )
        await insert_role_grant(tx, grant, granted_by=actor.client_id)
        await record_event(tx, role_event("role.granted", grant, client), now)
        return await once.keep(tx, 201, role_grant_view(grant), now=now)
