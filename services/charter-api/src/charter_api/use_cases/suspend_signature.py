"""The place's programme manager suspends a signature, or reinstates it, with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.signature_changes import StatedReason
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from charter_api.domain.standing import require_may_follow
from charter_api.storage.signature_changes import add_change
from charter_api.use_cases.answers import signatory_now
from charter_api.use_cases.own_signature import held_signature, known_signature
from charter_api.use_cases.signature_events import signature_event


async def suspend_signature(
    db: Database, caller: Caller, signature_id: UUID, stated: StatedReason, once: Once, now: datetime
) -> Answer:
    """The register's entry, suspended from today on; its pledges stay promised."""
    return await _decide(db, caller, signature_id, "suspended", stated, once, now)


async def reinstate_signature(
    db: Database, caller: Caller, signature_id: UUID, stated: StatedReason, once: Once, now: datetime
) -> Answer:
    """The register's entry, in force again from today on if its period has not ended meanwhile."""
    return await _decide(db, caller, signature_id, "reinstated", stated, once, now)


async def _decide(
    db: Database,
    caller: Caller,
    signature_id: UUID,
    decision: Literal["suspended", "reinstated"],
    stated: StatedReason,
    once: Once,
    now: datetime,
) -> Answer:
    today = now.date()
    async with db.begin() as tx:
        signature = await known_signature(tx, signature_id, today)
        caller.requires_role(signature["place_id"], "programme_manager")
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        held = await held_signature(tx, signature_id, today)
        require_may_follow(decision, today, held.changes, today)
        await add_change(
            tx,
            {
                "signature_id": signature_id,
                "number": held.next_number,
                "kind": decision,
                "effective_on": today,
                "period": held.period,
                "reason": stated.reason,
                "acted_by": caller.act,
                "recorded_at": now,
            },
        )
        await record_event(tx, signature_event(held.row, decision, held.next_number, today), now)
        signatory = await signatory_now(tx, signature_id, today)
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)
