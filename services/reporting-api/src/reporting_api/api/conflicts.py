"""Routes for reviews under way, and for conflicts between reporters."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.conflicts import Conflict, ConflictResolution, ConflictState
from cdp_common.contracts.reporting import Report
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.use_cases import conflicts as conflicting
from reporting_api.use_cases import review_report as reviewing

router = APIRouter(tags=["reports"])

Validator = Annotated[Caller, Security(signed_caller, scopes=["reports:validate"])]


@router.post("/v1/reports/{report_id}/review-start", status_code=201, response_model=Report)
async def start_review(
    report_id: UUID, caller: Validator, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Take a report under review: nobody else decides it, and its reporter does not correct it, meanwhile."""
    return answer_response(await reviewing.start_review(db, caller, report_id, once, now))


@router.post("/v1/reports/{report_id}/review-release", status_code=201, response_model=Report)
async def release_review(
    report_id: UUID, caller: Validator, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Give up a review undecided; the report is submitted as before."""
    return answer_response(await reviewing.release_review(db, caller, report_id, once, now))


@router.get("/v1/places/{place_id}/conflicts")
async def list_conflicts(
    place_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
    page: Paging,
    state: ConflictState | None = None,
) -> Page[Conflict]:
    """Lines of two reporters that may count the same thing, in the order in which that was found.

    Who holds no role in the place sees those that its own organisation is in.
    """
    items, following = await conflicting.list_conflicts(
        db, caller, place_id, state=state, cursor=page.cursor, limit=page.limit
    )
    return Page(items=items, next=page_links(request, following))


@router.post("/v1/conflicts/{conflict_id}/resolution", response_model=Conflict)
async def resolve_conflict(
    conflict_id: UUID,
    resolution: ConflictResolution,
    caller: Validator,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Decide a conflict of others: both lines stand, or one of them and the other's value is taken back."""
    return answer_response(await conflicting.resolve_conflict(db, caller, conflict_id, resolution, once, now))
