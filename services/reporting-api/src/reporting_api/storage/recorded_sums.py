"""What the four figures hold by measure, recorded edition, industry and period, from the ledger's lines."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.constant_edition import RecordedSum
from reporting_api.domain.figures import FOUR_FIGURES, FigureSum
from reporting_api.storage.figures import FIGURE_ROWS, LINES, Slice

# Read twice, and each time by what is wanted of it: the whole of a place's lines is not put together for it.
_LINES = LINES.replace("lines AS (", "lines AS NOT MATERIALIZED (")

# An instalment is a part of its line's value, which was priced over the whole of the line's days.
_SUMS = text(f"""
    WITH {_LINES}, promised AS MATERIALIZED (
        SELECT DISTINCT ON (source_line_id) source_line_id, period_start, period_end
        FROM lines WHERE figure = 'committed' AND reverses IS NULL
        ORDER BY source_line_id, recorded_at DESC, period_end DESC, period_start),
    counted AS MATERIALIZED (
        SELECT * FROM lines
        WHERE figure IN ('due', 'delivered', 'validated') AND effective_on BETWEEN :since AND :until
            OR figure = 'committed' AND effective_on <= :until AND period_end >= :until)
    SELECT f.name AS figure, l.edition_hash, l.measure, coalesce(r.industry, c.industry) AS industry,
           coalesce(p.period_start, l.period_start) AS since, coalesce(p.period_end, l.period_end) AS until,
           sum(l.counted_quantity) AS counted_quantity,
           sum(l.social_pence)::bigint AS social_pence, sum(l.local_pence)::bigint AS local_pence,
           sum(l.fiscal_pence)::bigint AS fiscal_pence,
           bool_or(l.data_status = 'synthetic_sample') AS has_samples
    FROM counted l
    LEFT JOIN promised p ON p.source_line_id = l.source_line_id AND l.figure = 'due'
    LEFT JOIN commitment_lines c ON c.line_id = l.source_line_id AND l.figure IN ('committed', 'due')
        AND c.industry IS NOT NULL
    LEFT JOIN report_lines r ON r.line_id = l.source_line_id AND l.figure IN ('delivered', 'validated')
        AND r.industry IS NOT NULL
    CROSS JOIN LATERAL (VALUES {FIGURE_ROWS}) AS f (name, counts)
    WHERE f.counts AND f.name = ANY(CAST(:names AS text[]))
    GROUP BY 1, 2, 3, 4, 5, 6
    HAVING sum(l.counted_quantity) <> 0 OR sum(l.social_pence) <> 0 OR sum(l.local_pence) <> 0
    ORDER BY 1, 2, 3, 4, 5, 6
    LIMIT :most""")  # noqa: S608 - made of constants


async def recorded_sums(tx: AsyncConnection, lines: Slice, *, most: int) -> list[RecordedSum]:
    """The sums of a slice in a fixed order, `most` of them at the most."""
    # How much the parts of the query hold is not foreseen; trying each line against each takes minutes.
    await tx.execute(text("SET LOCAL enable_nestloop = off"))
    parameters = {**lines.parameters, "names": list(FOUR_FIGURES), "most": most}
    return [
        RecordedSum(
            figure=row["figure"],
            edition_hash=row["edition_hash"],
            measure=row["measure"],
            industry=row["industry"],
            period=Period(row["since"], row["until"]),
            counted_quantity=row["counted_quantity"],
            value=FigureSum(
                row["social_pence"], row["local_pence"], row["fiscal_pence"], lines_without_range=1
            ),
            has_samples=row["has_samples"],
        )
        for row in (await tx.execute(_SUMS, parameters)).mappings()
    ]
