"""Routes for what happens to a signature after signing: renewal, suspension, and its history."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.charter import Signatory
from cdp_common.contracts.signature_changes import LevelDraft, RenewalDraft, SignatureHistory, StatedReason
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import ANY_SCOPE, MaybeCaller, Signed, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from charter_api.api.signatures import AsOf
from charter_api.use_cases.change_level import change_level
from charter_api.use_cases.forget_signers import MANAGE_SCOPE, SIGN_SCOPE, forget_signers
from charter_api.use_cases.read_history import read_history
from charter_api.use_cases.renew_signature import renew_signature as renew
from charter_api.use_cases.suspend_signature import reinstate_signature as reinstate
from charter_api.use_cases.suspend_signature import suspend_signature as suspend

router = APIRouter(tags=["signatures"])
Manager = Annotated[Caller, Security(signed_caller, scopes=["charter:write"])]


@router.post("/v1/signatures/{signature_id}/renewals", status_code=201, response_model=Signatory)
async def renew_signature(
    signature_id: UUID,
    draft: RenewalDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["charter:sign"])],
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Renew the caller's own signature, within the charter's notice period before the review."""
    return answer_response(await renew(db, caller, signature_id, draft, once, now))


@router.post("/v1/signatures/{signature_id}/level-changes", status_code=201, response_model=Signatory)
async def change_signature_level(
    signature_id: UUID,
    draft: LevelDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["charter:sign"])],
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Put the caller's own signature at another level of its charter version, from today on.

    The pledges that still run must be enough for it; the certificate of the level before is revoked.
    """
    return answer_response(await change_level(db, caller, signature_id, draft, once, now))


@router.post("/v1/signatures/{signature_id}/suspensions", status_code=201, response_model=Signatory)
async def suspend_signature(
    signature_id: UUID, stated: StatedReason, caller: Manager, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Suspend a signature from today on. Needs the role programme_manager in the place."""
    return answer_response(await suspend(db, caller, signature_id, stated, once, now))


@router.post("/v1/signatures/{signature_id}/reinstatements", status_code=201, response_model=Signatory)
async def reinstate_signature(
    signature_id: UUID, stated: StatedReason, caller: Manager, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """End a suspension today. Needs the role programme_manager in the place."""
    return answer_response(await reinstate(db, caller, signature_id, stated, once, now))


@router.delete(
    "/v1/signatures/{signature_id}/signing-people",
    status_code=204,
    openapi_extra={ANY_SCOPE: [SIGN_SCOPE, MANAGE_SCOPE]},
)
async def erase_signing_people(signature_id: UUID, caller: Signed, db: ServiceDatabase, now: Now) -> None:
    """Erase the names of who signed and renewed; the signature, its pledges and its certificate stay.

    The signatory may, and the place's programme managers.
    """
    await forget_signers(db, caller, signature_id, now)


@router.get("/v1/signatures/{signature_id}/history", response_model=SignatureHistory)
async def get_signature_history(
    signature_id: UUID,
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    now: Now,
    as_of: AsOf = None,
) -> Response:
    """The states of a signature with their days, and every change behind them, up to today or to a day."""
    found = await read_history(db, caller, signature_id, as_of or now.date())
    return respond_with_etag(request, found)
