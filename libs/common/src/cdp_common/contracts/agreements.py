"""Contracts of procurement-api's agreements: contracts, call-offs, grants, planning obligations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import (
    Contract,
    DataStatus,
    GbpText,
    Sha256,
    ShortText,
    Slug,
)
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.promises import PromisedLine

AgreementKind = Literal["contract", "call_off", "framework_agreement", "grant", "planning_obligation"]
AgreementState = Literal["signed", "terminated"]


class AwardDraft(Contract):
    """The decision: which bid wins, and the contract that follows."""

    bid_id: UUID
    reference: ShortText
    signed_on: date
    value_gbp: GbpText


class AgreementLineDraft(PromisedLine):
    """A commitment in an agreement registered directly."""


class AgreementDraft(Contract):
    """A contract, call-off, grant or planning obligation that exists without a tender here."""

    kind: AgreementKind
    reference: ShortText
    title: ShortText
    place_id: UUID
    place_slug: Slug
    deliverer_organisation_id: UUID  # the commissioner is the organisation that the caller acts for
    signed_on: date
    starts_on: date
    ends_on: date
    value_gbp: GbpText | None = None
    edition_hash: Sha256
    lines: Annotated[list[AgreementLineDraft], Field(max_length=1000)] = []
    data_status: DataStatus = "actual"


class AgreementEnd(Contract):
    """Termination of an agreement from a date."""

    effective_on: date
    reason: ShortText


class Agreement(Contract):
    """An agreement with its commitment lines."""

    id: UUID
    kind: AgreementKind
    state: AgreementState
    reference: str
    title: str
    place_id: UUID
    tender_id: UUID | None
    bid_id: UUID | None
    commissioner_organisation_id: UUID
    deliverer_organisation_id: UUID
    deliverer_name: str
    signed_on: date
    starts_on: date
    ends_on: date
    terminated_on: date | None
    value_gbp: GbpText | None
    lines: list[CommitmentLine]
    version: int
    data_status: DataStatus
