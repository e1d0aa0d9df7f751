"""Routes of organisations, and the registration of those that nobody knows yet."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import organisations as orgs
from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.kernel.identifiers import OrganisationIdentifier
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import ANY_SCOPE, Caller, Signed, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, PublicOnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.rate_limits import limited
from partners_api.api.callers import REGISTRATIONS, Issuer, actor_of
from partners_api.storage.organisations import OrganisationOrder
from partners_api.use_cases import read_organisations
from partners_api.use_cases import verify_organisation as verifying
from partners_api.use_cases.change_organisation import change_organisation as do_change_organisation
from partners_api.use_cases.create_organisation import create_organisation as do_create_organisation
from partners_api.use_cases.dns_records import TxtLookup
from partners_api.use_cases.merge_organisation import merge_organisation as do_merge_organisation
from partners_api.use_cases.register_organisation import register_organisation as do_register_organisation

router = APIRouter(tags=["organisations"])
# Vouching takes organisations:write, which an organisation that is not verified yet does not have; its own
# domain it proves with whatever it was given.
_VERIFYING = {ANY_SCOPE: ["organisations:write", "tenders:read"]}
public = [Depends(maybe_caller)]
Writer = Annotated[Caller, Security(signed_caller, scopes=["organisations:write"])]


@router.post(
    "/v1/registrations",
    status_code=201,
    response_model=wire.Registration,
    dependencies=[limited(REGISTRATIONS), *public],
)
async def register_organisation(
    body: wire.RegistrationRequest,
    request: Request,
    database: ServiceDatabase,
    once: PublicOnceHeader,
    now: Now,
) -> Response:
    """Registers an organisation with its first API client; a client secret is shown this once."""
    is_sandbox = request.app.state.settings.mode == "sandbox"
    return answer_response(await do_register_organisation(database, body, once, now, is_sandbox=is_sandbox))


@router.post("/v1/organisations", status_code=201, response_model=wire.Organisation)
async def create_organisation(
    body: wire.OrganisationDraft, caller: Writer, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Records an organisation; verified when a programme manager or the operator records it."""
    return answer_response(await do_create_organisation(database, actor_of(caller), body, once, now))


@router.get("/v1/organisations", dependencies=public)
async def list_organisations(
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    identifier: Annotated[
        str | None, Query(max_length=80, description="One identifier in a register, GB-COH:01234567.")
    ] = None,
    name: Annotated[
        str | None, Query(min_length=1, max_length=300, description="Part of the legal name.")
    ] = None,
    state: Annotated[
        Literal["unverified", "verified"] | None, Query(description="Whether somebody vouched for them.")
    ] = None,
    sort: Annotated[OrganisationOrder, Query(description="By name, or the newest first.")] = "name",
) -> Page[wire.Organisation]:
    """Organisations, verified or not, that have the identifier and the name."""
    items, following = await read_organisations.list_organisations(
        database,
        identifier=OrganisationIdentifier.parse(identifier) if identifier is not None else None,
        name_contains=name,
        state=state,
        order=sort,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return Page[wire.Organisation](items=items, next=page_links(request, following))


@router.post("/v1/organisations/batch", dependencies=public)
async def batch_organisations(body: IdBatch, database: ServiceDatabase) -> Batch[wire.Organisation]:
    """Organisations by their ids, at most 200 in one call."""
    return await read_organisations.batch_organisations(database, body.ids)


@router.get("/v1/organisations/{organisation_id}", response_model=wire.Organisation, dependencies=public)
async def get_organisation(organisation_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One organisation."""
    return respond_with_etag(request, await read_organisations.get_organisation(database, organisation_id))


@router.patch("/v1/organisations/{organisation_id}", response_model=wire.Organisation)
async def change_organisation(
    organisation_id: UUID,
    body: wire.OrganisationChange,
    request: Request,
    caller: Writer,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Changes the caller's own organisation, or any by a programme manager, who also verifies it."""
    changed = await do_change_organisation(
        database, actor_of(caller), organisation_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, changed)


@router.post(
    "/v1/organisations/{organisation_id}/verification",
    status_code=201,
    response_model=orgs.Verification,
    openapi_extra=_VERIFYING,
)
async def verify_organisation(
    organisation_id: UUID,
    body: orgs.VerificationDraft,
    request: Request,
    caller: Signed,
    database: ServiceDatabase,
    once: OnceHeader,
    issuer: Issuer,
    now: Now,
) -> Response:
    """Verifies an organisation: a programme manager vouches for it, or it proves a domain of its own."""
    look_up: TxtLookup = request.app.state.look_up_txt
    return answer_response(
        await verifying.verify_organisation(
            database, actor_of(caller), organisation_id, body, once, issuer, look_up, now
        )
    )


@router.get("/v1/organisations/{organisation_id}/domain-proof", openapi_extra=_VERIFYING)
async def get_domain_proof(
    organisation_id: UUID,
    domain: Annotated[orgs.DomainName, Query(description="The domain to be proven.")],
    caller: Signed,
    database: ServiceDatabase,
    issuer: Issuer,
) -> orgs.DomainProof:
    """The DNS record with which the caller's organisation proves a domain."""
    return await verifying.domain_proof(database, actor_of(caller), organisation_id, domain, issuer)


@router.post("/v1/identifier-domains", status_code=201, response_model=orgs.IdentifierDomain)
async def record_identifier_domain(
    body: orgs.IdentifierDomainDraft, caller: Writer, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Records, from an import or an invitation, that a domain belongs to whoever has an identifier."""
    return answer_response(
        await verifying.record_identifier_domain(database, actor_of(caller), body, once, now)
    )


@router.post("/v1/organisations/{organisation_id}/merge", response_model=wire.Organisation)
async def merge_organisation(
    organisation_id: UUID,
    body: orgs.OrganisationMerge,
    request: Request,
    caller: Writer,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Merges a record into another of the same organisation; its id leads there from now on."""
    survivor = await do_merge_organisation(
        database, actor_of(caller), organisation_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, survivor)
