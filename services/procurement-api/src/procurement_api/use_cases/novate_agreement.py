"""A commissioner novates an agreement: from a date on another organisation owes what it promises."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.agreements import AgreementNovation
from cdp_common.contracts.commitments import CommitmentsNovated
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.agreement_change import require_novation_holds
from procurement_api.storage.agreement_changes import add_change, last_changed_on
from procurement_api.storage.agreements import agreement_by_id, lines_of_agreements
from procurement_api.use_cases.actors import acted_by, actor_row
from procurement_api.use_cases.answers import agreement_answers
from procurement_api.use_cases.happenings import tell_agreement_changed
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_organisation
from procurement_api.use_cases.publish_changes import publish_novation
from procurement_api.use_cases.rights import own_agreement
from procurement_api.use_cases.standing_agreement import standing_of


async def novate_agreement(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    agreement_id: UUID,
    novation: AgreementNovation,
    if_match: str | None,
    once: Once,
    now: datetime,
) -> Answer:
    """The agreement with its new deliverer; what fell due before the date stays the earlier one's."""
    async with db.begin() as tx:
        row = own_agreement(caller, await agreement_by_id(tx, agreement_id))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        await _require_novable(tx, row, novation, caller, if_match)
    deliverer = await known_organisation(
        partners, novation.deliverer_organisation_id, "/deliverer_organisation_id"
    )
    found = novation.model_copy(update={"deliverer_organisation_id": deliverer.id})

    async with db.begin() as tx:
        row = own_agreement(caller, await agreement_by_id(tx, agreement_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        await _require_novable(tx, row, found, caller, if_match)
        parties = {"deliverer_organisation_id": deliverer.id, "deliverer_name": deliverer.legal_name}
        changed = await add_change(tx, _change_row(row, found, caller, now), parties, [], [])
        [agreement] = agreement_answers([changed], await lines_of_agreements(tx, [agreement_id]))
        told = CommitmentsNovated(
            source_id=agreement_id,
            place_id=agreement.place_id,
            effective_on=novation.effective_on,
            reason=novation.reason,
            acted_by=acted_by(caller),
            deliverer_id=deliverer.id,
            deliverer_name=deliverer.legal_name,
        )
        # The earlier deliverer is told too: it is the one who owes no more.
        await tell_agreement_changed(
            tx, "novated", agreement, told, now, also=row["deliverer_organisation_id"]
        )
        await publish_novation(tx, changed, deliverer, novation.effective_on, now)
        return await keep_answer(tx, once, 201, for_reader(agreement, caller.scopes), now)


def _change_row(
    row: RowMapping, novation: AgreementNovation, caller: Caller, now: datetime
) -> dict[str, Any]:
    return {
        "agreement_id": row["id"],
        "version": row["version"] + 1,
        "kind": "novation",
        "effective_on": novation.effective_on,
        "reason": novation.reason,
        "recorded_at": now,
        **actor_row(caller, by="changed_by"),
        "deliverer_organisation_id": novation.deliverer_organisation_id,
        "ends_on": row["ends_on"],
        "value_pence": row["value_pence"],
        "value_gross_pence": row["value_gross_pence"],
        "line_ids": [],
    }


async def _require_novable(
    tx: AsyncConnection, row: RowMapping, novation: AgreementNovation, caller: Caller, if_match: str | None
) -> None:
    lines = await lines_of_agreements(tx, [row["id"]])
    [current] = agreement_answers([row], lines)
    require_match(if_match, for_reader(current, caller.scopes))
    standing = standing_of(row, lines, await last_changed_on(tx, row["id"]))
    require_novation_holds(standing, novation.effective_on, novation.deliverer_organisation_id)
