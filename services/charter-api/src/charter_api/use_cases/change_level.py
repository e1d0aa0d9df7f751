"""A signatory goes to another level of the charter version that it has signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.signature_changes import LevelDraft
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from charter_api.domain.levels import require_level_reached, require_other_level
from charter_api.domain.standing import require_may_follow
from charter_api.storage.signature_changes import add_change, next_register_number
from charter_api.storage.signatures import pledges_of
from charter_api.use_cases.answers import signatory_now
from charter_api.use_cases.own_signature import held_signature, known_signature, require_own
from charter_api.use_cases.signature_events import signature_event
from charter_api.use_cases.stated_levels import levels_of, pledges_running


async def change_level(
    db: Database, caller: Caller, signature_id: UUID, draft: LevelDraft, once: Once, now: datetime
) -> Answer:
    """The register's entry at its level from today on, if the pledges that still run are enough for it.

    The certificate of the level before is revoked: the next one has a number of its own in the status lists.
    """
    today = now.date()
    async with db.begin() as tx:
        require_own(caller, await known_signature(tx, signature_id, today))
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        held = await held_signature(tx, signature_id, today)
        require_may_follow("level_changed", today, held.changes, today)
        running = pledges_running(await pledges_of(tx, [signature_id]), today)
        require_level_reached(draft.level, levels_of(held.row["levels"]), running)
        require_other_level(draft.level, held.row["level"])
        await add_change(
            tx,
            {
                "signature_id": signature_id,
                "number": held.next_number,
                "kind": "level_changed",
                "effective_on": today,
                "period": held.period,
                "level": draft.level,
                "register_number": await next_register_number(tx),
                "acted_by": caller.act,
                "recorded_at": now,
            },
        )
        changed = {**held.row, "level": draft.level}
        await record_event(tx, signature_event(changed, "level_changed", held.next_number, today), now)
        signatory = await signatory_now(tx, signature_id, today)
        return await once.keep(tx, 201, for_reader(signatory, caller.scopes), now=now)
