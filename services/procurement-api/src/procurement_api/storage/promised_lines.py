"""Lines that agreements and plans promise: their columns, and how they stand after their last variation."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Date, Integer, RowMapping, Table, Text, Uuid, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.columns import Json, Pence, Quantity

_AMOUNTS = (
    ("quantity", Quantity, False),
    ("counted_quantity", Quantity, False),
    ("social_pence", Pence, False),
    ("local_economic_pence", Pence, False),
    ("low_pence", Pence, True),
    ("high_pence", Pence, True),
    ("fiscal_pence", Pence, False),
)


def line_columns() -> tuple[Column[Any], ...]:
    """The columns of a table of lines, without whose they are."""
    return (
        Column("line_id", Uuid, primary_key=True),
        Column("position", Integer, nullable=False),
        Column("measure", Text, nullable=False),
        Column("edition_hash", Text, nullable=False),
        Column("method_version", Text, nullable=False),
        Column("unit", Text, nullable=False),
        *(Column(name, type_, nullable=nullable) for name, type_, nullable in _AMOUNTS),
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date, nullable=False),
        Column("schedule", Json, nullable=False),
        Column("area_code", Text),
        Column("industry", Text),
        Column("inputs", Json),
        Column("activity", Text),
        Column("target_group", Text),
        Column("licensed_framework", Text),
    )


def version_columns() -> tuple[Column[Any], ...]:
    """The columns of a table of lines as they stand after a variation, without the line's own id."""
    return (
        Column("version", Integer, primary_key=True, autoincrement=False),  # of the whole
        Column("rest_from", Date, nullable=False),
        Column("ends_on", Date, nullable=False),
        Column("schedule", Json, nullable=False),  # of what falls due from `rest_from` on
        Column("method_version", Text, nullable=False),
        # Of the line's whole life, and of what had fallen due before.
        *(
            Column(f"{prefix}{name}", type_, nullable=nullable)
            for prefix in ("", "kept_")
            for name, type_, nullable in _AMOUNTS
        ),
    )


async def standing_lines(
    tx: AsyncConnection, lines: Table, versions: Table, owner: str, ids: Collection[UUID]
) -> list[dict[str, Any]]:
    """The lines of those whose ids stand in the column `owner`, in their order and as they stand now."""
    whose = lines.c[owner]
    query = select(lines).where(whose.in_(ids)).order_by(whose, lines.c.position)
    found = list((await tx.execute(query)).mappings())
    varied = await _newest_versions(tx, versions, [line["line_id"] for line in found])
    return [_standing(line, varied.get(line["line_id"])) for line in found]


def _standing(line: RowMapping, varied: RowMapping | None) -> dict[str, Any]:
    if varied is None:
        return {**line, "rest_from": None}
    # What the quantity was made of is no longer what is promised.
    return {**line, **varied, "inputs": None}


async def _newest_versions(
    tx: AsyncConnection, versions: Table, line_ids: Collection[UUID]
) -> dict[UUID, RowMapping]:
    """The lines among `line_ids` that were varied, each as it stands now."""
    line_id = versions.c.line_id
    query = (
        select(versions)
        .where(line_id.in_(line_ids))
        .ext(distinct_on(line_id))
        .order_by(line_id, versions.c.version.desc())
    )
    return {row["line_id"]: row for row in (await tx.execute(query)).mappings()}
