"""Delegations: one organisation lets another act for it, for stated scopes, until it says stop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cdp_common.kernel.errors import Conflict, InvalidInput, NotFound


class DelegationUnknown(NotFound):
    """There is no delegation of that id that the caller may know of."""

    code = "delegation_not_found"
    title = "There is no such delegation"


class DelegationExists(Conflict):
    """The organisation lets the other act for it already; revoke that delegation to change its scopes."""

    code = "delegation_exists"
    title = "A delegation to this organisation is in force"


class DelegationToSelf(InvalidInput):
    """An organisation acts for itself without being asked."""

    code = "delegation_to_self"
    title = "An organisation cannot delegate to itself"


@dataclass(frozen=True)
class Delegation:
    """A delegation, in force unless `revoked_at` is set."""

    id: UUID
    organisation_id: UUID
    delegate_organisation_id: UUID
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


def require_other_organisation(organisation_id: UUID, delegate_organisation_id: UUID) -> None:
    """Refuse a delegation of an organisation to itself."""
    if organisation_id == delegate_organisation_id:
        raise DelegationToSelf("Name another organisation.")
