"""Reading charters and the public register."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from cdp_common.contracts.base import Batch
from cdp_common.contracts.charter import Charter, Signatory
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller, scopes_of
from charter_api.domain.standing import SignatureState
from charter_api.storage.charters import charter_by_id, charters_of
from charter_api.storage.signatures import pledges_of, register_page, signatures_by_ids
from charter_api.use_cases.answers import charter_answer, signatory_answers
from charter_api.use_cases.own_signature import known_signature
from charter_api.use_cases.take_signature import CharterNotFound


async def get_charter(db: Database, charter_id: UUID) -> Charter:
    """One charter version."""
    async with db.begin() as tx:
        row = await charter_by_id(tx, charter_id)
    if row is None:
        raise CharterNotFound("No charter has this id.")
    return charter_answer(row)


async def list_charters(
    db: Database, place_id: UUID | None, cursor: str | None, limit: int
) -> tuple[list[Charter], str | None]:
    """Charter versions, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        rows = await charters_of(tx, place_id=place_id, cursor=cursor, limit=limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [charter_answer(row) for row in kept], next_cursor


async def get_signatory(db: Database, caller: Caller | None, signature_id: UUID, as_of: date) -> Signatory:
    """One entry of the register as it stood on a day."""
    async with db.begin() as tx:
        row = await known_signature(tx, signature_id, as_of)
        [signatory] = signatory_answers([row], await pledges_of(tx, [signature_id], as_of))
    return for_reader(signatory, scopes_of(caller))


async def list_signatories(
    db: Database,
    caller: Caller | None,
    *,
    place_id: UUID | None,
    kind: str | None,
    state: SignatureState | None,
    as_of: date,
    cursor: str | None,
    limit: int,
) -> tuple[list[Signatory], str | None]:
    """Entries of the register of a day, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        rows = await register_page(
            tx, place_id=place_id, kind=kind, state=state, day=as_of, cursor=cursor, limit=limit
        )
        kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
        pledge_rows = await pledges_of(tx, [row["id"] for row in kept], as_of)
    found = signatory_answers(kept, pledge_rows)
    return [for_reader(signatory, scopes_of(caller)) for signatory in found], next_cursor


async def batch_signatories(
    db: Database, caller: Caller | None, ids: Sequence[UUID], today: date
) -> Batch[Signatory]:
    """The entries of the register among `ids`, and the ids that name none."""
    async with db.begin() as tx:
        rows = await signatures_by_ids(tx, ids, today)
        found = signatory_answers(rows, await pledges_of(tx, [row["id"] for row in rows], today))
    known = {signatory.id for signatory in found}
    shown = [for_reader(signatory, scopes_of(caller)) for signatory in found]
    return Batch(items=shown, missing=[wanted for wanted in ids if wanted not in known])
