"""Routes for evidence that is kept as files."""

from __future__ import annotations

from typing import Annotated, Any, get_args
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, Security
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator, StringConstraints

from cdp_common.contracts.base import Batch, IdBatch, Page, require_seen
from cdp_common.contracts.evidence import (
    EvidenceErasure,
    EvidenceMediaType,
    StoredEvidence,
)
from cdp_common.web.caller import Caller
from cdp_common.web.content_digest import StatedDigest, digest_header, require_digest
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.requests import MediaTypeUnsupported
from cdp_common.web.uploads import OnceUpload, UploadRoom
from reporting_api.api.dependencies import ServiceClock
from reporting_api.domain.evidence_files import EXTENSIONS
from reporting_api.use_cases import keep_evidence as keeping
from reporting_api.use_cases import read_evidence as reading
from reporting_api.use_cases.keep_evidence import EvidenceKeeping

router = APIRouter(tags=["evidence"])

PATH = "/v1/evidence"

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_ANY_TYPE = dict.fromkeys(get_args(EvidenceMediaType), _BINARY)
_FILE: dict[str, Any] = {"requestBody": {"required": True, "content": _ANY_TYPE}}

FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f/\\]+$"),
    AfterValidator(require_seen),
    Query(description="What the sender calls it; it is shown to those who may read the file."),
]
Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]


async def evidence_keeping(request: Request) -> EvidenceKeeping:
    """Where files are kept and who scans them."""
    found: EvidenceKeeping = request.app.state.evidence_keeping
    return found


async def evidence_uploads(request: Request) -> UploadRoom:
    """Where files of evidence are received."""
    room: UploadRoom = request.app.state.evidence_uploads
    return room


Keeping = Annotated[EvidenceKeeping, Depends(evidence_keeping)]
Uploads = Annotated[UploadRoom, Depends(evidence_uploads)]


@router.post(
    PATH,
    status_code=201,
    response_model=StoredEvidence,
    openapi_extra=dict(_FILE),
    responses={200: {"model": StoredEvidence, "description": "The same file is kept already."}},
)
async def upload_evidence(
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:write"])],
    call: OnceUpload,
    uploads: Uploads,
    kept: Keeping,
    db: ServiceDatabase,
    clock: ServiceClock,
    stated_digest: StatedDigest = None,
    file_name: FileName | None = None,
) -> Response:
    """Keep a file for lines of reports to rest on; its bytes are the body, as they are.

    Its own bytes have to be of the type that it states. Nobody but the organisation may read it until a
    submitted report uses it.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise MediaTypeUnsupported("Send the file as it is, without Content-Encoding.")
    taken = request.app.state.evidence_media_types
    limit = request.app.state.settings.evidence_max_bytes
    async with uploads.receive(request, taken, limit) as upload:
        require_digest(stated_digest, upload.sha256)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        once = call.once(upload)
        return answer_response(
            await keeping.keep_evidence(db, kept, caller, upload, media_type, file_name, once, clock)
        )


@router.get(PATH)
async def list_evidence(
    request: Request, caller: Reader, db: ServiceDatabase, page: Paging
) -> Page[StoredEvidence]:
    """The files of the organisation that the caller acts for, oldest first."""
    items, following = await reading.list_evidence(db, caller, cursor=page.cursor, limit=page.limit)
    return Page(items=items, next=page_links(request, following))


@router.post(PATH + "/batch")
async def batch_evidence(batch: IdBatch, caller: Reader, db: ServiceDatabase) -> Batch[StoredEvidence]:
    """What is known of several files by their ids, as far as the caller may know of them."""
    return await reading.batch_evidence(db, caller, batch.ids)


@router.get(PATH + "/{evidence_id}", response_model=StoredEvidence)
async def get_evidence(evidence_id: UUID, request: Request, caller: Reader, db: ServiceDatabase) -> Response:
    """What is known of one file: for its organisation, and for those who may judge a line that uses it."""
    return respond_with_etag(request, await reading.get_evidence(db, caller, evidence_id))


@router.get(
    PATH + "/{evidence_id}/file",
    response_class=Response,
    responses={200: {"description": "The file.", "content": _ANY_TYPE}},
)
async def get_evidence_file(
    evidence_id: UUID, caller: Reader, kept: Keeping, db: ServiceDatabase
) -> Response:
    """The file itself, to be saved and not shown: for the same readers."""
    content = await reading.get_evidence_file(db, kept.blobs, caller, evidence_id)
    known = content.known
    plain = f"evidence-{known.id}.{EXTENSIONS[known.media_type]}"
    named = f"; filename*=UTF-8''{quote(known.file_name, safe='')}" if known.file_name else ""
    headers = {
        "Content-Disposition": f'attachment; filename="{plain}"{named}',
        "Content-Length": str(known.byte_count),
        "Repr-Digest": digest_header(known.sha256),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(content.pieces, media_type=known.media_type, headers=headers)


@router.post(PATH + "/{evidence_id}/erasure")
async def erase_evidence(
    evidence_id: UUID,
    erasure: EvidenceErasure,
    caller: Reader,
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> StoredEvidence:
    """Erase a file: by its organisation, or by a programme manager of a place whose reports use it.

    The organisation needs `reports:write` too, the manager `publications:write`. The file's hash, its size
    and the lines that rest on it stay on record.
    """
    return await keeping.erase_evidence(db, caller, evidence_id, erasure, if_match, now)
