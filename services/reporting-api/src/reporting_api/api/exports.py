"""Routes for exports."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response, Security
from fastapi.responses import StreamingResponse

from cdp_common.contracts.base import Page
from cdp_common.contracts.exports import Export, ExportKind, ExportRequest, ExportSchema
from cdp_common.web.byte_ranges import asked_range
from cdp_common.web.caller import Caller
from cdp_common.web.content_digest import digest_header
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import is_held, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import PUBLIC
from reporting_api.domain.exports import MEDIA_TYPES, ExportLimits
from reporting_api.storage.blobs import Blobs
from reporting_api.use_cases import ask_export as asking
from reporting_api.use_cases import end_export as ending
from reporting_api.use_cases import read_exports as reading

router = APIRouter(tags=["exports"])

PATH = "/v1/exports"

_FILE: dict[str, Any] = {
    media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPES.values()
}

Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]


async def export_blobs(request: Request) -> Blobs:
    """Where exported files are kept."""
    found: Blobs = request.app.state.export_blobs
    return found


async def export_limits(request: Request) -> ExportLimits:
    """What bounds exports."""
    found: ExportLimits = request.app.state.export_limits
    return found


FilesKept = Annotated[Blobs, Depends(export_blobs)]
Limits = Annotated[ExportLimits, Depends(export_limits)]


@router.post(PATH, status_code=202, response_model=Export)
async def create_export(
    request: ExportRequest,
    caller: Reader,
    once: OnceHeader,
    db: ServiceDatabase,
    blobs: FilesKept,
    limits: Limits,
    now: Now,
) -> Response:
    """Ask for many rows as one file, which a job makes: `Location` says where to ask how far it is.

    One's own rows need no role. Those of a place need the role with which they are read one by one, and for
    ledger entries and commitments the scope `reporting:read`. Figures of a publication are everybody's.
    """
    return answer_response(await asking.create_export(db, blobs, caller, request, limits, once, now))


@router.get(PATH)
async def list_exports(request: Request, caller: Reader, db: ServiceDatabase, page: Paging) -> Page[Export]:
    """The exports of the organisation that the caller acts for, the newest first."""
    items, following = await reading.list_exports(db, caller, cursor=page.cursor, limit=page.limit)
    return Page(items=items, next=page_links(request, following))


@router.get(PATH + "/{export_id}", response_model=Export)
async def get_export(export_id: UUID, request: Request, caller: Reader, db: ServiceDatabase) -> Response:
    """How far an export is, and what came of it."""
    return respond_with_etag(request, await reading.get_export(db, caller, export_id))


@router.get(
    PATH + "/{export_id}/content",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": _FILE},
        206: {"description": "The part of it that `Range` asks for.", "content": _FILE},
    },
)
async def get_export_content(
    export_id: UUID,
    request: Request,
    caller: Reader,
    db: ServiceDatabase,
    blobs: FilesKept,
    byte_range: Annotated[str | None, Header(alias="Range", max_length=200)] = None,
    if_range: Annotated[str | None, Header(alias="If-Range", max_length=200)] = None,
) -> Response:
    """The file, or one part of it; its ETag and `Repr-Digest` are of the whole.

    Whoever fetches a file with licensed figures needs their licence.
    """
    content = await reading.exported_file(db, caller, export_id)
    known = content.export
    assert known.sha256 is not None  # a constraint: what is done has a file
    assert known.byte_count is not None
    etag = f'"{known.sha256}"'
    part = asked_range(byte_range, if_range, etag, known.byte_count)
    headers = {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Repr-Digest": digest_header(known.sha256),
        "Content-Disposition": f'attachment; filename="{known.file_name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    if is_held(request, etag):
        return Response(status_code=304, headers=headers)
    headers["Content-Length"] = str(known.byte_count if part is None else part.length)
    if part is None:
        headers["Content-Digest"] = digest_header(known.sha256)
    else:
        headers["Content-Range"] = part.header
    pieces = await reading.file_pieces(blobs, content, part)
    status = 200 if part is None else 206
    return StreamingResponse(pieces, status_code=status, media_type=known.media_type, headers=headers)


@router.delete(PATH + "/{export_id}", status_code=204)
async def delete_export(export_id: UUID, caller: Reader, db: ServiceDatabase, now: Now) -> None:
    """Cancel an export that is under way; forget one that has ended, with its file."""
    await ending.delete_export(db, caller, export_id, now)


@router.get("/v1/export-schemas/{export_kind}", dependencies=PUBLIC, response_model=ExportSchema)
async def get_export_schema(export_kind: ExportKind, request: Request) -> Response:
    """What a row of an export holds: JSON Schema, and the types of its columns in Parquet."""
    return respond_with_etag(request, reading.export_schema(export_kind))
