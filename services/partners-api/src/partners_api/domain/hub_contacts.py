"""Whom to turn to about a place's programme: teams and offices."""

from dataclasses import dataclass
from uuid import UUID

from cdp_common.kernel.errors import InvalidInput, NotFound


class HubContactUnknown(NotFound):
    """There is no contact of that id."""

    code = "hub_contact_not_found"
    title = "There is no such contact"


class HubContactUnreachable(InvalidInput):
    """A contact without an address of any kind reaches nobody."""

    code = "hub_contact_unreachable"
    title = "The contact has no address"


@dataclass(frozen=True)
class HubContact:
    """A team or an office with at least one address."""

    id: UUID
    place_id: UUID
    label: str
    purpose: str
    email: str | None
    telephone: str | None
    url: str | None


def require_reachable(contact: HubContact) -> None:
    """Refuse a contact without e-mail, telephone and URL."""
    if contact.email is None and contact.telephone is None and contact.url is None:
        raise HubContactUnreachable("State an e-mail address, a telephone number or a URL.")
