"""Phases, programmes, roles and choices of partners: what held on any day, and nothing twice on one day."""

from functools import partial

from tests.integration.partners_api.collective import SOURCE, collective
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id


async def codes(world: World, path: str) -> list[str]:
    response = await world.get(path)
    assert response.status_code == 200, response.text
    return [each.get("code") or each.get("phase") or each["role"] for each in response.json()["items"]]


async def test_phases_and_programmes_are_known_for_every_day(world: World) -> None:
    scene = await collective(world)
    phases = f"{scene.path}/phases"
    first = {"phase": "phase-1", "valid_from": "2020-09-30", "valid_to": "2022-09-29", **SOURCE}
    made = await world.made(phases, {**first, "assumed": True}, token=scene.operator)
    await world.made(phases, {"phase": "phase-2", "valid_from": "2022-09-29", **SOURCE}, token=scene.operator)
    again = await world.post(phases, {**first, "valid_from": "2022-09-29"}, token=scene.operator)
    stranger = await world.post(phases, {**first, "phase": "phase-9"}, token=scene.operator)

    assert (made["title"], made["assumed"], made["valid_to"]) == ("Phase 1", True, "2022-09-29")
    assert (again.status_code, again.json()["code"]) == (409, "entry_overlaps")
    assert (stranger.status_code, stranger.json()["errors"][0]["pointer"]) == (422, "/phase")
    for day, expected in (
        ("2020-09-29", []),
        ("2020-09-30", ["phase-1"]),
        ("2022-09-29", ["phase-1", "phase-2"]),  # the launch belongs to both
        ("2022-09-30", ["phase-2"]),
    ):
        assert await codes(world, f"{phases}?as_of={day}") == expected

    draft = {"code": "net-zero", "title": "Net Zero", "valid_from": "2023-01-01", **SOURCE}
    wrong = await world.post(
        f"{scene.path}/programmes", {**draft, "objectives": ["O1", "O9"]}, token=scene.operator
    )
    nobody = await world.post(
        f"{scene.path}/programmes", {**draft, "lead_organisation_id": str(new_id())}, token=scene.operator
    )
    programme = await world.made(
        f"{scene.path}/programmes",
        {**draft, "objectives": ["O1"], "lead_organisation_id": str(scene.stays.organisation_id)},
        token=scene.operator,
    )
    assert [each["pointer"] for each in wrong.json()["errors"]] == ["/objectives/1"]
    assert nobody.json()["errors"][0]["pointer"] == "/lead_organisation_id"
    path = f"/v1/programmes/{programme['id']}"
    end = partial(world.post, f"{path}/end", token=scene.operator)
    etag = (await world.get(path)).headers["etag"]
    missing = await end({"valid_to": "2024-03-31", "source": "report"})
    ended = await end({"valid_to": "2024-03-31", "source": "report"}, if_match=etag)
    stale = await end({"valid_to": "2024-03-30", **SOURCE}, if_match=etag)
    later = await end({"valid_to": "2024-04-01", **SOURCE}, if_match=ended.headers["etag"])
    assert [(each.status_code, each.json()["code"]) for each in (missing, stale)] == [
        (428, "if_match_missing"),
        (412, "if_match_stale"),
    ]
    assert (ended.json()["valid_to"], ended.json()["end_source"]) == ("2024-03-31", "report")
    assert (later.status_code, later.json()["code"]) == (409, "entry_ended")
    assert (await world.get(path)).json() == ended.json()
    told = [each for each in await world.events() if each["type"].startswith(("phase.", "programme."))]
    assert [(each["type"], each["effective_on"]) for each in told] == [
        ("phase.recorded", "2020-09-30"),
        ("phase.recorded", "2022-09-29"),
        ("programme.started", "2023-01-01"),
        ("programme.ended", "2024-03-31"),
    ]


