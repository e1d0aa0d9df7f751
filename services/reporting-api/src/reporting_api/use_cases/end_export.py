"""Ending an export: cancelled while it is under way, forgotten with its file afterwards."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from reporting_api.domain.exports import OPEN_STATES
from reporting_api.storage.exports import end_export, forget_export
from reporting_api.use_cases.read_exports import visible_export


async def delete_export(db: Database, caller: Caller, export_id: UUID, now: datetime) -> None:
    """Cancel an export that is under way; of any other nothing is known afterwards, and its file is gone."""
    async with db.begin() as tx:
        row = await visible_export(tx, caller, export_id, lock=True)
        if row["state"] in OPEN_STATES:
            await end_export(tx, row, "cancelled", now)
        else:
            await forget_export(tx, row, now)
