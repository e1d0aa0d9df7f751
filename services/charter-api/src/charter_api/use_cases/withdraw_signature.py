"""A signatory withdraws from the Charter, and its pledges end with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.charter import Signatory, SignatureEnd
from cdp_common.contracts.commitments import CommitmentsEnded
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from charter_api.domain.charter import SignatureEnded, require_end_after_start
from charter_api.storage.signatures import add_withdrawal, pledges_of, signature_by_id
from charter_api.use_cases.answers import signatory_answers
from charter_api.use_cases.own_signature import require_own
from charter_api.use_cases.read_register import SignatureNotFound


async def withdraw_signature(
    db: Database, caller: Caller, signature_id: UUID, end: SignatureEnd, if_match: str | None, now: datetime
) -> Signatory:
    """The register's entry after the withdrawal; refused unless own, current and not withdrawn before."""
    async with db.begin() as tx:
        row = await signature_by_id(tx, signature_id, lock=True)
        if row is None:
            raise SignatureNotFound("No signature has this id.")
        require_own(caller, row)
        pledges = await pledges_of(tx, [signature_id])
        [current] = signatory_answers([row], pledges, now.date())
        require_match(if_match, for_reader(current, caller.scopes))
        if row["withdrawn_on"] is not None:
            raise SignatureEnded("The signature was withdrawn before.")
        require_end_after_start(end.effective_on, row["signed_on"])
        await add_withdrawal(
            tx,
            {
                "signature_id": signature_id,
                "effective_on": end.effective_on,
                "reason": end.reason,
                "acted_by": caller.act,
                "recorded_at": now,
            },
        )
        for event in _ending(row, pledges, end):
            await record_event(tx, event, now)
        ended = await signature_by_id(tx, signature_id)
        assert ended is not None
        [signatory] = signatory_answers([ended], pledges, now.date())
        return for_reader(signatory, caller.scopes)


def _ending(signature: RowMapping, pledges: list[RowMapping], end: SignatureEnd) -> list[NewEvent]:
    def event(type_: str, aggregate_type: str, aggregate_id: UUID, data: dict[str, Any]) -> NewEvent:
        return NewEvent(
            type=type_,
            aggregate_type=aggregate_type,
            aggregate_id=aggregate_id,
            aggregate_version=2,
            place_id=signature["place_id"],
            audience=("public",),
            data=data,
            effective_on=end.effective_on,
        )

    ended = [
        event(
            "pledge.withdrawn",
            "pledge",
            pledge["id"],
            CommitmentsEnded(
                source_id=pledge["id"],
                place_id=signature["place_id"],
                effective_on=end.effective_on,
                reason=end.reason,
            ).model_dump(mode="json"),
        )
        for pledge in pledges
        if pledge["commitment"] is not None
    ]
    data = {"signature_id": str(signature["id"]), "organisation_id": str(signature["organisation_id"])}
    return [*ended, event("signature.withdrawn", "signature", signature["id"], data)]
