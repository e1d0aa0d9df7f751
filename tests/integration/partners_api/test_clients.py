"""Clients of an organisation: made, given a second credential, revoked."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import OKPKey
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.identifiers import new_id

CREDENTIALS = {"grant_type": "client_credentials"}


def draft(registered: Registered, *scopes: str, **fields: Any) -> Json:
    return {
        "organisation_id": str(registered.organisation_id),
        "name": "Second portal",
        "scopes": list(scopes),
        **fields,
    }


async def status_of(world: World, registered: Registered, secret: str | None = None) -> int:
    """What the token endpoint says to the client."""
    basic = (registered.client_id, secret or registered.secret)
    return (await world.ask(CREDENTIALS, basic=basic)).status_code


async def test_an_organisation_makes_further_clients_with_no_more_than_it_has(world: World) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    made = await world.made("/v1/clients", draft(registered, "bids:write", "bids:read"), token=token)

    assert made["scopes"] == ["bids:read", "bids:write"]
    assert len(made["credentials"]) == 1
    assert made["credentials"][0]["client_secret"] is None
    assert await world.token(made["client_id"], made["client_secret"])
    more = await world.post("/v1/clients", draft(registered, "places:write"), token=token)
    assert (more.status_code, more.json()["code"]) == (403, "scope_not_held")
    unknown = await world.post("/v1/clients", draft(registered, "bids:burn"), token=token)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "scope_unknown")
    assert unknown.json()["errors"][0]["pointer"] == "/scopes/0"


async def test_a_token_of_fewer_scopes_gives_fewer_scopes(world: World) -> None:
    registered = await world.registered()
    narrow = await world.token_of(registered, "clients:write bids:read")
    response = await world.post("/v1/clients", draft(registered, "bids:write"), token=narrow)

    assert (response.status_code, response.json()["code"]) == (403, "scope_not_held")


async def test_the_operator_makes_clients_of_anybody_but_none_that_sees_every_event(world: World) -> None:
    operator = await world.operator()
    registered = await world.registered()
    made = await world.made("/v1/clients", draft(registered, "evaluations:write"), token=operator)

    assert made["organisation_id"] == str(registered.organisation_id)
    internal = await world.post("/v1/clients", draft(registered, "events:internal"), token=operator)
    assert (internal.status_code, internal.json()["code"]) == (403, "scope_not_held")
    nobody = {**draft(registered), "organisation_id": str(new_id())}
    response = await world.post("/v1/clients", nobody, token=operator)
    assert (response.status_code, response.json()["code"]) == (422, "organisation_not_recorded")


async def test_nobody_makes_clients_of_another_organisation(world: World) -> None:
    one, other = await world.registered("One"), await world.registered("Other")
    response = await world.post("/v1/clients", draft(other, "bids:read"), token=await world.token_of(one))

    assert (response.status_code, response.json()["code"]) == (403, "not_your_organisation")


async def test_clients_of_others_are_unknown(world: World) -> None:
    one, other = await world.registered("One"), await world.registered("Other")
    token = await world.token_of(one)
    read = await world.get(f"/v1/clients/{other.client_id}", token=token)
    revoked = await world.call("DELETE", f"/v1/clients/{other.client_id}", token=token)
    credential = await world.post(f"/v1/clients/{other.client_id}/credentials", {}, token=token)
    ended = await world.call("DELETE", f"/v1/clients/{other.client_id}/credentials/{new_id()}", token=token)

    answers = (read, revoked, credential, ended)
    assert [each.status_code for each in answers] == [404, 404, 404, 404]
    assert {each.json()["code"] for each in answers} == {"client_not_found"}
    assert await status_of(world, other) == 200


async def test_a_revoked_client_gets_no_token_and_those_it_has_are_over(world: World) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    path = f"/v1/clients/{registered.client_id}"
    world.clock.advance(timedelta(seconds=1))
    operator = await world.operator()
    revoked = await world.call("DELETE", path, token=operator)
    await world.learn_revocations()

    assert (revoked.status_code, revoked.content) == (204, b"")
    used = await world.get(path, token=token)
    assert (used.status_code, used.json()["code"]) == (401, "token_revoked")
    assert await status_of(world, registered) == 401
    feed = (await world.get("/v1/revocations")).json()
    assert [(r["kind"], r["value"]) for r in feed["items"]] == [("client", registered.client_id)]
    read = (await world.get(path, token=operator)).json()
    assert read["revoked_at"] == "2026-11-22T10:00:01Z"
    assert read["credentials"] == []
    assert (await world.call("DELETE", path, token=operator)).status_code == 204
    assert (await world.get("/v1/revocations")).json() == feed


async def test_a_token_dated_by_a_faster_clock_ends_with_its_client(world: World) -> None:
    registered = await world.registered()
    world.clock.advance(timedelta(seconds=30))
    token = await world.token_of(registered)
    operator = await world.operator()
    world.clock.advance(timedelta(seconds=-5))
    await world.call("DELETE", f"/v1/clients/{registered.client_id}", token=operator)
    world.clock.advance(timedelta(seconds=5))
    await world.learn_revocations()

    response = await world.get(f"/v1/clients/{registered.client_id}", token=token)
    assert response.json()["code"] == "token_revoked"


async def test_a_second_secret_takes_over_from_the_first(world: World) -> None:
    registered = await world.registered()
    old_token = await world.token_of(registered)
    path = f"/v1/clients/{registered.client_id}"
    second = await world.made(f"{path}/credentials", {}, token=old_token)
    first_id = next(
        each["id"]
        for each in (await world.get(path, token=old_token)).json()["credentials"]
        if each["id"] != second["id"]
    )
    assert await status_of(world, registered) == 200
    assert await status_of(world, registered, second["client_secret"]) == 200

    third = await world.post(f"{path}/credentials", {}, token=old_token)
    assert (third.status_code, third.json()["code"]) == (409, "credentials_full")

    new_token = await world.token(registered.client_id, second["client_secret"])
    ended = await world.call("DELETE", f"{path}/credentials/{first_id}", token=new_token)
    await world.learn_revocations()
    assert ended.status_code == 204
    assert await status_of(world, registered) == 401
    assert (await world.get(path, token=old_token)).json()["code"] == "token_revoked"
    left = (await world.get(path, token=new_token)).json()["credentials"]
    assert [each["id"] for each in left] == [second["id"]]

    last = await world.call("DELETE", f"{path}/credentials/{second['id']}", token=new_token)
    assert (last.status_code, last.json()["code"]) == (409, "last_credential")
    gone = await world.call("DELETE", f"{path}/credentials/{first_id}", token=new_token)
    assert (gone.status_code, gone.json()["code"]) == (404, "credential_not_found")


async def test_a_second_key_takes_over_from_the_first(world: World) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    first, second = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
    body = draft(registered, "clients:write", public_jwk=dict(first.as_dict(private=False)))
    client_id = (await world.made("/v1/clients", body, token=token))["client_id"]
    added = await world.made(
        f"/v1/clients/{client_id}/credentials",
        {"public_jwk": dict(second.as_dict(private=False))},
        token=token,
    )

    assert added["key_thumbprint"] == second.thumbprint()
    for key in (first, second):
        assert (await world.ask_with(world.assertion(client_id, key))).status_code == 200
    secret = await world.post(f"/v1/clients/{registered.client_id}/credentials", {}, token=token)
    assert secret.status_code == 201
    wrong_way = await world.post(f"/v1/clients/{client_id}/credentials", {}, token=token)
    assert (wrong_way.status_code, wrong_way.json()["code"]) == (422, "authentication_fixed")


async def test_a_revoked_client_gets_no_credential(world: World) -> None:
    operator = await world.operator()
    registered = await world.registered()
    await world.call("DELETE", f"/v1/clients/{registered.client_id}", token=operator)
    path = f"/v1/clients/{registered.client_id}/credentials"
    response = await world.post(path, {}, token=operator)

    assert (response.status_code, response.json()["code"]) == (409, "client_revoked")


async def test_a_delegate_makes_and_revokes_no_client(world: World) -> None:
    # clients:write cannot be lent; a token that carried it all the same would be refused.
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    lending = {"delegate_organisation_id": str(taker.organisation_id), "scopes": ["bids:read"]}
    await world.made("/v1/delegations", lending, token=await world.token_of(giver))
    answer = await world.exchange(
        await world.token_of(taker), giver.organisation_id, (taker.client_id, taker.secret)
    )
    token = answer.json()["access_token"]
    response = await world.post("/v1/clients", draft(giver, "bids:read"), token=token)

    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "RSA", "n": "x", "e": "AQAB"},
        {"kty": "OKP", "crv": "X25519", "x": "A" * 43},
        {"kty": "OKP", "crv": "Ed25519", "x": "A" * 42},
        {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43 + "="},
        {"kty": "OKP", "crv": "Ed25519", "x": 7},
        {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43, "use": "enc"},
        {},
    ],
)
async def test_a_key_that_cannot_be_used_is_refused(world: World, jwk: Json) -> None:
    registered = await world.registered()
    body = draft(registered, "bids:read", public_jwk=jwk)
    response = await world.post("/v1/clients", body, token=await world.token_of(registered))

    assert (response.status_code, response.json()["code"]) == (422, "public_key_unusable")


async def test_the_feed_tells_of_clients_only_their_organisation(world: World) -> None:
    one, other = await world.registered("One"), await world.registered("Other")
    await world.made(f"/v1/clients/{one.client_id}/credentials", {}, token=await world.token_of(one))

    async def told(registered: Registered) -> list[str]:
        page = await world.get("/v1/events?limit=500", token=await world.token_of(registered))
        return [
            each["type"] for each in page.json()["items"] if each["data"].get("client_id") == one.client_id
        ]

    assert await told(one) == ["client.created", "client.credential_added"]
    assert await told(other) == []


async def test_of_three_credentials_asked_for_at_the_same_moment_one_is_added(wide_world: World) -> None:
    world = wide_world
    registered = await world.registered()
    token = await world.token_of(registered)
    path = f"/v1/clients/{registered.client_id}/credentials"
    answers = await asyncio.gather(*(world.post(path, {}, token=token) for _ in range(3)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]


async def test_a_token_asked_for_while_its_client_is_revoked_is_never_good(wide_world: World) -> None:
    world = wide_world
    operator = await world.operator()
    for _ in range(5):
        registered = await world.registered()
        basic = (registered.client_id, registered.secret)
        *asked, revoked = await asyncio.gather(
            *(world.ask(CREDENTIALS, basic=basic) for _ in range(3)),
            world.call("DELETE", f"/v1/clients/{registered.client_id}", token=operator),
        )
        assert revoked.status_code == 204
        await world.learn_revocations()
        for each in asked:
            if each.status_code == 200:
                token = each.json()["access_token"]
                used = await world.get(f"/v1/clients/{registered.client_id}", token=token)
                assert used.json()["code"] == "token_revoked"
            else:
                assert each.status_code == 401
