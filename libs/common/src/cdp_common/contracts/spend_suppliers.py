"""Contracts of reporting-api about who a partner's suppliers are: found, looked at by people, decided."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DecimalText, GbpText, ShortText

SpendSupplierState = Literal["new", "to_review", "matched", "unmatched", "unknown"]
SpendOutcome = Literal["accepted", "rejected", "unknown"]


class SpendCandidate(Contract):
    """An organisation that a supplier may be; names score from 0 to 100, identifiers are the same or not."""

    organisation_id: UUID
    name: str
    basis: Literal["identifier", "name"]
    score: DecimalText
    state: Literal["asserted", "unverified", "verified"]


class SpendDecision(Contract):
    """Who a supplier was taken for, or was not, and by whom: a rule, or a person's organisation."""

    id: UUID
    outcome: SpendOutcome
    organisation_id: UUID | None
    basis: Literal["identifier", "name", "person"]
    score: DecimalText | None
    rules_version: int
    reason: str | None
    decided_by: UUID | None
    decided_at: datetime


class SpendSupplier(Contract):
    """A supplier of one partner: what its files call it, what it was paid, and which organisation it is."""

    id: UUID
    organisation_id: UUID  # the partner's
    name: str | None  # null once it was removed
    ref: str | None
    identifiers: list[str]
    state: SpendSupplierState
    matched_id: UUID | None
    matched_name: str | None
    row_count: int  # of imports that stand
    net_gbp: GbpText
    candidates: list[SpendCandidate]
    decisions: list[SpendDecision]  # the newest first, at most twenty


class SpendDecisionDraft(Contract):
    """Accept or reject an organisation for a supplier, or say that nobody knows who it is."""

    outcome: SpendOutcome
    organisation_id: UUID | None = None  # what is accepted or rejected
    reason: ShortText | None = None


class SpendMatching(Contract):
    """What looking for a partner's suppliers found."""

    rules_version: int
    supplier_count: int
    matched_by_identifier: int  # newly, as the next three
    matched_by_name: int
    to_review: int
    unmatched: int
    kept: int  # decided before, and left as they were
    organisations_compared: int
    all_compared: bool  # false: there are more organisations than are compared
    postcodes_located: int
    postcodes_unknown: int
    lookup_edition: str | None


class SpendRemoval(Contract):
    """Why a supplier's name is removed."""

    reason: Annotated[ShortText, Field(description="It is kept; it must not name the person.")]
