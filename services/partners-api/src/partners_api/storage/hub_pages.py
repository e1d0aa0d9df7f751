"""Stores and finds pages of the Knowledge Hub: each with all its versions and steps, which never change."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.hub_pages import (
    Hand,
    HubContent,
    HubKind,
    HubPage,
    HubSlugTaken,
    HubState,
    HubStep,
    Image,
    Video,
)
from partners_api.storage.hub_tables import hub_page_steps as steps
from partners_api.storage.hub_tables import hub_page_versions as versions
from partners_api.storage.hub_tables import hub_pages as pages

_ERRORS = {
    "uq_hub_pages_place_id_slug": lambda: HubSlugTaken("Another page of the place has this slug."),
}
_SHOWN = and_(versions.c.page_id == pages.c.id, versions.c.version == pages.c.published_version)
_LATEST = and_(versions.c.page_id == pages.c.id, versions.c.version == pages.c.latest_version)


@dataclass(frozen=True)
class Sought:
    """Which published pages of a place are asked for."""

    place_id: UUID
    kind: HubKind | None = None
    slug: str | None = None
    objective: str | None = None
    measure: str | None = None
    area: str | None = None
    human_value: str | None = None
    organisation_id: UUID | None = None


async def insert_page(tx: AsyncConnection, page: HubPage) -> None:
    """Store a new page; raises `HubSlugTaken`."""
    row = {**_page_row(page), "id": page.id, "place_id": page.place_id, "kind": page.kind, "slug": page.slug}
    with constraint_errors(_ERRORS):
        await tx.execute(insert(pages).values(row))


async def update_page(tx: AsyncConnection, page: HubPage) -> None:
    """Store the state of a page whose row is locked."""
    await tx.execute(update(pages).where(pages.c.id == page.id).values(_page_row(page)))


def _page_row(page: HubPage) -> dict[str, Any]:
    return {
        "state": page.state,
        "latest_version": page.latest_version,
        "published_version": page.published_version,
        "first_published_at": page.first_published_at,
        "published_at": page.published_at,
        "withdrawn_at": page.withdrawn_at,
        "steps_taken": page.steps_taken,
        "changed_at": page.changed_at,
    }


async def insert_version(tx: AsyncConnection, page: HubPage, content: HubContent) -> None:
    """Store the content of the page's latest version."""
    row = {
        "page_id": page.id,
        "version": page.latest_version,
        "title": content.title,
        "summary": content.summary,
        "body": content.body,
        "images": [asdict(image) for image in content.images],
        "videos": [asdict(video) for video in content.videos],
        "objectives": list(content.objectives),
        "measures": list(content.measures),
        "areas": list(content.areas),
        "human_values": list(content.human_values),
        "organisation_ids": list(content.organisation_ids),
        "source": content.source,
        "data_status": content.data_status,
    }
    await tx.execute(insert(versions).values(row))


async def insert_step(tx: AsyncConnection, page: HubPage, step: HubStep) -> None:
    """Store the step that the page has just taken."""
    row = {
        "page_id": page.id,
        "number": page.steps_taken,
        "version": step.version,
        "step": step.step,
        "note": step.note,
        "client_id": step.hand.client_id,
        "organisation_id": step.hand.organisation_id,
        "person_id": step.hand.person_id,
        "taken_at": step.taken_at,
    }
    await tx.execute(insert(steps).values(row))


