"""Reading a marginal's sums for a window as known at a moment: from roll-ups, and from the few lines beside.

Now: the roll-ups, the lines sealed since they were folded, and the inbox. At an earlier position: the
checkpoint before it, what the days since then added, and of the day itself the lines up to the position,
unless the position is its last: then it is one of those days. Days of the window that are not of a whole
month come from the lines that take effect on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from operator import add
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import LEADS_TO
from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import FigureName, FigureSum
from reporting_api.domain.month_parts import WindowParts, parts_of
from reporting_api.storage.contributions import (
    AMOUNTS,
    CELL_NAME,
    FIGURES,
    LINE_COLUMNS,
    OF_MEASURE,
    SUM_COLUMNS,
    SUMS,
    Marginal,
    added,
    cell_of,
)
from reporting_api.storage.remembered import Remembered

_DAY = timedelta(days=1)
_NO_DAYS = Period(date(2200, 12, 31), date(2200, 12, 31))

# Where a position stands among blocks, folds and checkpoints, in one statement. The queries that follow it in
# the transaction take longer to plan than to run, and one plan is as good for every place and window.
_STANDING = text(
    """
    SELECT set_config('plan_cache_mode', 'force_generic_plan', true), at.sealed_on, fold.position AS folded,
           (SELECT max(b.last_position) FROM ledger_blocks b WHERE b.place_id = :place) AS head,
           EXISTS (SELECT FROM ledger_inbox i WHERE i.place_id = :place) AS is_waiting,
           (SELECT b.last_position FROM ledger_blocks b WHERE b.place_id = :place
                AND b.sealed_at < at.sealed_on::timestamp AT TIME ZONE 'UTC'
                ORDER BY b.sealed_at DESC, b.last_position DESC LIMIT 1) AS before_day,
           (SELECT b.last_position FROM ledger_blocks b WHERE b.place_id = :place
                AND b.sealed_at < (at.sealed_on + 1)::timestamp AT TIME ZONE 'UTC'
                ORDER BY b.sealed_at DESC, b.last_position DESC LIMIT 1) AS day_end,
           (SELECT max(c.sealed_on) FROM ledger_checkpoints c WHERE c.place_id = :place
                AND c.sealed_on < at.sealed_on) AS checkpoint,
           (SELECT max(c.sealed_on) FROM ledger_checkpoints c WHERE c.place_id = :place
                AND c.sealed_on <= at.sealed_on) AS checkpoint_with_day,
           (SELECT json_object_agg(m.organisation_id, m.survivor_id ORDER BY m.organisation_id)::text
            FROM LEADS_TO m) AS merges
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT (sealed_at AT TIME ZONE 'UTC')::date AS sealed_on FROM ledger_blocks
        WHERE place_id = :place AND last_position >= :position ORDER BY last_position LIMIT 1) at ON true
    LEFT JOIN ledger_folds fold ON fold.place_id = :place""".replace("LEADS_TO", LEADS_TO)
)


@dataclass(frozen=True, slots=True)
class Base:
    """What the sums of a moment are made of: what stands at a position for ever, and lines behind it."""

    source: str
    """`ledger_rollups`, `ledger_checkpoints`, or empty where nothing is summed up yet."""
    checkpoint: date | None
    before: date | None
    """What the days before this one added since the checkpoint counts; none where there are no such days."""
    after: int
    """What stands at the position is in the source and those days, and in lines from behind this one."""
    position: int
    until: int
    """Lines behind the position count up to this one."""
    with_inbox: bool
    merges: str
    """The records of organisations that lead to others now, as JSON; empty where there are none."""

    @property
    def has_more(self) -> bool:
        """Whether there may be lines beside what stands at the position."""
        return self.until > self.position or self.with_inbox


class CellSum(NamedTuple):
    """A figure of a cell: its name, the day in `due_day`, how many lines add to it, and what it comes to."""

    code: str
    qualifier: str
    licence: str
    bucket: date | None
    figure: FigureName
    entry_count: int
    sample_count: int
    sums: FigureSum

    @property
    def has_samples(self) -> bool:
        """Whether some of it is sample data."""
        return self.sample_count > 0


SumRow: TypeAlias = tuple[Any, ...]
"""The values of a `CellSum`: name, bucket and figure, then the sums in the order of the queries.

A bare tuple of them holds nothing that could hold it: who collects garbage need not look through the hundred
thousands that are remembered, which held up whoever was being answered for a tenth of a second.
"""
_NAME_WIDTH = 5


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of the cells of a marginal, without those to which no line adds."""

    rows: Sequence[SumRow]

    @property
    def names(self) -> frozenset[tuple[str, str]]:
        """Code and qualifier of every cell."""
        return frozenset([(row[0], row[1]) for row in self.rows])

    def cells(self) -> list[CellSum]:
        """The same by their names."""
        # By place and not by name: there are hundreds of rows in a request.
        return [
            CellSum(
                code, edition, licence, day, figure, count, samples, FigureSum(so, lo, fi, low, high, bare)
            )
            for code, edition, licence, day, figure, count, samples, bare, so, lo, fi, low, high in self.rows
        ]


