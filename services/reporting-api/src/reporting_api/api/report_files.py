"""Routes for reports as files, for trials, templates, and the lines of large reports."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, Security

from cdp_common.contracts.base import DataStatus, Day, Page, Sha256, ShortText
from cdp_common.contracts.report_files import (
    FaultyRows,
    ReportFileReceipt,
    ReportTrial,
    TemplateFormat,
)
from cdp_common.contracts.reporting import ReportDraft, ReportLine
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.uploads import OnceUpload, Upload, UploadRoom
from reporting_api.api.dependencies import Partners, Toms, Window
from reporting_api.use_cases import keep_file_as_draft as drafting
from reporting_api.use_cases import read_reports, report_template
from reporting_api.use_cases import submit_report_file as submitting
from reporting_api.use_cases import try_report as trials
from reporting_api.use_cases.read_report_file import MEDIA_TYPES
from reporting_api.use_cases.submit_report_file import FileOfReport

router = APIRouter(tags=["reports"])

MAX_FILE_BYTES = 64 * 1024 * 1024
"""Of a file, packed and unpacked: 200,000 lines of 300 bytes."""

Writer = Annotated[Caller, Security(signed_caller, scopes=["reports:write"])]
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)},
    }
}


async def upload_room(request: Request) -> UploadRoom:
    """Where files are received."""
    room: UploadRoom = request.app.state.uploads
    return room


Uploads = Annotated[UploadRoom, Depends(upload_room)]


async def file_of_report(
    place_id: UUID,
    period_start: Annotated[Day, Query()],
    period_end: Annotated[Day, Query()],
    faulty_rows: Annotated[
        FaultyRows, Query(description="Whether a faulty row refuses the file, or is left out of it.")
    ] = "refuse",
    edition_hash: Annotated[
        Sha256 | None, Query(description="Of rows that name neither an edition nor a commitment.")
    ] = None,
    named_totals_agreed: bool = False,
    data_status: DataStatus = "actual",
    corrects: Annotated[
        UUID | None, Query(description="The report that this one takes the place of.")
    ] = None,
    reason: Annotated[ShortText | None, Query(description="Why, of a correction.")] = None,
    local_area: Annotated[
        ShortText | None, Query(description="The area in which local is meant; the place without it.")
    ] = None,
) -> dict[str, Any]:
    """What is said of a file beside its rows."""
    return {
        "place_id": place_id,
        "period": Period(period_start, period_end),
        "faulty_rows": faulty_rows,
        "edition_hash": edition_hash,
        "named_totals_agreed": named_totals_agreed,
        "data_status": data_status,
        "corrects": corrects,
        "reason": reason,
        "local_area": local_area,
    }


Stated = Annotated[dict[str, Any], Depends(file_of_report)]


@router.post("/v1/report-files", status_code=201, response_model=ReportFileReceipt, openapi_extra=dict(_FILE))
async def submit_report_file(
    request: Request,
    caller: Writer,
    call: OnceUpload,
    stated: Stated,
    uploads: Uploads,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
    as_draft: Annotated[
        bool, Query(description="Whether it is kept as a draft, of which only the form of rows is judged.")
    ] = False,
) -> Response:
    """Report a period as a CSV file or workbook; faults are told by row and column.

    Columns are those of the template, or their usual other names. All rows are taken or none, unless faulty
    ones are to be left out. Rows without a quantity are passed over.
    """
    async with uploads.receive(request, MEDIA_TYPES, MAX_FILE_BYTES) as upload:
        file = _file(request, upload, stated)
        once = call.once(upload)
        if as_draft:
            return answer_response(await drafting.keep_file_as_draft(db, partners, caller, file, once, now))
        return answer_response(
            await submitting.submit_report_file(db, partners, toms, caller, file, once, now)
        )


@router.post("/v1/report-files/validate", openapi_extra=dict(_FILE))
async def validate_report_file(
    request: Request,
    caller: Writer,
    stated: Stated,
    uploads: Uploads,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
) -> ReportFileReceipt:
    """Try a file out: what it would come to, and the faults of its rows; nothing is kept."""
    async with uploads.receive(request, MEDIA_TYPES, MAX_FILE_BYTES) as upload:
        file = _file(request, upload, stated)
        return await submitting.try_report_file(db, partners, toms, caller, file, now)


@router.post("/v1/reports/validate")
async def validate_report(
    draft: ReportDraft, caller: Writer, db: ServiceDatabase, partners: Partners, toms: Toms, now: Now
) -> ReportTrial:
    """Try a report out: every line valued, or every fault; nothing is kept."""
    return await trials.try_report(db, partners, toms, caller, draft, now)


@router.get(
    "/v1/places/{place_id}/report-template",
    response_class=Response,
    responses={
        200: {
            "description": "The template.",
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)
            },
        }
    },
)
async def get_report_template(
    place_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    window: Window,
    db: ServiceDatabase,
    format_: Annotated[TemplateFormat, Query(alias="format")] = "csv",
) -> Response:
    """A file to fill in: a row for each open commitment, and for each measure of the last two years."""
    content = await report_template.get_report_template(db, caller, place_id, window, format_)
    name = f"report-{window.start}-{window.end}.{format_}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers=headers, media_type=report_template.MEDIA_TYPES[format_])


@router.get("/v1/reports/{report_id}/lines")
async def list_report_lines(
    report_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
    page: Paging,
) -> Page[ReportLine]:
    """The lines of a report in the order in which they were stated."""
    items, following = await read_reports.list_lines(
        db, caller, report_id, cursor=page.cursor, limit=page.limit
    )
    return Page(items=items, next=page_links(request, following))


def _file(request: Request, upload: Upload, stated: dict[str, Any]) -> FileOfReport:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return FileOfReport(upload=upload, media_type=media_type, **stated)
