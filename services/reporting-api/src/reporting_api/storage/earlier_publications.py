"""What publications before counted: who contributes what to a cell, by which of them count it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.disclosure import NOW
from reporting_api.domain.figures import Basis, FigureSum, GroupingName
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
    effective_on, period_end, area_code, area_index, social_pence, local_pence, fiscal_pence, low_pence,
    high_pence"""

# A commitment counts in every publication on whose last day it is in force, whatever its period.
_COUNTED = """WHERE place_id = :place AND (figure IN ('due', 'delivered', 'validated')
        AND effective_on BETWEEN :first AND :last
        OR figure = 'committed' AND effective_on <= :last AND period_end >= :first_end)"""

_LINES = f"""lines AS (
    SELECT {_COLUMNS} FROM ledger_entries {_COUNTED} AND position <= :position
    UNION ALL
    SELECT {_COLUMNS.replace("position,", f"{2**63 - 1} AS position,")} FROM ledger_inbox {_COUNTED}
        AND :with_inbox)"""  # noqa: S608 - made of the constants above

_COUNTS = """CASE l.figure WHEN 'committed' THEN l.effective_on <= {last} AND l.period_end >= {last}
        ELSE l.effective_on BETWEEN {first} AND {last} END"""
_BITS = f"""(CASE WHEN {_COUNTS.format(first=":since", last=":until")} THEN {NOW} ELSE 0 END + coalesce((
        SELECT bit_or(p.bit) FROM unnest(CAST(:bits AS bigint[]), CAST(:starts AS date[]),
            CAST(:ends AS date[]), CAST(:positions AS bigint[])) AS p (bit, first_day, last_day, position)
        WHERE l.position <= p.position AND {_COUNTS.format(first="p.first_day", last="p.last_day")}), 0))"""  # noqa: S608 - made of a constant


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One figure of a cell, of one deliverer and commissioner, as far as the same publications count it."""

    code: str
    qualifier: str
    figure: str
    deliverer_id: UUID | None
    commissioner_id: UUID | None
    bits: int
    sums: FigureSum


async def earlier_publications(tx: AsyncConnection, lines: Slice) -> list[RowMapping]:
    """The publications of the slice's place, the latest first, at most `MOST_RECALLED`.

    What is delivered in periods that share no days is never in two of them, what is in force is.
    """
    query = (
        select(publications)
        .where(publications.c.place_id == lines.place_id)
        .order_by(publications.c.number.desc())
        .limit(MOST_RECALLED)
    )
    return list((await tx.execute(query)).mappings())


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
            sum(l.social_pence)::bigint AS social, sum(l.local_pence)::bigint AS local,
            sum(l.fiscal_pence)::bigint AS fiscal, coalesce(sum(l.low_pence), 0)::bigint AS low,
            coalesce(sum(l.high_pence), 0)::bigint AS high
        FROM lines l {MERGES} {MEASURE} {EDITION} {naming.joins}
        CROSS JOIN LATERAL (VALUES (l.figure)) AS f (name)
        WHERE m.licence_framework IS NULL
        GROUP BY 1, 2, 3, 4, 5, 6""")  # noqa: S608 - made of constants
    rows = (await tx.execute(query, _parameters(lines, earlier))).all()
    return [_span_row(row) for row in rows if row.bits]


def _span_row(row: Row[Any]) -> SpanRow:
    return SpanRow(
        row.code,
        row.qualifier,
        row.figure,
        row.deliverer_id,
        row.commissioner_id,
        row.bits,
        FigureSum(row.social, row.local, row.fiscal, row.low, row.high),
    )


def _parameters(lines: Slice, earlier: Sequence[RowMapping]) -> dict[str, Any]:
    stated = lines.parameters
    days = [(row["period_start"], row["period_end"]) for row in earlier]
    return {
        **{name: stated[name] for name in ("place", "since", "until", "position", "with_inbox")},
        "first": min([lines.window.start, *(first for first, _ in days)]),
        "last": max([lines.window.end, *(last for _, last in days)]),
        "first_end": min([lines.window.end, *(last for _, last in days)]),
        "bits": [NOW << index for index in range(1, len(days) + 1)],
        "starts": [first for first, _ in days],
        "ends": [last for _, last in days],
        "positions": [row["ledger_position"] for row in earlier],
    }
