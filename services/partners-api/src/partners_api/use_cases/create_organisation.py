"""Records an organisation: verified when somebody who may vouch for it records it."""

from datetime import datetime

from cdp_common.contracts.partners import OrganisationDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor
from partners_api.domain.organisations import Organisation, OrganisationState, read_identifiers
from partners_api.storage.organisations import insert_organisation
from partners_api.use_cases.happenings import organisation_event
from partners_api.use_cases.views import organisation_view


async def create_organisation(
    database: Database, actor: Actor, draft: OrganisationDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the recorded organisation."""
    state: OrganisationState = "verified" if actor.vouches_for_organisations else "unverified"
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        organisation = organisation_from(draft, state, now)
        await insert_organisation(tx, organisation)
        await record_event(tx, organisation_event("organisation.created", organisation), now)
        location = {"Location": f"/v1/organisations/{organisation.id}"}
        return await once.keep(tx, 201, organisation_view(organisation), headers=location, now=now)


def organisation_from(
    draft: OrganisationDraft, state: OrganisationState, now: datetime, *, pointer: str = ""
) -> Organisation:
    """The new organisation of a draft that stands at `pointer` in the request."""
    stated = [(identifier.scheme, identifier.id) for identifier in draft.identifiers]
    return Organisation(
        id=new_id(),
        legal_name=draft.legal_name,
        kind=draft.kind,
        state=state,
        identifiers=read_identifiers(stated, f"{pointer}/identifiers"),
        is_sme=draft.is_sme,
        is_vcse=draft.is_vcse,
        postcode=draft.postcode,
        website=draft.website,
        data_status=draft.data_status,
        version=1,
        created_at=now,
    )
