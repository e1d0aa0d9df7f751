"""The events of partners-api: who takes part, who signed, and what clients and people may do."""

from __future__ import annotations

from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.organisations import OrganisationChanged, OrganisationMerged
from cdp_common.contracts.partners import (
    ClientChanged,
    DelegationChanged,
    MembershipChanged,
    PlaceCreated,
    RoleChanged,
    StatementPublished,
    StatementSigned,
)
from cdp_common.contracts.persons import PersonErased, PersonRoleChanged

_EVERYBODY = "everybody"
_EVERYBODY_IF_KNOWN = "everybody; the platform's services alone while the organisation is only asserted"
_OWN = "the client's organisation"
_BOTH = "both organisations"
_CONCERNED = "the organisation concerned"

EVENT_TYPES = (
    EventType(
        "organisation.created",
        "organisation",
        OrganisationChanged,
        "An organisation was recorded.",
        _EVERYBODY_IF_KNOWN,
    ),
    EventType(
        "organisation.changed",
        "organisation",
        OrganisationChanged,
        "What is known of an organisation changed, its state included.",
        _EVERYBODY_IF_KNOWN,
    ),
    EventType(
        "organisation.merged",
        "organisation",
        OrganisationMerged,
        "A record was merged into another, to which its id leads from now on.",
        _EVERYBODY,
    ),
    EventType("place.created", "place", PlaceCreated, "A place was recorded.", _EVERYBODY),
    EventType(
        "membership.started",
        "membership",
        MembershipChanged,
        "A membership of a place began; it takes effect on its first day.",
        _EVERYBODY,
    ),
    EventType(
        "membership.ended", "membership", MembershipChanged, "The end of a membership was set.", _EVERYBODY
    ),
    EventType(
        "statement.published",
        "statement",
        StatementPublished,
        "A version of a place's Statement of Intent was published.",
        _EVERYBODY,
    ),
    EventType(
        "statement.signed",
        "statement_signature",
        StatementSigned,
        "An organisation signed a Statement of Intent.",
        _EVERYBODY,
    ),
    EventType("client.created", "client", ClientChanged, "An API client was made.", _OWN),
    EventType("client.changed", "client", ClientChanged, "What an API client may do changed.", _OWN),
    EventType("client.revoked", "client", ClientChanged, "An API client was revoked.", _OWN),
    EventType(
        "client.credential_added", "client", ClientChanged, "An API client got a further credential.", _OWN
    ),
    EventType(
        "client.credential_ended", "client", ClientChanged, "A credential of an API client was ended.", _OWN
    ),
    EventType("role.granted", "role_grant", RoleChanged, "An API client got a role in a place.", _OWN),
    EventType("role.ended", "role_grant", RoleChanged, "An API client lost a role in a place.", _OWN),
    EventType(
        "delegation.created",
        "delegation",
        DelegationChanged,
        "An organisation let another act for it.",
        _BOTH,
    ),
    EventType("delegation.revoked", "delegation", DelegationChanged, "A delegation was revoked.", _BOTH),
    EventType(
        "person.role_granted",
        "person_role",
        PersonRoleChanged,
        "A person, by number, got a role for an organisation in a place.",
        _CONCERNED,
    ),
    EventType(
        "person.role_ended",
        "person_role",
        PersonRoleChanged,
        "A person, by number, lost a role for an organisation in a place.",
        _CONCERNED,
    ),
    EventType(
        "person.erased",
        "person",
        PersonErased,
        "A person was erased; whoever holds the number forgets what it stands for.",
        "the platform's services",
    ),
)
