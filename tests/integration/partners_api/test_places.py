"""Places and their programmes are data."""

from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

DURHAM = {
    "slug": "county-durham",
    "name": "County Durham",
    "gss_code": "E06000047",
    "objectives": [{"code": "O1", "title": "More jobs for local people", "description": "Work first."}],
    "commitments": [{"code": "C1", "title": "Collaborate proactively"}],
    "phases": [{"code": "P1", "title": "Anchor institutions"}],
    "prior_totals": [
        {
            "label": "Phase 1",
            "amount_gbp": "305000000",
            "period_text": "2022 to 2025",
            "publisher": "County Durham Pound",
            "method_text": "social local economic value",
            "validated_by": "independent assessor",
        }
    ],
    "need_index": "imd-2025",
    "source": "programme documents",
}


async def test_a_place_is_told_as_it_was_recorded(world: World) -> None:
    made = await world.made("/v1/places", DURHAM, token=await world.operator())
    read = await world.get(f"/v1/places/{made['id']}")

    assert read.json() == made
    assert made["objectives"] == DURHAM["objectives"]
    assert made["commitments"] == [{"code": "C1", "title": "Collaborate proactively", "description": None}]
    assert made["prior_totals"][0]["amount_gbp"] == "305000000.00"
    assert made["prior_totals"][0]["note"] == "not recomputable here"
    assert read.headers["etag"].startswith('"')
    told = [e for e in await world.events() if e["type"] == "place.created"]
    assert [(e["place_id"], e["data"]["place_slug"]) for e in told] == [(made["id"], "county-durham")]


async def test_a_slug_names_one_place(world: World) -> None:
    operator = await world.operator()
    await world.made("/v1/places", DURHAM, token=operator)
    second = await world.post("/v1/places", {**DURHAM, "name": "Other"}, token=operator)

    assert (second.status_code, second.json()["code"]) == (409, "slug_taken")
    assert [p["name"] for p in (await world.get("/v1/places")).json()["items"]] == ["County Durham"]


async def test_two_items_of_one_list_cannot_share_a_code(world: World) -> None:
    twice = [{"code": "C1", "title": "One"}, {"code": "C1", "title": "Two"}]
    response = await world.post("/v1/places", {**DURHAM, "commitments": twice}, token=await world.operator())

    assert (response.status_code, response.json()["code"]) == (422, "programme_code_repeated")
    assert response.json()["errors"][0]["pointer"] == "/commitments/1/code"
    assert (await world.get("/v1/places")).json()["items"] == []


async def test_places_are_found_by_slug_and_paged_by_it(world: World) -> None:
    operator = await world.operator()
    for slug in ("london", "county-durham", "essex"):
        await world.place(operator, slug)

    first = (await world.get("/v1/places?limit=2")).json()
    assert [p["slug"] for p in first["items"]] == ["county-durham", "essex"]
    assert [p["slug"] for p in (await world.get(first["next"])).json()["items"]] == ["london"]
    assert [p["slug"] for p in (await world.get("/v1/places?slug=essex")).json()["items"]] == ["essex"]
    assert (await world.get("/v1/places?slug=kent")).json() == {"items": [], "next": None}


async def test_a_batch_gives_places_in_the_order_asked(world: World) -> None:
    operator = await world.operator()
    ids = [(await world.place(operator, slug))["id"] for slug in ("london", "essex")]
    nowhere = str(new_id())
    response = await world.http.post("/v1/places/batch", json={"ids": [*reversed(ids), nowhere]})

    assert [p["slug"] for p in response.json()["items"]] == ["essex", "london"]
    assert response.json()["missing"] == [nowhere]


async def test_a_replayed_creation_makes_one_place(world: World) -> None:
    operator, key = await world.operator(), str(new_id())
    first = await world.post("/v1/places", DURHAM, token=operator, key=key)
    second = await world.post("/v1/places", DURHAM, token=operator, key=key)

    assert (second.status_code, second.content) == (201, first.content)
    assert second.headers["location"] == first.headers["location"]
    assert len([e for e in await world.events() if e["type"] == "place.created"]) == 1


async def test_texts_too_long_together_are_refused_and_nothing_is_kept(world: World) -> None:
    operator = await world.operator()
    item = {"title": "T", "description": "x" * 20_000}
    three = [{**item, "code": f"C{number}"} for number in range(3)]
    four = [*three, {**item, "code": "C9"}]
    refused = await world.post("/v1/places", {**DURHAM, "objectives": four}, token=operator)

    assert (refused.status_code, refused.json()["code"]) == (413, "record_too_large")
    assert (await world.get("/v1/places")).json()["items"] == []
    assert (await world.made("/v1/places", {**DURHAM, "objectives": three}, token=operator))["id"]
