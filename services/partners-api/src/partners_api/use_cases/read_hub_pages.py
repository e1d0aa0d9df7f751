"""Reads what the Knowledge Hub shows, finds it by words, and shows drafts to those with a role."""

from collections.abc import Sequence
from uuid import UUID

from cdp_common.contracts import hub as wire
from cdp_common.contracts.base import Batch
from cdp_common.db.database import Database
from partners_api.domain.authority import Actor
from partners_api.domain.hub_pages import (
    EditorNeeded,
    HubKind,
    HubPageUnknown,
    HubPageWithdrawn,
    HubState,
)
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.hub_pages import (
    Sought,
    load_page,
    load_published,
    load_steps,
    load_version,
    page_drafts,
    page_published,
)
from partners_api.storage.hub_search import page_hits
from partners_api.storage.places import load_place, page_places
from partners_api.use_cases.hub_views import (
    draft_summary_view,
    draft_view,
    hit_view,
    page_view,
    summary_view,
)


async def list_hub_pages(
    database: Database, sought: Sought, *, cursor: str | None, limit: int
) -> tuple[list[wire.HubPageSummary], str | None]:
    """One page of what a place has published, the latest first."""
    async with database.begin() as tx:
        if await load_place(tx, sought.place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_published(tx, sought, cursor=cursor, limit=limit)
    return [summary_view(page, content) for page, content in found], following


async def get_hub_page(database: Database, page_id: UUID) -> wire.HubPage:
    """The published page; one that was withdrawn is gone, one that is not published yet is unknown."""
    async with database.begin() as tx:
        found = await load_published(tx, [page_id])
        page = None if found else await load_page(tx, page_id)
    if found:
        return page_view(*found[0])
    if page is not None and page.withdrawn_at is not None:
        raise HubPageWithdrawn("The page was withdrawn.")
    raise HubPageUnknown("There is no page of that id.")


async def batch_hub_pages(database: Database, ids: Sequence[UUID]) -> Batch[wire.HubPage]:
    """Published pages by their ids."""
    async with database.begin() as tx:
        found = await load_published(tx, ids)
    there = {page.id for page, _ in found}
    missing = [each for each in dict.fromkeys(ids) if each not in there]
    return Batch[wire.HubPage](items=[page_view(*each) for each in found], missing=missing)


async def list_hub_hits(
    database: Database,
    place_slug: str,
    words: str,
    *,
    kind: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.HubHit], str | None]:
    """One page of what a place has published and fits the words, the best fit first."""
    async with database.begin() as tx:
        places, _ = await page_places(tx, slug=place_slug, cursor=None, limit=1)
        if not places:
            raise PlaceUnknown("There is no place of that slug.")
        place_id = places[0].id
        hits, following = await page_hits(tx, place_id, words, kind=kind, cursor=cursor, limit=limit)
    return [hit_view(hit, place_id) for hit in hits], following


async def list_hub_drafts(
    database: Database,
    actor: Actor,
    place_id: UUID,
    *,
    state: HubState | None,
    kind: HubKind | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.HubDraftSummary], str | None]:
    """One page of all pages of a place, whatever their state, the one changed last first."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        if not actor.has_role_in(place_id):
            raise EditorNeeded("Drafts are shown to those with a role in the place.")
        found, following = await page_drafts(tx, place_id, state=state, kind=kind, cursor=cursor, limit=limit)
    return [draft_summary_view(page, content.title) for page, content in found], following


async def get_hub_draft(
    database: Database, actor: Actor, page_id: UUID, *, version: int | None
) -> wire.HubDraft:
    """A version of a page, the latest unless another is named, to those with a role in its place."""
    async with database.begin() as tx:
        page = await load_page(tx, page_id)
        if page is None or not actor.has_role_in(page.place_id):
            raise HubPageUnknown("There is no page of that id.")
        number = version or page.latest_version
        content = await load_version(tx, page_id, number)
        if content is None:
            raise HubPageUnknown("The page has no version of that number.")
        steps = await load_steps(tx, page_id)
    return draft_view(page, number, content, steps)
