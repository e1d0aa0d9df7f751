"""Routes for signatures, pledges and the public register."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Batch, Day, IdBatch, Page
from cdp_common.contracts.charter import (
    Pledge,
    PledgeDraft,
    Signatory,
    SignatureDraft,
    SignatureEnd,
    SignatureState,
)
from cdp_common.contracts.partners import OrganisationKind
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from charter_api.api.clients import Partners, Toms
from charter_api.use_cases import read_register
from charter_api.use_cases.add_pledge import add_pledge as pledge
from charter_api.use_cases.sign_charter import sign_charter as sign
from charter_api.use_cases.withdraw_signature import withdraw_signature as withdraw

router = APIRouter(tags=["signatures"])
AsOf = Annotated[
    Day | None, Query(description="The day, in UTC, of which the register is read; today unless given.")
]


@router.post("/v1/signatures", status_code=201, response_model=Signatory)
async def sign_charter(
    draft: SignatureDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["charter:sign"])],
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
) -> Response:
    """Sign the Charter for the organisation that the caller acts for, with its first pledges."""
    return answer_response(await sign(db, partners, toms, caller, draft, once, now))


@router.get("/v1/signatories")
async def list_signatories(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    page: Paging,
    now: Now,
    place_id: UUID | None = None,
    kind: OrganisationKind | None = None,
    state: SignatureState | None = None,
    as_of: AsOf = None,
) -> Page[Signatory]:
    """Who signed what, as it stands today or stood on a day."""
    found, next_cursor = await read_register.list_signatories(
        db,
        caller,
        place_id=place_id,
        kind=kind,
        state=state,
        as_of=as_of or now.date(),
        cursor=page.cursor,
        limit=page.limit,
    )
    return Page(items=found, next=page_links(request, next_cursor))


@router.get("/v1/signatories/{signature_id}", response_model=Signatory)
async def get_signatory(
    signature_id: UUID,
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    now: Now,
    as_of: AsOf = None,
) -> Response:
    """One entry of the register, as it stands today or stood on a day."""
    found = await read_register.get_signatory(db, caller, signature_id, as_of or now.date())
    return respond_with_etag(request, found)


@router.post("/v1/signatures/batch")
async def batch_signatories(
    batch: IdBatch, caller: MaybeCaller, db: ServiceDatabase, now: Now
) -> Batch[Signatory]:
    """Entries of the register by id."""
    return await read_register.batch_signatories(db, caller, batch.ids, now.date())


@router.post("/v1/signatures/{signature_id}/pledges", status_code=201, response_model=Pledge)
async def add_pledge(
    signature_id: UUID,
    draft: PledgeDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["pledges:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    now: Now,
) -> Response:
    """Add a pledge to the caller's own signature."""
    return answer_response(await pledge(db, toms, caller, signature_id, draft, once, now))


@router.post("/v1/signatures/{signature_id}/withdraw", response_model=Signatory)
async def withdraw_signature(
    signature_id: UUID,
    end: SignatureEnd,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["charter:sign"])],
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Withdraw the caller's own signature, and its pledges with it, from a date."""
    return respond_with_etag(request, await withdraw(db, caller, signature_id, end, if_match, now))
