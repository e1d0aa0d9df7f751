"""Acting for another organisation: only while it says so, and only for what it lent."""

from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey
from tests.integration.partners_api.world import Json, Registered, World

from cdp_common.kernel.identifiers import new_id


async def lent(world: World, giver: Registered, taker: Registered, *scopes: str) -> Json:
    draft = {"delegate_organisation_id": str(taker.organisation_id), "scopes": list(scopes)}
    return await world.made("/v1/delegations", draft, token=await world.token_of(giver))


def basic(registered: Registered) -> tuple[str, str]:
    return registered.client_id, registered.secret


async def acting(world: World, taker: Registered, giver: Registered, **form: str) -> str:
    own = await world.token_of(taker)
    response = await world.exchange(own, giver.organisation_id, basic(taker), **form)
    assert response.status_code == 200, response.text
    assert response.json()["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"
    token: str = response.json()["access_token"]
    return token


async def test_a_delegate_gets_a_token_that_names_both_organisations(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    await lent(world, giver, taker, "bids:write", "bids:read", "charter:write")
    token = await acting(world, taker, giver)
    keys = (await world.get("/.well-known/jwks.json")).json()["keys"]
    claims = jwt.decode(token, OKPKey.import_key(keys[0]), algorithms=["Ed25519"]).claims

    assert claims["org"] == str(giver.organisation_id)
    assert claims["act"] == {"org": str(taker.organisation_id)}
    assert claims["client_id"] == claims["sub"] == taker.client_id
    # charter:write was lent, but the delegate's client does not have it.
    assert claims["scope"] == "bids:read bids:write"
    assert claims["roles"] == {}


async def test_the_scopes_are_those_asked_had_and_lent(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    await lent(world, giver, taker, "bids:write", "bids:read")
    own = await world.token_of(taker)

    async def ask(scope: str) -> tuple[int, str]:
        answer = await world.exchange(own, giver.organisation_id, basic(taker), scope=scope)
        body = answer.json()
        return answer.status_code, body.get("scope") or body["error"]

    assert await ask("bids:read reports:read") == (200, "bids:read")
    assert await ask("reports:read") == (400, "invalid_scope")
    assert await ask("places:write") == (400, "invalid_scope")


async def test_roles_are_not_lent(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    managing, _ = await world.manager(operator, place["id"])
    giver = await world.registered("Giver")
    await lent(world, giver, managing, "organisations:write")
    token = await acting(world, managing, giver)
    made = await world.made("/v1/organisations", {"legal_name": "X", "kind": "public"}, token=token)

    assert made["state"] == "unverified"


async def test_without_a_delegation_nobody_acts(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    own = await world.token_of(taker)
    for target in (giver.organisation_id, new_id(), taker.organisation_id):
        response = await world.exchange(own, target, basic(taker))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_target")


async def test_a_delegation_works_one_way(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    await lent(world, giver, taker, "bids:read")
    response = await world.exchange(await world.token_of(giver), taker.organisation_id, basic(giver))

    assert response.json()["error"] == "invalid_target"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"}, "invalid_request"),
        ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"subject_token": "abc"}, "invalid_request"),
        ({"subject_token": ""}, "invalid_request"),
        ({"resource": "urn:cdp:organisation:abc"}, "invalid_target"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
        ({"resource": ""}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}, "invalid_request"),
        ({"actor_token": "abc"}, "invalid_request"),
    ],
)
async def test_an_exchange_is_what_this_version_offers_or_refused(
    world: World, form: dict[str, str], error: str
) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    await lent(world, giver, taker, "bids:read")
    own = await world.token_of(taker)
    response = await world.exchange(own, giver.organisation_id, basic(taker), **form)

    assert (response.status_code, response.json()["error"]) == (400, error)


async def test_only_the_clients_own_token_is_exchanged(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    await lent(world, giver, taker, "bids:read")
    of_another = await world.token_of(giver)
    lent_token = await acting(world, taker, giver)
    for subject in (of_another, lent_token):
        response = await world.exchange(subject, giver.organisation_id, basic(taker))
        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


async def test_the_end_of_a_delegation_ends_its_tokens_and_no_others(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    delegation = await lent(world, giver, taker, "organisations:write")
    own, other = await world.token_of(taker), await acting(world, taker, giver)
    ended = await world.call(
        "DELETE", f"/v1/delegations/{delegation['id']}", token=await world.token_of(giver)
    )
    await world.learn_revocations()
    body = {"legal_name": "X", "kind": "private"}

    assert (ended.status_code, ended.content) == (204, b"")
    refused = await world.post("/v1/organisations", body, token=other)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
    assert (await world.post("/v1/organisations", body, token=own)).status_code == 201
    again = await world.exchange(own, giver.organisation_id, basic(taker))
    assert again.json()["error"] == "invalid_target"


async def test_either_side_ends_a_delegation_and_to_others_it_is_unknown(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    path = f"/v1/delegations/{(await lent(world, giver, taker, 'bids:read'))['id']}"
    stranger = await world.call("DELETE", path, token=await world.token_of(await world.registered()))
    nothing = await world.call("DELETE", f"/v1/delegations/{new_id()}", token=await world.token_of(giver))

    assert (stranger.status_code, stranger.json()["code"]) == (404, "delegation_not_found")
    assert {**stranger.json(), "instance": "", "request_id": ""} == {
        **nothing.json(),
        "instance": "",
        "request_id": "",
    }
    token = await world.token_of(taker)
    assert (await world.call("DELETE", path, token=token)).status_code == 204
    assert (await world.call("DELETE", path, token=token)).status_code == 204
    told = [e for e in await world.events() if e["type"].startswith("delegation.")]
    assert [e["type"] for e in told] == ["delegation.created", "delegation.revoked"]


async def test_both_sides_see_a_delegation_and_nobody_else(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    delegation = await lent(world, giver, taker, "bids:read", "bids:read")

    async def seen(registered: Registered) -> list[Json]:
        token = await world.token_of(registered)
        items: list[Json] = (await world.get("/v1/delegations", token=token)).json()["items"]
        return items

    assert await seen(giver) == await seen(taker) == [delegation]
    assert await seen(await world.registered()) == []
    assert delegation["scopes"] == ["bids:read"]

    async def told(registered: Registered) -> list[str]:
        token = await world.token_of(registered)
        items = (await world.get("/v1/events?limit=500", token=token)).json()["items"]
        return [e["type"] for e in items if e["type"].startswith("delegation.")]

    assert await told(giver) == await told(taker) == ["delegation.created"]
    assert await told(await world.registered()) == []


@pytest.mark.parametrize(
    ("scopes", "code"),
    [
        (["clients:write"], "scope_not_delegable"),
        (["delegations:write"], "scope_not_delegable"),
        (["bids:read", "events:internal"], "scope_not_delegable"),
        (["bids:burn"], "scope_unknown"),
        ([], "invalid_input"),
    ],
)
async def test_what_could_outlive_a_delegation_cannot_be_lent(
    world: World, scopes: list[str], code: str
) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    draft = {"delegate_organisation_id": str(taker.organisation_id), "scopes": scopes}
    response = await world.post("/v1/delegations", draft, token=await world.token_of(giver))

    assert (response.status_code, response.json()["code"]) == (422, code)


async def test_one_delegation_between_two_is_in_force(world: World) -> None:
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    first = await lent(world, giver, taker, "bids:read")
    token = await world.token_of(giver)

    async def lend(to: UUID) -> tuple[int, str | None]:
        draft = {"delegate_organisation_id": str(to), "scopes": ["bids:write"]}
        response = await world.post("/v1/delegations", draft, token=token)
        return response.status_code, response.json().get("code")

    assert await lend(taker.organisation_id) == (409, "delegation_exists")
    assert await lend(giver.organisation_id) == (422, "delegation_to_self")
    assert await lend(new_id()) == (422, "organisation_not_recorded")
    await world.call("DELETE", f"/v1/delegations/{first['id']}", token=token)
    assert await lend(taker.organisation_id) == (201, None)


async def test_what_is_recorded_keeps_the_actor_beside_the_subject(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    joining = {
        "organisation_id": str(giver.organisation_id),
        "valid_from": "2022-09-29",
        "source": "test",
    }
    await world.made(f"/v1/places/{place['id']}/memberships", joining, token=operator)
    statement = await world.made(
        f"/v1/places/{place['id']}/statements",
        {"version": "1", "title": "Intent", "text": "We will.", "commitments": ["C1"], "source": "test"},
        token=operator,
    )
    await lent(world, giver, taker, "statements:sign")
    signature = {"signed_on": "2022-09-29", "signed_by_role": "Chair"}
    token = await acting(world, taker, giver)
    signed = await world.made(f"/v1/statements/{statement['id']}/signatures", signature, token=token)

    told = {event["type"]: event for event in await world.events()}
    assert told["statement.signed"]["data"]["organisation_id"] == str(giver.organisation_id)
    assert told["statement.signed"]["actor"] == {
        "client_id": taker.client_id,
        "organisation_id": str(taker.organisation_id),
        "acted_for": str(giver.organisation_id),
        "person_id": None,
        "is_person_asserted": False,
    }
    joined = told["membership.started"]["actor"]
    assert joined["acted_for"] == joined["organisation_id"] != str(giver.organisation_id)
    # Nobody is signed in who registers.
    assert told["client.created"]["actor"] is None
    # The organisation asks who did what to one record; others read what happened, and not who did it.
    path = f"/v1/events?aggregate_type=statement_signature&aggregate_id={signed['id']}"
    for reader, actor in ((giver, taker.client_id), (taker, taker.client_id), (None, None)):
        who = await world.registered("Other") if reader is None else reader
        read = await world.get(path, token=await world.token_of(who))
        [event] = read.json()["items"]
        assert (event["type"], (event["actor"] or {}).get("client_id")) == ("statement.signed", actor)
