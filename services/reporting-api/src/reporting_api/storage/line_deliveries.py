"""What standing reports delivered against promised lines, with who promised them to whom."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.reports import STANDING_STATES

_STANDING = ", ".join(f"'{state}'" for state in sorted(STANDING_STATES))

_DELIVERIES = text(f"""
    SELECT c.line_id, c.unit, p.place_id, p.deliverer_id, p.commissioner_id, p.data_status,
        m.licence_framework, d.*
    FROM commitment_lines c
    JOIN commitments p ON p.source_id = c.source_id
    JOIN measures m ON m.edition_hash = c.edition_hash AND m.code = c.measure
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.counted_quantity), 0) AS delivered,
            coalesce(sum(l.social_pence + l.local_pence), 0)::bigint AS pence,
            coalesce(sum(l.validated_pence) FILTER (WHERE l.state = 'validated'), 0)::bigint
                AS validated_pence,
            count(DISTINCT r.id) AS report_count, max(r.period_end) AS through,
            coalesce(bool_or(r.data_status = 'synthetic_sample'), false) AS is_sample,
            coalesce(bool_and(r.organisation_id = :reader), true) AS is_all_own
        FROM report_lines l
        JOIN reports r ON r.id = l.report_id
        WHERE l.commitment_line_id = c.line_id AND l.taken_out_at IS NULL AND r.state IN ({_STANDING})
    ) d
    WHERE c.line_id = ANY(:lines)""")  # noqa: S608 - made of constants


async def line_deliveries(tx: AsyncConnection, line_ids: Collection[UUID], reader: UUID) -> list[RowMapping]:
    """The promised lines among `line_ids` that there are, each with what was delivered against it.

    `is_all_own` says whether all that was is the reader's own.
    """
    asked = {"lines": list(line_ids), "reader": reader}
    return list((await tx.execute(_DELIVERIES, asked)).mappings())
