"""Routes for joint activities."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.activities import Activity, ActivityDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from reporting_api.api.dependencies import Partners
from reporting_api.use_cases import joint_activities

router = APIRouter(tags=["activities"])


@router.post("/v1/activities", status_code=201, response_model=Activity)
async def create_activity(
    draft: ActivityDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
) -> Response:
    """Record a joint project with its partners' shares; the caller's own share is confirmed by it."""
    return answer_response(await joint_activities.create_activity(db, partners, caller, draft, once, now))


@router.post("/v1/activities/{activity_id}/confirmations", status_code=201, response_model=Activity)
async def confirm_activity(
    activity_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Confirm the share of the organisation that the caller acts for."""
    return answer_response(await joint_activities.confirm_activity(db, caller, activity_id, once, now))


@router.get("/v1/activities/{activity_id}", response_model=Activity)
async def get_activity(
    activity_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
) -> Response:
    """One joint activity, for its partners and for those who read the place's reports."""
    return respond_with_etag(request, await joint_activities.get_activity(db, caller, activity_id))
