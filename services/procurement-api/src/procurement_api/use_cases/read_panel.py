"""What is read of a panel: its people for the buyer, and scores without showing evaluators each other's."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.panels import DeclaredInterests, Panel, PanelMember, RecordedScore
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.web.caller import Caller
from procurement_api.storage.panels import has_scored, latest_declarations, people_of, scores_page
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.panel_members import EVALUATOR, MODERATOR
from procurement_api.use_cases.rights import own_tender


async def get_panel(db: Database, caller: Caller, tender_id: UUID) -> Panel:
    """Everybody of the caller's own tender's panel, with what they declared last."""
    async with db.begin() as tx:
        own_tender(caller, await tender_by_id(tx, tender_id))
        declared = await latest_declarations(tx, tender_id)
        people = await people_of(tx, tender_id)
    return Panel(
        tender_id=tender_id, members=[_member(person, declared.get(person["id"])) for person in people]
    )


def _member(row: RowMapping, declared: RowMapping | None) -> PanelMember:
    told = ("id", "person_id", "client_id", "name", "organisation_id", "erased_at")
    stated = ("evaluator_id", "version", "conflicts", "declared_at")
    return PanelMember(
        **{name: row[name] for name in told},
        asserted=row["client_id"] is not None,
        reference=None if row["erased_at"] is not None else row["reference"],
        declared=None
        if declared is None
        else DeclaredInterests.model_validate({name: declared[name] for name in stated}),
    )


async def list_scores(
    db: Database, caller: Caller, tender_id: UUID, reference: str | None, cursor: str | None, limit: int
) -> tuple[list[RecordedScore], str | None]:
    """Scores that the caller may see, oldest first, and the cursor of the next page.

    A moderator who has scored nothing sees all. An evaluator sees their own, and everybody's of an answer
    once its score is agreed; a client without a person sees so what it recorded for those whom it named, or
    for the one with the `reference`.
    """
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        mine = await _seen_as(tx, caller, tender, reference)
        rows = await scores_page(tx, tender_id, of=mine, cursor=cursor, limit=limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [_score(row) for row in kept], next_cursor


async def _seen_as(
    tx: AsyncConnection, caller: Caller, tender: RowMapping, reference: str | None
) -> set[UUID] | None:
    """As whom the caller reads: the ids of these people, or None for a moderator, who sees everything."""
    people = await people_of(tx, tender["id"])
    if caller.sub is None:
        return {
            row["id"]
            for row in people
            if row["client_id"] == caller.client_id and reference in (None, row["reference"])
        }
    caller.requires_role(tender["place_id"], EVALUATOR, MODERATOR)
    same = {row["id"] for row in people if row["person_id"] == caller.sub}
    if caller.has_role(tender["place_id"], MODERATOR) and not same & await has_scored(tx, tender["id"]):
        return None
    return same


def _score(row: RowMapping) -> RecordedScore:
    told = ("id", "bid_id", "measure", "evaluator_id", "reason", "version", "recorded_at")
    return RecordedScore(
        **{name: row[name] for name in told},
        lot=row["lot"] or None,
        score=without_trailing_zeros(row["score"]),
    )
