"""What a report shares with those of other reporters is raised as conflicts, in its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.kernel.identifiers import new_id
from reporting_api.domain.conflicts import Mark, kind_of
from reporting_api.storage.conflicts import add_marks, clashes_of, raise_conflict
from reporting_api.use_cases.value_report import ReportScope


async def raise_conflicts(
    tx: AsyncConnection, scope: ReportScope, report_id: UUID, marks: Sequence[Mark], now: datetime
) -> None:
    """Raise a conflict for each line of another reporter that a line of this report shares something with."""
    if not marks:
        return
    await add_marks(tx, scope.place.id, report_id, scope.organisation_id, marks)
    for clash in await clashes_of(tx, report_id):
        row = {
            "id": new_id(),
            "place_id": scope.place.id,
            "kind": kind_of(clash["kind"], is_same_measure=clash["is_same_measure"]),
            "shared": clash["shared"],
            "first_line_id": clash["their_line_id"],
            "first_report_id": clash["their_report_id"],
            "first_organisation_id": clash["their_organisation_id"],
            "second_line_id": clash["my_line_id"],
            "second_report_id": report_id,
            "second_organisation_id": scope.organisation_id,
            "period_start": min(clash["since"], clash["until"]),
            "period_end": max(clash["since"], clash["until"]),
            "state": "open",
            "raised_at": now,
            "version": 1,
        }
        if await raise_conflict(tx, row):
            await record_event(tx, conflict_event(row, "conflict.raised"), now)


def conflict_event(row: Mapping[str, Any], event_type: str) -> NewEvent:
    """What is told of a conflict, to both reporters."""
    return NewEvent(
        type=event_type,
        aggregate_type="conflict",
        aggregate_id=row["id"],
        aggregate_version=row["version"],
        place_id=row["place_id"],
        audience=(
            "internal",
            *sorted(
                {org_audience(row["first_organisation_id"]), org_audience(row["second_organisation_id"])}
            ),
        ),
        data={
            "conflict_id": str(row["id"]),
            "place_id": str(row["place_id"]),
            "kind": row["kind"],
            "state": row["state"],
            "outcome": row.get("outcome"),
            "first_report_id": str(row["first_report_id"]),
            "second_report_id": str(row["second_report_id"]),
        },
        effective_on=row["period_end"],
    )
