"""The names of who signed go: when somebody asks for it, and some time after the signature has ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock
from cdp_common.web.caller import Caller
from charter_api.storage.signature_changes import forget_names, names_of, names_of_ended
from charter_api.use_cases.own_signature import known_signature, require_own

SIGN_SCOPE, MANAGE_SCOPE = "charter:sign", "charter:write"


async def forget_signers(db: Database, caller: Caller, signature_id: UUID, now: datetime) -> None:
    """Remove the names of everybody who signed or renewed; the signature stays. Again changes nothing.

    The signatory itself may, and the place's programme managers.
    """
    async with db.begin() as tx:
        signature = await known_signature(tx, signature_id, now.date())
        if not _manages(caller, signature["place_id"]):
            caller.requires_scope(SIGN_SCOPE)
            require_own(caller, signature)
        await forget_names(tx, await names_of(tx, signature_id))


def _manages(caller: Caller, place_id: UUID) -> bool:
    return caller.has_scope(MANAGE_SCOPE) and caller.has_role(place_id, "programme_manager")


def forgetting_of(database: Database, clock: Clock, kept_days: int) -> Callable[[], Awaitable[None]]:
    """Removes the names of signatures that ended so many days ago; what a call does not come to, the next
    one does."""

    async def forget() -> None:
        async with database.begin() as tx:
            ended_by = clock().date() - timedelta(days=kept_days)
            await forget_names(tx, await names_of_ended(tx, ended_by))

    return forget
