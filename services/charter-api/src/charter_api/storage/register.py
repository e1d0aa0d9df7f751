"""Searching the public register of a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Select,
    Text,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from charter_api.storage.signatures import pledge_parts, pledges_on, register_on

Size = Literal["sme", "vcse", "large"]


@dataclass(frozen=True)
class Wanted:
    """What is searched for; None where anything will do."""

    day: date
    place_id: UUID | None = None
    name: str | None = None
    kind: str | None = None
    size: Size | None = None
    area: str | None = None
    objective: str | None = None
    state: str | None = None
    level: str | None = None


async def search_register(
    tx: AsyncConnection, wanted: Wanted, cursor: str | None, limit: int
) -> list[RowMapping]:
    """Entries by name, then by id, one more than `limit` when there are further ones."""
    found = register_on(wanted.day).subquery()
    made = pledges_on(wanted.day).subquery()
    mine = made.c.signature_id == found.c.id
    area = made.c.commitment["area_code"].astext
    nothing = cast(literal([], ARRAY(Text)), ARRAY(Text))
    page: Select[Any] = select(
        found,
        _distinct(made.c.objective, mine, nothing).label("objectives"),
        _distinct(area, mine & area.is_not(None), nothing).label("pledged_areas"),
        select(func.count()).select_from(made).where(mine).scalar_subquery().label("pledge_count"),
    ).where(*_conditions(wanted, found.c))
    return list(
        (await tx.execute(keyset(page, [found.c.organisation_name, found.c.id], cursor, limit))).mappings()
    )


async def count_register(tx: AsyncConnection, wanted: Wanted, most: int) -> int:
    """How many entries are found, counted no further than one past `most`."""
    found = register_on(wanted.day).subquery()
    entries = select(found.c.id).where(*_conditions(wanted, found.c)).limit(most + 1).subquery()
    return await tx.scalar(select(func.count()).select_from(entries)) or 0


def _distinct(
    column: ColumnElement[Any], where: ColumnElement[bool], otherwise: ColumnElement[Any]
) -> ColumnElement[Any]:
    gathered = select(func.coalesce(func.array_agg(column.distinct()), otherwise)).where(where)
    return gathered.scalar_subquery()


def _conditions(wanted: Wanted, entry: Any) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.place_id is not None:
        conditions.append(entry.place_id == wanted.place_id)
    if wanted.name is not None:
        conditions.append(entry.organisation_name.icontains(wanted.name, autoescape=True))
    if wanted.kind is not None:
        conditions.append(entry.organisation_kind == wanted.kind)
    if wanted.size == "large":
        conditions.append(entry.is_sme.is_(False))
    elif wanted.size is not None:
        conditions.append((entry.is_sme if wanted.size == "sme" else entry.is_vcse).is_(True))
    if wanted.objective is not None:
        conditions.append(_pledged(wanted.day, entry, lambda made: made.objective == wanted.objective))
    if wanted.area is not None:
        pledged = _pledged(wanted.day, entry, lambda made: made.commitment["area_code"].astext == wanted.area)
        conditions.append(or_(entry.areas.contains([wanted.area]), pledged))
    if wanted.state is not None:
        conditions.append(entry.state == wanted.state)
    if wanted.level is not None:
        conditions.append(entry.level == wanted.level)
    return conditions


def _pledged(day: date, entry: Any, is_so: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether some pledge under the signature is so: asked of each part of the pledges by itself, so that the
    index on the signature answers, whatever the planner expects."""
    parts = [part.subquery() for part in pledge_parts(day)]
    return or_(*[exists().where(part.c.signature_id == entry.id, is_so(part.c)) for part in parts])
