"""Deliveries beyond what was promised: shown apart in reports and in the collective value."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import BeyondCommitment
from reporting_api.domain.beyond import beyond_of, beyond_quantity
from reporting_api.domain.figures import FigureSum
from reporting_api.storage.beyond import delivered_beyond, delivered_by, promised_of
from reporting_api.storage.figures import Slice


async def beyond_in_window(tx: AsyncConnection, lines: Slice, moment: datetime) -> FigureSum:
    """The value delivered in a window beyond what was promised, as it was known at a moment."""
    return beyond_of(await delivered_beyond(tx, lines, moment))


async def beyond_commitments(
    tx: AsyncConnection, report: RowMapping, lines: Sequence[RowMapping]
) -> list[BeyondCommitment]:
    """The commitments that a report's lines name of which more was delivered by its end than promised."""
    ids = sorted({line["commitment_line_id"] for line in lines if line["commitment_line_id"] is not None})
    if not ids:
        return []
    delivered = await delivered_by(tx, ids, report["period_end"])
    promised = await promised_of(tx, report["place_id"], list(delivered), report["submitted_at"])
    return [
        BeyondCommitment(
            commitment_line_id=line_id,
            committed_quantity=promised[line_id].normalize(),
            delivered_quantity=quantity.normalize(),
            beyond_quantity=beyond.normalize(),
        )
        for line_id, quantity in sorted(delivered.items())
        if line_id in promised and (beyond := beyond_quantity(promised[line_id], quantity)) > 0
    ]
