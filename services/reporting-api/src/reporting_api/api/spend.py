"""Routes for files of payments: previews, imports and their rows, and the rules by which files are read."""

from __future__ import annotations

from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, Security

from cdp_common.contracts.base import DataStatus, Day, Page, Sha256, ShortText, Slug
from cdp_common.contracts.spend import (
    DateOrder,
    SpendFieldName,
    SpendImport,
    SpendPreview,
    SpendRow,
    SpendRules,
)
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.uploads import OnceUpload, Upload
from reporting_api.api.dependencies import PUBLIC, Partners
from reporting_api.api.report_files import MAX_FILE_BYTES, Uploads
from reporting_api.use_cases import import_spend as importing
from reporting_api.use_cases.import_spend import FileOfSpend, Keeping
from reporting_api.use_cases.read_spend_file import MEDIA_TYPES, Choices

router = APIRouter(tags=["spend"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["reports:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]
_FIELDS = "|".join(get_args(SpendFieldName))
Column = Annotated[str, Query(pattern=rf"^({_FIELDS}):([1-9][0-9]{{0,2}}|none)$")]
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(MEDIA_TYPES)},
    }
}


async def spend_keeping(request: Request) -> Keeping:
    """What keeping names of suppliers takes."""
    keeping: Keeping = request.app.state.spend_keeping
    return keeping


SpendKeeping = Annotated[Keeping, Depends(spend_keeping)]


async def file_of_spend(
    place_id: UUID,
    period_start: Annotated[Day, Query()],
    period_end: Annotated[Day, Query()],
    ledger: Annotated[
        Slug, Query(description="Which of the organisation's files it is: payments, purchase-cards…")
    ] = "payments",
    column: Annotated[
        list[Column] | None,
        Query(max_length=20, description="A field and its column, from 1: `amount:8`; `currency:none`."),
    ] = None,
    header_row: Annotated[
        int | None, Query(ge=0, le=10_000, description="The header's line, from 1; 0 where there is none.")
    ] = None,
    date_order: Annotated[
        DateOrder | None, Query(description="How to read 03/04/2026, instead of what the rows decide.")
    ] = None,
    sheet: Annotated[
        ShortText | None, Query(description="Of a workbook; the first one where it has none so called.")
    ] = None,
    data_status: DataStatus = "actual",
) -> dict[str, Any]:
    """What is said of a file beside its rows."""
    chosen = dict(one.split(":") for one in column or [])
    columns: Any = {name: None if at == "none" else int(at) for name, at in chosen.items()}
    return {
        "place_id": place_id,
        "period": Period(period_start, period_end),
        "ledger": ledger,
        "choices": Choices(columns, header_row, date_order, sheet),
        "data_status": data_status,
    }


Stated = Annotated[dict[str, Any], Depends(file_of_spend)]


@router.post("/v1/spend-imports/preview", openapi_extra=dict(_FILE))
async def preview_spend_import(
    request: Request,
    caller: Writer,
    stated: Stated,
    uploads: Uploads,
    db: ServiceDatabase,
    keeping: SpendKeeping,
    now: Now,
) -> SpendPreview:
    """How a file of payments would be understood: columns, days, totals, faults by row; nothing is kept."""
    async with uploads.receive(request, MEDIA_TYPES, MAX_FILE_BYTES) as upload:
        file = _file(request, upload, {**stated, "mapping": None, "supersedes": None, "reason": None})
        return await importing.preview_spend_import(db, caller, file, keeping, now)


@router.post("/v1/spend-imports", status_code=201, response_model=SpendImport, openapi_extra=dict(_FILE))
async def import_spend(
    request: Request,
    caller: Writer,
    call: OnceUpload,
    stated: Stated,
    mapping: Annotated[Sha256, Query(description="As the preview of this file told it.")],
    uploads: Uploads,
    db: ServiceDatabase,
    partners: Partners,
    keeping: SpendKeeping,
    now: Now,
    supersedes: Annotated[UUID | None, Query(description="The import that this one replaces.")] = None,
    reason: Annotated[ShortText | None, Query(description="Why it is replaced.")] = None,
) -> Response:
    """Take in a partner's payments from a file, whole or not at all; names of people are left out."""
    async with uploads.receive(request, MEDIA_TYPES, MAX_FILE_BYTES) as upload:
        whole = {**stated, "mapping": mapping, "supersedes": supersedes, "reason": reason}
        file, once = _file(request, upload, whole), call.once(upload)
        return answer_response(await importing.import_spend(db, partners, caller, file, keeping, once, now))


@router.get("/v1/places/{place_id}/spend-imports")
async def list_spend_imports(
    place_id: UUID, request: Request, caller: Reader, db: ServiceDatabase, page: Paging
) -> Page[SpendImport]:
    """Imports of the place in the order in which they came: all for its officers, else the own ones."""
    items, following = await importing.list_imports(
        db, caller, place_id, cursor=page.cursor, limit=page.limit
    )
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/spend-imports/{import_id}", response_model=SpendImport)
async def get_spend_import(
    import_id: UUID, request: Request, caller: Reader, db: ServiceDatabase
) -> Response:
    """One import, with how its file was understood."""
    return respond_with_etag(request, await importing.get_import(db, caller, import_id))


@router.get("/v1/spend-imports/{import_id}/rows")
async def list_spend_rows(
    import_id: UUID, request: Request, caller: Reader, db: ServiceDatabase, page: Paging
) -> Page[SpendRow]:
    """The payments of an import in the order of its file."""
    items, following = await importing.list_rows(db, caller, import_id, cursor=page.cursor, limit=page.limit)
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/spend-rules", dependencies=PUBLIC)
async def get_spend_rules(keeping: SpendKeeping) -> SpendRules:
    """The version of the rules in force: names of columns, marks of redaction, thresholds, with sources."""
    return SpendRules.model_validate(dict(keeping.rules.document))


def _file(request: Request, upload: Upload, stated: dict[str, Any]) -> FileOfSpend:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return FileOfSpend(upload=upload, media_type=media_type, **stated)
