"""Routes for drafts of reports."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.report_drafts import DraftContent, KeptDraft, NewReportDraft
from cdp_common.contracts.reporting import Report, ReportLineDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import Partners, Toms
from reporting_api.use_cases import keep_drafts as drafts
from reporting_api.use_cases import submit_draft as submitting

router = APIRouter(tags=["drafts"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["reports:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]


@router.post("/v1/report-drafts", status_code=201, response_model=KeptDraft)
async def create_report_draft(
    draft: NewReportDraft, caller: Writer, once: OnceHeader, db: ServiceDatabase, partners: Partners, now: Now
) -> Response:
    """Keep a report as a draft: seen by its organisation alone and counted nowhere until it is submitted.

    Its period may still be running. There is one draft of a period; its lines are judged at submission. One
    that `corrects` a report of the organisation takes its place when it is submitted.
    """
    return answer_response(await drafts.create_report_draft(db, partners, caller, draft, once, now))


@router.get("/v1/report-drafts")
async def list_report_drafts(
    request: Request, caller: Reader, db: ServiceDatabase, page: Paging, place_id: UUID | None = None
) -> Page[KeptDraft]:
    """The drafts of the organisation that the caller acts for, oldest first."""
    items, following = await drafts.list_report_drafts(
        db, caller, place_id=place_id, cursor=page.cursor, limit=page.limit
    )
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/report-drafts/{draft_id}", response_model=KeptDraft)
async def get_report_draft(draft_id: UUID, request: Request, caller: Reader, db: ServiceDatabase) -> Response:
    """One draft of the caller's own organisation."""
    return respond_with_etag(request, await drafts.get_report_draft(db, caller, draft_id))


@router.get("/v1/report-drafts/{draft_id}/lines")
async def list_report_draft_lines(
    draft_id: UUID, request: Request, caller: Reader, db: ServiceDatabase, page: Paging
) -> Page[ReportLineDraft]:
    """The lines of a draft in the order in which they were stated."""
    items, following = await drafts.list_report_draft_lines(
        db, caller, draft_id, cursor=page.cursor, limit=page.limit
    )
    return Page(items=items, next=page_links(request, following))


@router.put("/v1/report-drafts/{draft_id}", response_model=KeptDraft)
async def replace_report_draft(
    draft_id: UUID,
    content: DraftContent,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Replace the content of a draft; its place and its period stay."""
    kept = await drafts.replace_report_draft(db, caller, draft_id, content, if_match, now)
    return respond_with_etag(request, kept)


@router.delete("/v1/report-drafts/{draft_id}", status_code=204)
async def delete_report_draft(
    draft_id: UUID, caller: Writer, db: ServiceDatabase, if_match: IfMatch = None
) -> None:
    """Forget a draft."""
    await drafts.delete_report_draft(db, caller, draft_id, if_match)


@router.post("/v1/report-drafts/{draft_id}/submission", status_code=201, response_model=Report)
async def submit_report_draft(
    draft_id: UUID,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Submit a draft as it stands; the report has its id, and the draft is gone."""
    return answer_response(
        await submitting.submit_report_draft(db, partners, toms, caller, draft_id, if_match, once, now)
    )
