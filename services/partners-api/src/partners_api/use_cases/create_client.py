"""Makes a further client for an organisation."""

from datetime import datetime

from cdp_common.contracts.partners import ClientDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from partners_api.domain.authority import Actor, NotYourOrganisation, require_own_token
from partners_api.domain.scopes import scopes_to_give
from partners_api.storage.clients import insert_client
from partners_api.use_cases.happenings import client_event
from partners_api.use_cases.make_client import new_client
from partners_api.use_cases.views import client_view


async def create_client(
    database: Database, actor: Actor, draft: ClientDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the new client and its secret, shown this once."""
    require_own_token(actor)
    if draft.organisation_id != actor.organisation_id and not actor.is_operator:
        raise NotYourOrganisation("Clients are made for the own organisation.")
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        made = new_client(
            name=draft.name,
            organisation_id=draft.organisation_id,
            scopes=scopes_to_give(draft.scopes, actor.scopes, by_operator=actor.is_operator),
            public_jwk=draft.public_jwk,
            now=now,
        )
        await insert_client(tx, made.client)
        await record_event(tx, client_event("client.created", made.client), now)
        location = {"Location": f"/v1/clients/{made.client.client_id}"}
        answer = client_view(made.client, secret=made.secret)
        return await once.keep(tx, 201, answer, headers=location, now=now)
