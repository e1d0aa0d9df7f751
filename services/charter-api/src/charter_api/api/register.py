"""Routes for the public register as one searches and exports it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from cdp_common.contracts.base import Code, Page
from cdp_common.contracts.charter import SignatureState
from cdp_common.contracts.partners import OrganisationKind
from cdp_common.contracts.register import RegisterEntry, RegisterExport
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import maybe_caller
from cdp_common.web.paging import Paging, page_links
from charter_api.api.signatures import AsOf
from charter_api.storage.register import Size, Wanted
from charter_api.use_cases.search_register import ExportFormat, search
from charter_api.use_cases.search_register import export_register as export

# No token is needed; one that is sent must be good.
router = APIRouter(tags=["register"], dependencies=[Depends(maybe_caller)])
NAME_CHARS = 200


async def wanted_entries(
    now: Now,
    place_id: UUID | None = None,
    name: Annotated[
        str | None, Query(min_length=2, max_length=NAME_CHARS, description="A part of the name, in any case.")
    ] = None,
    kind: OrganisationKind | None = None,
    size: Annotated[
        Size | None, Query(description="`large` is whoever says that it is no SME; not stated is neither.")
    ] = None,
    area: Annotated[Code | None, Query(description="Signed for, or pledged in, this small area.")] = None,
    objective: Annotated[Code | None, Query(description="With a pledge under this objective.")] = None,
    state: SignatureState | None = None,
    level: Annotated[
        Code | None, Query(description="At this level, by its code in the charter version signed.")
    ] = None,
    as_of: AsOf = None,
) -> Wanted:
    """What a request searches the register for."""
    return Wanted(as_of or now.date(), place_id, name, kind, size, area, objective, state, level)


Search = Annotated[Wanted, Depends(wanted_entries)]
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The register: a document, or a row for each entry under a header.",
        "model": RegisterExport,
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


@router.get("/v1/register")
async def list_register(
    request: Request, wanted: Search, db: ServiceDatabase, page: Paging
) -> Page[RegisterEntry]:
    """The public register by name: who has signed, as it stands today or stood on a day."""
    entries, next_cursor = await search(db, wanted, page.cursor, page.limit)
    return Page(items=entries, next=page_links(request, next_cursor))


@router.get("/v1/register/export", response_class=StreamingResponse, responses=_FILE)
async def export_register(
    wanted: Search,
    db: ServiceDatabase,
    form: Annotated[ExportFormat, Query(alias="format", description="CSV or one JSON document.")] = "csv",
) -> StreamingResponse:
    """The register that a search finds as a file, sent while it is read; at most 50,000 entries."""
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    headers = {
        "Content-Disposition": f'attachment; filename="charter-register-{wanted.day.isoformat()}.{form}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(await export(db, wanted, form), media_type=kind, headers=headers)
