"""Contracts of procurement-api for what happens to opened bids: clarified, accepted in part, removed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from cdp_common.contracts.base import Code, Contract, DecimalText, GbpText
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.toms import Explanation

Removal = Literal["excluded", "withdrawn"]
# What somebody writes down for the record; it asks for no names of persons.
Statement = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4000, strip_whitespace=True),
    Field(json_schema_extra={"pattern": r"[^\s\u0085]"}),
]


class ClarificationDraft(Contract):
    """A question put to a bidder after the deadline, and its answer: they change no quantity."""

    question: Statement
    asked_on: date
    answer: Statement | None = None  # null where none came
    answered_on: date | None = None


class Clarification(ClarificationDraft):
    """A clarification as recorded; a correction is another one."""

    id: UUID
    bid_id: UUID
    recorded_by: str  # the client
    person_id: UUID | None  # who had signed in
    recorded_at: datetime


class AcceptedQuantityDraft(Contract):
    """What the panel accepts of a promised quantity, which is less than stands, and why."""

    line_id: UUID
    accepted_quantity: DecimalText
    reason: Statement


class AcceptedQuantity(Licensed):
    """What was accepted of a line, with its value by the pinned edition; the latest version stands."""

    pounds = ("social_gbp", "local_economic_gbp", "total_gbp", "explanation")

    bid_id: UUID
    line_id: UUID
    version: int
    promised_quantity: DecimalText
    accepted_quantity: DecimalText
    reason: str
    social_gbp: GbpText | None
    local_economic_gbp: GbpText | None
    total_gbp: GbpText | None
    explanation: Explanation | None
    recorded_at: datetime
    evaluation_version: int | None  # the evaluation that rests on it, where the tender was evaluated before


class RemovalDraft(Contract):
    """That a bid is out of the tender after opening: excluded on a ground, or withdrawn by its bidder."""

    removal: Removal
    ground: Statement  # in words: the provision and the facts, or what the bidder wrote
    # Where each lot has a contract of its own: the lot that it leaves; null: all that are not settled yet.
    lot: Code | None = None


class LateWithdrawal(Contract):
    """That a bidder withdraws its opened bid, from the tender or from one lot."""

    ground: Statement
    lot: Code | None = None  # as in a removal


class RemovedBid(Contract):
    """A bid that is out of the tender, or of lots of it; it stays readable."""

    bid_id: UUID
    removal: Removal
    ground: str
    removed_at: datetime
    lots: list[Code] = []  # empty: the whole tender
    evaluation_version: int | None = None  # the evaluation without it, where the tender was evaluated before


class SupersededBid(Contract):
    """A bid in whose place a later one of the same organisation stands, as found at opening.

    It counts again in a lot once the later one is out of it.
    """

    bid_id: UUID
    by_bid_id: UUID
    lots: list[Code] = []  # empty: the whole tender


class BidLeft(Contract):
    """Payload of `bid.removed`: that a bid left the tender, or lots of it, after opening."""

    bid_id: UUID
    tender_id: UUID
    removal: Removal
    lots: list[Code]  # empty: the whole tender


class BidSuperseded(SupersededBid):
    """Payload of `bid.superseded`."""

    tender_id: UUID
