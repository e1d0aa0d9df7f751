"""What came into a place's total between two publications, from the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.bridges import BridgeFigure, Movement

_BEGINNING = date(1, 1, 1)

# In this total and not in the last one; licensed value is in neither.
_MOVED = """
    FROM ledger_entries l
    JOIN measures m ON m.edition_hash = l.edition_hash AND m.code = l.measure
    LEFT JOIN reports r ON r.id = l.source_id
    WHERE l.place_id = :place AND l.figure IN ('delivered', 'validated') AND l.position <= :position
      AND l.effective_on <= :through AND m.licence_framework IS NULL
      AND (l.position > :last_position OR l.effective_on > :last_through)"""

# A correction takes a measure to another edition when it takes back entries of one and makes some of another.
_OTHER_EDITION = """EXISTS (
        SELECT FROM ledger_entries o
        LEFT JOIN reports s ON s.id = o.source_id
        WHERE o.place_id = l.place_id AND o.figure = l.figure AND o.measure = l.measure
          AND o.deliverer_id = l.deliverer_id AND o.edition_hash <> l.edition_hash
          AND o.position <= :position AND o.position > :last_position
          AND (l.source_kind = 'correction' AND s.supersedes = l.source_id
               OR r.supersedes = o.source_id AND o.source_kind = 'correction'))"""

_GROUPED = text(f"""
    SELECT l.figure, l.deliverer_id, l.measure, l.edition_hash, l.source_kind,
           coalesce(r.supersedes IS NOT NULL, false) AS is_correcting,
           l.effective_on > :last_through AS is_new, {_OTHER_EDITION} AS changes_edition,
           count(*) AS entries, sum(l.social_pence + l.local_pence)::bigint AS pence
    {_MOVED}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8""")

_ENTRIES = text(f"""
    SELECT l.position, l.figure, l.deliverer_id, l.measure, l.edition_hash, l.source_kind, l.source_id,
           l.reverses, l.effective_on, l.recorded_at, l.social_pence + l.local_pence AS pence,
           coalesce(r.supersedes IS NOT NULL, false) AS is_correcting,
           l.effective_on > :last_through AS is_new, {_OTHER_EDITION} AS changes_edition
    {_MOVED} AND l.position > :after
    ORDER BY l.position LIMIT :limit""")

_TOTAL = text("""
    SELECT l.figure, coalesce(sum(l.social_pence + l.local_pence), 0)::bigint AS pence
    FROM ledger_entries l JOIN measures m ON m.edition_hash = l.edition_hash AND m.code = l.measure
    WHERE l.place_id = :place AND l.figure IN ('delivered', 'validated') AND l.position <= :position
      AND l.effective_on <= :through AND m.licence_framework IS NULL
    GROUP BY l.figure""")


@dataclass(frozen=True, slots=True)
class Span:
    """Two totals of a place: what counted in the last publication, and what counts in this one."""

    place_id: UUID
    last_position: int
    last_through: date | None
    position: int
    through: date

    @property
    def parameters(self) -> dict[str, Any]:
        """The values that the queries are given."""
        return {
            "place": self.place_id,
            "position": self.position,
            "through": self.through,
            "last_position": self.last_position,
            "last_through": self.last_through or _BEGINNING,
        }


async def movements(tx: AsyncConnection, span: Span) -> list[Movement]:
    """What came in between, grouped as the bridge's lines need it."""
    rows = (await tx.execute(_GROUPED, span.parameters)).mappings()
    return [movement_of(row, entries=row["entries"]) for row in rows]


async def moved_entries(tx: AsyncConnection, span: Span, after: int, limit: int) -> list[RowMapping]:
    """The entries that came in between, by position."""
    parameters = {**span.parameters, "after": after, "limit": limit}
    return list((await tx.execute(_ENTRIES, parameters)).mappings())


async def total_through(
    tx: AsyncConnection, place_id: UUID, position: int, through: date | None
) -> dict[BridgeFigure, int]:
    """Delivered and validated pence of everything up to a day, as the ledger held it at a position."""
    found: dict[BridgeFigure, int] = {"delivered": 0, "validated": 0}
    if through is not None:
        parameters = {"place": place_id, "position": position, "through": through}
        for row in await tx.execute(_TOTAL, parameters):
            found[row.figure] = row.pence
    return found


def movement_of(row: Mapping[Any, Any], *, entries: int) -> Movement:
    """A row as the bridge takes it."""
    return Movement(
        figure=row["figure"],
        organisation_id=row["deliverer_id"],
        measure=row["measure"],
        edition_hash=row["edition_hash"],
        source_kind=row["source_kind"],
        is_correcting=row["is_correcting"],
        is_new=row["is_new"],
        changes_edition=row["changes_edition"],
        entries=entries,
        pence=row["pence"],
    )
