"""Reading a marginal's sums for a window as known at a moment: from roll-ups, and from the few lines beside.

Now: the roll-ups, the lines sealed since they were folded, and the inbox. At an earlier position: the months'
end before it, what the days since then added, and the lines of the day itself. Days of the window that are
not of a whole month come from the lines that take effect on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.month_parts import WindowParts, parts_of
from reporting_api.storage.contributions import (
    AMOUNTS,
    FIGURES,
    LINE_COLUMNS,
    MEASURE_AND_EDITION,
    SUMS,
    Marginal,
    added,
    cells_of,
)

_NO_DAYS = (date.max, date.min)
_EVERYTHING = 2**63 - 1

# Where a position stands among blocks, folds and checkpoints, in one statement.
_STANDING = text("""
    SELECT at.sealed_on, fold.position AS folded, head.last_position AS head,
           (SELECT max(b.last_position) FROM ledger_blocks b WHERE b.place_id = :place
                AND b.sealed_at < at.sealed_on::timestamp AT TIME ZONE 'UTC') AS before_day,
           (SELECT max(c.sealed_month) FROM ledger_checkpoints c WHERE c.place_id = :place
                AND c.sealed_month < date_trunc('month', at.sealed_on::timestamp)::date) AS checkpoint
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT last_position FROM ledger_blocks WHERE place_id = :place
        ORDER BY number DESC LIMIT 1) head ON true
    LEFT JOIN LATERAL (SELECT (sealed_at AT TIME ZONE 'UTC')::date AS sealed_on FROM ledger_blocks
        WHERE place_id = :place AND last_position >= :position ORDER BY last_position LIMIT 1) at ON true
    LEFT JOIN ledger_folds fold ON fold.place_id = :place""")


@dataclass(frozen=True, slots=True)
class Base:
    """What the sums of a moment start from, and which lines are added to it."""

    source: str
    """`ledger_rollups`, `ledger_checkpoints`, or empty where nothing is summed up yet."""
    checkpoint: date | None
    days: tuple[date, date] | None
    """The days of sealing whose additions count, from the first to before the last."""
    after: int
    """Lines count from behind this position."""
    position: int
    """And up to this one."""
    with_inbox: bool


async def base_of(tx: AsyncConnection, place_id: UUID, position: int | None) -> Base:
    """What the sums at a position start from; None stands for now, what waits in the inbox included."""
    row = (await tx.execute(_STANDING, {"place": place_id, "position": position or 0})).mappings().one()
    folded = row["folded"] or 0
    source = "ledger_rollups" if folded else ""
    if position is None:
        return Base(source, None, None, folded, _EVERYTHING, with_inbox=True)
    if position == 0 or position >= folded:
        return Base(source if position else "", None, None, min(folded, position), position, with_inbox=False)
    sealed_on: date = row["sealed_on"]
    days = (sealed_on.replace(day=1), sealed_on)
    source = "" if row["checkpoint"] is None else "ledger_checkpoints"
    return Base(source, row["checkpoint"], days, row["before_day"] or 0, position, with_inbox=False)


async def sums_of(
    tx: AsyncConnection,
    place_id: UUID,
    window: Period,
    base: Base,
    marginal: Marginal,
    shown: Sequence[str],
    figures: Sequence[str],
) -> list[RowMapping]:
    """Per figure and cell of a marginal, told apart by the columns `shown`, its sums in the window.

    Cells come without those to which no line adds. `due_day` has `bucket`, the day, among what may be shown.
    """
    is_daily = marginal == "due_day"
    parts = WindowParts(window, (), window.end) if is_daily else parts_of(window)
    whole = _NO_DAYS if parts.whole is None else (parts.whole.start, parts.whole.end)
    edges = [*((edge.start, edge.end) for edge in parts.edges), _NO_DAYS, _NO_DAYS]
    values: dict[str, Any] = {
        "place": place_id,
        "marginal": marginal,
        "figures": [figure for figure in figures if figure != "committed"],
        "since": window.start,
        "until": window.end,
        "whole_since": whole[0],
        "whole_until": whole[1],
        "standing_until": parts.standing_until,
        "after": base.after,
        "position": base.position,
    }
    if base.checkpoint is not None:
        values["checkpoint"] = base.checkpoint
    if base.days is not None:
        values |= {"days_since": base.days[0], "days_until": base.days[1]}
    if parts.edges:
        values |= {"edge_since": edges[0][0], "edge_until": edges[0][1]}
        values |= {"other_since": edges[1][0], "other_until": edges[1][1]}
    query = _query(base, marginal, shown, with_edges=bool(parts.edges), with_committed="committed" in figures)
    return list((await tx.execute(query, values)).mappings())


def _query(
    base: Base, marginal: Marginal, shown: Sequence[str], *, with_edges: bool, with_committed: bool
) -> TextClause:
    names = ", ".join(shown)
    day = "f.day" if marginal == "due_day" else "NULL::date"
    return text(f"""
        WITH stored AS ({" UNION ALL ".join(_stored(base, with_committed=with_committed))}),
        cells AS (SELECT s.cell, s.figure, s.bucket, {added("s")} FROM stored s
                  GROUP BY s.cell, s.figure, s.bucket),
        lines AS ({" UNION ALL ".join(_lines(base, with_edges=with_edges))}),
        found AS (
            SELECT c.part, c.part_index, c.code, c.edition, c.licence, s.figure, s.bucket, {_of("s")}
            FROM cells s JOIN ledger_cells c ON c.place_id = :place AND c.cell = s.cell
            UNION ALL
            SELECT d.part, d.part_index, d.code, d.edition, d.licence, f.figure, {day}, {AMOUNTS}
            FROM lines l {MEASURE_AND_EDITION} {FIGURES} {cells_of(marginal)}
            WHERE f.counts AND d.applies AND d.marginal = :marginal AND {_COUNTS_IN})
        SELECT {names}, figure, {added("found")} FROM found
        GROUP BY {names}, figure HAVING sum(entry_count) > 0""")  # noqa: S608 - made of constants


# Which contributions of a line count: of lines at an edge those of the edge's days, of others the rest.
_COUNTS_IN = """(CASE WHEN f.figure = 'committed' THEN f.day <= :until
            ELSE f.figure = ANY(CAST(:figures AS text[])) AND f.day BETWEEN :since AND :until END)
    AND (l.scope = 'all' OR (l.scope = 'whole') =
        CASE WHEN f.figure = 'committed' THEN f.day <= :standing_until
             ELSE f.day BETWEEN :whole_since AND :whole_until END)"""


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in SUMS.split(", "))


def _stored(base: Base, *, with_committed: bool) -> list[str]:
    """The stored sums of the window's whole months, and of all months up to its end for what is in force."""
    nothing = f"SELECT 0 AS cell, '' AS figure, NULL::date AS bucket, {_zeros()} WHERE false"
    tables = []
    if base.source:
        of_month = "" if base.checkpoint is None else " AND r.sealed_month = :checkpoint"
        tables.append(f"{base.source} r WHERE r.place_id = :place AND r.marginal = :marginal{of_month}")
    if base.days is not None:
        tables.append(
            "ledger_days r WHERE r.place_id = :place AND r.marginal = :marginal"
            " AND r.sealed_on >= :days_since AND r.sealed_on < :days_until"
        )
    windows = ["r.figure = ANY(CAST(:figures AS text[])) AND r.bucket BETWEEN :whole_since AND :whole_until"]
    if with_committed:
        windows.append("r.figure = 'committed' AND r.bucket <= :standing_until")
    bucket = "CASE WHEN :marginal = 'due_day' THEN r.bucket END AS bucket"
    return [
        f"SELECT r.cell, r.figure, {bucket}, {_of('r')} FROM {table} AND {window}"  # noqa: S608 - made of constants
        for table in tables
        for window in windows
    ] or [nothing]


def _zeros() -> str:
    return ", ".join(f"0::bigint AS {column}" for column in SUMS.split(", "))


def _lines(base: Base, *, with_edges: bool) -> list[str]:
    """The lines that are read themselves, and which of their contributions count."""
    scope = "whole" if with_edges else "all"
    found = [
        f"SELECT {LINE_COLUMNS}, '{scope}' AS scope FROM ledger_entries"  # noqa: S608 - made of constants
        " WHERE place_id = :place AND position > :after AND position <= :position"
    ]
    if base.with_inbox:
        found.append(f"SELECT {LINE_COLUMNS}, 'all' FROM ledger_inbox WHERE place_id = :place")  # noqa: S608 - made of constants
    if with_edges:
        found.append(
            f"SELECT {LINE_COLUMNS}, 'edge' FROM ledger_entries"  # noqa: S608 - made of constants
            " WHERE place_id = :place AND position <= :position AND ("
            "effective_on BETWEEN :edge_since AND :edge_until"
            " OR effective_on BETWEEN :other_since AND :other_until"
            " OR figure = 'committed' AND period_end BETWEEN :standing_until AND :until"
            " OR figure = 'committed' AND effective_on BETWEEN :standing_until AND :until)"
        )
    return found
