"""Routes for publications."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.reporting import (
    CollectiveValue,
    PoundExplanation,
    Publication,
    PublicationDraft,
)
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import (
    PUBLIC,
    PublicationLicence,
    PublishingRule,
    ServiceClock,
    Toms,
    Window,
)
from reporting_api.use_cases import explain_pounds as explaining
from reporting_api.use_cases import publish_period as publishing
from reporting_api.use_cases import read_publications

router = APIRouter(tags=["publications"])

MeasureKey = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(~[0-9a-f]{12})?$",
        description="The key of the measure's cell in the publication.",
    ),
]


@router.get("/v1/places/{place_id}/publication-preview")
async def preview_publication(
    place_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["publications:write"])],
    window: Window,
    db: ServiceDatabase,
    toms: Toms,
    rule: PublishingRule,
    now: Now,
) -> CollectiveValue:
    """What publishing the period now would show; nothing is kept."""
    return await publishing.preview_publication(db, toms, caller, place_id, window, rule, now)


@router.post("/v1/places/{place_id}/publications", status_code=201, response_model=Publication)
async def publish_period(
    place_id: UUID,
    draft: PublicationDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["publications:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    rule: PublishingRule,
    licence: PublicationLicence,
    clock: ServiceClock,
) -> Response:
    """Freeze and publish a period's figures; publishing it again restates it under a new number."""
    return answer_response(
        await publishing.publish_period(db, toms, caller, place_id, draft, rule, licence, once, clock)
    )


@router.get("/v1/places/{place_id}/publications", dependencies=PUBLIC)
async def list_publications(
    place_id: UUID, request: Request, db: ServiceDatabase, page: Paging
) -> Page[Publication]:
    """The place's publications, the newest first."""
    found = await read_publications.list_publications(db, place_id, cursor=page.cursor, limit=page.limit)
    items, following = cut_page(found, page.limit, lambda publication: [publication.number])
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/publications/{publication_id}", response_model=Publication, dependencies=PUBLIC)
async def get_publication(publication_id: UUID, request: Request, db: ServiceDatabase) -> Response:
    """One publication, byte for byte as it was frozen."""
    document, content_hash = await read_publications.get_publication(db, publication_id)
    etag = f'"{content_hash}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=31536000, immutable"}
    if etag in [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(document, headers=headers, media_type="application/json")


@router.get("/v1/publications/{publication_id}/explanations/{measure}", dependencies=PUBLIC)
async def explain_pounds(
    publication_id: UUID, measure: MeasureKey, db: ServiceDatabase, toms: Toms
) -> PoundExplanation:
    """How the measure's delivered pounds came about, down to the proxy's source."""
    return await explaining.explain_pounds(db, toms, publication_id, measure)
