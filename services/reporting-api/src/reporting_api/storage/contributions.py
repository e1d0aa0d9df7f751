"""What an entry adds to which figure, on which day, in which cell: the SQL that folding and reading share.

A commitment is in force from its day to the end of its period: it adds on the one and is taken away on the
day after the other, so that what is in force on any day is the sum of everything up to it. Every other figure
is a sum over the days of a window.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from reporting_api.domain.figures import NO_COMMISSIONER

Marginal = Literal["measure", "deliverer", "commissioner", "route", "area", "due_day"]
"""The named sums: by measure; by organisation, of either basis, and measure; by route and measure; by area
and theme; and what falls due on each day by deliverer, against which reports are held."""

LINE_COLUMNS = """figure, deliverer_id, commissioner_id, route, commitment_line_id, measure, theme,
    edition_hash, effective_on, period_end, area_code, area_index, social_pence, local_pence, fiscal_pence,
    low_pence, high_pence, data_status, reverses, source_kind"""
"""What of a line of the inbox or the ledger its contributions are worked out of."""

FIGURES = """CROSS JOIN LATERAL (VALUES
        ('committed', l.effective_on, 1, l.figure = 'committed' AND l.effective_on <= l.period_end),
        ('committed', l.period_end + 1, -1, l.figure = 'committed' AND l.effective_on <= l.period_end),
        ('signed', l.effective_on, 1, l.figure = 'committed' AND l.source_kind = 'commitment'),
        ('due', l.effective_on, 1, l.figure = 'due'),
        ('delivered', l.effective_on, 1, l.figure = 'delivered'),
        ('delivered_against', l.effective_on, 1,
            l.figure = 'delivered' AND l.commitment_line_id IS NOT NULL),
        ('delivered_uncommitted', l.effective_on, 1,
            l.figure = 'delivered' AND l.commitment_line_id IS NULL),
        ('validated', l.effective_on, 1, l.figure = 'validated'),
        ('confirmed', l.effective_on, 1, l.figure = 'confirmed')
    ) AS f (figure, day, sign, counts)"""
"""The figures to which a line `l` adds, where `f.counts`."""

MEASURE_AND_EDITION = """JOIN measures m ON m.edition_hash = l.edition_hash AND m.code = l.measure
    JOIN editions e ON e.edition_hash = l.edition_hash"""

_OF_MEASURE = "l.measure, l.edition_hash, coalesce(m.licence_framework, '')"
_FOUR = "f.figure IN ('committed', 'due', 'delivered', 'validated')"

# Part, its index, code, edition, licence; and which figures the marginal holds.
_DIMENSIONS: Mapping[Marginal, tuple[str, str]] = MappingProxyType(
    {
        "measure": (f"'', '', {_OF_MEASURE}", "true"),
        "deliverer": (f"l.deliverer_id::text, '', {_OF_MEASURE}", _FOUR),
        "commissioner": (f"coalesce(l.commissioner_id::text, '{NO_COMMISSIONER}'), '', {_OF_MEASURE}", _FOUR),
        "route": (f"l.route, '', {_OF_MEASURE}", _FOUR),
        "area": (
            "coalesce(l.area_code, ''), coalesce(l.area_index, ''), l.theme, e.framework,"
            " coalesce(m.licence_framework, '')",
            _FOUR,
        ),
        "due_day": (
            "l.deliverer_id::text, '', '', '', coalesce(m.licence_framework, '')",
            "f.figure = 'due'",
        ),
    }
)

CELL_NAME = "part, part_index, code, edition, licence"
"""What a cell of a marginal is called."""

SUM_COLUMNS = (
    "entry_count",
    "sample_count",
    "rangeless_count",
    "social_pence",
    "local_pence",
    "fiscal_pence",
    "low_pence",
    "high_pence",
)
SUMS = ", ".join(SUM_COLUMNS)

_NO_RANGE = "(l.social_pence <> 0 OR l.local_pence <> 0) AND (l.low_pence IS NULL OR l.high_pence IS NULL)"

AMOUNTS = f"""f.sign::bigint AS entry_count,
        (CASE WHEN l.data_status = 'synthetic_sample' THEN f.sign ELSE 0 END)::bigint AS sample_count,
        (CASE WHEN {_NO_RANGE} THEN CASE WHEN l.reverses IS NULL THEN f.sign ELSE -f.sign END
            ELSE 0 END)::bigint AS rangeless_count,
        f.sign * l.social_pence AS social_pence, f.sign * l.local_pence AS local_pence,
        f.sign * l.fiscal_pence AS fiscal_pence, f.sign * coalesce(l.low_pence, 0) AS low_pence,
        f.sign * coalesce(l.high_pence, 0) AS high_pence"""
"""What one contribution adds to each of `SUMS`."""


def added(alias: str) -> str:
    """The sums of many rows of `alias`, in the order of `SUMS`."""
    return ", ".join(f"sum({alias}.{column})::bigint AS {column}" for column in SUM_COLUMNS)


def cells_of(*marginals: Marginal) -> str:
    """The cells of these marginals in which a contribution counts, where `d.applies`."""
    rows = ", ".join(
        f"('{marginal}', {_DIMENSIONS[marginal][0]}, {_DIMENSIONS[marginal][1]})" for marginal in marginals
    )
    return f"CROSS JOIN LATERAL (VALUES {rows}) AS d (marginal, {CELL_NAME}, applies)"


ALL_CELLS = cells_of("measure", "deliverer", "commissioner", "route", "area", "due_day")

BUCKET = "CASE WHEN d.marginal = 'due_day' THEN f.day ELSE date_trunc('month', f.day::timestamp)::date END"
"""The first day of the month in which a contribution counts; in 'due_day', the day."""
