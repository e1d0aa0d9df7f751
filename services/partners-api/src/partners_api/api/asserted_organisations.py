"""The route by which procurement-api records bidders without an account."""

from typing import Annotated

from fastapi import APIRouter, Security

from cdp_common.contracts import organisations as wire
from cdp_common.contracts.asserted import AssertedOrganisationDraft
from cdp_common.web.caller import INTERNAL_EVENTS_SCOPE
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import Caller, signed_caller
from partners_api.use_cases.assert_organisation import assert_organisation as do_assert_organisation

router = APIRouter(tags=["organisations"])
Service = Annotated[Caller, Security(signed_caller, scopes=[INTERNAL_EVENTS_SCOPE])]


@router.post("/v1/organisations/asserted")
async def assert_organisation(
    body: AssertedOrganisationDraft, caller: Service, database: ServiceDatabase, now: Now
) -> wire.Organisation:
    """Records an organisation that only a portal speaks of; asked again it gives the same one.

    For the platform's own services. Nobody can act for such an organisation, and lists do not show it.
    """
    return await do_assert_organisation(database, body, now)
