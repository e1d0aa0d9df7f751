"""Reading agreements: their parties see them, and the platform's services."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.agreements import Agreement, AgreementChange
from cdp_common.contracts.base import Batch
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from procurement_api.storage.agreement_changes import changes_page
from procurement_api.storage.agreements import (
    Parties,
    agreement_by_id,
    agreements_by_ids,
    agreements_page,
    lines_of_agreements,
)
from procurement_api.use_cases.actors import actor_answer
from procurement_api.use_cases.answers import agreement_answers, gbp_or_none
from procurement_api.use_cases.rights import require_reads_agreements, visible_agreement


async def get_agreement(db: Database, caller: Caller, agreement_id: UUID) -> Agreement:
    """An agreement."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        row = visible_agreement(caller, await agreement_by_id(tx, agreement_id))
        [agreement] = agreement_answers([row], await lines_of_agreements(tx, [agreement_id]))
    return for_reader(agreement, caller.scopes)


async def list_agreements(
    db: Database,
    caller: Caller,
    *,
    place_id: UUID | None,
    tender_ids: Sequence[UUID] | None = None,
    parties: Parties | None = None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Agreement], str | None]:
    """Agreements to which the caller is a party, oldest first, and the cursor of the next page."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        rows = await agreements_page(
            tx,
            party=_party(caller),
            place_id=place_id,
            tender_ids=tender_ids,
            parties=parties,
            cursor=cursor,
            limit=limit,
        )
        kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
        lines = await lines_of_agreements(tx, [row["id"] for row in kept])
    found = agreement_answers(kept, lines)
    return [for_reader(agreement, caller.scopes) for agreement in found], next_cursor


async def batch_agreements(db: Database, caller: Caller, ids: Sequence[UUID]) -> Batch[Agreement]:
    """The agreements among `ids` that the caller may see."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        rows = await agreements_by_ids(tx, ids, _party(caller))
        lines = await lines_of_agreements(tx, [row["id"] for row in rows])
    found = [for_reader(agreement, caller.scopes) for agreement in agreement_answers(rows, lines)]
    known = {agreement.id for agreement in found}
    return Batch(items=found, missing=[wanted for wanted in ids if wanted not in known])


async def list_agreement_changes(
    db: Database, caller: Caller, agreement_id: UUID, cursor: str | None, limit: int
) -> tuple[list[AgreementChange], str | None]:
    """The changes of an agreement, oldest first, and the cursor of the next page."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        visible_agreement(caller, await agreement_by_id(tx, agreement_id))
        rows = await changes_page(tx, agreement_id, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["version"]])
    return [_change(row) for row in kept], next_cursor


def _change(row: RowMapping) -> AgreementChange:
    said = ("version", "kind", "effective_on", "reason", "recorded_at", "ends_on", "line_ids")
    return AgreementChange(
        **{name: row[name] for name in said},
        deliverer_organisation_id=row["deliverer_organisation_id"],
        value_gbp=gbp_or_none(row["value_pence"]),
        value_gross_gbp=gbp_or_none(row["value_gross_pence"]),
        acted_by=actor_answer(row, by="changed_by"),
    )


def _party(caller: Caller) -> UUID | None:
    """Whose agreements the caller sees; None stands for everybody's."""
    return None if caller.is_internal else caller.org
