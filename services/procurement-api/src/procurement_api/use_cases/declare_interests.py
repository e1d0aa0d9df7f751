"""Somebody of a tender's panel declares their interests; the latest declaration counts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.panels import DeclaredInterests, InterestDeclaration
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.panel import InterestsInvalid
from procurement_api.storage.panels import add_declaration, latest_declarations
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.panel_members import EVALUATOR, MODERATOR, acting_person, panel_of
from procurement_api.use_cases.rights import own_tender


async def declare_interests(
    db: Database,
    caller: Caller,
    tender_id: UUID,
    declaration: InterestDeclaration,
    once: Once,
    key: bytes,
    now: datetime,
) -> Answer:
    """The declaration as recorded; what was scored before in spite of a conflict does not count any more."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        opened_terms(tender)
        panel = await panel_of(tx, tender, key)
        _require_known_bids(declaration, panel.entries.bids)
        who = await acting_person(tx, caller, panel, declaration.evaluator, now, EVALUATOR, MODERATOR)
        before = (await latest_declarations(tx, tender_id)).get(who.id)
        declared = DeclaredInterests(
            evaluator_id=who.id,
            version=1 if before is None else before["version"] + 1,
            conflicts=declaration.conflicts,
            declared_at=now,
        )
        row = declared.model_dump(exclude={"conflicts"})
        conflicts = [one.model_dump(mode="json") for one in declared.conflicts]
        await add_declaration(tx, {**row, "id": new_id(), "conflicts": conflicts})
        return await keep_answer(tx, once, 201, declared, now)


def _require_known_bids(declaration: InterestDeclaration, bids: frozenset[UUID]) -> None:
    faults = [
        FieldError(f"/conflicts/{index}/bid_id", "bid_unknown", "The tender has no such opened bid.")
        for index, conflict in enumerate(declaration.conflicts)
        if conflict.bid_id is not None and conflict.bid_id not in bids
    ]
    if faults:
        raise InterestsInvalid("The declaration names bids that are not there.", errors=faults)
