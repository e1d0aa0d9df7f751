"""Who may do what to which record."""

from uuid import UUID

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import (
    Actor,
    ManagerNeeded,
    NotYourOrganisation,
    OperatorNeeded,
    OwnTokenNeeded,
    require_manager,
    require_may_change_organisation,
    require_operator,
    require_own_token,
)

OWN, OTHER, PLACE, ELSEWHERE = new_id(), new_id(), new_id(), new_id()


def actor(
    *scopes: str, org: UUID = OWN, act: UUID = OWN, roles: dict[UUID, frozenset[str]] | None = None
) -> Actor:
    return Actor("client", org, act, frozenset(scopes), roles or {})


MANAGER = actor(roles={PLACE: frozenset({"programme_manager"})})
OPERATOR = actor("clients:admin")


def test_the_operator_manages_every_place_and_a_manager_the_own_one() -> None:
    require_manager(OPERATOR, PLACE)
    require_manager(MANAGER, PLACE)
    with pytest.raises(ManagerNeeded):
        require_manager(MANAGER, ELSEWHERE)


@pytest.mark.parametrize("role", ["officer", "evaluator", "moderator", "validator", "signatory"])
def test_no_other_role_manages(role: str) -> None:
    with pytest.raises(ManagerNeeded):
        require_manager(actor("places:write", roles={PLACE: frozenset({role})}), PLACE)


def test_only_the_operator_is_the_operator() -> None:
    require_operator(OPERATOR)
    for each in (MANAGER, actor("places:write"), actor("clients:admin", org=OTHER)):
        with pytest.raises(OperatorNeeded):
            require_operator(each)


def test_an_organisation_is_changed_by_itself_or_by_who_vouches() -> None:
    require_may_change_organisation(actor(), OWN)
    require_may_change_organisation(actor(org=OTHER), OTHER)
    require_may_change_organisation(MANAGER, OTHER)
    require_may_change_organisation(OPERATOR, OTHER)
    with pytest.raises(NotYourOrganisation):
        require_may_change_organisation(actor("organisations:write"), OTHER)
    with pytest.raises(NotYourOrganisation):
        require_may_change_organisation(actor(org=OTHER), OWN)


def test_a_delegate_has_no_token_of_its_own() -> None:
    require_own_token(actor())
    with pytest.raises(OwnTokenNeeded):
        require_own_token(actor(org=OTHER))
