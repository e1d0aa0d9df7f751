"""Full-text search, in English, over what the Knowledge Hub of a place has published."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Text, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import REGCONFIG, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.snippets import MATCH_BEGINS, MATCH_ENDS, searchable
from partners_api.storage.hub_tables import hub_search_entries as entries

_ENGLISH = cast(literal("english", Text), REGCONFIG)
_RANK_STEPS = 1_000_000
"""Ranks are compared as whole millionths, so that a page can begin after one exactly."""
_PASSAGES = (
    f"StartSel={MATCH_BEGINS}, StopSel={MATCH_ENDS}, MaxWords=35, MinWords=15, MaxFragments=2, "
    'FragmentDelimiter=" … "'
)


@dataclass(frozen=True)
class Entry:
    """Something published, as a search sees it."""

    item_id: UUID
    place_id: UUID
    kind: str
    title: str
    summary: str
    plain_text: str
    shown_at: datetime
    data_status: str


@dataclass(frozen=True)
class Hit:
    """What a search found: `passage` has the two private characters around what was sought."""

    item_id: UUID
    kind: str
    title: str
    summary: str
    passage: str
    shown_at: datetime
    data_status: str


async def keep_entry(tx: AsyncConnection, entry: Entry) -> None:
    """Let the search find this, in place of what it found of the same thing before."""
    said = {
        "title": searchable(entry.title),
        "summary": searchable(entry.summary),
        "plain_text": searchable(entry.plain_text),
        "shown_at": entry.shown_at,
        "data_status": entry.data_status,
    }
    row = {"item_id": entry.item_id, "place_id": entry.place_id, "kind": entry.kind, **said}
    query = insert(entries).values(row)
    await tx.execute(query.on_conflict_do_update(index_elements=[entries.c.item_id], set_=said))


async def remove_entry(tx: AsyncConnection, item_id: UUID) -> None:
    """Let the search find this no more."""
    await tx.execute(delete(entries).where(entries.c.item_id == item_id))


async def page_hits(
    tx: AsyncConnection,
    place_id: UUID,
    words: str,
    *,
    kind: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Hit], str | None]:
    """One page of what fits the words as people type them (quotes, `or`, a minus sign), best first."""
    sought = func.websearch_to_tsquery(_ENGLISH, words)
    rank = _rank(sought)
    query = (
        select(
            entries,
            rank.label("rank"),
            func.ts_headline(_ENGLISH, _shown_text(), sought, _PASSAGES).label("passage"),
        )
        .where(entries.c.place_id == place_id)
        .where(entries.c.search.op("@@")(sought))
    )
    if kind is not None:
        query = query.where(entries.c.kind == kind)
    columns: list[ColumnElement[Any]] = [rank.desc(), entries.c.shown_at.desc(), entries.c.item_id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.rank, row.shown_at, row.item_id])
    return [
        Hit(row.item_id, row.kind, row.title, row.summary, row.passage, row.shown_at, row.data_status)
        for row in cut
    ], following


def _rank(sought: ColumnElement[Any]) -> ColumnElement[int]:
    # 32: divided by itself and one, so that it lies between 0 and 1.
    rank = func.ts_rank_cd(entries.c.search, sought, 32)
    return cast(func.round(rank * _RANK_STEPS), BigInteger)


def _shown_text() -> ColumnElement[str]:
    return entries.c.summary + literal(" … ", Text) + entries.c.plain_text
