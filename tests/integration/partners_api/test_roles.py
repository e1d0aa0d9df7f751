"""Roles in a place: given by those who run it, in the client's next token, over at once when ended."""

from uuid import UUID

from tests.integration.partners_api.world import Json, World

from cdp_common.kernel.identifiers import new_id


def role(client_id: str, place_id: str | UUID, name: str = "validator") -> Json:
    return {"client_id": client_id, "place_id": str(place_id), "role": name}


async def test_a_role_is_in_the_next_token_and_its_end_ends_the_tokens_with_it(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    managing, _ = await world.manager(operator, place["id"])
    registered = await world.registered("Validator CIC")
    before = await world.token_of(registered)
    manager = await world.token_of(managing)
    grant = await world.made("/v1/role-grants", role(registered.client_id, place["id"]), token=manager)
    with_role = await world.token_of(registered)
    verify = world.app.state.verifier.verify

    assert (await verify(before)).roles == {}
    assert (await verify(with_role)).roles == {UUID(place["id"]): frozenset({"validator"})}
    ended = await world.call("DELETE", f"/v1/role-grants/{grant['id']}", token=manager)
    await world.learn_revocations()
    assert (ended.status_code, ended.content) == (204, b"")
    refused = await world.get("/v1/events", token=with_role)
    assert (refused.status_code, refused.json()["code"]) == (401, "token_revoked")
    assert (await world.get("/v1/events", token=before)).status_code == 200
    assert (await verify(await world.token_of(registered))).roles == {}
    again = await world.call("DELETE", f"/v1/role-grants/{grant['id']}", token=manager)
    assert again.status_code == 204
    told = [e for e in await world.events() if e["aggregate_id"] == grant["id"]]
    assert [(e["type"], e["aggregate_version"], e["place_id"]) for e in told] == [
        ("role.granted", 1, place["id"]),
        ("role.ended", 2, place["id"]),
    ]


async def test_a_role_is_held_once_and_can_be_given_again_after_its_end(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    registered = await world.registered()
    body = role(registered.client_id, place["id"])
    first = await world.made("/v1/role-grants", body, token=operator)
    twice = await world.post("/v1/role-grants", body, token=operator)

    assert (twice.status_code, twice.json()["code"]) == (409, "role_already_granted")
    await world.call("DELETE", f"/v1/role-grants/{first['id']}", token=operator)
    assert (await world.made("/v1/role-grants", body, token=operator))["id"] != first["id"]


async def test_a_manager_gives_roles_in_the_own_place_alone(world: World) -> None:
    operator = await world.operator()
    durham, essex = await world.place(operator), await world.place(operator, "essex")
    _, manager = await world.manager(operator, durham["id"])
    registered = await world.registered()
    there = await world.post("/v1/role-grants", role(registered.client_id, essex["id"]), token=manager)

    assert (there.status_code, there.json()["code"]) == (403, "manager_needed")
    grant = await world.made("/v1/role-grants", role(registered.client_id, essex["id"]), token=operator)
    ended = await world.call("DELETE", f"/v1/role-grants/{grant['id']}", token=manager)
    assert (ended.status_code, ended.json()["code"]) == (404, "role_grant_not_found")
    token = await world.token_of(registered)
    assert (await world.app.state.verifier.verify(token)).has_role(UUID(essex["id"]), "validator")


async def test_a_role_needs_a_place_and_a_client_that_are_there(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    registered = await world.registered()
    nowhere = await world.post("/v1/role-grants", role(registered.client_id, new_id()), token=operator)
    nobody = await world.post("/v1/role-grants", role("nobody", place["id"]), token=operator)
    await world.call("DELETE", f"/v1/clients/{registered.client_id}", token=operator)
    gone = await world.post("/v1/role-grants", role(registered.client_id, place["id"]), token=operator)

    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "place_not_recorded")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "client_not_recorded")
    assert (gone.status_code, gone.json()["code"]) == (422, "client_not_recorded")
