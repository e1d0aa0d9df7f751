"""Registers an organisation that nobody knows yet, with its first client."""

from datetime import datetime

from cdp_common.contracts.partners import Registration, RegistrationRequest
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from partners_api.domain.scopes import REGISTRATION_SCOPES, UNVERIFIED_LIVE_SCOPES
from partners_api.storage.clients import insert_client
from partners_api.storage.organisations import insert_organisation
from partners_api.use_cases.create_organisation import organisation_from
from partners_api.use_cases.happenings import client_event, organisation_event
from partners_api.use_cases.make_client import new_client
from partners_api.use_cases.views import client_view, organisation_view


async def register_organisation(
    database: Database, request: RegistrationRequest, once: Once, now: datetime, *, is_sandbox: bool
) -> Answer:
    """The answer with the organisation and its client.

    The organisation is unverified, and the answer is the same whether or not its identifiers are known here:
    who registers is a stranger. In the sandbox the client works at once; in live it only reads until somebody
    has vouched for its organisation.
    """
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        organisation = organisation_from(request.organisation, "unverified", now, pointer="/organisation")
        made = new_client(
            name=request.client_name,
            organisation_id=organisation.id,
            scopes=tuple(sorted(REGISTRATION_SCOPES if is_sandbox else UNVERIFIED_LIVE_SCOPES)),
            public_jwk=request.public_jwk,
            now=now,
        )
        await insert_organisation(tx, organisation)
        waiting = None if is_sandbox else sorted(REGISTRATION_SCOPES)
        await insert_client(tx, made.client, scopes_when_verified=waiting)
        await record_event(tx, organisation_event("organisation.created", organisation), now)
        await record_event(tx, client_event("client.created", made.client), now)
        registration = Registration(
            organisation=organisation_view(organisation),
            client=client_view(made.client, secret=made.secret),
        )
        location = {"Location": f"/v1/organisations/{organisation.id}"}
        return await once.keep(tx, 201, registration, headers=location, now=now)