async def load_page(tx: AsyncConnection, page_id: UUID, *, for_change: bool = False) -> HubPage | None:
    """The page, its row locked if it is about to change."""
    query = select(pages).where(pages.c.id == page_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _page(row) if row is not None else None


async def load_version(tx: AsyncConnection, page_id: UUID, version: int) -> HubContent | None:
    """What a version of a page says."""
    query = select(versions).where(versions.c.page_id == page_id, versions.c.version == version)
    row = (await tx.execute(query)).one_or_none()
    return _content(row) if row is not None else None


async def load_steps(tx: AsyncConnection, page_id: UUID) -> list[HubStep]:
    """The steps of a page in their order."""
    query = select(steps).where(steps.c.page_id == page_id).order_by(steps.c.number)
    return [
        HubStep(
            row.step,
            row.version,
            row.note,
            Hand(row.client_id, row.organisation_id, row.person_id),
            row.taken_at,
        )
        for row in (await tx.execute(query)).all()
    ]


async def author_of(tx: AsyncConnection, page_id: UUID, version: int) -> Hand:
    """Who wrote a version."""
    query = select(steps).where(
        steps.c.page_id == page_id, steps.c.version == version, steps.c.step == "drafted"
    )
    row = (await tx.execute(query)).one()
    return Hand(row.client_id, row.organisation_id, row.person_id)


async def load_published(tx: AsyncConnection, ids: Sequence[UUID]) -> list[tuple[HubPage, HubContent]]:
    """Those of these pages that are published, in the order of their ids, with what they say."""
    query = _with_content(_SHOWN).where(pages.c.id.in_(ids)).order_by(pages.c.id)
    return [(_page(row), _content(row)) for row in (await tx.execute(query)).all()]


async def page_published(
    tx: AsyncConnection, sought: Sought, *, cursor: str | None, limit: int
) -> tuple[list[tuple[HubPage, HubContent]], str | None]:
    """One page of what a place has published, the latest first."""
    query = _with_content(_SHOWN).where(
        pages.c.place_id == sought.place_id, pages.c.published_at.is_not(None)
    )
    for column, exact in ((pages.c.kind, sought.kind), (pages.c.slug, sought.slug)):
        query = query if exact is None else query.where(column == exact)
    for tags, tag in (
        (versions.c.objectives, sought.objective),
        (versions.c.measures, sought.measure),
        (versions.c.areas, sought.area),
        (versions.c.human_values, sought.human_value),
        (versions.c.organisation_ids, sought.organisation_id),
    ):
        query = query if tag is None else query.where(literal(tag) == tags.any_())
    columns = [pages.c.published_at.desc(), pages.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.published_at, row.id])
    return [(_page(row), _content(row)) for row in cut], following


async def page_drafts(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    state: HubState | None,
    kind: HubKind | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[tuple[HubPage, HubContent]], str | None]:
    """One page of all pages of a place with their latest versions, the one changed last first."""
    query = _with_content(_LATEST).where(pages.c.place_id == place_id)
    for column, exact in ((pages.c.kind, kind), (pages.c.state, state)):
        query = query if exact is None else query.where(column == exact)
    columns = [pages.c.changed_at.desc(), pages.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.changed_at, row.id])
    return [(_page(row), _content(row)) for row in cut], following


def _with_content(joined: Any) -> Select[Any]:
    said = [column for column in versions.c if column.name not in ("page_id", "version")]
    return select(pages, *said).join(versions, joined)


def _page(row: Row[Any]) -> HubPage:
    return HubPage(
        id=row.id,
        place_id=row.place_id,
        kind=row.kind,
        slug=row.slug,
        state=row.state,
        latest_version=row.latest_version,
        published_version=row.published_version,
        first_published_at=row.first_published_at,
        published_at=row.published_at,
        withdrawn_at=row.withdrawn_at,
        steps_taken=row.steps_taken,
        changed_at=row.changed_at,
    )


def _content(row: Row[Any]) -> HubContent:
    return HubContent(
        title=row.title,
        summary=row.summary,
        body=row.body,
        images=tuple(Image(**image) for image in row.images),
        videos=tuple(Video(**video) for video in row.videos),
        objectives=tuple(row.objectives),
        measures=tuple(row.measures),
        areas=tuple(row.areas),
        human_values=tuple(row.human_values),
        organisation_ids=tuple(row.organisation_ids),
        source=row.source,
        data_status=row.data_status,
    )
