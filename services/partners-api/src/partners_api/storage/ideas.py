"""Stores and finds ideas of the public and supporters of a programme; both can go without a trace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.public_voice import Idea, IdeaState, Supporter
from partners_api.storage.public_tables import ideas, supporters


async def insert_idea(tx: AsyncConnection, idea: Idea) -> None:
    """Store an idea."""
    row = {
        "id": idea.id,
        "place_id": idea.place_id,
        "kind": idea.kind,
        "title": idea.title,
        "text": idea.text,
        "objectives": list(idea.objectives),
        "area": idea.area,
        "show_name": idea.show_name,
        "contact_id": idea.contact_id,
        "state": idea.state,
        "version": idea.version,
        "received_at": idea.received_at,
        "data_status": idea.data_status,
    }
    await tx.execute(insert(ideas).values(row))


async def update_idea(tx: AsyncConnection, idea: Idea) -> None:
    """Store what became of an idea whose row is locked."""
    decided = {
        "state": idea.state,
        "reason": idea.reason,
        "reply": idea.reply,
        "version": idea.version,
    }
    await tx.execute(update(ideas).where(ideas.c.id == idea.id).values(decided))


async def load_idea(tx: AsyncConnection, idea_id: UUID, *, for_change: bool = False) -> Idea | None:
    """The idea, its row locked if it is about to change."""
    query = select(ideas).where(ideas.c.id == idea_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _idea(row) if row is not None else None


async def idea_of(tx: AsyncConnection, contact_id: UUID) -> Idea | None:
    """The idea that this contact sent, its row locked."""
    query = select(ideas).where(ideas.c.contact_id == contact_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    return _idea(row) if row is not None else None


async def delete_idea(tx: AsyncConnection, idea_id: UUID) -> None:
    """Remove an idea with everything that it says."""
    await tx.execute(delete(ideas).where(ideas.c.id == idea_id))


async def page_ideas(
    tx: AsyncConnection, place_id: UUID, *, state: IdeaState | None, cursor: str | None, limit: int
) -> tuple[list[Idea], str | None]:
    """One page of a place's ideas, the latest first."""
    query = select(ideas).where(ideas.c.place_id == place_id)
    if state is not None:
        query = query.where(ideas.c.state == state)
    columns = [ideas.c.received_at.desc(), ideas.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.received_at, row.id])
    return [_idea(row) for row in cut], following


async def insert_supporter(tx: AsyncConnection, supporter: Supporter) -> None:
    """Store a supporter."""
    row = {
        "id": supporter.id,
        "place_id": supporter.place_id,
        "contact_id": supporter.contact_id,
        "interests": list(supporter.interests),
        "since": supporter.since,
    }
    await tx.execute(insert(supporters).values(row))


async def end_supporter_of(tx: AsyncConnection, contact_id: UUID, now: datetime) -> UUID | None:
    """The id of the supporter that this contact was, now counted no more."""
    query = (
        update(supporters)
        .where(supporters.c.contact_id == contact_id, supporters.c.ended_at.is_(None))
        .values(ended_at=now)
        .returning(supporters.c.id)
    )
    ended: UUID | None = (await tx.execute(query)).scalar_one_or_none()
    return ended


async def count_supporters(tx: AsyncConnection, place_id: UUID) -> int:
    """How many support the place's programme now."""
    query = select(func.count()).where(supporters.c.place_id == place_id, supporters.c.ended_at.is_(None))
    return int(await tx.scalar(query) or 0)


async def page_supporters(
    tx: AsyncConnection, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[Supporter], str | None]:
    """One page of those who support the place's programme now, the first of them first."""
    query = select(supporters).where(
        supporters.c.place_id == place_id,
        supporters.c.ended_at.is_(None),
        supporters.c.contact_id.is_not(None),
    )
    rows = (await tx.execute(keyset(query, [supporters.c.since, supporters.c.id], cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.since, row.id])
    return [
        Supporter(row.id, row.place_id, row.contact_id, tuple(row.interests), row.since) for row in cut
    ], following


def _idea(row: Row[Any]) -> Idea:
    stated = {**row._mapping, "objectives": tuple(row.objectives)}
    return Idea(**stated)
