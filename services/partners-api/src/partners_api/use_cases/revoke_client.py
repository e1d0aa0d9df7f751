"""Revokes a client, and with it every token it holds."""

from dataclasses import replace

from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from partners_api.domain.authority import Actor, require_own_token
from partners_api.domain.tokens import MAX_TOKEN_LIFETIME
from partners_api.storage.clients import end_credentials, update_client
from partners_api.storage.issued_tokens import last_issued_at
from partners_api.storage.revocations import revoke
from partners_api.use_cases.find_client import find_client
from partners_api.use_cases.happenings import client_event


async def revoke_client(database: Database, actor: Actor, client_id: str, clock: Clock) -> None:
    """Revoke the client; revoking it again changes nothing."""
    require_own_token(actor)
    async with database.begin() as tx:
        client = await find_client(tx, actor, client_id, for_change=True)
        if client.revoked_at is not None:
            return
        # The client's row is locked: no token comes after this moment. One may be dated later all the same,
        # by another machine's clock.
        now = clock()
        last_token_at = await last_issued_at(tx, client_id)
        revoked = replace(client, revoked_at=now, version=client.version + 1)
        await update_client(tx, revoked)
        await end_credentials(tx, [credential.id for credential in client.credentials], now)
        await record_event(tx, client_event("client.revoked", revoked), now)
        until = max(now, last_token_at or now)
        await revoke(tx, "client", [(client_id, until + MAX_TOKEN_LIFETIME)], until)
