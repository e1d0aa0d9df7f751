"""Organisations are found by names spelt differently, and described by dated statements with sources."""

from datetime import date
from functools import partial

from sqlalchemy import text
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

NAMES = (
    "Weardale Joinery Ltd",
    "Weardale Brewery",
    "Tees Joiners",
    "Northumbrian Water",
    "100% Pure_Ltd",
)


async def found(world: World, name: str, **filters: str) -> list[str]:
    query = "&".join(f"{key}={value}" for key, value in {"name": name, **filters}.items())
    response = await world.get(f"/v1/organisation-search?{query}")
    assert response.status_code == 200, response.text
    return [hit["organisation"]["legal_name"] for hit in response.json()["items"]]


async def test_a_name_with_wrong_letters_finds_the_organisation_first(world: World) -> None:
    made = [await world.registered(name) for name in NAMES]

    assert (await found(world, "wardale joinry"))[0] == "Weardale Joinery Ltd"
    assert (await found(world, "NORTHUMBRAIN WATER"))[0] == "Northumbrian Water"
    assert await found(world, "weardale") == ["Weardale Brewery", "Weardale Joinery Ltd"]
    assert await found(world, "0%25 pure_") == ["100% Pure_Ltd"]
    assert await found(world, "zzzz") == []
    async with world.db.begin() as tx:
        hide = text("UPDATE organisations SET state = 'asserted' WHERE id = :id")
        await tx.execute(hide, {"id": made[3].organisation_id})
    assert await found(world, "northumbrian water") == []
    first = (await world.get("/v1/organisation-search?name=weardale&limit=1")).json()
    assert 0 < float(first["items"][0]["similarity"]) <= 1
    rest = (await world.http.get(first["next"])).json()
    assert [hit["organisation"]["legal_name"] for hit in rest["items"]] == ["Weardale Joinery Ltd"]
    assert rest["next"] is None
    merge = {"survivor_id": str(made[1].organisation_id), "reason": "test"}
    path, operator = f"/v1/organisations/{made[0].organisation_id}", await world.operator()
    etag = (await world.get(path)).headers["etag"]
    answers = [
        await world.post(f"{path}/merge", merge, token=operator, if_match=tag) for tag in (None, '"x"', etag)
    ]
    assert [answer.status_code for answer in answers] == [428, 412, 200]
    assert await found(world, "weardale joinery") == ["Weardale Brewery"]


async def test_the_statement_of_the_latest_day_says_what_an_organisation_is(world: World) -> None:
    joinery = await world.registered()
    token = await world.token_of(joinery)
    path = f"/v1/organisations/{joinery.organisation_id}"
    small = {"stated_on": "2026-03-31", "staff": 12, "turnover_gbp": "1200000.50", "source": "accounts 2026"}
    large = {**small, "stated_on": "2025-03-31", "staff": 250}
    made = await world.made(f"{path}/sizes", small, token=token)
    await world.made(f"{path}/sizes", large, token=token)  # of an earlier day: it changes nothing
    tomorrow = await world.post(f"{path}/sizes", {**small, "stated_on": "2026-11-23"}, token=token)

    assert (made["is_sme"], made["is_vcse"], made["definition"]) == (True, None, "procurement-act-2023")
    assert made["turnover_gbp"] == "1200000.50"
    assert (tomorrow.status_code, tomorrow.json()["code"]) == (422, "stated_in_future")
    organisation = (await world.get(path)).json()
    assert (organisation["is_sme"], organisation["is_vcse"]) == (True, None)
    assert await found(world, "weardale", is_sme="true") == ["Weardale Joinery Ltd"]
    assert await found(world, "weardale", is_sme="false") == []
    listed = (await world.get(f"{path}/sizes", token=token)).json()["items"]
    assert [(each["stated_on"], each["is_sme"]) for each in listed] == [
        ("2026-03-31", True),
        ("2025-03-31", False),
    ]
    kinds = [event["type"] for event in await world.events()]
    assert kinds.count("organisation.changed") == 1


async def test_flags_hold_from_day_to_day_and_say_who_states_them(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    joinery = await world.registered()
    token = await world.token_of(joinery)
    path = f"/v1/organisations/{joinery.organisation_id}/flags"
    wage = {
        "kind": "accreditation",
        "code": "living-wage",
        "valid_from": "2025-01-01",
        "source": "Living Wage Foundation",
        "source_url": "https://www.livingwage.org.uk/",
    }
    presence = {
        "kind": "local_presence",
        "code": "office",
        "place_id": place["id"],
        "valid_from": "2026-01-01",
        "source": "visit",
    }
    first = await world.made(path, wage, token=token)
    second = await world.made(path, presence, token=operator)
    again = await world.post(path, {**wage, "valid_from": "2026-06-01"}, token=token)
    nowhere = await world.post(path, {**presence, "place_id": str(new_id())}, token=operator)
    flag = f"/v1/organisation-flags/{first['id']}"
    etag = (await world.get(flag)).headers["etag"]
    end = partial(world.post, f"{flag}/end", token=token)
    assert (await end({"valid_to": "2025-12-31"})).status_code == 428
    early = await end({"valid_to": "2024-12-31"}, if_match=etag)
    ended = await end({"valid_to": "2025-12-31"}, if_match=etag)
    assert (await end({"valid_to": "2025-12-31"}, if_match=etag)).status_code == 412
    after = await world.made(path, {**wage, "valid_from": "2026-01-01"}, token=token)

    assert (first["stated_by"], second["stated_by"]) == ("organisation", "programme")
    assert (again.status_code, again.json()["code"]) == (409, "flag_overlaps")
    assert nowhere.status_code == 422
    assert (early.json()["code"], ended.json()["valid_to"]) == ("flag_days_reversed", "2025-12-31")
    days = {
        date(2024, 12, 31): [],
        date(2025, 1, 1): [first["id"]],
        date(2025, 12, 31): [first["id"]],
        date(2026, 1, 1): [after["id"], second["id"]],
    }
    for day, expected in days.items():
        answer = (await world.get(f"{path}?as_of={day}")).json()["items"]
        assert [flag["id"] for flag in answer] == expected, day
    assert len((await world.get(path)).json()["items"]) == 3
