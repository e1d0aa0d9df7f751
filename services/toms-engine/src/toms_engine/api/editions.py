"""Routes that read editions. The public sees what is published, a framework's owner its drafts too."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from cdp_common.contracts.base import Day, Page, Sha256, Slug
from cdp_common.contracts.toms import Edition, EditionState
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.paging import Paging, page_links
from toms_engine.storage.editions import EditionFilter
from toms_engine.use_cases import read_editions

router = APIRouter(tags=["editions"])


@router.get("/v1/editions")
async def list_editions(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    page: Paging,
    framework: Annotated[Slug | None, Query(description="Editions of this framework only.")] = None,
    state: Annotated[EditionState | None, Query(description="Editions in this state only.")] = None,
    effective_on: Annotated[Day | None, Query(description="Editions in effect on this day only.")] = None,
    derived_from: Annotated[
        Sha256 | None, Query(description="Editions that tailor the one with this hash only.")
    ] = None,
) -> Page[Edition]:
    """Editions in the order of framework and edition code."""
    wanted = EditionFilter(framework, state, effective_on, derived_from)
    items, next_cursor = await read_editions.list_editions(db, caller, wanted, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))


@router.get("/v1/editions/by-hash/{edition_hash}", response_model=Edition)
async def get_edition_by_hash(
    edition_hash: Annotated[Sha256, Path(description="SHA-256 of the pack's canonical JSON.")],
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
) -> Response:
    """One edition by the hash that names its content for ever."""
    return respond_with_etag(request, await read_editions.get_edition_by_hash(db, caller, edition_hash))


@router.get("/v1/editions/{edition_id}", response_model=Edition)
async def get_edition(
    edition_id: UUID, request: Request, caller: MaybeCaller, db: ServiceDatabase
) -> Response:
    """One edition."""
    return respond_with_etag(request, await read_editions.get_edition(db, caller, edition_id))
