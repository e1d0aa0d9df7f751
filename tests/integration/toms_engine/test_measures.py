"""Reading measures, with and without the licence of their figures."""

from typing import Any

import pytest
from tests.integration.toms_engine.packs import licensed_pack, measure, pack
from tests.integration.toms_engine.world import World

from toms_engine.use_cases.published_editions import PublishedEditions

LICENCE = "frameworks:licensed:licensed-measures"


async def measures_of(world: World, edition: dict[str, Any], headers=None) -> list[dict[str, Any]]:
    page = (await world.http.get(f"/v1/editions/{edition['id']}/measures", headers=headers or {})).json()
    items: list[dict[str, Any]] = page["items"]
    return items


async def test_measures_show_theme_proxy_and_exclusions_in_both_directions(world: World):
    edition = await world.published(pack())
    first, second, third = await measures_of(world, edition)
    assert (first["code"], second["code"], third["code"]) == ("M1", "M2", "M3")
    assert first["theme"] == {"code": "T2", "title": "Second theme"}
    assert first["outcome"]["code"] == "O1"
    assert (first["component"], second["component"], third["component"]) == ("social", "local_economic", None)
    assert first["proxy"]["central_gbp"] == "17.96"
    assert first["proxy"]["sources"][0]["publisher"] == "A publisher"
    assert first["additionality"]["deadweight"] == "0.20"
    assert (first["excludes"], second["excludes"], third["excludes"]) == (["M3"], [], ["M1"])
    assert {item["edition_hash"] for item in (first, second, third)} == {edition["edition_hash"]}


async def test_measures_come_in_the_order_of_the_pack_and_in_pages(world: World):
    codes = ["Z", "A", "M"]
    edition = await world.published(pack(measures=[measure(code) for code in codes], crosswalks=[]))
    first = (await world.http.get(f"/v1/editions/{edition['id']}/measures?limit=2")).json()
    assert [item["code"] for item in first["items"]] == ["Z", "A"]
    second = (await world.http.get(first["next"])).json()
    assert ([item["code"] for item in second["items"]], second["next"]) == (["M"], None)


@pytest.mark.parametrize("cursor", ["x", "W1siaSIsLTFdXQ", "W1sicyIsImEiXV0"])
async def test_a_cursor_that_was_not_given_out(world: World, cursor: str):
    edition = await world.published(pack())
    answer = await world.http.get(f"/v1/editions/{edition['id']}/measures", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_invalid")


async def test_a_drafts_measures_change_with_it(world: World):
    draft = (await world.load(pack())).json()
    assert len(await measures_of(world, draft, world.writer())) == 3
    await world.load(pack(measures=[measure("M1", title="Now this")], crosswalks=[]))
    [only] = await measures_of(world, draft, world.writer())
    assert only["title"] == "Now this"


async def test_licensed_figures_show_to_the_licence_holder_alone(world: World):
    edition = await world.published(licensed_pack())
    for headers in ({}, world.writer(), world.valuer("frameworks:licensed:another-framework")):
        answer = await world.http.get(f"/v1/editions/{edition['id']}/measures", headers=headers)
        assert "123.45" not in answer.text
        assert "543.21" not in answer.text
        hidden = answer.json()["items"][0]["proxy"]
        assert [hidden[name] for name in ("central_gbp", "low_gbp", "high_gbp", "derivation")] == [None] * 4
        assert hidden["series"] == []
        assert hidden["sources"][0]["publisher"] == "A publisher"
    shown, carbon = await measures_of(world, edition, world.valuer(LICENCE))
    assert (shown["proxy"]["central_gbp"], shown["proxy"]["derivation"]) == ("123.45", "123.45 by survey.")
    assert carbon["proxy"]["series"][0]["central_gbp"] == "543.21"


async def test_a_batch_gives_each_measure_once_and_names_what_is_missing(world: World):
    edition = await world.published(pack())
    draft = (await world.load(pack(edition="2027"))).json()
    known = {"edition_hash": edition["edition_hash"], "code": "M2"}
    first = {"edition_hash": edition["edition_hash"], "code": "M1"}
    unknown = {"edition_hash": edition["edition_hash"], "code": "M9"}
    drafted = {"edition_hash": draft["edition_hash"], "code": "M1"}
    nowhere = {"edition_hash": "f" * 64, "code": "M1"}
    body = {"keys": [known, unknown, first, known, drafted, nowhere]}
    answer = (await world.http.post("/v1/measures/batch", json=body, headers=world.writer())).json()
    assert [item["code"] for item in answer["items"]] == ["M2", "M1"]
    assert answer["missing"] == [unknown, drafted, nowhere]


async def test_a_batch_hides_licensed_figures_too(world: World):
    edition = await world.published(licensed_pack())
    body = {"keys": [{"edition_hash": edition["edition_hash"], "code": "L1"}]}
    public = await world.http.post("/v1/measures/batch", json=body)
    assert "123.45" not in public.text
    licensed = await world.http.post("/v1/measures/batch", json=body, headers=world.valuer(LICENCE))
    assert licensed.json()["items"][0]["proxy"]["central_gbp"] == "123.45"


async def test_published_editions_are_read_from_the_database_once(world: World):
    hashes = [
        (await world.published(pack(edition=code)))["edition_hash"] for code in ("2024", "2025", "2026")
    ]
    kept = PublishedEditions(world.db, capacity=2)
    first = await kept.by_hash(hashes[0])
    assert await kept.by_hash(hashes[0]) is first
    assert set(await kept.by_hashes(hashes)) == set(hashes)
    assert await kept.by_hash("f" * 64) is None
    # The third has taken the place of the first, which is read again.
    assert await kept.by_hash(hashes[0]) is not first
