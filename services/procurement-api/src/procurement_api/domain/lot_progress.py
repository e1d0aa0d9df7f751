"""How far a lot of a tender has come, and which steps it may take next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput

LotState = Literal[
    "waiting", "opened", "evaluated", "decided", "summaries_sent", "standstill", "signed", "not_awarded"
]


class LotsInvalid(InvalidInput):
    """A lot is not of the tender or the bid, is named or left out wrongly, or is to go to an unknown bid."""

    code = "lots_invalid"
    title = "The lots do not fit the tender"


class LotStateWrong(Conflict):
    """The lot's state does not allow this step."""

    code = "lot_state_wrong"
    title = "The lot's state does not allow this"


class LotDecided(Conflict):
    """Who wins a lot is decided once; what bidders were told stays."""

    code = "lot_decided"
    title = "The lot has been decided"


class LotStandstillBegun(Conflict):
    """The standstill of a lot begins once."""

    code = "lot_standstill_begun"
    title = "The lot's standstill has begun"


@dataclass(frozen=True)
class LotFacts:
    """What has happened to a lot; a tender without lots, or awarded whole, has one that stands for it."""

    is_opened: bool
    is_evaluated: bool
    is_decided: bool
    winner: UUID | None
    """Of the decision, or of what bidders were told; null where nobody is to have the contract."""
    summaries_sent: bool
    has_standstill: bool
    is_signed: bool
    is_called_off: bool = False


def state_of(facts: LotFacts) -> LotState:
    """How far the lot has come."""
    if facts.is_signed:
        return "signed"
    if facts.is_called_off or ((facts.is_decided or facts.summaries_sent) and facts.winner is None):
        return "not_awarded"
    if facts.has_standstill:
        return "standstill"
    if facts.summaries_sent:
        return "summaries_sent"
    if facts.is_decided:
        return "decided"
    if facts.is_evaluated:
        return "evaluated"
    return "opened" if facts.is_opened else "waiting"


def require_lot(lot: str | None, lots: Collection[str], award_by: str) -> None:
    """Refuse a step for a lot where the tender is awarded whole, and one without a lot where it is not."""
    if award_by == "whole" and lot is not None:
        words = "The tender is awarded as a whole."
        raise LotsInvalid(words, errors=[FieldError("/lot", "lot_not_expected", words)])
    if award_by == "lot" and lot is None:
        words = "The tender is awarded lot by lot: name one."
        raise LotsInvalid(words, errors=[FieldError("/lot", "lot_missing", words)])
    if lot is not None and lot not in lots:
        words = "The tender has no such lot."
        raise LotsInvalid(words, errors=[FieldError("/lot", "lot_unknown", words)])


def require_none_signed(signed: Collection[str | None]) -> None:
    """Refuse to call off a tender of which lots have contracts: the others are decided for nobody instead."""
    if signed:
        words = "A lot of the tender is signed: decide the others for nobody instead of calling it off."
        raise LotStateWrong(words)


def require_winner(facts: LotFacts, winner: UUID | None) -> None:
    """Refuse to award, or to tell bidders of, another decision than the one that was taken."""
    if (facts.is_decided or facts.summaries_sent) and facts.winner != winner:
        raise LotDecided("The lot was decided otherwise.")


def require_standstill_may_begin(facts: LotFacts) -> None:
    """Refuse a notice before every bidder has its summary (Procurement Act 2023, section 50(3))."""
    if facts.has_standstill:
        raise LotStandstillBegun("The standstill of the lot has begun.")
    state = state_of(facts)
    if state != "summaries_sent":
        raise LotStateWrong(f"The lot is {state}; this needs summaries_sent.")