async def test_a_partner_chooses_for_itself_within_its_membership(world: World) -> None:
    scene = await collective(world)
    own, other = await world.token_of(scene.leaver), await world.token_of(scene.stays)
    path = f"/v1/memberships/{scene.leaving['id']}/focuses"
    theme = {"kind": "theme", "code": "OM-T1", "title": "Good work", "valid_from": "2022-09-29", **SOURCE}
    made = await world.made(path, theme, token=own)
    refused = {
        "another partner": await world.post(path, {**theme, "code": "X"}, token=other),
        "before it joined": await world.post(
            path, {**theme, "code": "X", "valid_from": "2022-09-28"}, token=own
        ),
        "after it left": await world.post(path, {**theme, "code": "X", "valid_to": "2023-10-24"}, token=own),
        "no such objective": await world.post(path, {**theme, "kind": "objective", "code": "O9"}, token=own),
    }
    last_day = await world.post(path, {**theme, "code": "Y", "valid_to": "2023-10-23"}, token=own)

    assert (made["organisation_name"], made["valid_to"]) == ("Karbon Homes", None)
    assert {why: (each.status_code, each.json()["code"]) for why, each in refused.items()} == {
        "another partner": (403, "not_your_organisation"),
        "before it joined": (422, "outside_membership"),
        "after it left": (422, "outside_membership"),
        "no such objective": (422, "objective_unknown"),
    }
    assert last_day.status_code == 201
    # A choice without an end lasts as long as the membership, and no longer.
    listed = f"{scene.path}/focuses?code=OM-T1"
    assert (await world.get(listed)).json()["items"][0]["valid_to"] == "2023-10-23"
    assert await codes(world, f"{listed}&as_of=2023-10-23") == ["OM-T1"]
    assert await codes(world, f"{listed}&as_of=2023-10-24") == []
    stays = str(scene.stays.organisation_id)
    assert await codes(world, f"{scene.path}/focuses?organisation_id={stays}") == []
    path = f"/v1/focuses/{made['id']}"
    chosen = await world.get(path)
    assert chosen.json() == made
    ending, etag = {"valid_to": "2023-01-31", **SOURCE}, chosen.headers["etag"]
    ended = await world.post(f"{path}/end", ending, token=own, if_match=etag)
    assert ended.json()["valid_to"] == "2023-01-31"
    assert await codes(world, f"{listed}&as_of=2023-02-01") == []


async def test_roles_end_with_the_membership_and_the_one_who_rejoins_has_them_no_more(world: World) -> None:
    scene = await collective(world)
    path = f"/v1/memberships/{scene.staying['id']}"
    role = {"role": "chair", "title": "Chair of the working group", "valid_from": "2023-01-01", **SOURCE}
    await world.made(f"{path}/roles", role, token=scene.operator)
    later = {**role, "role": "host", "title": "Host", "valid_from": "2024-06-01"}
    await world.made(f"{path}/roles", later, token=scene.operator)
    etag = (await world.get(path)).headers["etag"]
    ending = {"valid_to": "2024-03-31", **SOURCE}
    await world.call("POST", f"{path}/end", ending, token=scene.operator, if_match=etag)
    body = {"organisation_id": str(scene.stays.organisation_id), "valid_from": "2024-04-01", **SOURCE}
    rejoined = await world.made(f"{scene.path}/memberships", body, token=scene.operator)

    roles = f"{scene.path}/partner-roles"
    assert await codes(world, f"{roles}?as_of=2024-03-31") == ["chair"]
    assert await codes(world, f"{roles}?as_of=2024-04-01") == []
    assert await codes(world, roles) == ["chair"]  # what would have begun after the end never was
    assert await codes(world, f"{roles}?membership_id={rejoined['id']}") == []


async def test_a_signature_says_what_the_partner_committed_to(world: World) -> None:
    scene = await collective(world)
    body = {"version": "2022", "title": "S", "text": "T", "commitments": ["C1"], **SOURCE}
    statement = await world.made(f"{scene.path}/statements", body, token=scene.operator)
    path = f"/v1/statements/{statement['id']}/signatures"
    signing = {"signed_on": "2022-09-29", "signed_by_role": "Chief Executive"}
    token = await world.token_of(scene.stays)
    unknown = await world.post(path, {**signing, "commitments": [{"code": "C2"}]}, token=token)
    twice = await world.post(path, {**signing, "commitments": [{"code": "C1"}, {"code": "C1"}]}, token=token)
    own_words = {"code": "C1", "words": "We open our meeting rooms to charities."}
    signed = await world.made(path, {**signing, "commitments": [own_words]}, token=token)
    everything = await world.made(path, signing, token=await world.token_of(scene.leaver))

    assert [each.json()["code"] for each in (unknown, twice)] == ["commitment_unknown"] * 2
    assert twice.json()["errors"][0] == {
        "pointer": "/commitments/1/code",
        "code": "commitment_repeated",
        "message": "named before",
    }
    assert signed["commitments"] == [own_words]
    assert everything["commitments"] == [{"code": "C1", "words": None}]
    read = (await world.get(f"/v1/statements/{statement['id']}")).json()
    assert [each["commitments"] for each in read["signatures"]] == [
        [{"code": "C1", "words": None}],
        [own_words],
    ]
