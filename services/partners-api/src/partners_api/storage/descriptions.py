"""Stores and finds the sizes and the dated flags of organisations."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.flags import Flag, FlagOverlaps
from partners_api.domain.places import PlaceNotRecorded
from partners_api.domain.sizes import SizeStatement
from partners_api.storage.description_tables import organisation_flags as flags
from partners_api.storage.description_tables import organisation_sizes as sizes


def _place_not_recorded() -> PlaceNotRecorded:
    error = FieldError("/place_id", PlaceNotRecorded.code, "there is no such place")
    return PlaceNotRecorded("There is no place of that id.", errors=[error])


_ERRORS = {
    "ex_organisation_flags_overlap": lambda: FlagOverlaps(
        "The organisation has this flag on some of these days already."
    ),
    "fk_organisation_flags_place_id": _place_not_recorded,
}


async def insert_size(tx: AsyncConnection, statement: SizeStatement, *, client_id: str) -> None:
    """Store what an organisation says of its size."""
    await tx.execute(
        insert(sizes).values(
            id=statement.id,
            organisation_id=statement.organisation_id,
            stated_on=statement.stated_on,
            staff=statement.staff,
            turnover_pence=statement.turnover_pence,
            balance_sheet_pence=statement.balance_sheet_pence,
            is_non_governmental=statement.is_non_governmental,
            is_value_driven=statement.is_value_driven,
            reinvests_surpluses=statement.reinvests_surpluses,
            source=statement.source,
            definition=statement.definition,
            client_id=client_id,
            recorded_at=statement.recorded_at,
        )
    )


async def page_sizes(
    tx: AsyncConnection, organisation_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[SizeStatement], str | None]:
    """One page of what the organisation has said of its size, the latest day first."""
    query = select(sizes).where(sizes.c.organisation_id == organisation_id)
    columns = [sizes.c.stated_on.desc(), sizes.c.recorded_at.desc(), sizes.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.stated_on, row.recorded_at, row.id])
    return [_size(row) for row in cut], following


async def insert_flag(tx: AsyncConnection, flag: Flag, *, client_id: str) -> None:
    """Store a flag; raises `FlagOverlaps` or `PlaceNotRecorded`."""
    row = {
        "id": flag.id,
        "organisation_id": flag.organisation_id,
        "kind": flag.kind,
        "code": flag.code,
        "place_id": flag.place_id,
        "valid_from": flag.valid_from,
        "valid_to": flag.valid_to,
        "source": flag.source,
        "source_url": flag.source_url,
        "stated_by": flag.stated_by,
        "client_id": client_id,
        "recorded_at": flag.recorded_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(flags).values(row))


async def load_flag(tx: AsyncConnection, flag_id: UUID, *, for_change: bool = False) -> Flag | None:
    """The flag of that id; its row is locked `for_change`."""
    query = select(flags).where(flags.c.id == flag_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _flag(row) if row is not None else None


async def update_flag_end(tx: AsyncConnection, flag: Flag) -> None:
    """Store the last day of a flag whose row is locked; raises `FlagOverlaps`."""
    with constraint_errors(_ERRORS):
        await tx.execute(update(flags).where(flags.c.id == flag.id).values(valid_to=flag.valid_to))


async def page_flags(
    tx: AsyncConnection, ids: Sequence[UUID], *, as_of: date | None, cursor: str | None, limit: int
) -> tuple[list[Flag], str | None]:
    """One page of the flags of these records by kind and code: those of one day, or all there ever were."""
    query = select(flags).where(flags.c.organisation_id.in_(ids))
    if as_of is not None:
        lasts = or_(flags.c.valid_to.is_(None), flags.c.valid_to >= as_of)
        query = query.where(flags.c.valid_from <= as_of, lasts)
    columns = [flags.c.kind, flags.c.code, flags.c.valid_from, flags.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.kind, row.code, row.valid_from, row.id])
    return [_flag(row) for row in cut], following


def _size(row: Row[Any]) -> SizeStatement:
    return SizeStatement(
        id=row.id,
        organisation_id=row.organisation_id,
        stated_on=row.stated_on,
        staff=row.staff,
        turnover_pence=row.turnover_pence,
        balance_sheet_pence=row.balance_sheet_pence,
        is_non_governmental=row.is_non_governmental,
        is_value_driven=row.is_value_driven,
        reinvests_surpluses=row.reinvests_surpluses,
        source=row.source,
        definition=row.definition,
        recorded_at=row.recorded_at,
    )


def _flag(row: Row[Any]) -> Flag:
    return Flag(
        id=row.id,
        organisation_id=row.organisation_id,
        kind=row.kind,
        code=row.code,
        place_id=row.place_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        source=row.source,
        source_url=row.source_url,
        stated_by=row.stated_by,
        recorded_at=row.recorded_at,
    )
