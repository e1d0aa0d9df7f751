"""Routes for reports, their review and their correction."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.reporting import Correction, Report, ReportDraft, ReportState, Review
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import Partners, Toms
from reporting_api.storage.reports import Reporters
from reporting_api.use_cases import correct_report as correcting
from reporting_api.use_cases import read_reports
from reporting_api.use_cases import review_report as reviewing
from reporting_api.use_cases import submit_report as submitting

router = APIRouter(tags=["reports"])


@router.post("/v1/reports", status_code=201, response_model=Report)
async def submit_report(
    draft: ReportDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
) -> Response:
    """Report a period for the organisation that the caller acts for; a nil return is a report."""
    return answer_response(await submitting.submit_report(db, partners, toms, caller, draft, once, now))


@router.get("/v1/reports")
async def list_reports(
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
    page: Paging,
    place_id: UUID | None = None,
    state: ReportState | None = None,
    organisation_id: Annotated[
        list[UUID] | None,
        Query(min_length=1, max_length=100, description="Only reports of these organisations; repeatable."),
    ] = None,
    of_each: Annotated[
        int | None,
        Query(ge=1, le=101, description="Only the oldest so many of each organisation that is named."),
    ] = None,
) -> Page[Report]:
    """The organisation's own reports, and those of places whose reports the caller reads, oldest first."""
    found = await read_reports.list_reports(
        db,
        caller,
        place_id=place_id,
        state=state,
        reporters=None if organisation_id is None else Reporters(organisation_id, of_each),
        cursor=page.cursor,
        limit=page.limit,
    )
    items, following = cut_page(found, page.limit, lambda report: [report.id])
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/reports/{report_id}", response_model=Report)
async def get_report(
    report_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
) -> Response:
    """One report with its valued lines."""
    return respond_with_etag(request, await read_reports.get_report(db, caller, report_id))


@router.post("/v1/reports/{report_id}/reviews", status_code=201, response_model=Report)
async def review_report(
    report_id: UUID,
    review: Review,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:validate"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    now: Now,
) -> Response:
    """Accept lines of a report, return it to the reporter, or reject it; never one's own."""
    return answer_response(await reviewing.review_report(db, toms, caller, report_id, review, once, now))


@router.post("/v1/reports/{report_id}/corrections", status_code=201, response_model=Report)
async def correct_report(
    report_id: UUID,
    correction: Correction,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
) -> Response:
    """Replace one's own report by its whole new content; the earlier one stays readable."""
    return answer_response(
        await correcting.correct_report(db, partners, toms, caller, report_id, correction, once, now)
    )