async def base_of(tx: AsyncConnection, place_id: UUID, position: int | None) -> Base:
    """What the sums at a position start from; None stands for now, what waits in the inbox included."""
    row = (await tx.execute(_STANDING, {"place": place_id, "position": position or 0})).one()
    folded, merges = row.folded or 0, row.merges or ""
    if position is None or position >= folded:
        source = "ledger_rollups" if folded else ""
        until = (row.head or 0) if position is None else position
        is_waiting = position is None and row.is_waiting
        return Base(source, None, None, folded, folded, until, is_waiting, merges)
    if position == 0:
        return Base("", None, None, 0, 0, 0, False, merges)
    checkpoint, before, after = row.checkpoint, row.sealed_on, row.before_day or 0
    if position == row.day_end:
        # The whole day counts, and whoever folds it has: what is folded is behind this position.
        checkpoint, before, after = row.checkpoint_with_day, before + _DAY, position
    if checkpoint is not None and checkpoint + _DAY == before:
        before = None
    source = "" if checkpoint is None else "ledger_checkpoints"
    return Base(source, checkpoint, before, after, position, position, False, merges)


async def sums_of(
    tx: AsyncConnection,
    place_id: UUID,
    window: Period,
    base: Base,
    marginal: Marginal,
    figures: Sequence[str],
    memory: Remembered,
) -> Sums:
    """Per cell of a marginal and figure its sums in the window: the cell's name, bucket, figure and sums.

    The bucket is the day in `due_day` and null elsewhere.
    """
    key = ("sums", place_id, base.position, window, marginal, *figures)
    standing: Iterable[SumRow] | None = memory.get(key, tuple)
    if standing is None:
        standing = tuple(await _standing_sums(tx, place_id, window, base, marginal, figures))
        memory.keep(key, standing, len(standing))
    if base.has_more:
        more = await _more_sums(tx, place_id, window, base, marginal, figures)
        standing = _merged(standing, more) if more else standing
    return Sums([row for row in standing if row[_NAME_WIDTH] > 0])


async def _standing_sums(
    tx: AsyncConnection,
    place_id: UUID,
    window: Period,
    base: Base,
    marginal: Marginal,
    figures: Sequence[str],
) -> list[SumRow]:
    """What stands at the base's position, which is the same whenever it is asked for."""
    is_daily = marginal == "due_day"
    parts = WindowParts(window, (), window.end) if is_daily else parts_of(window)
    whole = parts.whole or _NO_DAYS
    nodes = () if is_daily else parts.buckets
    standing = parts.standing_buckets if "committed" in figures else ()
    values: dict[str, Any] = {
        **_asked(place_id, window, marginal, figures),
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
        "before": base.before,
    }
    for name, edge in zip(("edge", "other"), (*parts.edges, _NO_DAYS, _NO_DAYS), strict=False):
        values |= {f"{name}_since": edge.start, f"{name}_until": edge.end}
    form = _Form(
        base.source,
        has_checkpoint=base.checkpoint is not None,
        has_days=base.before is not None,
        has_lines=base.position > base.after,
        marginal=marginal,
        with_edges=bool(parts.edges),
        with_committed="committed" in figures,
    )
    return await _found(tx, *_query(form), values)


async def _more_sums(
    tx: AsyncConnection,
    place_id: UUID,
    window: Period,
    base: Base,
    marginal: Marginal,
    figures: Sequence[str],
) -> list[SumRow]:
    """What the lines behind the base's position add, and those that wait."""
    values = _asked(place_id, window, marginal, figures)
    whole = {"whole_since": window.start, "whole_until": window.end, "standing_until": window.end}
    more = {"after": base.position, "position": base.until}
    return await _found(tx, *_query_of_more(marginal, base.with_inbox), {**values, **whole, **more})


def _asked(place_id: UUID, window: Period, marginal: Marginal, figures: Sequence[str]) -> dict[str, Any]:
    return {
        "place": place_id,
        "marginal": marginal,
        "figures": [figure for figure in figures if figure != "committed"],
        "with_committed": "committed" in figures,
        "since": window.start,
        "until": window.end,
    }


async def _found(
    tx: AsyncConnection, query: TextClause, names: frozenset[str], values: Mapping[str, Any]
) -> list[SumRow]:
    return [tuple(row) for row in await tx.execute(query, {name: values[name] for name in names})]


def _merged(standing: Iterable[SumRow], more: Iterable[SumRow]) -> Iterable[SumRow]:
    """The sums of both, those of one cell and figure added up."""
    found = {row[:_NAME_WIDTH]: row[_NAME_WIDTH:] for row in standing}
    for row in more:
        name, amounts = row[:_NAME_WIDTH], row[_NAME_WIDTH:]
        have = found.get(name)
        found[name] = amounts if have is None else tuple(map(add, have, amounts))
    return (name + amounts for name, amounts in found.items())


