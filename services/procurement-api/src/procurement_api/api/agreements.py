"""Routes for agreements: contracts, call-offs, framework agreements, grants, planning obligations."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.agreement_imports import AgreementImportReport
from cdp_common.contracts.agreements import (
    Agreement,
    AgreementChange,
    AgreementDraft,
    AgreementEnd,
    AgreementNovation,
    AgreementVariation,
)
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.web.caller import INTERNAL_EVENTS_SCOPE, Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import ANY_SCOPE, Signed, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.requests import MediaTypeUnsupported
from procurement_api.api.clients import Partners, Toms
from procurement_api.api.publisher import Publishing
from procurement_api.storage.agreements import Parties
from procurement_api.use_cases import read_agreements
from procurement_api.use_cases.import_agreements import import_agreements as import_file
from procurement_api.use_cases.novate_agreement import novate_agreement as novate
from procurement_api.use_cases.register_agreement import register_agreement as register
from procurement_api.use_cases.rights import AGREEMENTS_SCOPE
from procurement_api.use_cases.terminate_agreement import terminate_agreement as terminate
from procurement_api.use_cases.vary_agreement import vary_agreement as vary

router = APIRouter(tags=["agreements"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["agreements:write"])]

_CSV_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}

# Either scope will do: the parties read their own agreements, the platform's services read all.
_READING = {ANY_SCOPE: [AGREEMENTS_SCOPE, INTERNAL_EVENTS_SCOPE]}


@router.post("/v1/agreements", status_code=201, response_model=Agreement)
async def register_agreement(
    draft: AgreementDraft,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    publisher: Publishing,
    now: Now,
) -> Response:
    """Register an agreement that came about without a tender here; the caller's organisation commissions it.

    A framework agreement has no lines: its call-offs have. An agreement older than the edition that it is
    pinned to is valued as if it had been promised on the edition's first day.
    Contracts, call-offs and framework agreements of public bodies are published as OCDS releases.
    """
    answer = await register(db, toms, partners, caller, draft, once, publisher.ocid_prefix, now)
    return answer_response(answer)


@router.post(
    "/v1/agreements/imports",
    status_code=207,
    response_model=AgreementImportReport,
    openapi_extra=_CSV_BODY,
)
async def import_agreements(
    request: Request,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    publisher: Publishing,
    now: Now,
    atomic: Annotated[bool, Query(description="Register all of them or none.")] = False,
) -> Response:
    """Register a CSV file of agreements, which the caller's organisation commissions.

    Rows with the same reference are one agreement, each row one of its commitments; cells left empty say
    nothing. The report has an item for each agreement in the order of the file, with faults by row and
    column: one that is refused leaves the others alone, unless the import is `atomic`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/csv":
        raise MediaTypeUnsupported("This operation reads text/csv.")
    content = await request.body()
    answer = await import_file(db, toms, partners, caller, content, atomic, once, publisher.ocid_prefix, now)
    return answer_response(answer)


@router.get("/v1/agreements/{agreement_id}", response_model=Agreement, openapi_extra=_READING)
async def get_agreement(
    agreement_id: UUID, request: Request, caller: Signed, db: ServiceDatabase
) -> Response:
    """One agreement with its commitments, for its parties."""
    return respond_with_etag(request, await read_agreements.get_agreement(db, caller, agreement_id))


@router.get("/v1/agreements", openapi_extra=_READING)
async def list_agreements(
    request: Request,
    caller: Signed,
    db: ServiceDatabase,
    page: Paging,
    place_id: UUID | None = None,
    tender_id: Annotated[
        list[UUID] | None, Query(max_length=100, description="Only what came of these tenders; repeatable.")
    ] = None,
    organisation_id: Annotated[
        list[UUID] | None,
        Query(min_length=1, max_length=100, description="Only where one of these is a party; repeatable."),
    ] = None,
    of_each: Annotated[
        int | None,
        Query(ge=1, le=101, description="Only the oldest so many of each organisation that is named."),
    ] = None,
) -> Page[Agreement]:
    """Agreements to which the caller's organisation is a party, oldest first."""
    found, next_cursor = await read_agreements.list_agreements(
        db,
        caller,
        place_id=place_id,
        tender_ids=tender_id,
        parties=None if organisation_id is None else Parties(organisation_id, of_each),
        cursor=page.cursor,
        limit=page.limit,
    )
    return Page(items=found, next=page_links(request, next_cursor))


@router.post("/v1/agreements/batch", openapi_extra=_READING)
async def batch_agreements(batch: IdBatch, caller: Signed, db: ServiceDatabase) -> Batch[Agreement]:
    """Agreements by id, as far as the caller may see them."""
    return await read_agreements.batch_agreements(db, caller, batch.ids)


@router.post("/v1/agreements/{agreement_id}/terminate", response_model=Agreement)
async def terminate_agreement(
    agreement_id: UUID,
    end: AgreementEnd,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """End an agreement of which the caller is the commissioner: what was not yet due is no longer owed."""
    return respond_with_etag(request, await terminate(db, caller, agreement_id, end, if_match, now))


@router.post("/v1/agreements/{agreement_id}/variations", status_code=201, response_model=Agreement)
async def vary_agreement(
    agreement_id: UUID,
    variation: AgreementVariation,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Vary an agreement of which the caller is the commissioner, from a date on: a new version of it.

    What fell due before the date stays. The rest of each line that changes falls due anew, valued at the
    edition to which the agreement is pinned.
    """
    answer = await vary(db, toms, partners, caller, agreement_id, variation, if_match, once, now)
    return answer_response(answer)


@router.post("/v1/agreements/{agreement_id}/novations", status_code=201, response_model=Agreement)
async def novate_agreement(
    agreement_id: UUID,
    novation: AgreementNovation,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Novate an agreement of which the caller is the commissioner: from a date on another one delivers.

    What fell due before the date stays the earlier deliverer's.
    """
    return answer_response(await novate(db, partners, caller, agreement_id, novation, if_match, once, now))


@router.get("/v1/agreements/{agreement_id}/changes", openapi_extra=_READING)
async def list_agreement_changes(
    agreement_id: UUID, request: Request, caller: Signed, db: ServiceDatabase, page: Paging
) -> Page[AgreementChange]:
    """The variations, novations and the termination of an agreement, oldest first, for its parties."""
    found, next_cursor = await read_agreements.list_agreement_changes(
        db, caller, agreement_id, page.cursor, page.limit
    )
    return Page(items=found, next=page_links(request, next_cursor))
