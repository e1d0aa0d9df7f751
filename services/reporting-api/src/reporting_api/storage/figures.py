"""The collective figures summed from the ledger's lines: with contributors, and to hold roll-ups to.

Who publishes needs to know who contributes to each cell, which roll-ups do not tell; everybody else reads
storage/rolled_figures.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import LEADS_TO
from cdp_common.kernel.periods import Period
from reporting_api.domain.figures import (
    NO_COMMISSIONER,
    NOT_PLACED,
    Basis,
    FigureName,
    FigureRow,
    FigureSum,
    GroupingName,
)

_LAST_POSITION = 2**63 - 1

# When a line counts in a figure of the window; see domain/figures.py.
_IN_WINDOW = "l.effective_on BETWEEN :since AND :until"
_COUNTS: Mapping[FigureName, str] = MappingProxyType(
    {
        "committed": "l.figure = 'committed' AND l.effective_on <= :until AND l.period_end >= :until",
        "due": f"l.figure = 'due' AND {_IN_WINDOW}",
        "delivered": f"l.figure = 'delivered' AND {_IN_WINDOW}",
        "validated": f"l.figure = 'validated' AND {_IN_WINDOW}",
        "confirmed": f"l.figure = 'confirmed' AND {_IN_WINDOW}",
        "signed": f"l.figure = 'committed' AND l.source_kind = 'commitment' AND {_IN_WINDOW}",
        "delivered_against": (
            f"l.figure = 'delivered' AND l.commitment_line_id IS NOT NULL AND {_IN_WINDOW}"
        ),
        "delivered_uncommitted": (
            f"l.figure = 'delivered' AND l.commitment_line_id IS NULL AND {_IN_WINDOW}"
        ),
    }
)

_COLUMNS = """figure, deliverer_id, commissioner_id, route, activity_id, commitment_line_id, measure, theme,
    outcome,
    edition_hash, effective_on, period_end, area_code, area_index, social_pence, local_pence, fiscal_pence,
    low_pence, high_pence, data_status, reverses, source_kind, source_line_id, period_start, counted_quantity,
    recorded_at"""

LINES = f"""lines AS (
    SELECT {_COLUMNS} FROM ledger_entries WHERE place_id = :place AND position <= :position
    UNION ALL
    SELECT {_COLUMNS} FROM ledger_inbox WHERE place_id = :place AND :with_inbox)"""  # noqa: S608 - made of the constants above
"""The lines of a slice, for queries that are given its parameters."""

FIGURE_ROWS = ", ".join(f"('{name}', {counts})" for name, counts in _COUNTS.items())
"""Each figure with whether a line counts in it, for a lateral VALUES."""

MEASURE = "JOIN measures m ON m.edition_hash = l.edition_hash AND m.code = l.measure"
EDITION = "JOIN editions e ON e.edition_hash = l.edition_hash"
_AREA = "LEFT JOIN areas a ON a.need_index = l.area_index AND a.code = l.area_code"

# Pledges of the Charter are public, so that nobody needs protection in what they add.
PROTECTED = "CASE WHEN l.route <> 'charter' OR f.name NOT IN ('committed', 'due') THEN {column} END"


@dataclass(frozen=True, slots=True)
class Naming:
    """How a grouping names its cells: code, what tells equal codes apart, label, and the cell above."""

    code: str
    label: str
    joins: str = ""
    qualifier: str = "''"
    parent: str = "''"
    parent_qualifier: str = "''"


_FRAMEWORK = "e.framework"
LICENSED = "m.licence_framework IS NOT NULL AND m.licence_framework <> ALL(CAST(:licences AS text[]))"
"""Whether a line's pounds rest on a figure whose licence the reader does not hold."""
_TAIL = 12
_HASH = f"left(l.edition_hash, {_TAIL})"
DELIVERER = "coalesce(dm.survivor_id, l.deliverer_id)"
COMMISSIONER = "coalesce(cm.survivor_id, l.commissioner_id)"
MERGES = f"""LEFT JOIN {LEADS_TO} dm ON dm.organisation_id = l.deliverer_id
    LEFT JOIN {LEADS_TO} cm ON cm.organisation_id = l.commissioner_id"""
