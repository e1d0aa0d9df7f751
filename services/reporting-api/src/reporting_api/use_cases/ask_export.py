"""Asking for an export: who may have which rows, and how many at once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.exports import ExportKind, ExportRequest, ExportRows
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.licence import frameworks_held
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller, RoleMissing
from reporting_api.domain.exports import (
    ExportLimits,
    ExportRequestInvalid,
    position_faults,
    request_faults,
    require_room,
)
from reporting_api.storage.blobs import Blobs
from reporting_api.storage.exports import add_export, export_by_id, room_taken
from reporting_api.storage.ledger import head_block
from reporting_api.use_cases.read_exports import export_answer
from reporting_api.use_cases.read_reports import PLACE_ROLES
from reporting_api.use_cases.read_value import LIVE_SCOPE


async def create_export(
    db: Database,
    blobs: Blobs,
    caller: Caller,
    request: ExportRequest,
    limits: ExportLimits,
    once: Once,
    now: datetime,
) -> Answer:
    """The export as it waits for its turn; its job is in the queue if and only if this is answered."""
    require_may_have(caller, request.kind, request.rows, request.place_id)
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        period = Period(request.period_start, request.period_end)
        faults = request_faults(request.kind, request.rows, request.as_of, request.publication_number, now)
        head = await head_block(tx, request.place_id)
        faults += position_faults(
            request.kind,
            request.as_of,
            request.ledger_position,
            request.after_position,
            0 if head is None else head.last_position,
        )
        if faults:
            raise ExportRequestInvalid("The parts of the request do not go together.", errors=faults)
        blobs.require_store()
        require_room(*await room_taken(tx, caller.org), limits)
        export_id = new_id()
        await add_export(
            tx,
            {
                "id": export_id,
                "organisation_id": caller.org,
                **request.model_dump(exclude={"period_start", "period_end"}),
                "period_start": period.start,
                "period_end": period.end,
                "licences": sorted(frameworks_held(caller.scopes)),
                "state": "queued",
                "attempt": 0,
                "rows_done": 0,
                "created_at": now,
                "touched_at": now,
                "client_id": caller.client_id,
                "acted_by": caller.act,
                "person_id": caller.sub,
            },
        )
        row = await export_by_id(tx, export_id)
        assert row is not None  # written by this transaction
        location = {"Location": f"/v1/exports/{export_id}"}
        return await once.keep(tx, 202, export_answer(row), headers=location, now=now)


def require_may_have(caller: Caller, kind: ExportKind, rows: ExportRows | None, place_id: UUID) -> None:
    """Refuse others than those who read a place's rows one by one: nobody gets more by asking for many.

    One's own rows, and published figures, take no role.
    """
    if rows != "place":
        return
    if kind == "report_lines":
        caller.requires_role(place_id, *PLACE_ROLES)
        return
    caller.requires_scope(LIVE_SCOPE)
    if not caller.roles.get(place_id):
        raise RoleMissing("This needs a role in the place.")
