"""How far each lot of a tender has come, from what was decided, told, awaited and signed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.lots import LotProgress, TenderLots
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from procurement_api.domain.lot_progress import LotFacts, state_of
from procurement_api.domain.lot_scoring import lots_with_contracts
from procurement_api.domain.tender import TermsMissing
from procurement_api.storage.agreements import agreements_of_tender
from procurement_api.storage.assessments import sendings_of
from procurement_api.storage.entries import WHOLE_TENDER, rounds_of
from procurement_api.storage.lots import decisions_of, standstills_of
from procurement_api.storage.tender_logs import log_of
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.actors import actor_answer
from procurement_api.use_cases.rights import own_tender

ByLot = Mapping[str | None, RowMapping]


@dataclass(frozen=True)
class Progress:
    """What has happened to the lots of a tender, by lot; None stands for the whole of it."""

    tender: RowMapping
    terms: TenderTerms
    decisions: ByLot
    sendings: ByLot
    standstills: ByLot
    agreements: ByLot
    rounds: Mapping[str, int]

    def round_of(self, lot: str | None) -> int:
        """In which round the lot is: a next one begins when the bid that it was decided for leaves it."""
        of_lots = self.terms.award_by == "lot"
        return self.rounds.get((lot if of_lots else None) or WHOLE_TENDER, 1)

    @property
    def lots(self) -> list[str | None]:
        """What has a contract of its own: each lot in order, or the whole tender."""
        return lots_with_contracts(self.terms.award_by, [lot["id"] for lot in self.tender["lots"]])

    def facts(self, lot: str | None) -> LotFacts:
        """What the rules need of a lot."""
        decision, sending = self.of_round(self.decisions, lot), self.of_round(self.sendings, lot)
        return LotFacts(
            is_opened=self.tender["opened_at"] is not None,
            is_evaluated=self.tender["state"] in ("evaluated", "awarded"),
            is_decided=decision is not None,
            winner=_winner(decision, sending),
            summaries_sent=sending is not None,
            has_standstill=self.of_round(self.standstills, lot) is not None,
            is_signed=lot in self.agreements,
            is_called_off=self.tender["state"] == "cancelled",
        )

    def of_round(self, rows: ByLot, lot: str | None) -> RowMapping | None:
        """What was written of the lot in the round that it is in."""
        row = rows.get(lot)
        return row if row is not None and row["round"] == self.round_of(lot) else None

    @property
    def is_settled(self) -> bool:
        """Whether every lot is signed or goes to nobody, and one at least is signed."""
        states = {state_of(self.facts(lot)) for lot in self.lots}
        return "signed" in states and states <= {"signed", "not_awarded"}


async def progress_of(tx: AsyncConnection, tender: RowMapping) -> Progress:
    """How far the lots of a tender with terms have come."""
    if tender["terms"] is None:
        raise TermsMissing("The tender has no terms yet.")
    return Progress(
        tender=tender,
        terms=TenderTerms.model_validate(tender["terms"]),
        decisions=await decisions_of(tx, tender["id"]),
        sendings=await sendings_of(tx, tender["id"]),
        standstills=await standstills_of(tx, tender["id"]),
        agreements=await agreements_of_tender(tx, tender["id"]),
        rounds=await rounds_of(tx, tender["id"]),
    )


async def list_lots(db: Database, caller: Caller, tender_id: UUID) -> TenderLots:
    """How far each lot of the caller's own tender has come."""
    async with db.begin() as tx:
        progress = await progress_of(tx, own_tender(caller, await tender_by_id(tx, tender_id)))
        log = await log_of(tx, tender_id)
    lots = [lot_answer(progress, lot) for lot in progress.lots]
    return TenderLots(items=lots, opened_by=None if log is None else actor_answer(log))


def lot_answer(progress: Progress, lot: str | None) -> LotProgress:
    """How far one lot has come."""
    facts = progress.facts(lot)
    decision = progress.of_round(progress.decisions, lot)
    sending = progress.of_round(progress.sendings, lot)
    standstill = progress.of_round(progress.standstills, lot)
    agreement = progress.agreements.get(lot)
    winner = agreement["bid_id"] if agreement is not None else facts.winner
    return LotProgress(
        tender_id=progress.tender["id"],
        lot=lot,
        state=state_of(facts),
        winner_bid_id=winner,
        decided_at=_of(decision, "decided_at"),
        decision_reason=_of(decision, "reason"),
        summaries_sent_at=_of(sending, "sent_at"),
        standstill_applies=progress.terms.standstill != "none",
        award_notice_on=_of(standstill, "award_notice_on"),
        notice_reference=_of(standstill, "notice_reference"),
        standstill_ends_on=_of(standstill, "ends_on"),
        agreement_id=_of(agreement, "id"),
    )


def _winner(decision: RowMapping | None, sending: RowMapping | None) -> UUID | None:
    said = sending if decision is None else decision
    winner: UUID | None = None if said is None else said["winner_bid_id"]
    return winner


def _of(row: RowMapping | None, column: str) -> Any:
    return None if row is None else row[column]
