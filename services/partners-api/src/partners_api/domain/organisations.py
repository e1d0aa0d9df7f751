"""Organisations: who they are, by which identifiers registers know them, and whether that was verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput, NotFound
from cdp_common.kernel.identifiers import IdentifierMalformed, OrganisationIdentifier

OrganisationKind = Literal["public", "private", "third_sector"]
OrganisationState = Literal["asserted", "unverified", "verified"]
DataStatus = Literal["actual", "synthetic_sample"]


class OrganisationUnknown(NotFound):
    """There is no organisation of that id."""

    code = "organisation_not_found"
    title = "There is no such organisation"


class OrganisationNotRecorded(InvalidInput):
    """The input names an organisation that is not recorded."""

    code = "organisation_not_recorded"
    title = "The named organisation is not recorded"


class IdentifierRepeated(InvalidInput):
    """One organisation states the same identifier twice."""

    code = "identifier_repeated"
    title = "An identifier is stated twice"


class IdentifierOwned(Conflict):
    """A verified organisation has this identifier already."""

    code = "identifier_owned"
    title = "The identifier belongs to a verified organisation"


class MayNotVerify(Forbidden):
    """Only programme managers and the operator say that an organisation is verified."""

    code = "may_not_verify"
    title = "The caller may not verify organisations"


@dataclass(frozen=True)
class Organisation:
    """An organisation as recorded; `version` counts its changes."""

    id: UUID
    legal_name: str
    kind: OrganisationKind
    state: OrganisationState
    identifiers: tuple[OrganisationIdentifier, ...]
    is_sme: bool | None
    is_vcse: bool | None
    postcode: str | None
    website: str | None
    data_status: DataStatus
    version: int
    created_at: datetime
    merged_into: UUID | None = None
    """The record that this one leads to, if it was merged."""
    merged_ids: tuple[UUID, ...] = ()
    """The records that lead here."""


def read_identifiers(
    stated: Sequence[tuple[str, str]], pointer: str = "/identifiers"
) -> tuple[OrganisationIdentifier, ...]:
    """The stated (scheme, id) pairs in their registers' own form, in order; each may be stated once."""
    found: list[OrganisationIdentifier] = []
    malformed: list[FieldError] = []
    repeated: list[FieldError] = []
    for index, (scheme, number) in enumerate(stated):
        place = f"{pointer}/{index}"
        try:
            identifier = OrganisationIdentifier.parse(f"{scheme}:{number}")
        except IdentifierMalformed as fault:
            malformed.append(FieldError(place, fault.code, fault.detail))
            continue
        if identifier in found:
            repeated.append(FieldError(place, IdentifierRepeated.code, "this identifier is stated before"))
        found.append(identifier)
    if malformed:
        raise IdentifierMalformed("An identifier does not have its register's form.", errors=malformed)
    if repeated:
        raise IdentifierRepeated("An organisation states each identifier once.", errors=repeated)
    return tuple(sorted(found))
