"""Contracts of partners-api about organisations: who they are, how that is proven, and how records merge."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DataStatus, ShortText, Url

OrganisationKind = Literal["public", "private", "third_sector"]
OrganisationState = Literal["asserted", "unverified", "verified"]
VerificationMethod = Literal["vouched", "dns"]
DomainName = Annotated[
    str,
    Field(
        min_length=4,
        max_length=253,
        pattern=r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
    ),
]


# ------------------------------------------------------------------ organisations
class Identifier(Contract):
    """An organisation's identifier in a public register, for example GB-COH 01234567."""

    scheme: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z]{2,8}$")]
    id: Annotated[str, Field(min_length=1, max_length=64)]


class OrganisationDraft(Contract):
    """What is needed to record an organisation."""

    legal_name: ShortText
    kind: OrganisationKind
    identifiers: Annotated[list[Identifier], Field(max_length=10)] = []
    is_sme: bool | None = None  # null when not stated
    is_vcse: bool | None = None
    postcode: Annotated[str, Field(max_length=8)] | None = None
    website: Url | None = None
    data_status: DataStatus = "actual"


class Organisation(Contract):
    """An organisation as everybody sees it."""

    id: UUID
    legal_name: str
    kind: OrganisationKind
    state: OrganisationState
    identifiers: list[Identifier]
    is_sme: bool | None
    is_vcse: bool | None
    website: str | None
    data_status: DataStatus
    created_at: datetime
    merged_ids: list[UUID] = []  # other ids that lead here, since their records were merged into this one

    @property
    def ids(self) -> list[UUID]:
        """Every id by which the organisation may be asked for."""
        return [self.id, *self.merged_ids]


class OrganisationChange(Contract):
    """Changes to an organisation; absent fields stay as they are, null takes away what need not be stated."""

    legal_name: ShortText | None = None
    is_sme: bool | None = None
    is_vcse: bool | None = None
    website: Url | None = None
    state: Literal["verified"] | None = None  # a programme manager or the operator vouches for it


# ------------------------------------------------------------------ verification
class VerificationDraft(Contract):
    """How an organisation is verified: somebody vouches for it, or it proves that a domain is its own."""

    method: VerificationMethod
    evidence: ShortText | None = None  # vouched: what was looked at
    domain: DomainName | None = None  # dns: one that a trusted record ties to an identifier of it


class Verification(Contract):
    """A verification that took place; the identifiers are the organisation's alone from then on."""

    id: UUID
    organisation_id: UUID
    method: VerificationMethod
    evidence: str | None
    domain: str | None
    identifiers: list[Identifier]
    decided_at: datetime


class DomainProof(Contract):
    """The DNS record with which an organisation proves that a domain is its own."""

    domain: str
    record_name: str
    record_type: Literal["TXT"] = "TXT"
    record_value: str


class IdentifierDomainDraft(Contract):
    """A domain that belongs to whoever has an identifier, from an import or an invitation."""

    identifier: Identifier
    domain: DomainName
    source: ShortText


class IdentifierDomain(IdentifierDomainDraft):
    """Such a domain, recorded."""

    recorded_at: datetime


# ------------------------------------------------------------------ merging
class OrganisationMerge(Contract):
    """Says that a record is of the same organisation as another one, which stays."""

    survivor_id: UUID
    reason: ShortText


# ------------------------------------------------------------------ event payloads
class OrganisationChanged(Contract):
    """Payload of `organisation.created` and `organisation.changed`; the name is read where it is kept."""

    organisation_id: UUID
    kind: OrganisationKind
    state: OrganisationState
    data_status: DataStatus


class OrganisationMerged(Contract):
    """Payload of `organisation.merged`: the first id leads to the second from now on."""

    organisation_id: UUID
    survivor_id: UUID
