"""What a token says and what an assertion must say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cdp_common.kernel.identifiers import new_id
from partners_api.domain.clients import ApiClient
from partners_api.domain.delegations import Delegation
from partners_api.domain.oauth_errors import InvalidClient, InvalidScope
from partners_api.domain.signing_keys import (
    NoSigningKey,
    SigningKey,
    published_at,
    signing_at,
    verifies_until,
)
from partners_api.domain.tokens import Assertion, check_assertion, claims_of, delegate_grant, own_grant

NOW = datetime(2026, 11, 22, 10, 0, 0, 900_000, tzinfo=UTC)
ISSUER = "https://partners.example"
DURHAM, ESSEX = sorted((new_id(), new_id()))


def client(*scopes: str) -> ApiClient:
    return ApiClient(
        id=new_id(),
        client_id="portal",
        name="Portal",
        organisation_id=new_id(),
        kind="organisation",
        authentication="client_secret_basic",
        scopes=scopes,
        version=1,
        created_at=NOW,
        revoked_at=None,
        credentials=(),
    )


def test_roles_are_gathered_by_place_in_order() -> None:
    roles = [(ESSEX, "officer"), (DURHAM, "validator"), (DURHAM, "evaluator")]
    grant = own_grant(client("a:r"), None, roles)

    assert grant.roles == {DURHAM: ("evaluator", "validator"), ESSEX: ("officer",)}
    assert grant.organisation_id == grant.own_organisation_id
    assert grant.delegation_id is None


def test_a_token_begins_at_the_whole_second_and_lives_its_time() -> None:
    grant = own_grant(client("b:w", "a:r"), None, [])
    claims = claims_of(
        grant, issuer=ISSUER, audience="cdp", jti=new_id(), issued_at=NOW, lifetime=timedelta(minutes=10)
    )

    assert claims["iat"] == int(NOW.timestamp())
    assert claims["exp"] - claims["iat"] == 600
    assert claims["scope"] == "a:r b:w"


@pytest.mark.parametrize(("lifetime_s", "good"), [(900, True), (901, False), (0, False), (1, True)])
def test_no_token_lives_longer_than_15_minutes(lifetime_s: int, good: bool) -> None:
    def make() -> dict[str, Any]:
        return claims_of(
            own_grant(client("a:r"), None, []),
            issuer=ISSUER,
            audience="cdp",
            jti=new_id(),
            issued_at=NOW,
            lifetime=timedelta(seconds=lifetime_s),
        )

    if good:
        assert make()["exp"] - make()["iat"] == lifetime_s
    else:
        with pytest.raises(ValueError, match="15 minutes"):
            make()


def lending(*scopes: str) -> Delegation:
    return Delegation(new_id(), new_id(), new_id(), scopes, NOW, None)


def test_a_delegate_gets_what_it_has_and_was_lent() -> None:
    delegation = lending("a:r", "c:r")
    grant = delegate_grant(client("a:r", "b:w"), None, delegation)

    assert grant.scopes == ("a:r",)
    assert grant.organisation_id == delegation.organisation_id
    assert grant.roles == {}
    assert delegate_grant(client("a:r", "b:w"), frozenset({"a:r", "b:w"}), delegation).scopes == ("a:r",)
    for wanted in (frozenset({"b:w"}), frozenset({"c:r"})):
        with pytest.raises(InvalidScope):
            delegate_grant(client("a:r", "b:w"), wanted, delegation)


def assertion(**claims: Any) -> dict[str, Any]:
    stated = {"iss": "portal", "sub": "portal", "aud": ISSUER, "exp": NOW.timestamp() + 60, "jti": "j1"}
    return {name: value for name, value in {**stated, **claims}.items() if value is not None}


def checked(claims: dict[str, Any]) -> Assertion:
    return check_assertion(claims, client_id="portal", audiences=(ISSUER, f"{ISSUER}/oauth/token"), now=NOW)


def test_a_good_assertion_gives_its_id_and_end() -> None:
    assert checked(assertion()) == Assertion("j1", NOW + timedelta(seconds=60))
    assert checked(assertion(aud=[f"{ISSUER}/oauth/token"])).jti == "j1"


@pytest.mark.parametrize(
    ("claims", "good"),
    [
        ({"exp": NOW.timestamp()}, False),
        ({"exp": NOW.timestamp() + 0.001}, True),
        ({"exp": NOW.timestamp() + 300}, True),
        ({"exp": NOW.timestamp() + 300.001}, False),
        ({"iat": NOW.timestamp() + 30}, True),
        ({"iat": NOW.timestamp() + 31}, False),
        ({"nbf": NOW.timestamp() + 31}, False),
        ({"iat": NOW.timestamp() - 10_000}, True),
        ({"iat": "now"}, False),
        ({"exp": float("nan")}, False),
        ({"exp": float("inf")}, False),
        ({"jti": "x" * 255}, True),
        ({"jti": "x" * 256}, False),
        ({"jti": "\ud800"}, False),
        ({"aud": []}, False),
        ({"aud": [ISSUER, ISSUER]}, False),
        ({"iss": ["portal"]}, False),
    ],
)
def test_the_bounds_of_an_assertion(claims: dict[str, Any], good: bool) -> None:
    if good:
        assert checked(assertion(**claims)).jti
    else:
        with pytest.raises(InvalidClient):
            checked(assertion(**claims))


def key(generation: int, signs_from: datetime, verifies_to: datetime | None = None) -> SigningKey:
    return SigningKey(f"k{generation}", generation, {}, b"", signs_from, verifies_to)


def test_the_newest_key_whose_time_has_come_signs() -> None:
    keys = [key(1, NOW - timedelta(days=1)), key(2, NOW), key(3, NOW + timedelta(microseconds=1))]

    assert signing_at(keys, NOW).kid == "k2"
    assert signing_at(keys, NOW + timedelta(microseconds=1)).kid == "k3"
    with pytest.raises(NoSigningKey):
        signing_at(keys[2:], NOW)


def test_keys_are_published_from_announcement_to_their_last_tokens_end() -> None:
    end = verifies_until(NOW, timedelta(minutes=15))
    keys = [key(1, NOW - timedelta(days=1), end), key(2, NOW + timedelta(seconds=10))]

    assert end == NOW + timedelta(minutes=15)
    assert [each.kid for each in published_at(keys, NOW)] == ["k2", "k1"]
    assert [each.kid for each in published_at(keys, end - timedelta(microseconds=1))] == ["k2", "k1"]
    assert [each.kid for each in published_at(keys, end)] == ["k2"]
