"""Scopes: known, held, lent."""

import pytest

from partners_api.domain.scopes import (
    EVENTS_INTERNAL,
    NOT_DELEGABLE,
    REGISTRATION_SCOPES,
    SCOPES,
    UNVERIFIED_LIVE_SCOPES,
    ScopeNotDelegable,
    ScopeNotHeld,
    ScopeUnknown,
    delegable_scopes,
    known_scopes,
    scopes_to_give,
)


def test_the_lists_name_scopes_that_exist() -> None:
    assert set(REGISTRATION_SCOPES) | set(UNVERIFIED_LIVE_SCOPES) | NOT_DELEGABLE <= set(SCOPES)


def test_nobody_registers_into_power() -> None:
    powers = {"clients:admin", "places:write", EVENTS_INTERNAL, "frameworks:write", "reports:validate"}
    assert powers.isdisjoint(REGISTRATION_SCOPES)
    assert {scope.partition(":")[2] for scope in UNVERIFIED_LIVE_SCOPES} == {"read"}


def test_known_scopes_stand_once_and_in_order() -> None:
    assert known_scopes(["reports:read", "bids:read", "reports:read"]) == ("bids:read", "reports:read")


def test_an_unknown_scope_is_named_by_its_place() -> None:
    with pytest.raises(ScopeUnknown) as refused:
        known_scopes(["bids:read", "bids:burn"])
    assert [error.pointer for error in refused.value.errors] == ["/scopes/1"]


def test_a_client_is_given_what_its_maker_holds() -> None:
    held = frozenset({"bids:read", "clients:write"})
    assert scopes_to_give(["bids:read"], held, by_operator=False) == ("bids:read",)
    with pytest.raises(ScopeNotHeld):
        scopes_to_give(["bids:write"], held, by_operator=False)


def test_the_operator_gives_everything_but_the_services_own() -> None:
    everything = sorted(set(SCOPES) - {EVENTS_INTERNAL})
    assert scopes_to_give(everything, frozenset(), by_operator=True) == tuple(everything)
    with pytest.raises(ScopeNotHeld):
        scopes_to_give([EVENTS_INTERNAL], frozenset({EVENTS_INTERNAL}), by_operator=True)


@pytest.mark.parametrize("scope", sorted(NOT_DELEGABLE))
def test_what_could_outlive_a_delegation_is_not_lent(scope: str) -> None:
    with pytest.raises(ScopeNotDelegable):
        delegable_scopes(["bids:read", scope])


def test_a_licence_is_a_scope_that_the_operator_gives_and_its_holder_passes_on() -> None:
    licence = "frameworks:licensed:licensed-example"
    assert known_scopes([licence]) == (licence,)
    assert scopes_to_give([licence], frozenset(), by_operator=True) == (licence,)
    assert scopes_to_give([licence], frozenset({licence}), by_operator=False) == (licence,)
    with pytest.raises(ScopeNotHeld):
        scopes_to_give([licence], frozenset({"frameworks:licensed:another"}), by_operator=False)


def test_a_licence_is_not_lent() -> None:
    with pytest.raises(ScopeNotDelegable):
        delegable_scopes(["bids:read", "frameworks:licensed:licensed-example"])


@pytest.mark.parametrize("scope", ["frameworks:licensed:", "frameworks:licensed:Bank", "frameworks:licensed"])
def test_what_names_no_framework_is_no_licence(scope: str) -> None:
    with pytest.raises(ScopeUnknown):
        known_scopes([scope])
