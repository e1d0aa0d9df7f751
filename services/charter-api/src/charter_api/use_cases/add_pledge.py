"""A signatory adds a pledge to its signature."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.charter import PledgeDraft
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from charter_api.domain.charter import PledgePeriod, require_pledges_hold
from charter_api.domain.standing import require_in_force
from charter_api.storage.signatures import hold_signature, pledges_of
from charter_api.use_cases.answers import pledge_answer
from charter_api.use_cases.own_signature import known_signature, require_own
from charter_api.use_cases.pledge_events import make_pledges
from charter_api.use_cases.value_pledges import value_pledges


async def add_pledge(
    db: Database,
    toms: TomsClient,
    caller: Caller,
    signature_id: UUID,
    draft: PledgeDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The new pledge; refused unless the signature is the caller's own and in force."""
    async with db.begin() as tx:
        signature = await known_signature(tx, signature_id, now.date())
        require_own(caller, signature)
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    require_in_force(signature["state"])
    require_pledges_hold(
        {"": PledgePeriod(draft.pledge, draft.starts_on, draft.ends_on)},
        {pledge["code"] for pledge in signature["offered"]},
        signature["signed_on"],
    )
    commitments = await value_pledges(toms, {"": draft}, now.date())

    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        await hold_signature(tx, signature_id)
        signature = await known_signature(tx, signature_id, now.date())
        require_in_force(signature["state"])
        [pledge_id] = await make_pledges(tx, signature, signature["offered"], [draft], commitments, now)
        row = next(row for row in await pledges_of(tx, [signature_id]) if row["id"] == pledge_id)
        return await once.keep(tx, 201, for_reader(pledge_answer(row, None), caller.scopes), now=now)
