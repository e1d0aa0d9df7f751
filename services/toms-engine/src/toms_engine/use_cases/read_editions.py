"""Reads editions and their measures, as far as the caller may see them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.toms import Edition, Measure, MeasureBatch, MeasureKey
from cdp_common.db.database import Database
from cdp_common.db.paging import CursorInvalid, decode_cursor, encode_cursor
from cdp_common.web.caller import Caller
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.errors import EditionNotFound
from toms_engine.storage import editions as store
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.views import edition_view, holds_licence, measure_view

WRITE_SCOPE = "frameworks:write"

Item = TypeVar("Item")


async def list_editions(
    db: Database, caller: Caller | None, wanted: store.EditionFilter, cursor: str | None, limit: int
) -> tuple[list[Edition], str | None]:
    """One page of what is published and of the caller's own drafts, and the cursor of the next."""
    shown = replace(wanted, drafts_of=_drafts_of(caller))
    async with db.begin() as tx:
        rows, next_cursor = await store.editions_page(tx, shown, cursor, limit)
    return [edition_view(row) for row in rows], next_cursor


async def get_edition(db: Database, caller: Caller | None, edition_id: UUID) -> Edition:
    """One edition by id."""
    async with db.begin() as tx:
        return edition_view(await _seen(tx, caller, edition_id))


async def get_edition_by_hash(db: Database, caller: Caller | None, edition_hash: str) -> Edition:
    """One edition by hash."""
    async with db.begin() as tx:
        return edition_view(_visible(await store.edition_by_hash(tx, edition_hash), caller))


async def seen_book(
    db: Database, editions: PublishedEditions, caller: Caller | None, edition_id: UUID
) -> Catalogue:
    """The content of an edition that the caller may see; raises `EditionNotFound`."""
    async with db.begin() as tx:
        row = await _seen(tx, caller, edition_id)
        # A draft may change at any time, so it is never kept in memory.
        draft = await store.catalogue_of(tx, edition_id) if row["state"] == store.DRAFT else None
    book = draft or await editions.by_hash(row["edition_hash"])
    if book is None:
        raise EditionNotFound("There is no edition with this id.")
    return book


def page_of(items: Sequence[Item], cursor: str | None, limit: int) -> tuple[Sequence[Item], str | None]:
    """One page of what an edition holds in order, and the cursor of the next."""
    start = _position(cursor)
    end = start + limit
    return items[start:end], encode_cursor([end]) if end < len(items) else None


async def batch_measures(
    editions: PublishedEditions, caller: Caller | None, keys: Sequence[MeasureKey]
) -> MeasureBatch:
    """The measures of published editions that the keys name, each once, and the keys that name none."""
    wanted = list(dict.fromkeys((key.edition_hash, key.code) for key in keys))
    books = await editions.by_hashes({edition_hash for edition_hash, _ in wanted})
    items, missing = [], []
    for edition_hash, code in wanted:
        book = books.get(edition_hash)
        measure = book.measures.get(code) if book is not None else None
        if book is None or measure is None:
            missing.append(MeasureKey(edition_hash=edition_hash, code=code))
        else:
            items.append(_shown(book, code, caller))
    return MeasureBatch(items=items, missing=missing)


def _shown(book: Catalogue, code: str, caller: Caller | None) -> Measure:
    licensed = holds_licence(caller, book.content)
    return measure_view(book, book.measures[code], licensed=licensed)


def _position(cursor: str | None) -> int:
    """The position in the pack at which a page starts."""
    if cursor is None:
        return 0
    match decode_cursor(cursor):
        case [int(position)] if position > 0:
            return position
    raise CursorInvalid("the cursor is not one that this list gave out")


def _drafts_of(caller: Caller | None) -> UUID | None:
    """The organisation whose drafts the caller sees."""
    return caller.org if caller is not None and caller.has_scope(WRITE_SCOPE) else None


async def _seen(tx: AsyncConnection, caller: Caller | None, edition_id: UUID) -> RowMapping:
    return _visible(await store.edition_by_id(tx, edition_id), caller)


def _visible(row: RowMapping | None, caller: Caller | None) -> RowMapping:
    """The row, if it is published or a draft of the caller's; others' drafts are not there."""
    if row is None or (row["state"] == store.DRAFT and row["owner_org"] != _drafts_of(caller)):
        raise EditionNotFound("There is no such edition.")
    return row
