"""Records an organisation that only a portal speaks of: a bidder without an account."""

from datetime import datetime

from cdp_common.contracts import organisations as wire
from cdp_common.contracts.asserted import AssertedOrganisationDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.organisations import Organisation, read_identifiers
from partners_api.storage.asserted_organisations import (
    AssertedBefore,
    Assertion,
    find_asserted,
    insert_asserted,
)
from partners_api.use_cases.happenings import organisation_event
from partners_api.use_cases.views import organisation_view


async def assert_organisation(
    database: Database, draft: AssertedOrganisationDraft, now: datetime
) -> wire.Organisation:
    """The organisation in the state `asserted`; the same one however often it is stated, by whatever name."""
    organisation = _organisation(draft, now)
    assertion = _assertion(draft, organisation)
    async with database.begin() as tx:
        earlier = await find_asserted(tx, assertion)
    if earlier is None:
        try:
            async with database.begin() as tx:
                await insert_asserted(tx, organisation, assertion)
                await record_event(tx, organisation_event("organisation.created", organisation), now)
            return organisation_view(organisation)
        except AssertedBefore:
            async with database.begin() as tx:
                earlier = await find_asserted(tx, assertion)
    assert earlier is not None, "what refused the second record is the first"
    return organisation_view(earlier)


def _organisation(draft: AssertedOrganisationDraft, now: datetime) -> Organisation:
    stated = [] if draft.identifier is None else [(draft.identifier.scheme, draft.identifier.id)]
    return Organisation(
        id=new_id(),
        legal_name=draft.legal_name,
        kind=draft.kind,
        state="asserted",
        identifiers=read_identifiers(stated, "/identifier"),
        is_sme=None,
        is_vcse=None,
        postcode=None,
        website=None,
        data_status=draft.data_status,
        version=1,
        created_at=now,
    )


def _assertion(draft: AssertedOrganisationDraft, organisation: Organisation) -> Assertion:
    identifiers = organisation.identifiers
    stated_as = identifiers[0].text if identifiers else f"local:{draft.portal_local_id}"
    return Assertion(draft.portal_organisation_id, draft.buyer_organisation_id, stated_as)
