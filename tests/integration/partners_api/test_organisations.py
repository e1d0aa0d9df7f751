"""Who may record, verify, change and find organisations."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

COMPANY = {"scheme": "GB-COH", "id": "01234567"}


def draft(name: str = "believe housing", **fields: Any) -> dict[str, Any]:
    return {"legal_name": name, "kind": "third_sector", **fields}


async def test_the_operator_records_a_verified_organisation_with_its_data_status(world: World) -> None:
    made = await world.post(
        "/v1/organisations",
        draft(identifiers=[COMPANY], data_status="synthetic_sample"),
        token=await world.operator(),
    )

    assert made.status_code == 201
    assert made.json()["state"] == "verified"
    assert made.json()["data_status"] == "synthetic_sample"
    assert made.headers["location"] == f"/v1/organisations/{made.json()['id']}"


async def test_a_programme_manager_of_any_place_records_verified_organisations(world: World) -> None:
    operator = await world.operator()
    place = await world.place(operator)
    _, manager = await world.manager(operator, place["id"])

    assert (await world.made("/v1/organisations", draft(), token=manager))["state"] == "verified"


async def test_anybody_else_records_an_unverified_one(world: World) -> None:
    token = await world.token_of(await world.registered())

    assert (await world.made("/v1/organisations", draft(), token=token))["state"] == "unverified"


async def test_among_verified_organisations_an_identifier_has_one_owner(world: World) -> None:
    operator = await world.operator()
    await world.made("/v1/organisations", draft(identifiers=[COMPANY]), token=operator)
    second = await world.post("/v1/organisations", draft("Other", identifiers=[COMPANY]), token=operator)

    assert (second.status_code, second.json()["code"]) == (409, "identifier_owned")
    found = await world.get("/v1/organisations?name=Other")
    assert found.json()["items"] == []


async def test_many_may_claim_an_identifier_that_nobody_verified(world: World) -> None:
    token = await world.token_of(await world.registered())
    for name in ("First", "Second"):
        await world.made("/v1/organisations", draft(name, identifiers=[COMPANY]), token=token)

    found = await world.get("/v1/organisations?identifier=GB-COH:01234567")
    assert [each["legal_name"] for each in found.json()["items"]] == ["First", "Second"]


async def test_verifying_is_refused_when_another_verified_one_has_the_identifier(world: World) -> None:
    operator = await world.operator()
    await world.made("/v1/organisations", draft("Owner", identifiers=[COMPANY]), token=operator)
    claimant = await world.registered("Claimant", identifiers=[COMPANY])
    path = f"/v1/organisations/{claimant.organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    response = await world.call("PATCH", path, {"state": "verified"}, token=operator, if_match=etag)

    assert (response.status_code, response.json()["code"]) == (409, "identifier_owned")
    assert (await world.get(path)).json()["state"] == "unverified"


async def test_a_programme_manager_verifies_an_organisation_and_the_feed_tells(world: World) -> None:
    operator = await world.operator()
    _, manager = await world.manager(operator, (await world.place(operator))["id"])
    registered = await world.registered(identifiers=[COMPANY])
    path = f"/v1/organisations/{registered.organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    response = await world.call("PATCH", path, {"state": "verified"}, token=manager, if_match=etag)

    assert response.status_code == 200
    assert response.json()["state"] == "verified"
    told = [e for e in await world.events() if e["aggregate_id"] == str(registered.organisation_id)]
    assert [(e["type"], e["aggregate_version"]) for e in told] == [
        ("organisation.created", 1),
        ("organisation.changed", 2),
    ]
    assert told[1]["data"]["state"] == "verified"


async def test_an_organisation_cannot_verify_itself(world: World) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    path = f"/v1/organisations/{registered.organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    response = await world.call("PATCH", path, {"state": "verified"}, token=token, if_match=etag)

    assert (response.status_code, response.json()["code"]) == (403, "may_not_verify")


async def test_the_own_organisation_is_changed_field_by_field(world: World) -> None:
    registered = await world.registered(is_sme=True, website="https://weardale.example")
    token = await world.token_of(registered)
    path = f"/v1/organisations/{registered.organisation_id}"
    before = await world.get(path)
    change = {"legal_name": "Weardale Joinery Limited", "website": None}
    after = await world.call("PATCH", path, change, token=token, if_match=before.headers["etag"])

    assert after.status_code == 200
    assert after.json() == {**before.json(), "legal_name": "Weardale Joinery Limited", "website": None}
    assert after.headers["etag"] != before.headers["etag"]
    assert (await world.get(path)).headers["etag"] == after.headers["etag"]


async def test_a_change_of_nothing_makes_no_event(world: World) -> None:
    registered = await world.registered(is_sme=True)
    token = await world.token_of(registered)
    path = f"/v1/organisations/{registered.organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    await world.call("PATCH", path, {"is_sme": True}, token=token, if_match=etag)

    told = [e for e in await world.events() if e["aggregate_id"] == str(registered.organisation_id)]
    assert [e["type"] for e in told] == ["organisation.created"]


@pytest.mark.parametrize(
    ("if_match", "status", "code"),
    [(None, 428, "if_match_missing"), ('"older"', 412, "if_match_stale")],
)
async def test_a_change_names_the_version_it_changes(
    world: World, if_match: str | None, status: int, code: str
) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    path = f"/v1/organisations/{registered.organisation_id}"
    response = await world.call("PATCH", path, {"is_sme": True}, token=token, if_match=if_match)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert (await world.get(path)).json()["is_sme"] is None


async def test_a_name_cannot_be_taken_away_nor_hold_what_cannot_be_seen(world: World) -> None:
    registered = await world.registered()
    token = await world.token_of(registered)
    path = f"/v1/organisations/{registered.organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    for name, code in ((None, "removal_refused"), ("Durham\u202e Council", "text_unseen")):
        response = await world.call("PATCH", path, {"legal_name": name}, token=token, if_match=etag)
        assert (response.status_code, response.json()["code"]) == (422, code)
        assert response.json()["errors"][0]["pointer"] == "/legal_name"
    assert (await world.get(path)).headers["etag"] == etag


async def test_an_unchanged_organisation_is_not_sent_again(world: World) -> None:
    registered = await world.registered()
    path = f"/v1/organisations/{registered.organisation_id}"
    etag = (await world.get(path)).headers["etag"]
    again = await world.call("GET", path, headers={"If-None-Match": etag})

    assert (again.status_code, again.content) == (304, b"")


async def test_the_list_pages_by_name_without_regard_to_case(world: World) -> None:
    operator = await world.operator()
    for name in ("livin", "Bernicia", "Karbon Homes", "believe housing"):
        await world.made("/v1/organisations", draft(name), token=operator)
    names: list[str] = []
    path = "/v1/organisations?limit=2"
    while path:
        page = (await world.get(path)).json()
        assert len(page["items"]) <= 2
        names += [each["legal_name"] for each in page["items"]]
        path = page["next"]

    assert names == ["believe housing", "Bernicia", "Durham County Council", "Karbon Homes", "livin"]


async def test_the_list_can_start_with_the_newest(world: World) -> None:
    operator = await world.operator()
    await world.made("/v1/organisations", draft("Older"), token=operator)
    world.clock.advance(timedelta(seconds=1))
    await world.made("/v1/organisations", draft("Newer"), token=operator)
    page = (await world.get("/v1/organisations?sort=-created_at&limit=2")).json()

    assert [each["legal_name"] for each in page["items"]] == ["Newer", "Older"]
    rest = (await world.get(page["next"])).json()
    assert [each["legal_name"] for each in rest["items"]] == ["Durham County Council"]


async def test_part_of_a_name_finds_and_wildcards_are_letters(world: World) -> None:
    operator = await world.operator()
    await world.made("/v1/organisations", draft("100% Recycled CIC"), token=operator)

    async def found(name: str) -> list[str]:
        page = (await world.get(f"/v1/organisations?name={name}")).json()
        return [each["legal_name"] for each in page["items"]]

    assert await found("RECYCLED") == ["100% Recycled CIC"]
    assert await found("100%25") == ["100% Recycled CIC"]
    assert await found("1%25R") == []
    assert await found("_ecycled") == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("identifier=GB-COH", 422, "identifier_malformed"),
        ("identifier=XX-YY:1", 422, "identifier_scheme_unknown"),
        ("sort=postcode", 422, "invalid_input"),
        ("limit=101", 422, "invalid_input"),
        ("cursor=abc", 400, "cursor_invalid"),
        ("postcode=DH1", 400, "unknown_query_parameter"),
    ],
)
async def test_what_the_list_does_not_offer_is_refused(
    world: World, query: str, status: int, code: str
) -> None:
    response = await world.get(f"/v1/organisations?{query}")

    assert (response.status_code, response.json()["code"]) == (status, code)


async def test_a_long_name_in_any_script_has_a_usable_cursor(world: World) -> None:
    operator = await world.operator()
    for letter in ("\U0001f3e0", "\U0001f3e1"):
        await world.made("/v1/organisations", draft(letter * 300), token=operator)
    first = (await world.get("/v1/organisations?limit=2")).json()
    second = (await world.get(first["next"])).json()

    assert [each["legal_name"][0] for each in first["items"] + second["items"]] == [
        "D",
        "\U0001f3e0",
        "\U0001f3e1",
    ]


async def test_a_batch_says_what_is_missing(world: World) -> None:
    registered = await world.registered()
    nobody = new_id()
    ids = [str(nobody), str(registered.organisation_id), str(registered.organisation_id)]
    response = await world.http.post("/v1/organisations/batch", json={"ids": ids})

    assert response.status_code == 200
    assert [each["id"] for each in response.json()["items"]] == [str(registered.organisation_id)]
    assert response.json()["missing"] == [str(nobody)]


async def test_an_unknown_organisation_is_not_found(world: World) -> None:
    response = await world.get(f"/v1/organisations/{new_id()}")

    assert (response.status_code, response.json()["code"]) == (404, "organisation_not_found")


async def test_a_bad_token_is_refused_on_a_public_route_too(world: World) -> None:
    response = await world.get("/v1/organisations", token="not-a-token")

    assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
