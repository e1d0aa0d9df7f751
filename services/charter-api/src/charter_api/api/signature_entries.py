"""Routes for networks that bring in signatures, and for the organisations that confirm them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.charter import Signatory
from cdp_common.contracts.signature_changes import StatedReason
from cdp_common.contracts.signature_imports import EntryState, SignatureEntry, SignatureImportReport
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.requests import MediaTypeUnsupported
from charter_api.api.clients import Partners, Toms
from charter_api.use_cases import confirm_entry as entries
from charter_api.use_cases.import_signatures import SignatureFile
from charter_api.use_cases.import_signatures import import_signatures as import_file

router = APIRouter(tags=["signatures"])
Signer = Annotated[Caller, Security(signed_caller, scopes=["charter:sign"])]

_CSV_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
}


async def pending_days(request: Request) -> int:
    """For how many days an entry waits for its organisation's word."""
    days: int = request.app.state.pending_days
    return days


@router.post(
    "/v1/signatures/imports",
    status_code=207,
    response_model=SignatureImportReport,
    openapi_extra=_CSV_BODY,
)
async def import_signatures(
    request: Request,
    caller: Signer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
    waits_days: Annotated[int, Depends(pending_days)],
    charter_id: Annotated[UUID, Query(description="The charter version that all of them sign.")],
    atomic: Annotated[bool, Query(description="Take all of them or none.")] = False,
) -> Response:
    """Bring in a CSV file of up to 500 signatories, as a network of businesses collects them.

    Rows with the same reference are one signatory, each row one of its pledges. An organisation that lets the
    caller's organisation sign (`POST /v1/delegations` at partners-api, scope `charter:sign`) has signed at
    once; for every other one, registered or not, the signature is `pending` until it confirms. The report has
    an item for each signatory with faults by row and column: one that is refused leaves the others alone,
    unless the import is `atomic`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/csv":
        raise MediaTypeUnsupported("This operation reads text/csv.")
    file = SignatureFile(charter_id, await request.body(), atomic, waits_days)
    return answer_response(await import_file(db, partners, toms, caller, file, once, now))


@router.get("/v1/signature-entries")
async def list_signature_entries(
    request: Request,
    caller: Signer,
    db: ServiceDatabase,
    partners: Partners,
    page: Paging,
    now: Now,
    state: EntryState | None = None,
) -> Page[SignatureEntry]:
    """Signatures that the caller's organisation has entered for others, and that others entered for it."""
    found, next_cursor = await entries.list_entries(
        db, partners, caller, state=state, cursor=page.cursor, limit=page.limit, now=now
    )
    return Page(items=found, next=page_links(request, next_cursor))


@router.get("/v1/signature-entries/{entry_id}", response_model=SignatureEntry)
async def get_signature_entry(
    entry_id: UUID, request: Request, caller: Signer, db: ServiceDatabase, partners: Partners, now: Now
) -> Response:
    """One such entry."""
    return respond_with_etag(request, await entries.read_entry(db, partners, caller, entry_id, now))


@router.post("/v1/signature-entries/{entry_id}/confirmations", status_code=201, response_model=Signatory)
async def confirm_signature_entry(
    entry_id: UUID,
    caller: Signer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
) -> Response:
    """Confirm a signature that was entered for the caller's organisation: it stands from its day on.

    The entry names the organisation by its id, or by an identifier that the organisation has proved.
    """
    return answer_response(await entries.confirm_entry(db, partners, toms, caller, entry_id, once, now))


@router.post("/v1/signature-entries/{entry_id}/end", response_model=SignatureEntry)
async def end_signature_entry(
    entry_id: UUID,
    stated: StatedReason,
    request: Request,
    caller: Signer,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Decline a signature that was entered for the caller's organisation, or withdraw one that it entered."""
    ended = await entries.end_entry(db, partners, caller, entry_id, stated, if_match, now)
    return respond_with_etag(request, ended)
