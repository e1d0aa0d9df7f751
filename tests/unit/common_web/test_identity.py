"""A route says whom it serves: a token where one is needed, every scope, a role in the place."""

from datetime import timedelta

import pytest
from tests.unit.common_web.test_problems import assert_problem
from tests.unit.common_web.test_verifier import OTHER, PLACE, Issuer

from cdp_common.kernel.identifiers import new_id
from cdp_common.web.identity import (
    RoleMissing,
    ScopeMissing,
    TokenInvalid,
    bearer_token,
)


@pytest.mark.parametrize(
    "header, token", [("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER  abc ", "abc"), (None, None)]
)
def test_the_bearer_scheme_is_read_in_any_case(header, token):
    assert bearer_token(header) == token


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer " + "a" * 8193])
def test_another_authorization_is_refused(header):
    with pytest.raises(TokenInvalid):
        bearer_token(header)


def test_the_longest_token_is_read():
    assert bearer_token("Bearer " + "a" * 8192) == "a" * 8192


async def test_a_signed_route_without_token_is_401_with_a_challenge(client):
    answer = await client.get("/v1/me")
    assert_problem(answer, 401, "token_missing")
    assert answer.headers["www-authenticate"] == 'Bearer realm="cdp"'


async def test_a_bad_token_is_401_even_where_none_is_needed(client, token_mint):
    assert (await client.get("/v1/who")).json() == {"client_id": None}
    answer = await client.get("/v1/who", headers={"Authorization": "Bearer nonsense"})
    assert_problem(answer, 401, "token_invalid")
    assert answer.headers["www-authenticate"] == 'Bearer realm="cdp", error="invalid_token"'
    good = await client.get("/v1/who", headers=token_mint.headers(client_id="portal"))
    assert good.json() == {"client_id": "portal"}


async def test_expired_and_revoked_have_codes_of_their_own(client, token_mint, clock, app):
    headers = token_mint.headers(jti="gone")
    token_mint.revoke_token("gone")
    await app.state.verifier.refresh_revocations()
    assert_problem(await client.get("/v1/who", headers=headers), 401, "token_revoked")
    clock.advance(timedelta(minutes=10))
    over = token_mint.headers(lifetime=timedelta(0))
    assert_problem(await client.get("/v1/who", headers=over), 401, "token_expired")


async def test_a_missing_scope_is_403_that_names_it(client, token_mint):
    answer = await client.get("/v1/me", headers=token_mint.headers(scopes=["a:read"]))
    assert_problem(answer, 403, "scope_missing", detail="This needs the scope b:read.")
    assert (
        answer.headers["www-authenticate"] == 'Bearer realm="cdp", error="insufficient_scope", scope="b:read"'
    )
    both = await client.get("/v1/me", headers=token_mint.headers(scopes=["b:read", "a:read"]))
    assert (both.status_code, both.json()) == (200, "test-client")


async def test_an_issuer_that_cannot_be_read_is_503_and_says_when_to_try_again(
    client, app, token_mint, clock
):
    issuer = Issuer(token_mint)
    issuer.fault = ConnectionError("down")
    app.state.verifier = issuer.verifier(clock)
    answer = await client.get("/v1/me", headers=issuer.mint.headers())
    assert_problem(answer, 503, "keys_unavailable")
    assert answer.headers["retry-after"] == "2"


async def test_scopes_may_also_be_asked_for_within_a_route(verifier, token_mint):
    caller = await verifier.verify(token_mint.token(scopes=["a:read"], org=new_id()))
    caller.requires_scope("a:read")
    with pytest.raises(ScopeMissing):
        caller.requires_scope("a:write")


async def test_roles_count_in_their_place_only(verifier, token_mint):
    caller = await verifier.verify(token_mint.token(roles={PLACE: ["validator"]}))
    assert caller.has_role(PLACE, "officer", "validator")
    assert not caller.has_role(PLACE, "officer")
    assert not caller.has_role(OTHER, "validator")
    caller.requires_role(PLACE, "validator")
    with pytest.raises(RoleMissing) as refusal:
        caller.requires_role(OTHER, "validator", "moderator")
    assert refusal.value.detail == "This needs one of the roles moderator, validator in the place."
