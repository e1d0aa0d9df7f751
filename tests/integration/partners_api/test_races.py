"""What happens at the same moment: the database decides, and nothing slips through between two steps."""

import asyncio

from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

COMPANY = {"scheme": "GB-COH", "id": "01234567"}


async def test_of_two_claimants_verified_at_once_one_gets_the_identifier(wide_world: World) -> None:
    world = wide_world
    operator = await world.operator()
    paths = []
    for name in ("One", "Two", "Three"):
        registered = await world.registered(name, identifiers=[COMPANY])
        paths.append(f"/v1/organisations/{registered.organisation_id}")
    etags = [(await world.get(path)).headers["etag"] for path in paths]
    answers = await asyncio.gather(
        *(
            world.call("PATCH", path, {"state": "verified"}, token=operator, if_match=etag)
            for path, etag in zip(paths, etags, strict=True)
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 409, 409]
    states = [(await world.get(path)).json()["state"] for path in paths]
    assert sorted(states) == ["unverified", "unverified", "verified"]


async def test_of_two_changes_of_one_version_one_is_stale(wide_world: World) -> None:
    world = wide_world
    operator = await world.operator()
    path = f"/v1/organisations/{(await world.registered()).organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    answers = await asyncio.gather(
        *(
            world.call("PATCH", path, {"legal_name": name}, token=operator, if_match=etag)
            for name in ("First", "Second", "Third")
        )
    )

    assert sorted(each.status_code for each in answers) == [200, 412, 412]


async def test_one_key_sent_many_times_at_once_registers_once(wide_world: World) -> None:
    world = wide_world
    body = {"organisation": {"legal_name": "Once Ltd", "kind": "private"}, "client_name": "Portal"}
    key = str(new_id())
    answers = await asyncio.gather(*(world.post("/v1/registrations", body, key=key) for _ in range(4)))

    assert {each.status_code for each in answers} <= {201, 409}
    assert len({each.content for each in answers if each.status_code == 201}) == 1
    assert {each.json()["code"] for each in answers if each.status_code == 409} <= {"idempotency_in_progress"}
    assert len((await world.get("/v1/organisations?name=once")).json()["items"]) == 1


async def test_one_assertion_sent_many_times_at_once_is_good_once(wide_world: World) -> None:
    world = wide_world
    assertion = world.assertion("operator", world.operator_key)
    answers = await asyncio.gather(*(world.ask_with(assertion) for _ in range(4)))

    assert sorted(each.status_code for each in answers) == [200, 401, 401, 401]


async def test_a_token_asked_for_while_its_delegation_ends_is_never_good(wide_world: World) -> None:
    world = wide_world
    giver, taker = await world.registered("Giver"), await world.registered("Taker")
    giving, own = await world.token_of(giver), await world.token_of(taker)
    draft = {"delegate_organisation_id": str(taker.organisation_id), "scopes": ["events:read"]}
    for _ in range(5):
        path = f"/v1/delegations/{(await world.made('/v1/delegations', draft, token=giving))['id']}"
        *asked, ended = await asyncio.gather(
            *(world.exchange(own, giver.organisation_id, (taker.client_id, taker.secret)) for _ in range(3)),
            world.call("DELETE", path, token=giving),
        )
        assert ended.status_code == 204
        await world.learn_revocations()
        for each in asked:
            if each.status_code == 200:
                used = await world.get("/v1/events", token=each.json()["access_token"])
                assert used.json()["code"] == "token_revoked"
            else:
                assert each.json()["error"] == "invalid_target"


async def test_a_token_asked_for_while_a_role_ends_does_not_keep_it(wide_world: World) -> None:
    world = wide_world
    operator = await world.operator()
    place = await world.place(operator)
    registered = await world.registered()
    body = {"client_id": registered.client_id, "place_id": place["id"], "role": "officer"}
    for _ in range(5):
        grant = await world.made("/v1/role-grants", body, token=operator)
        tokens, ended = await asyncio.gather(
            asyncio.gather(*(world.token_of(registered) for _ in range(3))),
            world.call("DELETE", f"/v1/role-grants/{grant['id']}", token=operator),
        )
        assert ended.status_code == 204
        await world.learn_revocations()
        for token in tokens:
            read = await world.get("/v1/events", token=token)
            if read.status_code == 200:
                assert (await world.app.state.verifier.verify(token)).roles == {}
            else:
                assert read.json()["code"] == "token_revoked"