"""The records to which those of a line lead now."""
_BY_DELIVERER = Naming(
    f"{DELIVERER}::text",
    "min(o.name)",
    f"LEFT JOIN organisations o ON o.id = {DELIVERER}",
)
_BY_COMMISSIONER = Naming(
    f"coalesce({COMMISSIONER}::text, '{NO_COMMISSIONER}')",
    "coalesce(min(o.name), 'No commissioner')",
    f"LEFT JOIN organisations o ON o.id = {COMMISSIONER}",
)
_BAND = f"coalesce(a.band, '{NOT_PLACED}')"
_DECILE = f"coalesce(a.decile::text, '{NOT_PLACED}')"
_DIMENSIONS: Mapping[GroupingName, Naming] = MappingProxyType(
    {
        "total": Naming("'total'", "'Total'"),
        "theme": Naming("l.theme", "max(m.theme_title)", qualifier=_FRAMEWORK),
        "outcome": Naming(
            "l.outcome",
            "max(m.outcome_title)",
            qualifier=_FRAMEWORK,
            parent="l.theme",
            parent_qualifier=_FRAMEWORK,
        ),
        "measure": Naming(
            "l.measure",
            "max(m.title)",
            qualifier=_HASH,
            parent="l.outcome",
            parent_qualifier=_FRAMEWORK,
        ),
        "area": Naming(
            f"coalesce(l.area_code, '{NOT_PLACED}')",
            "coalesce(min(a.name), min(l.area_code), 'Not placed')",
            _AREA,
            parent=_DECILE,
            parent_qualifier=_BAND,
        ),
        # Where bands divide a decile, its parts are cells of their own, so that deciles divide bands.
        "decile": Naming(
            _DECILE,
            "min(coalesce('Decile ' || a.decile, 'Not placed'))",
            _AREA,
            qualifier=_BAND,
            parent=_BAND,
        ),
        "need_band": Naming(_BAND, "''", _AREA),
        "route": Naming("l.route", "''"),
    }
)


@dataclass(frozen=True, slots=True)
class Slice:
    """Which lines are looked at: a place's, up to a position or all there are, for a window."""

    place_id: UUID
    window: Period
    position: int | None
    """The last position that counts; none means everything, what waits in the inbox included."""
    licences: frozenset[str] = frozenset()
    """The frameworks whose licensed figures the reader may see; nobody's stands for the public."""

    @property
    def parameters(self) -> dict[str, Any]:
        """The values that every query of a slice is given."""
        return {
            "place": self.place_id,
            "since": self.window.start,
            "until": self.window.end,
            "position": _LAST_POSITION if self.position is None else self.position,
            "with_inbox": self.position is None,
            "licences": sorted(self.licences),
        }


@dataclass(frozen=True, slots=True)
class EditionUse:
    """An edition that lines of a slice are valued at."""

    edition_hash: str
    title: str
    price_years: tuple[int, ...]


def measure_qualifier(edition_hash: str) -> str:
    """What tells the measures of an edition apart from their namesakes in the rows by measure."""
    return edition_hash[:_TAIL]


async def see_one_moment(tx: AsyncConnection) -> None:
    """Let all later statements of the transaction see the same rows: groupings sum to their total."""
    if not tx.in_nested_transaction():  # a savepoint sees what the transaction around it sees
        await tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


async def figures_by(
    tx: AsyncConnection,
    lines: Slice,
    grouping: GroupingName,
    basis: Basis = "delivered_by",
    *,
    with_contributors: bool = False,
) -> list[FigureRow]:
    """Every figure of every cell of a grouping that has lines."""
    query = _query(naming_of(grouping, basis), with_contributors)
    return [_figure_row(row) for row in (await tx.execute(query, lines.parameters)).mappings()]


def naming_of(grouping: GroupingName, basis: Basis) -> Naming:
    """How a grouping names its cells; organisations on a basis."""
    if grouping == "organisation":
        return _BY_DELIVERER if basis == "delivered_by" else _BY_COMMISSIONER
    return _DIMENSIONS[grouping]


async def editions_used(tx: AsyncConnection, lines: Slice) -> list[EditionUse]:
    """The editions of the lines that count in any figure, by title."""
    query = text(f"""
        WITH {LINES}
        SELECT e.edition_hash, min(e.title) AS title, min(e.edition) AS edition,
               array_remove(array_agg(DISTINCT m.price_year ORDER BY m.price_year), NULL) AS price_years
        FROM lines l {MEASURE} {EDITION}
        WHERE {" OR ".join(f"({counts})" for counts in _COUNTS.values())}
        GROUP BY e.edition_hash ORDER BY title, e.edition_hash""")  # noqa: S608 - made of the constants above
    rows = (await tx.execute(query, lines.parameters)).mappings()
    return [
        EditionUse(row["edition_hash"], f"{row['title']} ({row['edition']})", tuple(row["price_years"]))
        for row in rows
    ]


