"""Reading a marginal's sums for a window as known at a moment: from roll-ups, and from the few lines beside.

Now: the roll-ups, the lines sealed since they were folded, and the inbox. At an earlier position: the
checkpoint before it, what the days since then added, and the lines of the day itself. Days of the window that
are not of a whole month come from the lines that take effect on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import FigureName, FigureSum
from reporting_api.domain.month_parts import WindowParts, parts_of
from reporting_api.storage.contributions import (
    AMOUNTS,
    CELL_NAME,
    FIGURES,
    LINE_COLUMNS,
    MEASURE_AND_EDITION,
    SUM_COLUMNS,
    Marginal,
    added,
    cell_of,
)

_NO_DAYS = Period(date(2200, 12, 31), date(2200, 12, 31))
_EVERYTHING = 2**63 - 1

# Where a position stands among blocks, folds and checkpoints, in one statement. The queries that follow it in
# the transaction take longer to plan than to run, and one plan is as good for every place and window.
_STANDING = text("""
    SELECT set_config('plan_cache_mode', 'force_generic_plan', true), at.sealed_on, fold.position AS folded,
           (SELECT max(b.last_position) FROM ledger_blocks b WHERE b.place_id = :place
                AND b.sealed_at < at.sealed_on::timestamp AT TIME ZONE 'UTC') AS before_day,
           (SELECT max(c.sealed_on) FROM ledger_checkpoints c WHERE c.place_id = :place
                AND c.sealed_on < at.sealed_on) AS checkpoint
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT (sealed_at AT TIME ZONE 'UTC')::date AS sealed_on FROM ledger_blocks
        WHERE place_id = :place AND last_position >= :position ORDER BY last_position LIMIT 1) at ON true
    LEFT JOIN ledger_folds fold ON fold.place_id = :place""")


@dataclass(frozen=True, slots=True)
class Base:
    """What the sums of a moment start from, and which lines are added to it."""

    source: str
    """`ledger_rollups`, `ledger_checkpoints`, or empty where nothing is summed up yet."""
    checkpoint: date | None
    sealed_on: date | None
    """The day within which the moment lies: what days before it added since the checkpoint counts."""
    after: int
    """Lines count from behind this position."""
    position: int
    """And up to this one."""
    with_inbox: bool


@dataclass(frozen=True, slots=True)
class CellSum:
    """A figure of a cell: its name, the day in `due_day`, and what it sums up to."""

    code: str
    qualifier: str
    licence: str
    bucket: date | None
    figure: FigureName
    sums: FigureSum
    has_samples: bool


async def base_of(tx: AsyncConnection, place_id: UUID, position: int | None) -> Base:
    """What the sums at a position start from; None stands for now, what waits in the inbox included."""
    row = (await tx.execute(_STANDING, {"place": place_id, "position": position or 0})).one()
    folded = row.folded or 0
    source = "ledger_rollups" if folded else ""
    if position is None:
        return Base(source, None, None, folded, _EVERYTHING, with_inbox=True)
    if position == 0:
        return Base("", None, None, 0, 0, with_inbox=False)
    if position >= folded:
        return Base(source, None, None, folded, position, with_inbox=False)
    source = "" if row.checkpoint is None else "ledger_checkpoints"
    return Base(source, row.checkpoint, row.sealed_on, row.before_day or 0, position, with_inbox=False)


async def sums_of(
    tx: AsyncConnection,
    place_id: UUID,
    window: Period,
    base: Base,
    marginal: Marginal,
    figures: Sequence[str],
) -> list[CellSum]:
    """Per cell of a marginal and figure its sums in the window: the cell's name, bucket, figure and sums.

    Cells come without those to which no line adds. The bucket is the day in `due_day` and null elsewhere.
    """
    is_daily = marginal == "due_day"
    parts = WindowParts(window, (), window.end) if is_daily else parts_of(window)
    whole = parts.whole or _NO_DAYS
    nodes = () if is_daily else parts.buckets
    standing = parts.standing_buckets if "committed" in figures else ()
    values: dict[str, Any] = {
        "place": place_id,
        "marginal": marginal,
        "figures": [figure for figure in figures if figure != "committed"],
        "since": window.start,
        "until": window.end,
        "whole_since": whole.start,
        "whole_until": whole.end,
        "spans": [node.span for node in nodes],
        "firsts": [node.first for node in nodes],
        "standing_since": parts.standing_since,
        "standing_until": parts.standing_until,
        "standing_spans": [node.span for node in standing],
        "standing_firsts": [node.first for node in standing],
        "after": base.after,
        "position": base.position,
        "checkpoint": base.checkpoint,
        "sealed_on": base.sealed_on,
    }
    for name, edge in zip(("edge", "other"), (*parts.edges, _NO_DAYS, _NO_DAYS), strict=False):
        values |= {f"{name}_since": edge.start, f"{name}_until": edge.end}
    form = _Form(
        base.source,
        has_checkpoint=base.checkpoint is not None,
        has_days=base.sealed_on is not None,
        with_inbox=base.with_inbox,
        marginal=marginal,
        with_edges=bool(parts.edges),
        with_committed="committed" in figures,
    )
    query, names = _query(form)
    rows = await tx.execute(query, {name: values[name] for name in names})
    return [_cell_sum(row) for row in rows]


def _cell_sum(row: Sequence[Any]) -> CellSum:
    # By place and not by name: there are hundreds of rows in a request.
    sums = FigureSum(row[8], row[9], row[10], row[11], row[12], row[7])
    return CellSum(row[0], row[1], row[2], row[3], row[4], sums, row[6] > 0)


@dataclass(frozen=True, slots=True)
class _Form:
    """What the text of a query depends on."""

    source: str
    has_checkpoint: bool
    has_days: bool
    with_inbox: bool
    marginal: Marginal
    with_edges: bool
    with_committed: bool


@cache
def _query(form: _Form) -> tuple[TextClause, frozenset[str]]:
    """The query of a form, and the names of its parameters; there are few forms."""
    is_daily = form.marginal == "due_day"
    day = "f.day" if is_daily else "NULL::date"
    name = f"{CELL_NAME}, bucket, figure"
    query = text(f"""
        WITH stored AS ({" UNION ALL ".join(_stored(form, is_daily=is_daily))}),
        lines AS ({" UNION ALL ".join(_lines(form))}),
        found AS (
            SELECT c.code, c.qualifier, c.licence, s.bucket, s.figure, {_of("s")}
            FROM stored s
            JOIN ledger_cells c ON c.place_id = :place AND c.marginal = :marginal AND c.cell = s.cell
            UNION ALL
            SELECT d.code, d.qualifier, d.licence, {day}, f.figure, {AMOUNTS}
            FROM lines l {MEASURE_AND_EDITION} {FIGURES} {cell_of(form.marginal)}
            WHERE f.counts AND d.applies AND {_COUNTS_IN})
        SELECT {name}, {added("found")} FROM found
        GROUP BY {name} HAVING sum(entry_count) > 0""")  # noqa: S608 - made of constants
    return query, frozenset(query.compile().params)


# Which contributions of a line count: of lines at an edge those of the edge's days, of others the rest.
_COUNTS_IN = """(CASE WHEN f.figure = 'committed' THEN f.day <= :until
            ELSE f.figure = ANY(CAST(:figures AS text[])) AND f.day BETWEEN :since AND :until END)
    AND (l.scope = 'all' OR (l.scope = 'whole') =
        CASE WHEN f.figure = 'committed' THEN f.day <= :standing_until
             ELSE f.day BETWEEN :whole_since AND :whole_until END)"""


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in SUM_COLUMNS)


def _stored(form: _Form, *, is_daily: bool) -> list[str]:
    """The stored sums of the window's whole months, and of all months up to its end for what is in force."""
    bucket = "r.bucket" if is_daily else "NULL::date"
    select = f"SELECT r.cell, r.figure, {bucket} AS bucket, {_of('r')} FROM"
    own = "r.place_id = :place AND r.marginal = :marginal"
    others = "r.figure = ANY(CAST(:figures AS text[]))"
    found = []
    if form.source:
        own_source = own if not form.has_checkpoint else f"{own} AND r.sealed_on = :checkpoint"
        if is_daily:
            days = "r.span = 'day' AND r.bucket BETWEEN :whole_since AND :whole_until"
            found.append(f"{select} {form.source} r WHERE {own_source} AND {days} AND {others}")
        else:
            joined = f"JOIN {form.source} r ON {own_source} AND r.span = n.span AND r.bucket = n.first"
            found.append(f"{select} {_nodes('spans', 'firsts')} {joined} AND {others}")
        if form.with_committed:
            nodes = _nodes("standing_spans", "standing_firsts")
            found.append(f"{select} {nodes} {joined} AND r.figure = 'committed'")
            years = "r.span = 'year' AND r.bucket < :standing_since AND r.figure = 'committed'"
            found.append(f"{select} {form.source} r WHERE {own_source} AND {years}")
    if form.has_days:
        since = "" if not form.has_checkpoint else "r.sealed_on > :checkpoint AND "
        days = f"ledger_days r WHERE {own} AND {since}r.sealed_on < :sealed_on"
        found.append(f"{select} {days} AND {others} AND r.bucket BETWEEN :whole_since AND :whole_until")
        if form.with_committed:
            found.append(f"{select} {days} AND r.figure = 'committed' AND r.bucket <= :standing_until")
    zeros = ", ".join(f"0::bigint AS {column}" for column in SUM_COLUMNS)
    return found or [f"SELECT 0 AS cell, '' AS figure, NULL::date AS bucket, {zeros} WHERE false"]


