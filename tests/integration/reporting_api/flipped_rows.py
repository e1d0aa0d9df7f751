"""One byte changed in each column of the tables that verification reads, and put back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from cdp_common.db.database import Database

_RULES = text("""
    SELECT conname FROM pg_constraint
    WHERE conrelid = CAST(:name AS regclass) AND contype IN ('c', 'f', 'x')""")
_OTHER_ID = "'00000000-0000-7000-8000-000000000001'::uuid"


def changed(column: Column[object]) -> str:
    """SQL of the column's value with the least difference that its type can hold."""
    name, kind = column.name, _stored(column.type)
    if isinstance(kind, Uuid):
        last = f"CASE right({name}::text, 1) WHEN '0' THEN '1' ELSE '0' END"
        return f"coalesce(overlay({name}::text placing {last} from 36)::uuid, {_OTHER_ID})"
    if isinstance(kind, Boolean):
        return f"NOT coalesce({name}, true)"
    if isinstance(kind, JSONB):
        return f"""{name} || '{{"flipped": 1}}'"""
    if isinstance(kind, ARRAY):
        return f"array_append({name}, {_OTHER_ID})"
    if isinstance(kind, LargeBinary):
        return f"set_byte({name}, length({name}) / 2, get_byte({name}, length({name}) / 2) # 1)"
    if isinstance(kind, Text):
        return f"coalesce(overlay({name} placing chr(ascii({name}) # 1) from 1 for 1), 'x')"
    if isinstance(kind, Date):
        return f"{name} + 4096"
    if isinstance(kind, DateTime):
        return f"{name} + interval '1 microsecond'"
    assert isinstance(kind, Integer | Numeric), (name, kind)
    return f"coalesce({name}, 0) + 4096"  # a bit that no other row of the tests has: keys stay unique


def _stored(kind: TypeEngine[object]) -> TypeEngine[object]:
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


async def unguard(owner: Database, table: Table) -> None:
    """Take away what refuses changes: as if somebody wrote to the disk."""
    async with owner.begin() as tx:
        await tx.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        names = await tx.scalars(_RULES, {"name": table.name})
        for name in list(names):
            await tx.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {name} CASCADE"))


@asynccontextmanager
async def flipped(owner: Database, column: Column[object]) -> AsyncIterator[None]:
    """A row with another value in the column, until the block ends."""
    table = column.table.name
    is_json = isinstance(_stored(column.type), JSONB)
    one = f"ctid = (SELECT min(ctid) FROM {table})"
    async with owner.begin() as tx:
        kept = f"{column.name}::text" if is_json else column.name
        before = await tx.scalar(text(f"SELECT {kept} FROM {table} WHERE {one}"))
        statement = f"UPDATE {table} SET {column.name} = {changed(column)} WHERE {one} RETURNING ctid::text"
        place = await tx.scalar(text(statement))
    yield
    async with owner.begin() as tx:
        value = "CAST(CAST(:before AS text) AS jsonb)" if is_json else ":before"
        back = f"UPDATE {table} SET {column.name} = {value} WHERE ctid = CAST(CAST(:at AS text) AS tid)"
        await tx.execute(text(back), {"before": before, "at": place})
