"""What publications look like as files, and the keys that sign them: kept once, given ever after."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.publication_tables import publication_files, publication_keys


async def keep_file(
    tx: AsyncConnection, publication_id: UUID, media_type: str, body: bytes, sha256: str, now: datetime
) -> None:
    """Keep a publication's file; the first one stays."""
    row = {
        "publication_id": publication_id,
        "media_type": media_type,
        "body": body,
        "sha256": sha256,
        "created_at": now,
    }
    await tx.execute(insert(publication_files).values(**row).on_conflict_do_nothing())


async def kept_file(tx: AsyncConnection, publication_id: UUID, media_type: str) -> RowMapping | None:
    """A publication's file of a kind, or none."""
    columns = publication_files.c
    query = select(publication_files).where(
        columns.publication_id == publication_id, columns.media_type == media_type
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def kept_files(tx: AsyncConnection, publication_id: UUID) -> list[RowMapping]:
    """All files of a publication that are kept."""
    query = select(publication_files).where(publication_files.c.publication_id == publication_id)
    return list((await tx.execute(query)).mappings())


async def publication_key(tx: AsyncConnection) -> RowMapping | None:
    """The key that signs publications, or none before the first."""
    return (await tx.execute(select(publication_keys))).mappings().one_or_none()


async def add_publication_key(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Keep the key; whoever is first makes it."""
    await tx.execute(insert(publication_keys).values(id=1, **row).on_conflict_do_nothing())