def _nodes(spans: str, firsts: str) -> str:
    return f"unnest(CAST(:{spans} AS text[]), CAST(:{firsts} AS date[])) AS n (span, first)"


def _lines(form: _Form) -> list[str]:
    """The lines that are read themselves, and which of their contributions count."""
    scope = "whole" if form.with_edges else "all"
    found = [
        f"SELECT {LINE_COLUMNS}, '{scope}' AS scope FROM ledger_entries"  # noqa: S608 - made of constants
        " WHERE place_id = :place AND position > :after AND position <= :position"
    ]
    if form.with_inbox:
        found.append(f"SELECT {LINE_COLUMNS}, 'all' FROM ledger_inbox WHERE place_id = :place")  # noqa: S608 - made of constants
    if form.with_edges:
        found.append(
            f"SELECT {LINE_COLUMNS}, 'edge' FROM ledger_entries"  # noqa: S608 - made of constants
            " WHERE place_id = :place AND position <= :position AND ("
            "effective_on BETWEEN :edge_since AND :edge_until"
            " OR effective_on BETWEEN :other_since AND :other_until"
            " OR figure = 'committed' AND period_end BETWEEN :standing_until AND :until"
            " OR figure = 'committed' AND effective_on BETWEEN :standing_until AND :until)"
        )
    return found
