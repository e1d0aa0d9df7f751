"""A commissioner ends an agreement: what was not yet due is no longer owed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.agreements import Agreement, AgreementEnd
from cdp_common.contracts.commitments import CommitmentsEnded
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.agreement import require_termination_holds
from procurement_api.storage.agreement_changes import add_change
from procurement_api.storage.agreements import agreement_by_id, lines_of_agreements
from procurement_api.use_cases.actors import acted_by, actor_row
from procurement_api.use_cases.answers import agreement_answers
from procurement_api.use_cases.happenings import tell_agreement_terminated
from procurement_api.use_cases.publish_contracts import publish_termination
from procurement_api.use_cases.rights import own_agreement

_AS_IT_WAS = ("deliverer_organisation_id", "ends_on", "value_pence", "value_gross_pence")


async def terminate_agreement(
    db: Database,
    caller: Caller,
    agreement_id: UUID,
    end: AgreementEnd,
    if_match: str | None,
    now: datetime,
) -> Agreement:
    """The agreement after its end."""
    async with db.begin() as tx:
        row = own_agreement(caller, await agreement_by_id(tx, agreement_id, lock=True))
        lines = await lines_of_agreements(tx, [agreement_id])
        [current] = agreement_answers([row], lines)
        require_match(if_match, for_reader(current, caller.scopes))
        require_termination_holds(
            end.effective_on,
            signed_on=row["signed_on"],
            ends_on=row["ends_on"],
            terminated_on=row["terminated_on"],
        )
        change = {
            "agreement_id": agreement_id,
            "version": row["version"] + 1,
            "kind": "termination",
            "effective_on": end.effective_on,
            "reason": end.reason,
            "recorded_at": now,
            **actor_row(caller, by="changed_by"),
            **{name: row[name] for name in _AS_IT_WAS},
            "line_ids": [],
        }
        state = {"state": "terminated", "terminated_on": end.effective_on}
        ended = await add_change(tx, change, state, [], [])
        await publish_termination(tx, ended, now)
        [agreement] = agreement_answers([ended], lines)
        told = CommitmentsEnded(
            source_id=agreement.id,
            place_id=agreement.place_id,
            effective_on=end.effective_on,
            reason=end.reason,
            acted_by=acted_by(caller),
        )
        await tell_agreement_terminated(tx, agreement, told, now)
        return for_reader(agreement, caller.scopes)
