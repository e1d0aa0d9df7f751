"""The scopes of the platform: which there are, who gets them, and which can be lent."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cdp_common.kernel.errors import FieldError, Forbidden, InvalidInput
from cdp_common.kernel.licence import framework_of_scope

CLIENTS_ADMIN = "clients:admin"
EVENTS_INTERNAL = "events:internal"
PERSONS_ASSERT = "persons:assert"

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "organisations:write": "Record and change organisations",
        "clients:write": "Make and revoke API clients of the own organisation",
        "clients:admin": "Operate the platform: places, clients of any organisation, roles",
        "delegations:write": "Let another organisation act for the own one",
        "places:write": "Run a place's programme: memberships, statements, roles",
        "hub:write": "Write for a place's Knowledge Hub: pages, gatherings, what the public sent",
        "persons:write": "Record people, and give them roles in a place",
        "persons:assert": "Say which of its users sits at a trusted portal",
        "statements:sign": "Sign a place's Statement of Intent",
        "frameworks:write": "Load and publish measurement frameworks",
        "valuations:run": "Value quantities",
        "tenders:read": "Read the own organisation's tenders before they are public",
        "tenders:write": "Publish tenders",
        "bids:read": "Read the own organisation's bids",
        "bids:write": "Submit bids",
        "evaluations:write": "Evaluate bids",
        "agreements:read": "Read the own organisation's agreements",
        "agreements:write": "Register agreements and their commitments",
        "charter:write": "Publish charters and run a place's register of signatories",
        "charter:sign": "Sign a charter",
        "pledges:write": "Make pledges under a charter",
        "reports:read": "Read the own organisation's reports",
        "reports:write": "Report what was delivered",
        "reports:validate": "Validate reports",
        "reporting:read": "Read live collective figures of a place",
        "publications:write": "Publish collective figures",
        "events:read": "Read the feeds of events",
        "events:internal": "Read every event: the platform's own services only",
        "webhooks:write": "Register webhooks",
    }
)
"""Every scope with what it allows."""

_FRAMEWORK = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

REGISTRATION_SCOPES = (
    "organisations:write",
    "clients:write",
    "delegations:write",
    "statements:sign",
    "bids:write",
    "bids:read",
    "tenders:read",
    "tenders:write",
    "agreements:read",
    "agreements:write",
    "valuations:run",
    "charter:sign",
    "pledges:write",
    "reports:write",
    "reports:read",
    "events:read",
    "webhooks:write",
)
"""What a self-registered client gets in the sandbox, at once."""

UNVERIFIED_LIVE_SCOPES = ("tenders:read", "bids:read", "agreements:read", "reports:read", "events:read")
"""What a self-registered client gets in live, where nobody has verified its organisation yet."""

NOT_DELEGABLE = frozenset(
    {"clients:write", "clients:admin", "delegations:write", "places:write", "persons:write"}
    | {PERSONS_ASSERT, EVENTS_INTERNAL}
)
"""Scopes that cannot be lent: with them a delegate could make itself access that outlives the delegation."""


class ScopeUnknown(InvalidInput):
    """The platform has no such scope."""

    code = "scope_unknown"
    title = "There is no such scope"


class ScopeNotDelegable(InvalidInput):
    """The scope cannot be lent to another organisation."""

    code = "scope_not_delegable"
    title = "The scope cannot be delegated"


class ScopeNotHeld(Forbidden):
    """Nobody can give away a scope that they do not hold."""

    code = "scope_not_held"
    title = "The caller does not hold a scope that it would give"


def is_licence(scope: str) -> bool:
    """Whether the scope stands for the licence of a measurement framework's figures.

    There is one for every framework, `frameworks:licensed:<framework>`: toms-engine knows the frameworks, so
    that the name alone is checked here.
    """
    framework = framework_of_scope(scope)
    return framework is not None and _FRAMEWORK.fullmatch(framework) is not None


def known_scopes(scopes: Iterable[str], pointer: str = "/scopes") -> tuple[str, ...]:
    """The scopes, each once and in alphabetical order; refuses one that the platform does not have."""
    scopes = list(scopes)
    errors = [
        FieldError(f"{pointer}/{index}", ScopeUnknown.code, "there is no such scope")
        for index, scope in enumerate(scopes)
        if scope not in SCOPES and not is_licence(scope)
    ]
    if errors:
        words = f"Known scopes are {' '.join(SCOPES)} and frameworks:licensed:<framework>."
        raise ScopeUnknown(words, errors=errors)
    return tuple(sorted(set(scopes)))


def delegable_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes of a delegation, checked and in order."""
    lent = known_scopes(scopes)
    # A licence is of the organisation that has it.
    refused = NOT_DELEGABLE.intersection(lent) | {scope for scope in lent if is_licence(scope)}
    if refused:
        raise ScopeNotDelegable("These scopes cannot be lent: " + " ".join(sorted(refused)))
    return lent


def scopes_to_give(wanted: Iterable[str], held: frozenset[str], *, by_operator: bool) -> tuple[str, ...]:
    """The scopes of a new client: those its maker holds; the operator gives all but the services' own."""
    scopes = known_scopes(wanted)
    if by_operator:
        missing = [scope for scope in scopes if scope == EVENTS_INTERNAL]
    else:
        missing = [scope for scope in scopes if scope not in held]
    if missing:
        raise ScopeNotHeld("The caller may not give these scopes: " + " ".join(missing))
    return scopes
