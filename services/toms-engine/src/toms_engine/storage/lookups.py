"""Storing and reading lookups: postcodes, wards, changes of areas; the newest edition answers."""

from collections.abc import AsyncIterable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Select, Text, func, insert, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.copying import RowsClash, copy_rows
from toms_engine.domain.errors import LookupEditionTaken
from toms_engine.storage.lookup_tables import (
    area_changes,
    area_wards,
    lookup_receipts,
    lookups,
    postcode_areas,
)

__all__ = ["RowsClash"]

_TABLES = {"postcodes": postcode_areas, "wards": area_wards, "changes": area_changes}


async def lock_kind(tx: AsyncConnection, kind: str) -> None:
    """Let others that load lookups of this kind wait until the transaction ends."""
    key = func.hashtextextended(func.current_schema() + " lookup " + kind, 0)
    await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def owner_of(tx: AsyncConnection, kind: str) -> Any:
    """The organisation that loaded the first lookup of a kind; None before there is one."""
    return await tx.scalar(
        select(lookups.c.owner_org).where(lookups.c.kind == kind).order_by(lookups.c.number).limit(1)
    )


async def add_lookup(tx: AsyncConnection, row: Mapping[str, Any]) -> int:
    """The number of a new lookup."""
    taken = {"uq_lookups_kind_layout_edition": lambda: LookupEditionTaken("This edition is loaded already.")}
    with constraint_errors(taken):
        number = await tx.scalar(insert(lookups).values(dict(row)).returning(lookups.c.number))
    return int(number)


async def copy_lookup(
    tx: AsyncConnection, kind: str, columns: Sequence[str], rows: AsyncIterable[Sequence[Any]]
) -> int:
    """How many rows of a lookup were stored."""
    return await copy_rows(tx, _TABLES[kind], ("lookup_number", *columns), rows)


async def add_receipt(tx: AsyncConnection, number: int, receipt: Mapping[str, Any]) -> None:
    """Store what the import of a lookup answered."""
    await tx.execute(insert(lookup_receipts).values(lookup_number=number, receipt=dict(receipt)))


async def receipts(tx: AsyncConnection, limit: int) -> list[dict[str, Any]]:
    """What the newest imports answered, newest first."""
    query = select(lookup_receipts.c.receipt).order_by(lookup_receipts.c.lookup_number.desc()).limit(limit)
    return list(await tx.scalars(query))


async def newest_lookup(tx: AsyncConnection, kind: str, vintages: Collection[str] = ()) -> RowMapping | None:
    """The newest edition of a kind whose vintages are all of those named; None when none is loaded."""
    query = (
        _newest_first(kind).where(lookups.c.vintages.op("@>")(literal(list(vintages), ARRAY(Text)))).limit(1)
    )
    found: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return found


async def newest_of_each_layout(tx: AsyncConnection, kind: str) -> list[RowMapping]:
    """The newest edition of each layout of a kind."""
    query = (
        select(lookups)
        .ext(distinct_on(lookups.c.layout))
        .where(lookups.c.kind == kind)
        .order_by(lookups.c.layout, lookups.c.edition.desc(), lookups.c.number.desc())
    )
    return list((await tx.execute(query)).mappings())


async def postcode_row(tx: AsyncConnection, number: int, postcode: str) -> RowMapping | None:
    """A postcode of a lookup."""
    query = select(postcode_areas).where(
        postcode_areas.c.lookup_number == number, postcode_areas.c.postcode == postcode
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def postcode_rows(tx: AsyncConnection, number: int, postcodes: Collection[str]) -> list[RowMapping]:
    """The postcodes among these that a lookup holds."""
    query = select(postcode_areas.c.postcode, postcode_areas.c.area_codes).where(
        postcode_areas.c.lookup_number == number, postcode_areas.c.postcode.in_(postcodes)
    )
    return list((await tx.execute(query)).mappings())


async def changes_of_many(tx: AsyncConnection, number: int, codes: Collection[str]) -> list[RowMapping]:
    """The changes that areas of either vintage among these take part in, in the order of codes."""
    query = (
        select(area_changes)
        .where(
            area_changes.c.lookup_number == number,
            or_(area_changes.c.from_code.in_(codes), area_changes.c.to_code.in_(codes)),
        )
        .order_by(area_changes.c.from_code, area_changes.c.to_code)
    )
    return list((await tx.execute(query)).mappings())


async def wards_of(tx: AsyncConnection, number: int, codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """Code and name of the wards of areas, by area."""
    query = select(area_wards).where(area_wards.c.lookup_number == number, area_wards.c.area_code.in_(codes))
    return {row.area_code: (row.ward_code, row.ward_name) for row in await tx.execute(query)}


async def areas_of_wards(tx: AsyncConnection, number: int, wards: Collection[str]) -> list[RowMapping]:
    """The areas most of which fall into these wards, with the wards, in the order of codes."""
    query = select(area_wards).where(area_wards.c.lookup_number == number, area_wards.c.ward_code.in_(wards))
    return list((await tx.execute(query.order_by(area_wards.c.area_code))).mappings())


async def ward_name(tx: AsyncConnection, number: int, ward_code: str) -> str | None:
    """The name of a ward, as a lookup of wards has it."""
    query = select(area_wards.c.ward_name).where(
        area_wards.c.lookup_number == number, area_wards.c.ward_code == ward_code
    )
    name: str | None = await tx.scalar(query.limit(1))
    return name


async def changes_of(tx: AsyncConnection, number: int, code: str) -> list[RowMapping]:
    """The changes that an area of either vintage takes part in, in the order of codes."""
    query = (
        select(area_changes)
        .where(
            area_changes.c.lookup_number == number,
            or_(area_changes.c.from_code == code, area_changes.c.to_code == code),
        )
        .order_by(area_changes.c.from_code, area_changes.c.to_code)
    )
    return list((await tx.execute(query)).mappings())


def _newest_first(kind: str) -> Select[Any]:
    query = select(lookups).where(lookups.c.kind == kind)
    return query.order_by(lookups.c.edition.desc(), lookups.c.number.desc())
