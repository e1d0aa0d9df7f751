"""Conflicts between reporters: listed for the place and for both sides, decided by who is neither."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.conflicts import Conflict, ConflictResolution, ConflictSide
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.merges import find_records
from cdp_common.db.paging import cut_page
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from reporting_api.domain.conflicts import ConflictNotFound, ConflictNotOpen, ConflictState, losing_side
from reporting_api.domain.landing import reversals_of
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.domain.reviews import ReviewNotIndependent
from reporting_api.storage.conflicts import (
    close_conflict,
    conflict_by_id,
    conflicts_page,
    lapse_conflicts,
    sides_of,
    take_out,
)
from reporting_api.storage.figures_changed import tell_figures_changed
from reporting_api.storage.ledger import append_entries, standing_entries
from reporting_api.storage.reports import move_report, report_by_id
from reporting_api.use_cases.raise_conflicts import conflict_event
from reporting_api.use_cases.read_reports import PLACE_ROLES
from reporting_api.use_cases.write_report import announce_report

RESOLVERS = ("validator", "programme_manager")
"""Roles that decide conflicts of their place."""


async def list_conflicts(
    db: Database,
    caller: Caller,
    place_id: UUID,
    *,
    state: ConflictState | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Conflict], str | None]:
    """A page of the place's conflicts; of those who hold no role there, the ones that they are in."""
    own = None if caller.has_role(place_id, *PLACE_ROLES) else caller.org
    async with db.begin() as tx:
        rows = await conflicts_page(
            tx, place_id, organisation_id=own, state=state, cursor=cursor, limit=limit
        )
        kept, following = cut_page(rows, limit, lambda row: [row["id"]])
        return await _answers(tx, kept), following


async def resolve_conflict(
    db: Database, caller: Caller, conflict_id: UUID, resolution: ConflictResolution, once: Once, now: datetime
) -> Answer:
    """The conflict, decided; the value of the line that does not stand is taken back."""
    async with db.begin() as tx:
        row = _visible(caller, await conflict_by_id(tx, conflict_id, lock=True))
        caller.requires_role(row["place_id"], *RESOLVERS)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await _require_independent(tx, caller, row)
        if row["state"] != "open":
            raise ConflictNotOpen(f"The conflict is {row['state']}.")
        values = {
            "outcome": resolution.outcome,
            "reason": resolution.reason,
            "closed_at": now,
            "resolver_id": caller.org,
            "client_id": caller.client_id,
            "person_id": caller.sub,
        }
        await close_conflict(tx, conflict_id, values)
        side = losing_side(resolution.outcome)
        if side is not None:
            report_id, line_id = row[f"{side}_report_id"], row[f"{side}_line_id"]
            await _take_back(tx, caller, report_id, line_id, resolution.reason, now)
        decided = await conflict_by_id(tx, conflict_id)
        assert decided is not None  # locked by this transaction
        await record_event(tx, conflict_event(dict(decided), "conflict.resolved"), now)
        await tell_figures_changed(tx, row["place_id"], now)
        return await once.keep(tx, 200, (await _answers(tx, [decided]))[0], now=now)


async def _take_back(
    tx: AsyncConnection, caller: Caller, report_id: UUID, line_id: UUID, reason: str, now: datetime
) -> None:
    """Reverse what the line entered; its other conflicts lapse with it."""
    report = await report_by_id(tx, report_id, lock=True)
    assert report is not None  # reports are never removed
    if report["state"] not in STANDING_STATES:
        raise ConflictNotOpen("One of the two reports stands no more.")
    entries = [one for one in await standing_entries(tx, report_id) if one.source_line_id == line_id]
    await append_entries(tx, reversals_of(entries, "rejection", new_id, now))
    await take_out(tx, line_id, reason, now)
    await lapse_conflicts(tx, now, line_id=line_id)
    await move_report(tx, report, report["state"], now, reviewer_id=report["reviewer_id"])
    await announce_report(tx, caller, report_id, "report.reviewed", now)


async def _require_independent(tx: AsyncConnection, caller: Caller, row: RowMapping) -> None:
    """Refuse whoever reported one of the two lines, or acted for who did."""
    involved = {row["first_organisation_id"], row["second_organisation_id"]}
    persons = set()
    for side in ("first", "second"):
        report = await report_by_id(tx, row[f"{side}_report_id"])
        assert report is not None  # a foreign key holds it
        involved.add(report["acted_by"])
        persons.add(report["person_id"])
    # What was recorded stays under records that may have been merged into the caller's since.
    own = {*await find_records(tx, caller.org), *await find_records(tx, caller.act)}
    if involved & own or (caller.sub is not None and caller.sub in persons):
        raise ReviewNotIndependent("Who reported one of the two lines does not decide between them.")


def _visible(caller: Caller, row: RowMapping | None) -> RowMapping:
    if row is not None and (
        caller.has_role(row["place_id"], *PLACE_ROLES)
        or caller.org in (row["first_organisation_id"], row["second_organisation_id"])
    ):
        return row
    raise ConflictNotFound("No conflict has this id, or none that you may see.")


async def _answers(tx: AsyncConnection, rows: Sequence[RowMapping]) -> list[Conflict]:
    sides = await sides_of(tx, [row[f"{side}_line_id"] for row in rows for side in ("first", "second")])
    return [
        Conflict(
            id=row["id"],
            place_id=row["place_id"],
            kind=row["kind"],
            shared=row["shared"],
            first=_side(sides[row["first_line_id"]]),
            second=_side(sides[row["second_line_id"]]),
            state=row["state"],
            outcome=row["outcome"],
            reason=row["reason"],
            raised_at=row["raised_at"],
            closed_at=row["closed_at"],
            version=row["version"],
        )
        for row in rows
    ]


def _side(row: RowMapping) -> ConflictSide:
    return ConflictSide.model_validate(dict(row))
