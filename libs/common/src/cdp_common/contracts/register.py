"""Contracts of charter-api: the public register as one searches and exports it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.contracts.base import Code, Contract, DataStatus
from cdp_common.contracts.charter import SignatureState
from cdp_common.contracts.partners import OrganisationKind


class RegisterEntry(Contract):
    """One signature as it stood on a day: what is public of it, in one row."""

    signature_id: UUID
    place_id: UUID
    organisation_id: UUID
    organisation_name: str
    organisation_kind: OrganisationKind
    is_sme: bool | None  # what the organisation was on signing; null when it was not stated
    is_vcse: bool | None
    state: SignatureState
    charter_version: str
    signed_on: date
    renewal_due_on: date
    expires_on: date
    objectives: list[Code]  # of the pledges made by that day
    areas: list[Code]  # that it signed for, or made a pledge for
    pledge_count: int
    data_status: DataStatus
    level: Code | None = None
    level_name: str | None = None


class RegisterExport(Contract):
    """The register of a day as one document."""

    as_of: date
    items: list[RegisterEntry]
