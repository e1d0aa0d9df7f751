"""Contracts of charter-api: signatures that a network brings in for others, row by row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DataStatus, ShortText
from cdp_common.contracts.charter import PledgeDraft, SigningPerson
from cdp_common.contracts.organisations import OrganisationKind

EntryState = Literal["pending", "signed", "declined", "withdrawn", "expired"]


class NamedOrganisation(Contract):
    """An organisation as a row of a file names it: by its id here, or by an identifier."""

    organisation_id: UUID | None = None
    identifier: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z]{2,8}:.{1,64}$")] | None = None
    legal_name: ShortText | None = None
    kind: OrganisationKind | None = None


class EnteredSignature(Contract):
    """What a row of a file says that an organisation signs; the charter version is the whole file's."""

    signing_person: SigningPerson
    signed_on: date
    pledges: Annotated[list[PledgeDraft], Field(max_length=50)] = []
    areas: Annotated[list[Code], Field(max_length=50)] = []
    level: Code | None = None
    data_status: DataStatus = "actual"


class SignatureRowFault(Contract):
    """What is wrong with a cell, a row or a signature; rows count from 1, below the header."""

    row: int
    column: str | None
    code: str
    message: str


class ImportedSignature(Contract):
    """What became of one signature of the file.

    201: signed, since the organisation lets the network sign for it. 202: entered; it is `pending` until the
    organisation confirms it. 403: public bodies do not sign. 409: the organisation has signed, is suspended,
    or was entered before. 422: it does not hold. 424: it would have been taken, but another one of an atomic
    import was refused.
    """

    status: Literal[201, 202, 403, 409, 422, 424]
    rows: list[int]
    reference: str | None
    signature_id: UUID | None  # of the signature; of a pending one, the id that it has once it is confirmed
    organisation_id: UUID | None  # null of an organisation that is not registered here
    faults: list[SignatureRowFault]


class SignatureImportReport(Contract):
    """What became of a file of signatures, in its order."""

    atomic: bool
    signed: int
    pending: int
    refused: int
    items: list[ImportedSignature]


class SignatureEntry(Contract):
    """A signature that a network has entered for an organisation; only the organisation can make it one."""

    id: UUID  # the signature's too, once it is confirmed
    charter_id: UUID
    place_id: UUID
    state: EntryState
    entered_by: UUID  # the network's organisation
    entered_at: datetime
    expires_on: date  # the last day on which it can be confirmed
    organisation_id: UUID | None
    identifier: str | None
    legal_name: str
    kind: OrganisationKind
    signed_on: date
    signed_by_role: str
    pledges: list[PledgeDraft]
    areas: list[Code]
    level: Code | None = None
    decided_at: datetime | None
    reason: str | None  # of declining or withdrawing
    data_status: DataStatus


class SignatureEntryChanged(Contract):
    """Payload of `signature_entry.made` and `signature_entry.ended`: no name, since nobody has agreed yet."""

    entry_id: UUID
    charter_id: UUID
    entered_by: UUID
    organisation_id: UUID | None
    state: EntryState
