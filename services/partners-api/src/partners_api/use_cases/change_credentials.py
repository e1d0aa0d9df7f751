"""Adds and ends what a client proves itself with, so that one credential can take over from another."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cdp_common.contracts.partners import ClientCredentialDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from partners_api.domain.authority import Actor, require_own_token
from partners_api.domain.clients import (
    AuthenticationFixed,
    CredentialUnknown,
    LastCredential,
    authentication_for,
)
from partners_api.storage.clients import add_credential, end_credentials, update_client
from partners_api.storage.issued_tokens import tokens_of_credential
from partners_api.storage.revocations import revoke
from partners_api.use_cases.find_client import find_client
from partners_api.use_cases.happenings import client_event
from partners_api.use_cases.make_client import new_credential
from partners_api.use_cases.views import credential_view


async def add_client_credential(
    database: Database,
    actor: Actor,
    client_id: str,
    draft: ClientCredentialDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the new credential: a second secret, shown this once, or a second public key."""
    require_own_token(actor)
    async with database.begin() as tx:
        client = await find_client(tx, actor, client_id, for_change=True)
        if earlier := await once.replay(tx):
            return earlier
        client.require_live()
        made = new_credential(draft.public_jwk, now)
        if authentication_for(made.credential.public_jwk) != client.authentication:
            raise AuthenticationFixed(f"This client proves itself by {client.authentication}.")
        await add_credential(tx, client, made.credential)
        changed = replace(client, version=client.version + 1)
        await update_client(tx, changed)
        await record_event(tx, client_event("client.credential_added", changed), now)
        answer = credential_view(made.credential, secret=made.secret)
        return await once.keep(tx, 201, answer, headers={"Location": f"/v1/clients/{client_id}"}, now=now)


async def end_client_credential(
    database: Database, actor: Actor, client_id: str, credential_id: UUID, clock: Clock
) -> None:
    """End a credential and the tokens got by it; the last one goes only with its client."""
    require_own_token(actor)
    async with database.begin() as tx:
        client = await find_client(tx, actor, client_id, for_change=True)
        client.require_live()
        if credential_id not in [credential.id for credential in client.credentials]:
            raise CredentialUnknown("The client has no credential of that id in force.")
        if len(client.credentials) == 1:
            raise LastCredential("Add another credential first, or revoke the client.")
        now = clock()
        await end_credentials(tx, [credential_id], now)
        changed = replace(client, version=client.version + 1)
        await update_client(tx, changed)
        await record_event(tx, client_event("client.credential_ended", changed), now)
        tokens = await tokens_of_credential(tx, client_id, credential_id, now)
        await revoke(tx, "token", [(str(jti), expires_at) for jti, expires_at in tokens], now)
