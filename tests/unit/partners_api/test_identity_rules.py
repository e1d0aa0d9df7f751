"""What an identity token must say, which providers are believed, and what a person may then do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import ApiClient
from partners_api.domain.delegations import Delegation
from partners_api.domain.identity_providers import (
    Audience,
    IdentityProvider,
    ProviderUnusable,
    SandboxProviderRefused,
    check_identity,
    require_usable,
)
from partners_api.domain.oauth_errors import InvalidRequest, InvalidScope, InvalidTarget
from partners_api.domain.persons import ROLE_SCOPES, PersonRole, person_grant
from partners_api.domain.scopes import NOT_DELEGABLE, SCOPES

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
COUNCIL = new_id()
PROVIDER = IdentityProvider(
    id=new_id(),
    name="Council sign-in",
    kind="external",
    issuer="https://login.council.example",
    audiences=(Audience("web"), Audience("app", ("app-client",))),
    jwks_uri=None,
    jwks=None,
    algorithms=("RS256",),
    subject_claim="sub",
    trusted_for_all=False,
    organisation_ids=frozenset({COUNCIL}),
    created_at=NOW,
    ended_at=None,
)
CLAIMS = {
    "iss": PROVIDER.issuer,
    "aud": "web",
    "sub": "u-1",
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 60,
    "name": "Ada Example",
    "email": "ada@council.example",
}


def checked(client_id: str = "portal", sent: str | None = None, **claims: Any) -> Any:
    stated = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return check_identity(stated, PROVIDER, client_id=client_id, nonce=sent, now=NOW)


def test_a_good_token_tells_who_signed_in_and_until_when() -> None:
    identity = checked(sent="n-1", nonce="n-1", azp="web", nbf=NOW.timestamp() + 30)
    assert (identity.subject, identity.expires_at) == ("u-1", NOW + timedelta(seconds=60))
    assert (identity.details.name, identity.details.email) == ("Ada Example", "ada@council.example")
    assert "Ada" not in repr(identity)
    assert "u-1" not in repr(identity)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://login.council.example/"},
        {"iss": None},
        {"aud": "others"},
        {"aud": ["web", "others"], "azp": "web"},
        {"aud": ["web", "app"]},  # several, and no authorised party
        {"aud": []},
        {"aud": [1]},
        {"aud": None},
        {"azp": "app"},
        {"azp": 1},
        {"aud": "app"},  # made for another of our clients
        {"exp": NOW.timestamp()},
        {"exp": None},
        {"exp": True},
        {"exp": "soon"},
        {"exp": 1e30},
        {"iat": None},
        {"iat": NOW.timestamp() + 31},
        {"nbf": NOW.timestamp() + 31},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"sub": "a\u0000"},
    ],
)
def test_every_other_token_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        checked(**claims)


def test_the_nonce_counts_when_the_client_says_which_it_sent() -> None:
    assert checked(nonce="other").subject == "u-1"
    for stated in ("other", None):
        with pytest.raises(InvalidRequest):
            check_identity({**CLAIMS, "nonce": stated}, PROVIDER, client_id="c", nonce="n-1", now=NOW)


def test_a_token_for_one_client_is_taken_from_that_one() -> None:
    assert checked("app-client", aud="app").subject == "u-1"
    assert checked("app-client", aud=["app", "web"], azp="app", iat=NOW.timestamp() + 30).subject == "u-1"


def test_names_that_cannot_be_kept_are_left_out() -> None:
    details = checked(name="x" * 301, email=["a@b"]).details
    assert details.is_empty


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({"algorithms": ("RS256", "HS256", "none")}, ["/algorithms/1", "/algorithms/2"]),
        ({"jwks_uri": "https://x.example/k", "jwks": {"keys": []}}, ["/jwks"]),
        ({"trusted_for_all": True}, ["/organisation_ids"]),
        ({"organisation_ids": frozenset()}, ["/organisation_ids"]),
        ({"issuer": "http://login.council.example"}, ["/issuer"]),
        ({"jwks_uri": "http://x.example/k"}, ["/jwks_uri"]),
    ],
)
def test_a_provider_that_cannot_be_believed_is_refused(change: Any, pointers: list[str]) -> None:
    require_usable(PROVIDER, is_live=True)
    with pytest.raises(ProviderUnusable) as refused:
        require_usable(replace(PROVIDER, **change), is_live=True)
    assert [error.pointer for error in refused.value.errors] == pointers


def test_live_trusts_no_sandbox_and_the_sandbox_allows_plain_http() -> None:
    sandbox = replace(PROVIDER, kind="sandbox", issuer="http://127.0.0.1:9", jwks_uri="http://127.0.0.1:9/k")
    require_usable(sandbox, is_live=False)
    with pytest.raises(SandboxProviderRefused):
        require_usable(sandbox, is_live=True)


# ------------------------------------------------------------------ what a person may do
def client(*scopes: str) -> ApiClient:
    return ApiClient(
        id=new_id(),
        client_id="portal",
        name="Portal",
        organisation_id=COUNCIL,
        kind="organisation",
        authentication="client_secret_basic",
        scopes=scopes,
        version=1,
        created_at=NOW,
        revoked_at=None,
        credentials=(),
    )


def role(name: Any, place_id: UUID) -> PersonRole:
    return PersonRole(new_id(), PERSON, COUNCIL, place_id, name, NOW, None)


PERSON = new_id()
DURHAM, ESSEX = sorted((new_id(), new_id()))


def test_a_person_may_do_what_the_client_and_a_role_both_allow() -> None:
    portal = client("evaluations:write", "bids:write", "clients:write", "frameworks:licensed:toms")
    roles = [role("validator", ESSEX), role("evaluator", DURHAM), role("evaluator", ESSEX)]
    grant = person_grant(portal, None, PERSON, roles, COUNCIL, None)

    assert grant.scopes == ("evaluations:write", "frameworks:licensed:toms")
    assert grant.roles == {DURHAM: ("evaluator",), ESSEX: ("evaluator", "validator")}
    assert (grant.person_id, grant.person_asserted) == (PERSON, False)
    with pytest.raises(InvalidScope):
        person_grant(portal, frozenset({"bids:write"}), PERSON, roles, COUNCIL, None)


def test_without_a_role_or_without_a_common_scope_there_is_no_token() -> None:
    with pytest.raises(InvalidTarget):
        person_grant(client("bids:read"), None, PERSON, [], COUNCIL, None)
    with pytest.raises(InvalidScope):
        person_grant(client("clients:write"), None, PERSON, [role("officer", DURHAM)], COUNCIL, None)


def test_at_a_delegate_the_delegation_counts_too() -> None:
    lent = Delegation(new_id(), COUNCIL, new_id(), ("bids:read",), NOW, None)
    grant = person_grant(
        client("bids:read", "bids:write"), None, PERSON, [role("officer", DURHAM)], COUNCIL, lent
    )
    assert (grant.scopes, grant.delegation_id) == (("bids:read",), lent.id)


def test_every_scope_of_a_role_exists_and_none_makes_access_that_outlives_the_person() -> None:
    given = frozenset().union(*ROLE_SCOPES.values())
    assert given <= set(SCOPES)
    assert given & NOT_DELEGABLE == {"places:write", "persons:write"}
    assert all("clients:write" not in scopes for scopes in ROLE_SCOPES.values())
