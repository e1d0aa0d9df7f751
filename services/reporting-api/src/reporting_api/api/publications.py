"""Routes for publications."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.bridges import BridgeEntry
from cdp_common.contracts.previews import PublicationPreview
from cdp_common.contracts.publication_files import PublicationKeys
from cdp_common.contracts.publications import Publication, PublicationDraft
from cdp_common.contracts.reporting import PoundExplanation
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import is_held, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import (
    PUBLIC,
    Partners,
    PublicationLicence,
    PublicationSigning,
    PublishingRule,
    ServiceClock,
    Toms,
    Window,
)
from reporting_api.use_cases import build_bridge, publication_files, read_publications
from reporting_api.use_cases import explain_pounds as explaining
from reporting_api.use_cases import preview_publication as previewing
from reporting_api.use_cases import publish_period as publishing
from reporting_api.use_cases.publication_files import FileKind

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
    partners: Partners,
    rule: PublishingRule,
    clock: ServiceClock,
) -> PublicationPreview:
    """What publishing the period now would show and could not hide, and who has not reported; nothing is
    kept."""
    return await previewing.preview_publication(db, toms, partners, caller, place_id, window, rule, clock)


@router.post("/v1/places/{place_id}/publications", status_code=201, response_model=Publication)
async def publish_period(
    place_id: UUID,
    draft: PublicationDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["publications:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    rule: PublishingRule,
    licence: PublicationLicence,
    signing: PublicationSigning,
    clock: ServiceClock,
) -> Response:
    """Freeze and publish a period's figures; publishing it again restates it under a new number."""
    return answer_response(
        await publishing.publish_period(
            db, toms, partners, caller, place_id, draft, rule, licence, signing, once, clock
        )
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


@router.get("/v1/publications/{publication_id}/files/{kind}", dependencies=PUBLIC, response_class=Response)
async def get_publication_file(
    publication_id: UUID,
    kind: FileKind,
    request: Request,
    db: ServiceDatabase,
    signing: PublicationSigning,
    now: Now,
) -> Response:
    """The publication as a page, a table (CSV), a tagged PDF or its signature (JWS), the same bytes each
    time."""
    body, sha256 = await publication_files.get_publication_file(db, signing, publication_id, kind, now)
    etag = f'"{sha256}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=31536000, immutable"}
    if kind == "html":
        # It asks for nothing and runs nothing; should a label ever hold markup, it does not either.
        headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    if is_held(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=publication_files.MEDIA_TYPES[kind])


@router.get("/v1/publication-keys", response_model=PublicationKeys, dependencies=PUBLIC)
async def get_publication_keys(
    request: Request, db: ServiceDatabase, signing: PublicationSigning, now: Now
) -> Response:
    """The public keys with which signatures of publications are verified (JWK set)."""
    return respond_with_etag(request, await publication_files.get_publication_keys(db, signing, now))


@router.get("/v1/publications/{publication_id}/bridge-entries")
async def list_bridge_entries(
    publication_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])],
    db: ServiceDatabase,
    page: Paging,
) -> Page[BridgeEntry]:
    """Every ledger entry of the publication's bridge with its step, for those with a role in the place."""
    found = await build_bridge.list_bridge_entries(
        db, caller, publication_id, cursor=page.cursor, limit=page.limit
    )
    items, following = cut_page(found, page.limit, lambda entry: [entry.position])
    return Page(items=items, next=page_links(request, following))


@router.get(
    "/v1/publications/{publication_id}/explanations/{measure}",
    dependencies=PUBLIC,
    response_model=PoundExplanation,
)
async def explain_pounds(
    publication_id: UUID, measure: MeasureKey, request: Request, db: ServiceDatabase, toms: Toms
) -> Response:
    """How the measure's delivered pounds came about, down to the proxy's source."""
    return respond_with_etag(request, await explaining.explain_pounds(db, toms, publication_id, measure))
