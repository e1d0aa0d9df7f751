"""What publications before counted: who contributes what to a cell, by which of them count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.disclosure import NOW
from reporting_api.domain.figures import Basis, GroupingName
from reporting_api.storage.figures import (
    COMMISSIONER,
    DELIVERER,
    EDITION,
    MEASURE,
    MERGES,
    PROTECTED,
    Slice,
    naming_of,
)
from reporting_api.storage.ledger_tables import publications

MOST_RECALLED = 40
"""Publications that a new one is held against, the latest; each takes a bit of a number."""

_COLUMNS = """figure, position, deliverer_id, commissioner_id, route, measure, theme, outcome, edition_hash,
    effective_on, area_code, area_index, social_pence, local_pence"""

_COUNTED = """WHERE place_id = :place AND figure IN ('due', 'delivered', 'validated')
        AND effective_on BETWEEN :first AND :last"""

_LINES = f"""lines AS (
    SELECT {_COLUMNS} FROM ledger_entries {_COUNTED} AND position <= :position
    UNION ALL
    SELECT {_COLUMNS.replace("position,", f"{2**63 - 1} AS position,")} FROM ledger_inbox {_COUNTED}
        AND :with_inbox)"""  # noqa: S608 - made of the constants above

_BITS = f"""(CASE WHEN l.effective_on BETWEEN :since AND :until THEN {NOW} ELSE 0 END + coalesce((
        SELECT bit_or(p.bit) FROM unnest(CAST(:bits AS bigint[]), CAST(:starts AS date[]),
            CAST(:ends AS date[]), CAST(:positions AS bigint[])) AS p (bit, first_day, last_day, position)
        WHERE l.position <= p.position AND l.effective_on BETWEEN p.first_day AND p.last_day), 0))"""  # noqa: S608 - made of a constant


@dataclass(frozen=True, slots=True)
class SpanRow:
    """Pence of one figure of a cell, of one deliverer and commissioner, that the same publications count."""

    code: str
    qualifier: str
    figure: str
    deliverer_id: UUID | None
    commissioner_id: UUID | None
    bits: int
    pence: int


async def earlier_publications(tx: AsyncConnection, lines: Slice) -> list[RowMapping]:
    """The publications of the place whose periods share days with the slice's window, or with one of them.

    The latest first, at most `MOST_RECALLED`.
    """
    query = (
        select(publications)
        .where(publications.c.place_id == lines.place_id)
        .order_by(publications.c.number.desc())
        .limit(MOST_RECALLED)
    )
    found = list((await tx.execute(query)).mappings())
    spans: list[tuple[date, date]] = [(lines.window.start, lines.window.end)]
    linked: dict[UUID, RowMapping] = {}
    while more := [
        row
        for row in found
        if row["id"] not in linked
        and any(row["period_start"] <= last and row["period_end"] >= first for first, last in spans)
    ]:
        linked |= {row["id"]: row for row in more}
        spans.extend((row["period_start"], row["period_end"]) for row in more)
    return sorted(linked.values(), key=lambda row: -row["number"])


async def spans_of(
    tx: AsyncConnection, lines: Slice, earlier: Sequence[RowMapping], grouping: GroupingName, basis: Basis
) -> list[SpanRow]:
    """The contributions to every cell of a grouping, of the slice (bit 1) and of the publications before.

    The first of `earlier` has bit 2, the next one bit 4, and so on. Lines that rest on licensed figures are
    not in it: the public is shown nothing of them.
    """
    naming = naming_of(grouping, basis)
    query = text(f"""
        WITH {_LINES}
        SELECT {naming.code} AS code, {naming.qualifier} AS qualifier, f.name AS figure,
            {PROTECTED.format(column=DELIVERER)} AS deliverer_id,
            {PROTECTED.format(column=COMMISSIONER)} AS commissioner_id, {_BITS} AS bits,
            sum(l.social_pence + l.local_pence)::bigint AS pence
        FROM lines l {MERGES} {MEASURE} {EDITION} {naming.joins}
        CROSS JOIN LATERAL (VALUES (l.figure)) AS f (name)
        WHERE m.licence_framework IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6""")  # noqa: S608 - made of constants
    rows = (await tx.execute(query, _parameters(lines, earlier))).all()
    return [SpanRow(*row) for row in rows if row.bits]


def _parameters(lines: Slice, earlier: Sequence[RowMapping]) -> dict[str, Any]:
    stated = lines.parameters
    days = [(row["period_start"], row["period_end"]) for row in earlier]
    return {
        **{name: stated[name] for name in ("place", "since", "until", "position", "with_inbox")},
        "first": min([lines.window.start, *(first for first, _ in days)]),
        "last": max([lines.window.end, *(last for _, last in days)]),
        "bits": [NOW << index for index in range(1, len(days) + 1)],
        "starts": [first for first, _ in days],
        "ends": [last for _, last in days],
        "positions": [row["ledger_position"] for row in earlier],
    }
