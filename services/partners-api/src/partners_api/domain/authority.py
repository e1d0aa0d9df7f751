"""Who may do what to which record: every rule that compares a caller with an object."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from cdp_common.kernel.errors import Forbidden
from partners_api.domain.scopes import CLIENTS_ADMIN, PERSONS_ASSERT

PROGRAMME_MANAGER = "programme_manager"


class NotYourOrganisation(Forbidden):
    """The record belongs to another organisation."""

    code = "not_your_organisation"
    title = "The record belongs to another organisation"


class ManagerNeeded(Forbidden):
    """Only the place's programme managers and the operator may do this."""

    code = "manager_needed"
    title = "Only a programme manager of the place or the operator may do this"


class OperatorNeeded(Forbidden):
    """Only the platform's operator may do this."""

    code = "operator_needed"
    title = "Only the operator may do this"


class VoucherNeeded(Forbidden):
    """Only programme managers and the operator may do this."""

    code = "voucher_needed"
    title = "Only a programme manager or the operator may do this"


class OwnTokenNeeded(Forbidden):
    """A client that acts for another organisation may not do this."""

    code = "own_token_needed"
    title = "This needs a token of the organisation itself"


@dataclass(frozen=True)
class Actor:
    """Who asks: the organisation acted for, the client's own one, and what its token carries."""

    client_id: str
    organisation_id: UUID
    own_organisation_id: UUID
    scopes: frozenset[str]
    roles: Mapping[UUID, frozenset[str]]
    person_id: UUID | None = None
    """The person who signed in, if one did; one whom a portal only asserts is none here."""

    @property
    def is_delegate(self) -> bool:
        """Whether it acts for an organisation other than its own."""
        return self.organisation_id != self.own_organisation_id

    @property
    def is_operator(self) -> bool:
        """Whether it is the platform's operator."""
        return CLIENTS_ADMIN in self.scopes and not self.is_delegate

    @property
    def manages_some_place(self) -> bool:
        """Whether it is a programme manager anywhere."""
        return any(PROGRAMME_MANAGER in held for held in self.roles.values())

    @property
    def vouches_for_organisations(self) -> bool:
        """Whether it may say that an organisation is who it claims to be."""
        return self.is_operator or self.manages_some_place

    @property
    def asserts_people(self) -> bool:
        """Whether it is a portal that may say who sits at it."""
        return PERSONS_ASSERT in self.scopes and not self.is_delegate

    def manages(self, place_id: UUID) -> bool:
        """Whether it runs the programme of the place."""
        return self.is_operator or PROGRAMME_MANAGER in self.roles.get(place_id, frozenset())

    def has_role_in(self, place_id: UUID) -> bool:
        """Whether it belongs to those who run the place's programme, in whatever role."""
        return self.is_operator or bool(self.roles.get(place_id))


def require_operator(actor: Actor) -> None:
    """Refuse everyone but the operator."""
    if not actor.is_operator:
        raise OperatorNeeded("Only the operator may do this.")


def require_manager(actor: Actor, place_id: UUID) -> None:
    """Refuse everyone but the place's programme managers and the operator."""
    if not actor.manages(place_id):
        raise ManagerNeeded("This needs the role programme_manager in the place.")


def require_manages_or_is(actor: Actor, place_id: UUID, records: Collection[UUID]) -> None:
    """Refuse everyone but the organisation itself, by whichever of its records, and those who run the place's
    programme."""
    if actor.organisation_id not in records and not actor.manages(place_id):
        raise NotYourOrganisation("Only the organisation itself or a programme manager may do this.")


def require_vouching(actor: Actor) -> None:
    """Refuse everyone but programme managers, of whatever place, and the operator."""
    if not actor.vouches_for_organisations:
        raise VoucherNeeded("This needs the role programme_manager in some place.")


def require_own_token(actor: Actor) -> None:
    """Refuse a delegate: what it was lent must not outlive the delegation."""
    if actor.is_delegate:
        raise OwnTokenNeeded("This cannot be done while acting for another organisation.")


def may_change_organisation(actor: Actor, organisation_id: UUID) -> bool:
    """Whether the actor may change the organisation's record."""
    return actor.organisation_id == organisation_id or actor.vouches_for_organisations


def require_may_change_organisation(actor: Actor, organisation_id: UUID) -> None:
    """Refuse unless it is the actor's own organisation, or the actor vouches for organisations."""
    if not may_change_organisation(actor, organisation_id):
        raise NotYourOrganisation("Only the organisation itself or a programme manager may change it.")
