"""Reading tenders, each as far as the caller may see it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cdp_common.contracts.base import Batch
from cdp_common.contracts.tenders import Tender, TenderState
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from procurement_api.storage.tenders import tender_by_id, tenders_by_ids, tenders_page
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.rights import is_visible, sees_drafts, visible_tender


async def get_tender(db: Database, caller: Caller | None, tender_id: UUID) -> Tender:
    """A tender; one that was never published is its buyer's alone."""
    async with db.begin() as tx:
        return tender_answer(visible_tender(caller, await tender_by_id(tx, tender_id)))


async def list_tenders(
    db: Database,
    caller: Caller | None,
    *,
    place_id: UUID | None,
    ocid: str | None,
    state: TenderState | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Tender], str | None]:
    """Published tenders and the caller's own drafts, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        rows = await tenders_page(
            tx,
            place_id=place_id,
            ocid=ocid,
            state=state,
            unpublished_of=caller.org if caller is not None and sees_drafts(caller) else None,
            cursor=cursor,
            limit=limit,
        )
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [tender_answer(row) for row in kept], next_cursor


async def batch_tenders(db: Database, caller: Caller | None, ids: Sequence[UUID]) -> Batch[Tender]:
    """The tenders among `ids` that the caller may see."""
    async with db.begin() as tx:
        rows = await tenders_by_ids(tx, ids)
    found = [tender_answer(row) for row in rows if is_visible(caller, row)]
    known = {tender.id for tender in found}
    return Batch(items=found, missing=[wanted for wanted in ids if wanted not in known])
