"""A bid leaves its tender, or one lot of it, after opening; those that stay are scored anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.after_opening import Removal, RemovedBid
from cdp_common.contracts.base import ActedBy
from cdp_common.contracts.evaluations import EvaluationCause
from procurement_api.domain.entries import places_to_leave
from procurement_api.domain.lot_progress import require_lot, state_of
from procurement_api.storage.entries import WHOLE_TENDER, add_removals, removals_of_bids, superseded_of
from procurement_api.use_cases.entries_of import entries_of, removed_bids
from procurement_api.use_cases.evaluate_tender import evaluate_again
from procurement_api.use_cases.happenings import tell_removal
from procurement_api.use_cases.lot_progress import progress_of

_CAUSES: dict[str, EvaluationCause] = {"excluded": "bid_excluded", "withdrawn": "bid_withdrawn"}


@dataclass(frozen=True)
class Leaving:
    """That a bid leaves: on what ground, which lot where it is one alone, and by whose word."""

    removal: Removal
    ground: str
    lot: str | None
    by: ActedBy
    at: datetime


async def take_out(tx: AsyncConnection, tender: RowMapping, bid: RowMapping, leaving: Leaving) -> RemovedBid:
    """The removal, with the version of the evaluation without the bid where there was one with it.

    The tender is locked. A lot that was decided for the bid is open again, to be decided anew.
    """
    progress = await progress_of(tx, tender)
    if leaving.lot is not None:
        require_lot(leaving.lot, [lot["id"] for lot in tender["lots"]], progress.terms.award_by)
    states = {place: state_of(progress.facts(place)) for place in progress.lots}
    places = places_to_leave(leaving.lot, bid["id"], await entries_of(tx, tender), states)
    rows = [
        {
            "bid_id": bid["id"],
            "lot": place or WHOLE_TENDER,
            "removal": leaving.removal,
            "ground": leaving.ground,
            "ended_decision": place in states and progress.facts(place).winner == bid["id"],
            "recorded_by": leaving.by.client_id,
            "person_id": leaving.by.person_id,
            "removed_at": leaving.at,
        }
        for place in places
    ]
    await add_removals(tx, rows)
    version = await evaluate_again(tx, tender, _CAUSES[leaving.removal], leaving.by, leaving.at)
    removals = await removals_of_bids(tx, [bid["id"]])
    told = removed_bids(removals)[-1].model_copy(update={"evaluation_version": version})
    happened = len(removals) + len(await superseded_of(tx, [bid["id"]]))
    await tell_removal(tx, tender, bid, told, bid["version"] + happened, leaving.at)
    return told
