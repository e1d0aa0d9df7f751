"""Somebody of a panel is erased: their name and the client's reference for them go, what they gave stands.

Scores, moderations and the evaluations that rest on them hold ids. A client's own reference for the person,
which may be a name or an address, is replaced by a keyed hash of it. So the client cannot bring the person
back under the same reference as somebody new, who would be let moderate what they have scored.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.kernel.proofs import canonical_json, commitment
from cdp_common.web.caller import Caller
from procurement_api.domain.panel import EvaluatorSignedIn
from procurement_api.storage.erased_people import write_erased
from procurement_api.storage.panels import person_of
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.happenings import tell_evaluator_erased
from procurement_api.use_cases.rights import EvaluatorNotFound, own_tender


async def erase_evaluator(
    db: Database, caller: Caller, tender_id: UUID, evaluator_id: UUID, key: bytes, now: datetime
) -> None:
    """Erase somebody whom a client named, in the caller's own tender; once more changes nothing.

    Nothing here names whoever has signed in: they are erased with their account.
    """
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        row = await person_of(tx, tender_id, evaluator_id)
        if row is None:
            raise EvaluatorNotFound("Nobody of the tender's panel has this id.")
        if row["client_id"] is None:
            raise EvaluatorSignedIn("The person signed in: nothing names them here; erase the account.")
        if row["erased_at"] is None:
            await erase_named(tx, row, tender, key, now)


async def erase_named(
    tx: AsyncConnection, row: RowMapping, tender: RowMapping, key: bytes, now: datetime
) -> None:
    """Remove what names somebody of the tender's panel, and tell the buyer whom, by number."""
    reference = row["reference"]
    if reference is not None:
        reference = erased_reference(key, tender["id"], row["client_id"], reference)
    await write_erased(tx, row["id"], reference, now)
    await tell_evaluator_erased(tx, tender, row["id"], now)


def erased_reference(key: bytes, tender_id: UUID, client_id: str, reference: str) -> str:
    """What stands in place of a client's reference: without the key nobody can say what that was."""
    stated = {"tender": str(tender_id), "client": client_id, "reference": reference}
    return f"erased {commitment(key, canonical_json(stated))}"
