"""Contracts of procurement-api's lots: who is to have the contract, the standstill, how far each has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import ActedBy, Code, Contract, ShortText

LotState = Literal[
    "waiting", "opened", "evaluated", "decided", "summaries_sent", "standstill", "signed", "not_awarded"
]


class LotDecisionDraft(Contract):
    """Who is to have the contract of a lot, decided once; a tender awarded whole names no lot."""

    lot: Code | None = None
    winner_bid_id: UUID | None  # null: nobody
    reason: ShortText


class StandstillDraft(Contract):
    """That the contract award notice was published, with which the standstill begins."""

    lot: Code | None = None
    award_notice_on: date
    notice_reference: ShortText | None = None


class LotProgress(Contract):
    """How far a lot has come; of a tender that is awarded whole there is one, without a lot."""

    tender_id: UUID
    lot: Code | None
    state: LotState
    winner_bid_id: UUID | None
    decided_at: datetime | None
    decision_reason: str | None
    summaries_sent_at: datetime | None
    standstill_applies: bool
    award_notice_on: date | None
    notice_reference: str | None
    standstill_ends_on: date | None  # its last day: the contract may be signed on the day after
    agreement_id: UUID | None


class TenderLots(Contract):
    """Every lot of a tender, in its order, and who opened the bids for the buyer."""

    items: list[LotProgress]
    opened_by: ActedBy | None = None
