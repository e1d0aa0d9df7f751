"""Stores and finds previews of drafts: of their tokens the hashes alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from partners_api.domain.hub_pages import Hand
from partners_api.domain.hub_previews import HubPreview
from partners_api.storage.hub_tables import hub_previews


async def insert_preview(tx: AsyncConnection, preview: HubPreview) -> None:
    """Store a preview."""
    row = {
        "token_digest": preview.token_digest,
        "page_id": preview.page_id,
        "client_id": preview.hand.client_id,
        "organisation_id": preview.hand.organisation_id,
        "person_id": preview.hand.person_id,
        "made_at": preview.made_at,
        "ends_at": preview.ends_at,
    }
    await tx.execute(insert(hub_previews).values(row))


async def count_previews(tx: AsyncConnection, page_id: UUID, now: datetime) -> int:
    """How many previews of a page, whose row is locked, stand now."""
    standing = (hub_previews.c.page_id == page_id) & (hub_previews.c.ends_at > now)
    return int(await tx.scalar(select(func.count()).select_from(hub_previews).where(standing)) or 0)


async def load_preview(tx: AsyncConnection, token_digest: bytes) -> HubPreview | None:
    """The preview of a token, whether it is over or not."""
    query = select(hub_previews).where(hub_previews.c.token_digest == token_digest)
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    hand = Hand(row.client_id, row.organisation_id, row.person_id)
    return HubPreview(row.token_digest, row.page_id, hand, row.made_at, row.ends_at)


async def end_previews(tx: AsyncConnection, page_id: UUID) -> None:
    """Forget every preview of a page, whose row is locked."""
    await tx.execute(delete(hub_previews).where(hub_previews.c.page_id == page_id))


async def purge_previews(tx: AsyncConnection, now: datetime, limit: int) -> int:
    """Forget previews that are over, at most so many, and say how many."""
    over = select(hub_previews.c.token_digest).where(hub_previews.c.ends_at <= now).limit(limit)
    return (await tx.execute(delete(hub_previews).where(hub_previews.c.token_digest.in_(over)))).rowcount
