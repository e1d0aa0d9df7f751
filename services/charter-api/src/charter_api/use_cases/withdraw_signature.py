"""A signatory withdraws from the Charter, and its pledges end with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.charter import Signatory, SignatureEnd
from cdp_common.contracts.commitments import CommitmentsEnded
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from charter_api.domain.standing import require_may_follow
from charter_api.storage.signature_changes import add_change
from charter_api.storage.signatures import pledges_of
from charter_api.use_cases.answers import signatory_answers, signatory_now
from charter_api.use_cases.own_signature import held_signature, known_signature, require_own
from charter_api.use_cases.signature_events import signature_event


async def withdraw_signature(
    db: Database, caller: Caller, signature_id: UUID, end: SignatureEnd, if_match: str | None, now: datetime
) -> Signatory:
    """The register's entry after the withdrawal; refused unless own, current and not withdrawn before."""
    today = now.date()
    async with db.begin() as tx:
        require_own(caller, await known_signature(tx, signature_id, today))
        held = await held_signature(tx, signature_id, today)
        pledges = await pledges_of(tx, [signature_id])
        [current] = signatory_answers([held.row], pledges)
        require_match(if_match, for_reader(current, caller.scopes))
        require_may_follow("withdrawn", end.effective_on, held.changes, today)
        await add_change(
            tx,
            {
                "signature_id": signature_id,
                "number": held.next_number,
                "kind": "withdrawn",
                "effective_on": end.effective_on,
                "period": held.period,
                "reason": end.reason,
                "acted_by": caller.act,
                "recorded_at": now,
            },
        )
        for event in _ending(held.row, pledges, end):
            await record_event(tx, event, now)
        ended = signature_event(held.row, "withdrawn", held.next_number, end.effective_on)
        await record_event(tx, ended, now)
        return for_reader(await signatory_now(tx, signature_id, today), caller.scopes)


def _ending(signature: RowMapping, pledges: list[RowMapping], end: SignatureEnd) -> list[NewEvent]:
    return [
        NewEvent(
            type="pledge.withdrawn",
            aggregate_type="pledge",
            aggregate_id=pledge["id"],
            aggregate_version=2,
            place_id=signature["place_id"],
            audience=("public",),
            data=CommitmentsEnded(
                source_id=pledge["id"],
                place_id=signature["place_id"],
                effective_on=end.effective_on,
                reason=end.reason,
            ).model_dump(mode="json"),
            effective_on=end.effective_on,
        )
        for pledge in pledges
        if pledge["commitment"] is not None
    ]
