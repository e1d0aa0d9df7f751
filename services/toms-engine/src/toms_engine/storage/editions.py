"""Reading and writing editions of measurement frameworks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import EditionContent
from toms_engine.storage.edition_rows import content_of, edition_values, measure_values, proxy_values
from toms_engine.storage.tables import editions, frameworks, measures, proxies

PUBLISHED = "published"
DRAFT = "draft"

_WITH_OWNER = editions.join(frameworks, frameworks.c.framework == editions.c.framework)


@dataclass(frozen=True)
class EditionFilter:
    """Which editions a list holds."""

    framework: str | None = None
    state: str | None = None
    effective_on: date | None = None
    derived_from: str | None = None
    drafts_of: UUID | None = None
    """The organisation whose drafts are shown beside what is published; none for the public."""


async def claim_framework(tx: AsyncConnection, framework: str, org: UUID, now: datetime) -> UUID:
    """The organisation whose framework it is: the first that claimed it.

    Until the transaction ends, others that bring an edition of the framework wait.
    """
    key = func.hashtextextended(func.current_schema() + " framework " + framework, 0)
    await tx.execute(select(func.pg_advisory_xact_lock(key)))
    row = {"framework": framework, "owner_org": org, "created_at": now}
    await tx.execute(upsert(frameworks).values(row).on_conflict_do_nothing())
    query = select(frameworks.c.owner_org).where(frameworks.c.framework == framework)
    owner: UUID = (await tx.execute(query)).scalar_one()
    return owner


async def edition_by_code(tx: AsyncConnection, framework: str, edition: str) -> RowMapping | None:
    """The edition under a framework and edition code, locked until the transaction ends."""
    query = _editions().where(editions.c.framework == framework, editions.c.edition == edition)
    return await _one(tx, query.with_for_update(of=editions))


async def edition_by_name(tx: AsyncConnection, framework: str, edition: str) -> RowMapping | None:
    """The edition under a framework and edition code, not locked."""
    return await _one(tx, _editions().where(editions.c.framework == framework, editions.c.edition == edition))


async def edition_by_id(tx: AsyncConnection, edition_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The edition with this id, locked until the transaction ends if asked."""
    query = _editions().where(editions.c.id == edition_id)
    if lock:
        query = query.with_for_update(of=editions)
    return await _one(tx, query)


async def edition_by_hash(tx: AsyncConnection, edition_hash: str) -> RowMapping | None:
    """The edition with this hash, draft or published."""
    return await _one(tx, _editions().where(editions.c.edition_hash == edition_hash))


async def editions_page(
    tx: AsyncConnection, wanted: EditionFilter, cursor: str | None, limit: int
) -> tuple[list[RowMapping], str | None]:
    """Editions in the order of framework and edition code, and the cursor of the next page."""
    query = _editions().where(_is_visible(wanted.drafts_of))
    if wanted.framework is not None:
        query = query.where(editions.c.framework == wanted.framework)
    if wanted.state is not None:
        query = query.where(editions.c.state == wanted.state)
    if wanted.derived_from is not None:
        query = query.where(editions.c.derived_from == wanted.derived_from)
    if wanted.effective_on is not None:
        ends = func.coalesce(editions.c.effective_to, wanted.effective_on)
        query = query.where(editions.c.effective_from <= wanted.effective_on, ends >= wanted.effective_on)
    query = keyset(query, [editions.c.framework, editions.c.edition], cursor, limit)
    rows = (await tx.execute(query)).mappings().all()
    return cut_page(rows, limit, lambda row: (row["framework"], row["edition"]))


async def add_draft(
    tx: AsyncConnection, edition_id: UUID, edition_hash: str, content: EditionContent, now: datetime
) -> None:
    """Store a new draft edition."""
    head = {"id": edition_id, "edition_hash": edition_hash, "state": DRAFT, "version": 1, "created_at": now}
    await tx.execute(insert(editions).values({**edition_values(content), **head}))
    await _add_parts(tx, edition_id, content)


async def replace_draft(
    tx: AsyncConnection, edition_id: UUID, edition_hash: str, content: EditionContent
) -> None:
    """Put another content under a draft; the database refuses it for a published edition."""
    for table in (measures, proxies):
        await tx.execute(delete(table).where(table.c.edition_id == edition_id))
    head = {"edition_hash": edition_hash, "version": editions.c.version + 1}
    await tx.execute(
        update(editions).where(editions.c.id == edition_id).values({**edition_values(content), **head})
    )
    await _add_parts(tx, edition_id, content)


async def mark_published(tx: AsyncConnection, edition_id: UUID, now: datetime) -> bool:
    """Publish a draft; False when it is no draft."""
    change = (
        update(editions)
        .where(editions.c.id == edition_id, editions.c.state == DRAFT)
        .values(state=PUBLISHED, published_at=now, version=editions.c.version + 1)
    )
    return (await tx.execute(change)).rowcount == 1


async def catalogue_of(tx: AsyncConnection, edition_id: UUID) -> Catalogue | None:
    """The catalogue of one edition, draft or published."""
    found = await _catalogues(tx, editions.c.id == edition_id)
    return found[0] if found else None


async def published_catalogues(tx: AsyncConnection, hashes: Collection[str]) -> list[Catalogue]:
    """The catalogues of the published editions among these hashes."""
    return await _catalogues(tx, editions.c.edition_hash.in_(hashes) & (editions.c.state == PUBLISHED))


async def _catalogues(tx: AsyncConnection, which: ColumnElement[bool]) -> list[Catalogue]:
    heads = (await tx.execute(select(editions).where(which))).mappings().all()
    ids = [head["id"] for head in heads]
    measure_rows = await _parts(tx, measures, ids)
    proxy_rows = await _parts(tx, proxies, ids)
    contents = ((head, content_of(head, measure_rows[head["id"]], proxy_rows[head["id"]])) for head in heads)
    return [Catalogue.of(head["id"], head["edition_hash"], content) for head, content in contents]


async def _parts(tx: AsyncConnection, table: Any, ids: Iterable[UUID]) -> dict[UUID, list[RowMapping]]:
    """The rows of a table by their edition, in the order of the pack."""
    found: dict[UUID, list[RowMapping]] = {edition_id: [] for edition_id in ids}
    query = select(table).where(table.c.edition_id.in_(list(found))).order_by(table.c.position)
    for row in (await tx.execute(query)).mappings():
        found[row["edition_id"]].append(row)
    return found


async def _add_parts(tx: AsyncConnection, edition_id: UUID, content: EditionContent) -> None:
    mine = {"edition_id": edition_id}
    priced = [{**proxy_values(position, proxy), **mine} for position, proxy in enumerate(content.proxies)]
    if priced:
        await tx.execute(insert(proxies), priced)
    counted = [
        {**measure_values(position, measure), **mine} for position, measure in enumerate(content.measures)
    ]
    await tx.execute(insert(measures), counted)


async def _one(tx: AsyncConnection, query: Select[Any]) -> RowMapping | None:
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


def _editions() -> Select[Any]:
    return select(editions, frameworks.c.owner_org).select_from(_WITH_OWNER)


def _is_visible(drafts_of: UUID | None) -> ColumnElement[bool]:
    published = editions.c.state == PUBLISHED
    return published if drafts_of is None else or_(published, frameworks.c.owner_org == drafts_of)
