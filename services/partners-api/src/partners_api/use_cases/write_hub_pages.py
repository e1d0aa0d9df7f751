"""Takes a page of the Knowledge Hub from its draft over a review by somebody else to its publication."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import hub as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.dated_entries import ObjectiveNotRecorded
from partners_api.domain.hub_pages import (
    Hand,
    HubContent,
    HubPage,
    HubPageUnknown,
    HubStep,
    HubStepKind,
    HubVersionSuperseded,
    published,
    require_complete,
    require_editor,
    require_human_values,
    reviewed,
    revised,
    withdrawn,
)
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.domain.places import Place, PlaceUnknown
from partners_api.storage.hub_pages import (
    author_of,
    insert_page,
    insert_step,
    insert_version,
    load_page,
    load_version,
    update_page,
)
from partners_api.storage.hub_previews import end_previews
from partners_api.storage.hub_search import Entry, keep_entry, remove_entry
from partners_api.storage.human_values import human_values
from partners_api.storage.organisations import load_organisations
from partners_api.storage.places import load_place, load_places
from partners_api.use_cases.happenings_of_hub import hub_page_event
from partners_api.use_cases.hub_views import content_from, draft_summary_view
from partners_api.use_cases.markdown_html import plain_text_of


async def draft_hub_page(
    database: Database, actor: Actor, place_id: UUID, draft: wire.HubPageDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the new page, which nobody sees yet but those with a role in the place."""
    async with database.begin() as tx:
        place = await load_place(tx, place_id)
        if place is None:
            raise PlaceUnknown("There is no place of that id.")
        require_editor(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        content = content_from(draft)
        require_complete(draft.kind, content)
        await _require_known(tx, place, content)
        page = HubPage(
            id=new_id(),
            place_id=place_id,
            kind=draft.kind,
            slug=draft.slug,
            state="drafted",
            latest_version=1,
            published_version=None,
            first_published_at=None,
            published_at=None,
            withdrawn_at=None,
            steps_taken=1,
            changed_at=now,
        )
        await insert_page(tx, page)
        await insert_version(tx, page, content)
        return await _taken(tx, actor, page, "drafted", content.title, once, now)


async def revise_hub_page(
    database: Database, actor: Actor, page_id: UUID, stated: wire.HubContent, once: Once, now: datetime
) -> Answer:
    """The answer with the page and its further version; what is published stays so meanwhile."""
    async with database.begin() as tx:
        before = await _editing(tx, actor, page_id)
        if earlier := await once.replay(tx):
            return earlier
        content = content_from(stated)
        require_complete(before.kind, content)
        place = (await load_places(tx, [before.place_id]))[before.place_id]
        await _require_known(tx, place, content)
        page = revised(before, now)
        await insert_version(tx, page, content)
        return await _taken(tx, actor, page, "drafted", content.title, once, now)


async def review_hub_page(
    database: Database, actor: Actor, page_id: UUID, review: wire.HubReview, once: Once, now: datetime
) -> Answer:
    """The answer with the page after a review by another person than the version's author."""
    async with database.begin() as tx:
        before = await _editing(tx, actor, page_id)
        if earlier := await once.replay(tx):
            return earlier
        content = await _version(tx, before, review.version)
        author = await author_of(tx, page_id, review.version)
        approved = review.outcome == "approved"
        page = reviewed(before, review.version, approved=approved, author=author, by=Hand.of(actor), now=now)
        step: HubStepKind = "reviewed" if approved else "returned"
        return await _taken(tx, actor, page, step, content.title, once, now, note=review.note)


async def publish_hub_page(
    database: Database,
    actor: Actor,
    page_id: UUID,
    publication: wire.HubPublication,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the page, which everybody sees and finds from now on."""
    async with database.begin() as tx:
        before = await _editing(tx, actor, page_id)
        require_manager(actor, before.place_id)
        if earlier := await once.replay(tx):
            return earlier
        content = await _version(tx, before, publication.version)
        page = published(before, publication.version, now)
        await keep_entry(tx, _entry(page, content, now))
        await end_previews(tx, page_id)
        return await _taken(tx, actor, page, "published", content.title, once, now)


async def withdraw_hub_page(
    database: Database,
    actor: Actor,
    page_id: UUID,
    withdrawal: wire.HubWithdrawal,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the page, which is shown and found no more; its versions are kept."""
    async with database.begin() as tx:
        before = await _editing(tx, actor, page_id)
        require_manager(actor, before.place_id)
        if earlier := await once.replay(tx):
            return earlier
        page = withdrawn(before, now)
        content = await _version(tx, page, page.latest_version)
        await remove_entry(tx, page_id)
        await end_previews(tx, page_id)
        shown = before.published_version
        return await _taken(
            tx, actor, page, "withdrawn", content.title, once, now, note=withdrawal.reason, version=shown
        )


async def _editing(tx: AsyncConnection, actor: Actor, page_id: UUID) -> HubPage:
    """The page, its row locked, for somebody who writes in its place; others do not learn of drafts."""
    page = await load_page(tx, page_id, for_change=True)
    if page is None or (page.published_version is None and not actor.has_role_in(page.place_id)):
        raise HubPageUnknown("There is no page of that id.")
    require_editor(actor, page.place_id)
    return page


async def _version(tx: AsyncConnection, page: HubPage, version: int) -> HubContent:
    content = await load_version(tx, page.id, version)
    if content is None:
        raise HubVersionSuperseded(f"The latest version is {page.latest_version}.")
    return content


async def _taken(
    tx: AsyncConnection,
    actor: Actor,
    page: HubPage,
    step: HubStepKind,
    title: str,
    once: Once,
    now: datetime,
    *,
    note: str | None = None,
    version: int | None = None,
) -> Answer:
    """Store the step with the page as it is after it, and answer with that."""
    version = version or page.latest_version
    await update_page(tx, page)
    await insert_step(tx, page, HubStep(step, version, note, Hand.of(actor), now))
    await record_event(tx, hub_page_event(step, page, version), now)
    location = {"Location": f"/v1/hub-drafts/{page.id}"}
    return await once.keep(tx, 201, draft_summary_view(page, title), headers=location, now=now)


async def _require_known(tx: AsyncConnection, place: Place, content: HubContent) -> None:
    """Refuse objectives, values and organisations that there are not; others know measures and areas."""
    known = {item.code for item in place.objectives}
    unknown = [
        FieldError(f"/tags/objectives/{index}", ObjectiveNotRecorded.code, "not an objective of the place")
        for index, code in enumerate(content.objectives)
        if code not in known
    ]
    if unknown:
        raise ObjectiveNotRecorded("The place has no such objective.", errors=unknown)
    require_human_values(content.human_values, {value.code for value in human_values().values})
    found = await load_organisations(tx, list(content.organisation_ids))
    missing = [
        FieldError(f"/organisation_ids/{index}", OrganisationNotRecorded.code, "no such organisation")
        for index, organisation_id in enumerate(content.organisation_ids)
        if organisation_id not in found
    ]
    if missing:
        raise OrganisationNotRecorded("There is no organisation of that id.", errors=missing)


def _entry(page: HubPage, content: HubContent, now: datetime) -> Entry:
    texts = [content.body, *(video.transcript for video in content.videos)]
    plain = " ".join(plain_text_of(text) for text in texts)
    said = (content.title, content.summary, plain, now, content.data_status)
    return Entry(page.id, page.place_id, page.kind, *said)
