"""Contracts of procurement-api's agreements: contracts, call-offs, grants, planning obligations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import (
    ActedBy,
    Code,
    Contract,
    DataStatus,
    DecimalText,
    GbpText,
    Sha256,
    ShortText,
    Slug,
)
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.promises import PromisedLine, Schedule

AgreementKind = Literal["contract", "call_off", "framework_agreement", "grant", "planning_obligation"]
KpiExemption = Literal[
    "framework_agreement",
    "concession",
    "light_touch",
    "private_utility",
    "could_not_appropriately_be_assessed",
]
AgreementState = Literal["signed", "terminated"]
AgreementChangeKind = Literal["variation", "novation", "termination"]


class KpiDraft(Contract):
    """A key performance indicator: of a measure that the agreement promises, or of another kind by title."""

    title: ShortText
    measure: Code | None = None


class Kpi(Contract):
    """A key performance indicator of an agreement; null where it is not one of its commitments."""

    title: str
    line_id: UUID | None


class AwardDraft(Contract):
    """The decision: which bid wins, and the contract that follows."""

    bid_id: UUID
    lot: Code | None = None  # where the tender is awarded lot by lot
    reference: ShortText
    signed_on: date
    value_gbp: GbpText  # without VAT
    value_gross_gbp: GbpText | None = None  # with VAT, by which indicators are asked for
    kpis: Annotated[list[KpiDraft], Field(max_length=50)] = []
    kpi_exemption: KpiExemption | None = None


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
    value_gbp: GbpText | None = None  # without VAT
    value_gross_gbp: GbpText | None = None  # with VAT, by which indicators are asked for
    framework_agreement_id: UUID | None = None  # of a call-off: the framework agreement that it comes from
    kpis: Annotated[list[KpiDraft], Field(max_length=50)] = []
    kpi_exemption: KpiExemption | None = None
    edition_hash: Sha256
    lines: Annotated[list[AgreementLineDraft], Field(max_length=1000)] = []
    data_status: DataStatus = "actual"


class LineVariation(Contract):
    """What a line of an agreement or a plan promises from the date of a variation on.

    `quantity` is that of its whole life, what fell due before included; left out, it stays. What is not due
    before the date falls due by `schedule` (shares of that rest), or in equal monthly parts until it ends.
    """

    line_id: UUID
    quantity: DecimalText | None = None
    ended: bool = False  # nothing more falls due from the date on
    ends_on: date | None = None
    schedule: Schedule = []


class AgreementVariation(Contract):
    """A change of what an agreement promises, from a date on; what is left out stays.

    A value that is stated without VAT alone takes the place of both.
    """

    effective_on: date
    reason: ShortText
    ends_on: date | None = None
    value_gbp: GbpText | None = None  # without VAT
    value_gross_gbp: GbpText | None = None  # with VAT, by which indicators are asked for
    kpis: Annotated[list[KpiDraft], Field(max_length=50)] = []  # which join those that there are
    kpi_exemption: KpiExemption | None = None
    lines: Annotated[list[LineVariation], Field(max_length=1000)] = []
    new_lines: Annotated[list[AgreementLineDraft], Field(max_length=1000)] = []
    edition_hash: Sha256 | None = None  # of the first lines of an agreement that had none


class AgreementNovation(Contract):
    """Another organisation takes over what an agreement promises, from a date on."""

    effective_on: date
    reason: ShortText
    deliverer_organisation_id: UUID


class AgreementChange(Contract):
    """One change of an agreement: which version it made, from when on, and why."""

    version: int
    kind: AgreementChangeKind
    effective_on: date
    reason: str
    recorded_at: datetime
    deliverer_organisation_id: UUID  # who delivers from then on
    ends_on: date
    value_gbp: GbpText | None
    value_gross_gbp: GbpText | None = None
    line_ids: list[UUID]  # the lines that changed or were added
    acted_by: ActedBy | None = None


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
    lot: Code | None = None  # of the tender, where each lot has a contract of its own
    bid_id: UUID | None
    commissioner_organisation_id: UUID
    deliverer_organisation_id: UUID
    deliverer_name: str
    signed_on: date
    starts_on: date
    ends_on: date
    terminated_on: date | None
    value_gbp: GbpText | None
    value_gross_gbp: GbpText | None = None
    framework_agreement_id: UUID | None = None
    kpis: list[Kpi] = []
    kpi_exemption: KpiExemption | None = None
    acted_by: ActedBy | None = None  # who registered or awarded it for the commissioner
    lines: list[CommitmentLine]
    version: int
    data_status: DataStatus
