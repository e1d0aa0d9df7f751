"""People: a number to everybody, known by what vouches for them, with roles for organisations in places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from cdp_common.kernel.errors import Conflict, InvalidInput, NotFound
from partners_api.domain.clients import ApiClient
from partners_api.domain.delegations import Delegation
from partners_api.domain.oauth_errors import InvalidScope, InvalidTarget
from partners_api.domain.roles import PlaceRole
from partners_api.domain.tokens import TokenGrant, granted_scopes

_READS = (
    "tenders:read",
    "agreements:read",
    "reports:read",
    "reporting:read",
    "events:read",
    "valuations:run",
)

ROLE_SCOPES: Mapping[PlaceRole, frozenset[str]] = MappingProxyType(
    {
        "officer": frozenset(
            {
                *_READS,
                "hub:write",
                "tenders:write",
                "bids:read",
                "bids:write",
                "agreements:write",
                "reports:write",
            }
        ),
        "evaluator": frozenset({*_READS, "bids:read", "evaluations:write"}),
        "moderator": frozenset({*_READS, "hub:write", "bids:read", "evaluations:write", "tenders:write"}),
        "validator": frozenset({*_READS, "reports:validate"}),
        "programme_manager": frozenset(
            {
                *_READS,
                "hub:write",
                "places:write",
                "organisations:write",
                "persons:write",
                "publications:write",
            }
            | {"charter:write", "statements:sign"}
        ),
        "signatory": frozenset(
            {*_READS, "statements:sign", "charter:sign", "pledges:write", "agreements:write"}
        ),
    }
)
"""What a person may do by each role, as far as the client that they sit at may do it too."""

ROLE_LICENCES = "frameworks:licensed:"
"""A licence is the organisation's: it passes through the client to whoever has any role."""


class PersonUnknown(NotFound):
    """There is no person of that id that the caller may know of."""

    code = "person_not_found"
    title = "There is no such person"


class PersonNotRecorded(InvalidInput):
    """The input names a person who is not recorded, or was erased."""

    code = "person_unknown"
    title = "The named person is not recorded"


class PersonRoleUnknown(NotFound):
    """There is no role of a person under that id that the caller may know of."""

    code = "person_role_not_found"
    title = "There is no such role of a person"


class PersonRoleHeld(Conflict):
    """The person holds the role in this organisation and place already."""

    code = "person_role_held"
    title = "The person holds this role already"


class RoleNeedsSignIn(InvalidInput):
    """A person whom only a portal asserts cannot hold a role: nobody has proven who they are."""

    code = "role_needs_sign_in"
    title = "Only people who sign in hold roles"


@dataclass(frozen=True)
class Person:
    """A person by number: signed in at a provider, or asserted by a portal's organisation."""

    id: UUID
    issuer: str | None
    asserted_by: UUID | None
    recorded_by: UUID
    created_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True)
class PersonDetails:
    """What names a person; it stands in one table and can be erased."""

    name: str | None = field(repr=False)
    email: str | None = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self.name is None and self.email is None


@dataclass(frozen=True)
class PersonRole:
    """A role of a person for an organisation in a place, held unless `ended_at` is set."""

    id: UUID
    person_id: UUID
    organisation_id: UUID
    place_id: UUID
    role: PlaceRole
    granted_at: datetime
    ended_at: datetime | None


def scopes_of_roles(roles: Iterable[PlaceRole]) -> frozenset[str]:
    """Everything that one of the roles allows."""
    return frozenset().union(*(ROLE_SCOPES[role] for role in roles))


def person_grant(
    client: ApiClient,
    wanted: frozenset[str] | None,
    person_id: UUID,
    roles: Sequence[PersonRole],
    organisation_id: UUID,
    delegation: Delegation | None,
) -> TokenGrant:
    """The grant with which a person acts at a client: what both may do, with the person's own roles.

    `roles` are those held for the organisation; `delegation` is what lends it to the client when it is not
    the client's own. Raises `InvalidTarget` for a person without a role there, and `InvalidScope` when
    nothing, or less than was asked for, is left.
    """
    if not roles:
        raise InvalidTarget("The person has no role for that organisation.")
    allowed = scopes_of_roles(role.role for role in roles)
    held = {scope for scope in client.scopes if scope in allowed or scope.startswith(ROLE_LICENCES)}
    if delegation is not None:
        held &= set(delegation.scopes)
    scopes = granted_scopes(wanted, held)
    if not scopes:
        raise InvalidScope("Nothing is left that the client and the person may both do.")
    by_place: dict[UUID, tuple[str, ...]] = {}
    for place_id, role in sorted({(each.place_id, each.role) for each in roles}):
        by_place[place_id] = (*by_place.get(place_id, ()), role)
    return TokenGrant(
        client_id=client.client_id,
        organisation_id=organisation_id,
        own_organisation_id=client.organisation_id,
        scopes=scopes,
        roles=by_place,
        delegation_id=delegation.id if delegation is not None else None,
        person_id=person_id,
    )
