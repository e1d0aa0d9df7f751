"""Contracts of conflicts: two reporters who seem to count the same thing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Code, Contract, ShortText

ConflictKind = Literal["same_evidence", "same_activity", "measures_exclude"]
ConflictState = Literal["open", "resolved", "lapsed"]
ConflictOutcome = Literal["both_stand", "first_stands", "second_stands"]


class ConflictSide(Contract):
    """One of the two lines."""

    report_id: UUID
    line_id: UUID
    organisation_id: UUID
    organisation_name: str
    measure: Code
    period_start: date
    period_end: date


class Conflict(Contract):
    """Two lines of two reporters that may count the same thing; the first was reported before the second.

    - same_evidence: both rest on a document with the same hash;
    - same_activity: the same measure of the same activity, in the same area, on some of the same days;
    - measures_exclude: measures of the same activity that exclude each other.

    A conflict lapses when one of the two reports stands no more.
    """

    id: UUID
    place_id: UUID
    kind: ConflictKind
    shared: str  # the hash, or the activity
    first: ConflictSide
    second: ConflictSide
    state: ConflictState
    outcome: ConflictOutcome | None
    reason: str | None
    raised_at: datetime
    closed_at: datetime | None
    version: int


class ConflictResolution(Contract):
    """Which of the two lines stands; the other one's value is taken back."""

    outcome: ConflictOutcome
    reason: ShortText
