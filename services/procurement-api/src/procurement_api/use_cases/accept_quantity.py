"""A panel accepts less of a line than was promised, with the reason; toms-engine values what is left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.valuing import value_for_caller
from cdp_common.contracts.after_opening import AcceptedQuantity, AcceptedQuantityDraft
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.tenders import PinnedMeasure, TenderTerms
from cdp_common.contracts.toms import Explanation, ValuationLine, ValuationRequest, ValuedLine
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.exact import without_trailing_zeros
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from procurement_api.domain.after_opening import (
    AcceptedQuantityInvalid,
    BidRemoved,
    LineDisregarded,
    require_lower,
)
from procurement_api.domain.entries import SETTLED
from procurement_api.domain.lot_progress import LotState, LotStateWrong, state_of
from procurement_api.storage.after_opening import add_accepted, standing_lines
from procurement_api.use_cases.actors import acted_by
from procurement_api.use_cases.entries_of import entries_of
from procurement_api.use_cases.evaluate_tender import evaluate_again
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.lot_progress import Progress, progress_of
from procurement_api.use_cases.open_tender import value_columns
from procurement_api.use_cases.opened_bid import opened_bid
from procurement_api.use_cases.value_bid import beside_quantity

# From the summaries on what bidders were told stays: their own points, the winner's, and what they rest on.
_FIXED: tuple[LotState, ...] = ("summaries_sent", "standstill", *SETTLED)


async def accept_quantity(
    db: Database,
    toms: TomsClient,
    caller: Caller,
    bid_id: UUID,
    draft: AcceptedQuantityDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """What was accepted, with its value; where the tender was evaluated, a new version rests on it."""
    async with db.begin() as tx:
        tender, _ = await opened_bid(tx, caller, bid_id)
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        line = await _lowerable(tx, tender, bid_id, draft)
    valued = await _valued(toms, tender, line, draft.accepted_quantity)

    async with db.begin() as tx:
        tender, _ = await opened_bid(tx, caller, bid_id)
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        # Somebody else may have lowered it meanwhile: what was valued still has to be less.
        line = await _lowerable(tx, tender, bid_id, draft)
        row = {
            "line_id": draft.line_id,
            "version": line["accepted_version"] + 1,
            "bid_id": bid_id,
            "quantity": draft.accepted_quantity,
            "reason": draft.reason,
            **value_columns(valued),
            "method_version": line["method_version"],
            "recorded_by": caller.client_id,
            "person_id": caller.sub,
            "recorded_at": now,
        }
        await add_accepted(tx, row)
        version = await evaluate_again(tx, tender, "quantity_lowered", acted_by(caller), now)
        answer = for_reader(_answer(row, line, version), caller.scopes)
        return await keep_answer(tx, once, 201, answer, now)


async def _lowerable(
    tx: AsyncConnection, tender: RowMapping, bid_id: UUID, draft: AcceptedQuantityDraft
) -> Mapping[Any, Any]:
    entries = await entries_of(tx, tender)
    if not entries.of(bid_id) and entries.bid_for[bid_id]:
        raise BidRemoved("The bid is out of the tender.")
    lines = {line["line_id"]: line for line in await standing_lines(tx, [bid_id])}
    if draft.line_id not in lines:
        words = "The bid has no such line."
        raise AcceptedQuantityInvalid(words, errors=[FieldError("/line_id", "line_unknown", words)])
    line = lines[draft.line_id]
    if not entries.counts(bid_id, line["lot"]) and entries.bid_for[bid_id]:
        raise BidRemoved("The bid is out of the lot of this line.")
    progress = await progress_of(tx, tender)
    _require_not_owed(progress, bid_id, line["lot"])
    _require_unsettled(progress, entries.of(bid_id), line["lot"])
    if line["disregarded"] is not None:
        raise LineDisregarded("The line is disregarded; there is nothing of it to accept.")
    pinned = {one["measure"]: PinnedMeasure.model_validate(one) for one in tender["measures"]}
    standing = without_trailing_zeros(line["quantity"])
    require_lower(draft.accepted_quantity, standing, pinned[line["measure"]].decimals)
    return line


def _require_unsettled(progress: Progress, counts_in: Collection[str | None], lot: str | None) -> None:
    """Refuse to lower what counts where bidders were told their points, or it is settled who owes it.

    In a tender by lots a line of no lot counts in each lot in which its bid does.
    """
    by_lot = progress.terms.award_by == "lot"
    if by_lot and lot is None:
        states = {state_of(progress.facts(place)) for place in counts_in} - set(SETTLED)
    else:
        states = {state_of(progress.facts(lot if by_lot else None))}
    if found := sorted(states.intersection(_FIXED)):
        raise LotStateWrong(f"The lot is {found[0]}; what is accepted of its lines stands.")
    if not by_lot and any(progress.of_round(progress.sendings, each) for each in progress.sendings):
        raise LotStateWrong("Bidders have their summaries; what is accepted of the lines stands.")


def _require_not_owed(progress: Progress, bid_id: UUID, lot: str | None) -> None:
    """Refuse to lower what is owed once, by the first contract that its bidder signed."""
    by_lot = progress.terms.award_by == "lot"
    if by_lot and lot is None and any(one["bid_id"] == bid_id for one in progress.agreements.values()):
        raise LotStateWrong("A contract that was signed owes this line.")


async def _valued(
    toms: TomsClient, tender: RowMapping, line: Mapping[Any, Any], accepted: Decimal
) -> ValuedLine | None:
    """What is left of the line, valued as it was at opening; nothing is worth nothing."""
    if accepted == 0:
        return None
    terms = TenderTerms.model_validate(tender["terms"])
    period = Period(line["starts_on"] or terms.contract_starts_on, line["ends_on"] or terms.contract_ends_on)
    asked = ValuationLine(
        ref="0",
        measure=line["measure"],
        quantity=accepted,
        unit=line["unit"],
        activity=line["activity"],
        target_group=line["target_group"],
        **beside_quantity(line["inputs"]),
        period_start=period.start,
        period_end=period.end,
        place=terms.place_slug,
        industry=line["industry"],
        contract_years=period.years,
        committed_on=tender["published_at"].date(),
    )
    request = ValuationRequest(edition_hash=terms.edition_hash, lines=[asked], explain=True)
    return (await value_for_caller(toms, request, [""])).lines[0]


def _answer(row: Mapping[str, Any], line: Mapping[Any, Any], version: int | None) -> AcceptedQuantity:
    explanation = row["explanation"]
    return AcceptedQuantity(
        bid_id=row["bid_id"],
        line_id=row["line_id"],
        version=row["version"],
        promised_quantity=without_trailing_zeros(line["promised"]),
        accepted_quantity=row["quantity"],
        reason=row["reason"],
        social_gbp=gbp_from_pence(row["social_pence"]),
        local_economic_gbp=gbp_from_pence(row["local_economic_pence"]),
        total_gbp=gbp_from_pence(row["social_pence"] + row["local_economic_pence"]),
        explanation=None if explanation is None else Explanation.model_validate(explanation),
        recorded_at=row["recorded_at"],
        evaluation_version=version,
        licensed_framework=row["licensed_framework"],
    )
