"""Partners come and go; who they were on any day stays known."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

Json = dict[str, Any]


async def organisation(world: World, token: str, name: str) -> str:
    made = await world.made("/v1/organisations", {"legal_name": name, "kind": "public"}, token=token)
    return str(made["id"])


def joining(organisation_id: str | UUID, valid_from: str = "2022-09-29", **fields: Any) -> Json:
    return {"organisation_id": str(organisation_id), "valid_from": valid_from, "source": "test", **fields}


async def test_a_membership_starts_and_the_feed_tells_on_its_day(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    livin = await organisation(world, operator, "livin")
    path = f"/v1/places/{place['id']}/memberships"
    made = await world.made(path, joining(livin, assumed=True, named_totals_agreed=True), token=operator)

    assert made["organisation"]["legal_name"] == "livin"
    assert (made["role"], made["valid_to"], made["assumed"]) == ("partner", None, True)
    assert (await world.get(f"/v1/memberships/{made['id']}")).json() == made
    told = [e for e in await world.events() if e["type"] == "membership.started"]
    actor = told[0]["actor"]
    assert (actor["organisation_id"], actor["person_id"]) == (actor["acted_for"], None)
    assert [(e["effective_on"], e["place_id"]) for e in told] == [("2022-09-29", place["id"])]
    assert told[0]["data"] == {
        "membership_id": made["id"],
        "place_id": place["id"],
        "place_slug": "county-durham",
        "organisation_id": livin,
        "organisation_name": "livin",
        "role": "partner",
        "valid_from": "2022-09-29",
        "valid_to": None,
        "named_totals_agreed": True,
        "data_status": "actual",
    }


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "status"),
    [
        ("2023-10-23", None, 409),  # the last day of the first
        ("2023-10-24", None, 201),  # the day after
        ("2022-01-01", "2022-09-28", 201),  # the day before
        ("2022-01-01", "2022-09-29", 409),  # its first day
        ("2023-01-01", "2023-02-01", 409),  # inside
        ("2022-01-01", None, 409),  # around
    ],
)
async def test_memberships_of_one_place_never_share_a_day(
    world: World, valid_from: str, valid_to: str | None, status: int
) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    karbon = await organisation(world, operator, "Karbon Homes")
    path = f"/v1/places/{place['id']}/memberships"
    await world.made(path, joining(karbon, valid_to="2023-10-23"), token=operator)
    second = await world.post(path, joining(karbon, valid_from, valid_to=valid_to), token=operator)

    assert second.status_code == status
    if status == 409:
        assert second.json()["code"] == "membership_overlaps"
    listed = (await world.get(path)).json()["items"]
    assert len(listed) == (2 if status == 201 else 1)


async def test_another_place_or_organisation_does_not_overlap(world: World) -> None:
    operator = await world.operator()
    durham, essex = await world.place(operator), await world.place(operator, "essex")
    livin, karbon = [await organisation(world, operator, name) for name in ("livin", "Karbon Homes")]
    for place, member in ((durham, livin), (durham, karbon), (essex, livin)):
        await world.made(f"/v1/places/{place['id']}/memberships", joining(member), token=operator)


async def test_the_partners_of_a_day_are_those_of_that_day(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    path = f"/v1/places/{place['id']}/memberships"
    for name, valid_from, valid_to in (
        ("livin", "2022-09-29", None),
        ("Bernicia", "2022-09-29", "2023-10-23"),
        ("New College Durham", "2024-01-01", None),
    ):
        member = await organisation(world, operator, name)
        await world.made(path, joining(member, valid_from, valid_to=valid_to), token=operator)

    async def on(day: str) -> list[str]:
        items = (await world.get(f"{path}?as_of={day}")).json()["items"]
        return [each["organisation"]["legal_name"] for each in items]

    assert await on("2022-09-28") == []
    assert await on("2022-09-29") == ["Bernicia", "livin"]
    assert await on("2023-10-23") == ["Bernicia", "livin"]
    assert await on("2023-10-24") == ["livin"]
    assert await on("2026-11-22") == ["livin", "New College Durham"]
    everyone = (await world.get(f"{path}?limit=2")).json()
    rest = (await world.get(everyone["next"])).json()
    names = [each["organisation"]["legal_name"] for each in everyone["items"] + rest["items"]]
    assert names == ["Bernicia", "livin", "New College Durham"]
    assert rest["next"] is None


async def test_the_memberships_of_organisations_are_found_in_all_places(world: World) -> None:
    operator = await world.operator()
    durham, essex = await world.place(operator), await world.place(operator, "essex")
    livin, karbon, other = [
        await organisation(world, operator, name) for name in ("livin", "Karbon", "Other")
    ]
    for place, member, valid_from, valid_to in (
        (durham, livin, "2024-01-01", None),
        (essex, livin, "2022-09-29", "2023-10-23"),
        (durham, karbon, "2022-09-29", None),
        (durham, other, "2022-09-29", None),
    ):
        path = f"/v1/places/{place['id']}/memberships"
        await world.made(path, joining(member, valid_from, valid_to=valid_to), token=operator)

    path = f"/v1/memberships?organisation_id={livin}&organisation_id={karbon}"

    async def of(path: str) -> list[tuple[str, str, str]]:
        items = (await world.get(path)).json()["items"]
        return [(each["organisation"]["id"], each["place_id"], each["valid_from"]) for each in items]

    livins = [(livin, essex["id"], "2022-09-29"), (livin, durham["id"], "2024-01-01")]
    karbons = [(karbon, durham["id"], "2022-09-29")]
    # Ids are given in the order of their making.
    assert await of(path) == livins + karbons
    assert await of(f"{path}&as_of=2023-10-23") == [livins[0], *karbons]
    assert await of(f"{path}&as_of=2023-10-24") == karbons
    page = (await world.get(f"{path}&limit=2")).json()
    assert len(page["items"]) == 2
    assert await of(page["next"]) == karbons
    assert (await world.get("/v1/memberships")).status_code == 422
    too_many = "&".join(f"organisation_id={new_id()}" for _ in range(101))
    assert (await world.get(f"/v1/memberships?{too_many}")).status_code == 422


async def test_a_membership_ends_with_the_version_named(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    bernicia = await organisation(world, operator, "Bernicia")
    path = f"/v1/places/{place['id']}/memberships"
    made = await world.made(path, joining(bernicia), token=operator)
    own = f"/v1/memberships/{made['id']}"
    etag = (await world.get(own)).headers["etag"]
    end = {"valid_to": "2023-10-23", "source": "partner list"}
    missing = await world.call("POST", f"{own}/end", end, token=operator)
    ended = await world.call("POST", f"{own}/end", end, token=operator, if_match=etag)
    stale = await world.call("POST", f"{own}/end", end, token=operator, if_match=etag)

    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_missing")
    assert ended.status_code == 200
    assert ended.json() == {**made, "valid_to": "2023-10-23", "end_source": "partner list"}
    assert (stale.status_code, stale.json()["code"]) == (412, "if_match_stale")
    told = [e for e in await world.events() if e["aggregate_id"] == made["id"]]
    assert [(e["type"], e["aggregate_version"], e["effective_on"]) for e in told] == [
        ("membership.started", 1, "2022-09-29"),
        ("membership.ended", 2, "2023-10-23"),
    ]


async def test_an_end_can_be_brought_forward_and_not_put_off(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    member = await organisation(world, operator, "Karbon Homes")
    made = await world.made(f"/v1/places/{place['id']}/memberships", joining(member), token=operator)
    own = f"/v1/memberships/{made['id']}"

    async def end(day: str) -> tuple[int, str | None]:
        etag = (await world.get(own)).headers["etag"]
        body = {"valid_to": day, "source": "test"}
        response = await world.call("POST", f"{own}/end", body, token=operator, if_match=etag)
        return response.status_code, response.json().get("code")

    assert await end("2022-09-28") == (422, "membership_ends_before_start")
    assert await end("2023-10-23") == (200, None)
    assert await end("2023-10-23") == (409, "membership_ended")
    assert await end("2023-10-24") == (409, "membership_ended")
    assert await end("2023-10-22") == (200, None)
    assert (await world.get(own)).json()["valid_to"] == "2023-10-22"


async def test_what_is_not_there_cannot_be_joined(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    path = f"/v1/places/{place['id']}/memberships"
    nobody = await world.post(path, joining(new_id()), token=operator)
    nowhere = await world.post(f"/v1/places/{new_id()}/memberships", joining(new_id()), token=operator)
    reversed_days = joining(await organisation(world, operator, "livin"), valid_to="2022-09-28")

    assert (nobody.status_code, nobody.json()["code"]) == (422, "organisation_not_recorded")
    assert nobody.json()["errors"][0]["pointer"] == "/organisation_id"
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "place_not_found")
    refused = await world.post(path, reversed_days, token=operator)
    assert (refused.status_code, refused.json()["code"]) == (422, "membership_ends_before_start")
    assert (await world.get(path)).json()["items"] == []


async def test_a_manager_of_one_place_cannot_change_another(world: World) -> None:
    operator = await world.operator()
    durham, essex = await world.place(operator), await world.place(operator, "essex")
    registered, manager = await world.manager(operator, durham["id"])
    body = joining(registered.organisation_id)
    here = await world.post(f"/v1/places/{durham['id']}/memberships", body, token=manager)
    there = await world.post(f"/v1/places/{essex['id']}/memberships", body, token=manager)

    assert here.status_code == 201
    assert (there.status_code, there.json()["code"]) == (403, "manager_needed")
    assert (await world.get(f"/v1/places/{essex['id']}/memberships")).json()["items"] == []


async def test_of_two_that_join_at_the_same_moment_one_is_refused(wide_world: World) -> None:
    world = wide_world
    operator = await world.operator()
    place = await world.place(operator)
    member = await organisation(world, operator, "livin")
    path = f"/v1/places/{place['id']}/memberships"
    answers = await asyncio.gather(*(world.post(path, joining(member), token=operator) for _ in range(4)))

    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert len((await world.get(path)).json()["items"]) == 1
