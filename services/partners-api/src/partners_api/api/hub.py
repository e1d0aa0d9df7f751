"""Routes of what the Knowledge Hub shows to everybody: pages, a search, contacts, human values."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import hub as wire
from cdp_common.contracts.base import Batch, Code, IdBatch, Page, Slug
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.storage.hub_pages import Sought
from partners_api.storage.human_values import human_values
from partners_api.use_cases import keep_hub_contacts, read_hub_pages
from partners_api.use_cases.hub_views import human_values_view

router = APIRouter(tags=["knowledge hub"])
public = [Depends(maybe_caller)]
Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]
Tag = Annotated[Code | None, Query(description="Pages with this tag alone.")]


@router.get("/v1/hub/human-values", response_model=wire.HumanValues, dependencies=public)
async def get_human_values(request: Request) -> Response:
    """The human values with which stories are tagged."""
    return respond_with_etag(request, human_values_view(human_values()))


@router.get("/v1/hub/search", dependencies=public)
async def list_hub_hits(
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    place: Annotated[Slug, Query(description="The place's slug.")],
    q: Annotated[
        str,
        Query(min_length=1, max_length=200, description="Words; quotes, `or` and a minus are understood."),
    ],
    kind: Annotated[
        wire.HubKind | Literal["gathering"] | None, Query(description="Of this kind alone.")
    ] = None,
) -> Page[wire.HubHit]:
    """What the place has published and fits the words, in English, the best fit first."""
    items, following = await read_hub_pages.list_hub_hits(
        database, place, q, kind=kind, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.HubHit](items=items, next=page_links(request, following))


@router.get("/v1/places/{place_id}/hub-pages", dependencies=public)
async def list_hub_pages(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    kind: Annotated[wire.HubKind | None, Query(description="Of this kind alone.")] = None,
    slug: Annotated[Slug | None, Query(description="The page of this slug.")] = None,
    objective: Tag = None,
    measure: Tag = None,
    area: Tag = None,
    human_value: Tag = None,
    organisation_id: Annotated[UUID | None, Query(description="About this organisation alone.")] = None,
) -> Page[wire.HubPageSummary]:
    """What the place has published, the latest first."""
    sought = Sought(place_id, kind, slug, objective, measure, area, human_value, organisation_id)
    items, following = await read_hub_pages.list_hub_pages(
        database, sought, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.HubPageSummary](items=items, next=page_links(request, following))


@router.post("/v1/hub-pages/batch", dependencies=public)
async def batch_hub_pages(body: IdBatch, database: ServiceDatabase) -> Batch[wire.HubPage]:
    """Published pages by their ids, at most 200 in one call."""
    return await read_hub_pages.batch_hub_pages(database, body.ids)


@router.get("/v1/hub-pages/{page_id}", response_model=wire.HubPage, dependencies=public)
async def get_hub_page(page_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One published page; one that was withdrawn answers 410."""
    return respond_with_etag(request, await read_hub_pages.get_hub_page(database, page_id))


@router.post("/v1/places/{place_id}/hub-contacts", status_code=201, response_model=wire.HubContact)
async def add_hub_contact(
    place_id: UUID,
    body: wire.HubContactDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Adds whom to turn to: a team or an office."""
    return answer_response(
        await keep_hub_contacts.add_hub_contact(database, actor_of(caller), place_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/hub-contacts", dependencies=public)
async def list_hub_contacts(
    place_id: UUID, request: Request, database: ServiceDatabase, paging: Paging
) -> Page[wire.HubContact]:
    """Whom to turn to, by label."""
    items, following = await keep_hub_contacts.list_hub_contacts(
        database, place_id, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.HubContact](items=items, next=page_links(request, following))


@router.delete("/v1/hub-contacts/{contact_id}", status_code=204)
async def remove_hub_contact(contact_id: UUID, caller: Manager, database: ServiceDatabase) -> None:
    """Removes a contact; nothing of it stays."""
    await keep_hub_contacts.remove_hub_contact(database, actor_of(caller), contact_id)