async def due_by_day(tx: AsyncConnection, lines: Slice) -> list[tuple[UUID, date, int]]:
    """Deliverer, day and pence of what falls due in the window, as far as the reader may see the pounds."""
    query = text(f"""
        WITH {LINES}
        SELECT {DELIVERER} AS deliverer_id, l.effective_on,
               sum(l.social_pence + l.local_pence)::bigint AS pence
        FROM lines l {MEASURE} {EDITION} {MERGES} WHERE {_COUNTS["due"]} AND NOT ({LICENSED})
        GROUP BY 1, l.effective_on""")  # noqa: S608 - made of the constants above
    rows: Sequence[Any] = (await tx.execute(query, lines.parameters)).all()
    return [(row.deliverer_id, row.effective_on, row.pence) for row in rows]


@dataclass(frozen=True, slots=True)
class LineFigures:
    """The figures of a slice, from its lines."""

    tx: AsyncConnection
    lines: Slice
    key: None = None
    """Nothing that is worked out of lines is remembered."""

    async def names_of(self, grouping: GroupingName, basis: Basis) -> str:
        """Nothing: names are read with the lines."""
        return ""

    async def figures_by(
        self, grouping: GroupingName, basis: Basis = "delivered_by", *, with_contributors: bool = False
    ) -> list[FigureRow]:
        """Every figure of every cell of a grouping that has lines."""
        return await figures_by(self.tx, self.lines, grouping, basis, with_contributors=with_contributors)

    async def editions_used(self) -> list[EditionUse]:
        """The editions of the lines that count in any figure, by title."""
        return await editions_used(self.tx, self.lines)

    async def due_by_day(self) -> list[tuple[UUID, date, int]]:
        """Deliverer, day and pence of what falls due in the window, as far as the reader may see it."""
        return await due_by_day(self.tx, self.lines)


def _query(dimension: Naming, with_contributors: bool) -> TextClause:
    deliverer, commissioner = "NULL::uuid", "NULL::uuid"
    if with_contributors:
        deliverer = PROTECTED.format(column=DELIVERER)
        commissioner = PROTECTED.format(column=COMMISSIONER)
    no_range = "(l.social_pence <> 0 OR l.local_pence <> 0) AND l.{column} IS NULL"
    return text(f"""
        WITH {LINES}
        SELECT {dimension.code} AS code, {dimension.qualifier} AS qualifier, {dimension.label} AS label,
               {dimension.parent} AS parent, {dimension.parent_qualifier} AS parent_qualifier,
               f.name AS figure, {deliverer} AS deliverer_id, {commissioner} AS commissioner_id,
               sum(l.social_pence)::bigint AS social_pence, sum(l.local_pence)::bigint AS local_pence,
               sum(l.fiscal_pence)::bigint AS fiscal_pence,
               coalesce(sum(l.low_pence), 0)::bigint AS low_pence,
               coalesce(sum(l.high_pence), 0)::bigint AS high_pence,
               sum(CASE WHEN {no_range.format(column="low_pence")} OR {no_range.format(column="high_pence")}
                   THEN CASE WHEN l.reverses IS NULL THEN 1 ELSE -1 END ELSE 0 END)::bigint AS rangeless,
               bool_or(l.data_status = 'synthetic_sample') AS has_samples,
               ({LICENSED}) AS is_licensed
        FROM lines l {MEASURE} {EDITION} {MERGES} {dimension.joins}
        CROSS JOIN LATERAL (VALUES {FIGURE_ROWS}) AS f (name, counts)
        WHERE f.counts
        GROUP BY 1, 2, 4, 5, 6, 7, 8, is_licensed""")  # noqa: S608 - made of the constants above


def _figure_row(row: RowMapping) -> FigureRow:
    return FigureRow(
        code=row["code"],
        qualifier=row["qualifier"],
        label=row["label"] or row["code"],
        parent=row["parent"],
        parent_qualifier=row["parent_qualifier"],
        figure=row["figure"],
        deliverer_id=row["deliverer_id"],
        commissioner_id=row["commissioner_id"],
        sums=FigureSum(
            row["social_pence"],
            row["local_pence"],
            row["fiscal_pence"],
            row["low_pence"],
            row["high_pence"],
            row["rangeless"],
        ),
        has_samples=row["has_samples"],
        is_licensed=row["is_licensed"],
    )
