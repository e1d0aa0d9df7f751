"""Reading and writing changes of agreements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import columns_resolved
from cdp_common.db.paging import keyset
from procurement_api.storage.agreements import change_agreement
from procurement_api.storage.change_tables import agreement_changes, agreement_line_versions
from procurement_api.storage.tables import agreement_lines


async def add_change(
    tx: AsyncConnection,
    change: dict[str, Any],
    agreement: Mapping[str, Any],
    versions: list[dict[str, Any]],
    new_lines: list[dict[str, Any]],
) -> RowMapping:
    """Write a change with the lines as they stand after it, and give the agreement as it is then."""
    await tx.execute(insert(agreement_changes).values(**change))
    if new_lines:
        await tx.execute(insert(agreement_lines), new_lines)
    if versions:
        await tx.execute(insert(agreement_line_versions), versions)
    return await change_agreement(tx, change["agreement_id"], **agreement, version=change["version"])


async def last_changed_on(tx: AsyncConnection, agreement_id: UUID) -> date | None:
    """From when on the agreement's last change holds; None when it was never changed."""
    query = select(func.max(agreement_changes.c.effective_on)).where(
        agreement_changes.c.agreement_id == agreement_id
    )
    found: date | None = await tx.scalar(query)
    return found


async def changes_page(
    tx: AsyncConnection, agreement_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The changes of an agreement, oldest first."""
    columns = columns_resolved(agreement_changes, "deliverer_organisation_id")
    query = select(*columns).where(agreement_changes.c.agreement_id == agreement_id)
    return list((await tx.execute(keyset(query, [agreement_changes.c.version], cursor, limit))).mappings())