@dataclass(frozen=True, slots=True)
class _Form:
    """What the text of a query depends on."""

    source: str
    has_checkpoint: bool
    has_days: bool
    has_lines: bool
    marginal: Marginal
    with_edges: bool
    with_committed: bool


@cache
def _query(form: _Form) -> tuple[TextClause, frozenset[str]]:
    """The query of a form, and the names of its parameters; there are few forms."""
    is_daily = form.marginal == "due_day"
    lines = _lines(form)
    # Cells are added up by their numbers, which costs a fraction of what their names would.
    stored = f"""
        WITH stored AS ({" UNION ALL ".join(_stored(form, is_daily=is_daily))}),
        summed AS (SELECT cell, bucket, figure, {added("stored")} FROM stored GROUP BY cell, bucket, figure)
        SELECT {CELL_NAME}, bucket, figure, {SUMS} FROM summed s
        JOIN ledger_cells c ON c.place_id = :place AND c.marginal = :marginal AND c.cell = s.cell"""  # noqa: S608 - made of constants
    if not lines:
        query = text(stored)
    else:
        query = text(f"""
            SELECT {CELL_NAME}, bucket, figure, {added("parts")} FROM (
                ({stored}) UNION ALL ({_of_lines(form.marginal, lines)})) parts
            GROUP BY {CELL_NAME}, bucket, figure""")  # noqa: S608 - made of constants
    return query, frozenset(query.compile().params)


@cache
def _query_of_more(marginal: Marginal, with_inbox: bool) -> tuple[TextClause, frozenset[str]]:
    """The query of the lines behind a position, and the names of its parameters."""
    lines = [_BEHIND.format(scope="all")]
    if with_inbox:
        lines.append(f"SELECT {LINE_COLUMNS}, 'all' FROM ledger_inbox WHERE place_id = :place")  # noqa: S608 - made of constants
    query = text(_of_lines(marginal, lines))
    return query, frozenset(query.compile().params)


def _of_lines(marginal: Marginal, lines: Sequence[str]) -> str:
    """What lines add to a marginal's cells."""
    day = "f.day" if marginal == "due_day" else "NULL::date"
    return f"""
        WITH lines AS ({" UNION ALL ".join(lines)})
        SELECT {CELL_NAME}, bucket, figure, {added("found")} FROM (
            SELECT d.code, d.qualifier, d.licence, {day} AS bucket, f.figure, {AMOUNTS}
            FROM lines l {OF_MEASURE} {FIGURES} {cell_of(marginal)}
            WHERE f.counts AND d.applies AND {_COUNTS_IN}) found
        GROUP BY {CELL_NAME}, bucket, figure"""  # noqa: S608 - made of constants


# Which contributions of a line count: of lines at an edge those of the edge's days, of others the rest.
_COUNTS_IN = """(CASE WHEN f.figure = 'committed' THEN :with_committed AND f.day <= :until
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
        days = f"ledger_days r WHERE {own} AND {since}r.sealed_on < :before"
        found.append(f"{select} {days} AND {others} AND r.bucket BETWEEN :whole_since AND :whole_until")
        if form.with_committed:
            found.append(f"{select} {days} AND r.figure = 'committed' AND r.bucket <= :standing_until")
    zeros = ", ".join(f"0::bigint AS {column}" for column in SUM_COLUMNS)
    return found or [f"SELECT 0 AS cell, '' AS figure, NULL::date AS bucket, {zeros} WHERE false"]


def _nodes(spans: str, firsts: str) -> str:
    return f"unnest(CAST(:{spans} AS text[]), CAST(:{firsts} AS date[])) AS n (span, first)"


_BEHIND = (
    f"SELECT {LINE_COLUMNS}, '{{scope}}' AS scope FROM ledger_entries"  # noqa: S608 - made of constants
    " WHERE place_id = :place AND position > :after AND position <= :position"
)


def _lines(form: _Form) -> list[str]:
    """The lines that are read themselves, and which of their contributions count."""
    found = [_BEHIND.format(scope="whole" if form.with_edges else "all")] if form.has_lines else []
    if form.with_edges:
        found.append(
            f"SELECT {LINE_COLUMNS}, 'edge' AS scope FROM ledger_entries"  # noqa: S608 - made of constants
            " WHERE place_id = :place AND position <= :position AND ("
            "effective_on BETWEEN :edge_since AND :edge_until"
            " OR effective_on BETWEEN :other_since AND :other_until"
            " OR figure = 'committed' AND period_end BETWEEN :standing_until AND :until"
            " OR figure = 'committed' AND effective_on BETWEEN :standing_until AND :until)"
        )
    return found
