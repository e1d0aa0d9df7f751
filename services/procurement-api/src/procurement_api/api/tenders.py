"""Routes for tenders: preparing, publishing, calling off, reading."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.tenders import Tender, TenderCorrection, TenderDraft, TenderState, TenderTerms
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_content, respond_with_etag
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.clients import Partners, Toms
from procurement_api.api.keys import ServiceKeys
from procurement_api.api.publisher import Publishing
from procurement_api.use_cases import read_tenders, response_form
from procurement_api.use_cases.cancel_tender import cancel_tender as cancel
from procurement_api.use_cases.correct_tender import correct_tender as correct
from procurement_api.use_cases.create_tender import create_tender as create
from procurement_api.use_cases.publish_tender import publish_tender as publish
from procurement_api.use_cases.response_form import MEDIA_TYPES, FormFormat
from procurement_api.use_cases.set_terms import set_terms as replace_terms

router = APIRouter(tags=["tenders"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])]


@router.get("/v1/tenders")
async def list_tenders(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    page: Paging,
    place_id: UUID | None = None,
    ocid: Annotated[str | None, Query(max_length=300, description="The OCDS contracting process.")] = None,
    state: TenderState | None = None,
) -> Page[Tender]:
    """Published tenders, oldest first; a buyer with `tenders:read` also sees its own drafts."""
    found, next_cursor = await read_tenders.list_tenders(
        db, caller, place_id=place_id, ocid=ocid, state=state, cursor=page.cursor, limit=page.limit
    )
    return Page(items=found, next=page_links(request, next_cursor))


@router.post("/v1/tenders", status_code=201, response_model=Tender)
async def create_tender(
    draft: TenderDraft,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    publisher: Publishing,
    now: Now,
) -> Response:
    """Make a draft tender for the buyer that the caller acts for, without importing a notice.

    Its terms may come with it, or be set later. Without an `ocid` it gets one of this deployment's prefix.
    """
    return answer_response(await create(db, partners, caller, draft, once, publisher.ocid_prefix, now))


@router.get("/v1/tenders/{tender_id}", response_model=Tender)
async def get_tender(tender_id: UUID, request: Request, caller: MaybeCaller, db: ServiceDatabase) -> Response:
    """One tender; of its bids only their number. Before publication it is its buyer's alone."""
    return respond_with_etag(request, await read_tenders.get_tender(db, caller, tender_id))


@router.get(
    "/v1/tenders/{tender_id}/response-form",
    response_class=Response,
    responses={
        200: {
            "content": {
                "application/schema+json": {"schema": {"type": "object"}},
                "text/csv": {"schema": {"type": "string"}},
                MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
            }
        }
    },
)
async def get_response_form(
    tender_id: UUID,
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    form_format: Annotated[
        FormFormat | None, Query(alias="format", description="Without it the Accept header decides.")
    ] = None,
) -> Response:
    """What a tender's bidders are asked for: JSON Schema (2020-12) of a bid, or a template to fill in.

    Public once the tender is. The templates have a row per lot and measure; a bidder fills in the
    last four columns.
    """
    wanted = form_format or _accepted(request.headers.get("accept", ""))
    content = await response_form.get_response_form(db, caller, tender_id, wanted)
    answer = respond_with_content(request, content, media_type=MEDIA_TYPES[wanted])
    if wanted != "json-schema" and answer.status_code == 200:
        answer.headers["Content-Disposition"] = f'attachment; filename="response-form-{tender_id}.{wanted}"'
    return answer


def _accepted(accept: str) -> FormFormat:
    """The first format that the header names; the schema where it names none of them."""
    named = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    by_type: dict[str, FormFormat] = {type_.split(";")[0]: name for name, type_ in MEDIA_TYPES.items()}
    return next((by_type[part] for part in named if part in by_type), "json-schema")


@router.post("/v1/tenders/batch")
async def batch_tenders(batch: IdBatch, caller: MaybeCaller, db: ServiceDatabase) -> Batch[Tender]:
    """Tenders by id, as far as the caller may see them."""
    return await read_tenders.batch_tenders(db, caller, batch.ids)


@router.put("/v1/tenders/{tender_id}", response_model=Tender)
async def correct_tender(
    tender_id: UUID,
    correction: TenderCorrection,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Correct a draft tender, imported or made: everything that it says beside its process and its buyer.

    What is left out is gone, except the terms, which stay. A published tender is amended instead.
    """
    answer = await correct(db, partners, caller, tender_id, correction, if_match, now)
    return respond_with_etag(request, answer)


@router.put("/v1/tenders/{tender_id}/terms", response_model=Tender)
async def set_terms(
    tender_id: UUID,
    terms: TenderTerms,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Set the terms of a draft tender; the whole set replaces the earlier one."""
    tender = await replace_terms(db, partners, caller, tender_id, terms, if_match, now)
    return respond_with_etag(request, tender)


@router.post("/v1/tenders/{tender_id}/publish", response_model=Tender)
async def publish_tender(
    tender_id: UUID,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    keys: ServiceKeys,
    publisher: Publishing,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Publish a tender: its measures are pinned, and from now on bids are sealed to a key of its own.

    Terms under which bids could not be valued at opening are refused now.
    Its OCDS release is published with it.
    """
    tender = await publish(
        db, toms, partners, caller, tender_id, if_match, keys.sealing, publisher.ocid_prefix, now
    )
    return respond_with_etag(request, tender)


@router.post("/v1/tenders/{tender_id}/cancel", response_model=Tender)
async def cancel_tender(
    tender_id: UUID,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Call a tender off before its award. Bids that were not opened never will be: their key is destroyed.

    One of which a lot is signed is not called off: its other lots are decided for nobody.
    """
    return respond_with_etag(request, await cancel(db, caller, tender_id, if_match, now))
