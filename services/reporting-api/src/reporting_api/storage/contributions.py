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
"""The named sums: by measure; by organisation, on either basis; by route; by area; and what falls due on each
day by deliverer, against which reports are held."""

LINE_COLUMNS = """figure, deliverer_id, commissioner_id, route, commitment_line_id, measure, theme,
    edition_hash, effective_on, period_end, area_code, area_index, social_pence, local_pence, fiscal_pence,
    low_pence, high_pence, data_status, reverses, source_kind"""
"""What of a line of the inbox or the ledger its contributions are worked out of."""

FIGURES = """JOIN (VALUES
        ('committed', 'committed', 1, 'starts'),
        ('committed', 'committed', -1, 'ends'),
        ('committed', 'signed', 1, 'signs'),
        ('due', 'due', 1, 'happens'),
        ('delivered', 'delivered', 1, 'happens'),
        ('delivered', 'delivered_against', 1, 'meets a promise'),
        ('delivered', 'delivered_uncommitted', 1, 'meets none'),
        ('validated', 'validated', 1, 'happens'),
        ('confirmed', 'confirmed', 1, 'happens')
    ) AS k (of_figure, figure, sign, how) ON k.of_figure = l.figure
    CROSS JOIN LATERAL (SELECT k.figure, k.sign,
        CASE k.how WHEN 'ends' THEN l.period_end + 1 ELSE l.effective_on END AS day,
        CASE k.how WHEN 'happens' THEN true
            WHEN 'meets a promise' THEN l.commitment_line_id IS NOT NULL
            WHEN 'meets none' THEN l.commitment_line_id IS NULL
            WHEN 'signs' THEN l.source_kind = 'commitment'
            ELSE l.effective_on <= l.period_end END AS counts) AS f"""
"""The figures to which a line `l` adds, where `f.counts`: joined by its own figure, so that of the nine few
are looked at."""

OF_MEASURE = "JOIN measures m ON m.edition_hash = l.edition_hash AND m.code = l.measure"
"""What is kept of a line's measure, which every line has."""

_LICENCE = "coalesce(m.licence_framework, '')"
_FOUR = "f.figure IN ('committed', 'due', 'delivered', 'validated')"

# What a cell stands for, the edition or index that says so, and which figures the marginal holds.
_DIMENSIONS: Mapping[Marginal, tuple[str, str]] = MappingProxyType(
    {
        "measure": ("l.measure, l.edition_hash", "true"),
        "deliverer": ("l.deliverer_id::text, ''", _FOUR),
        "commissioner": (f"coalesce(l.commissioner_id::text, '{NO_COMMISSIONER}'), ''", _FOUR),
        "route": ("l.route, ''", _FOUR),
        "area": ("coalesce(l.area_code, ''), coalesce(l.area_index, '')", _FOUR),
        "due_day": ("l.deliverer_id::text, ''", "f.figure = 'due'"),
    }
)

CELL_NAME = "code, qualifier, licence"
"""What a cell of a marginal is called: the measure and its edition, the area and its index, the organisation
or route; and the framework whose licence shows its pounds."""

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
    """The sums of many rows of `alias`, in the order of `SUMS`; one that no bigint holds is refused."""
    return ", ".join(f"whole_sum({alias}.{column}) AS {column}" for column in SUM_COLUMNS)


def cell_of(marginal: Marginal) -> str:
    """The cell of a marginal in which a contribution counts, where `d.applies`."""
    name, applies = _DIMENSIONS[marginal]
    return f"CROSS JOIN LATERAL (VALUES ({name}, {_LICENCE}, {applies})) AS d ({CELL_NAME}, applies)"
