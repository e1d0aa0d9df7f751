"""Loading and reading indices of deprivation."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.toms_engine.packs import area, need_index
from tests.integration.toms_engine.world import World, faults

from cdp_common.kernel.identifiers import new_id

OTHER_CUTS = [{"band": "severe", "highest_decile": 2}, {"band": "low", "highest_decile": 10}]


async def bands(world: World, *codes: str, index: str = "imd-sample") -> list[tuple[Any, ...]]:
    body = {"index": index, "codes": list(codes)}
    answer = (await world.http.post("/v1/areas/batch", json=body)).json()
    return [(item["code"], item["decile"], item["band"], item["banding_version"]) for item in answer["items"]]


async def test_areas_have_deciles_and_bands(world: World):
    loaded = await world.load_index(need_index())
    assert loaded.status_code == 201
    assert loaded.json() == {
        "index": "imd-sample",
        "area_count_stored": 4,
        "by_band": {"severe": 1, "high": 1, "mild": 1, "low": 1},
    }
    assert await bands(world, "E04", "E03", "E02", "E01") == [
        ("E04", 10, "low", 1),
        ("E03", 5, "mild", 1),
        ("E02", 2, "high", 1),
        ("E01", 1, "severe", 1),
    ]


async def test_a_batch_gives_each_area_once_and_names_what_is_missing(world: World):
    await world.load_index(need_index())
    body = {"index": "imd-sample", "codes": ["E02", "E99", "E02", "E01"]}
    answer = (await world.http.post("/v1/areas/batch", json=body)).json()
    assert [item["code"] for item in answer["items"]] == ["E02", "E01"]
    assert answer["missing"] == ["E99"]
    assert answer["items"][0]["name"] == "Area E02"


async def test_lists_are_cut_by_place_and_band_and_come_in_pages(world: World):
    elsewhere = area("E05", 5, place="london")
    await world.load_index(need_index(area("E02", 11), area("E01", 10), area("E03", 30), elsewhere))

    async def listed(**query: Any) -> list[str]:
        page = (await world.http.get("/v1/areas", params={"index": "imd-sample", **query})).json()
        return [item["code"] for item in page["items"]]

    assert await listed() == ["E01", "E02", "E03", "E05"]
    assert await listed(place="county-durham") == ["E01", "E02", "E03"]
    assert await listed(band="severe") == ["E01", "E05"]
    assert await listed(band="high", place="london") == []
    first = (await world.http.get("/v1/areas?index=imd-sample&limit=3")).json()
    second = (await world.http.get(first["next"])).json()
    assert ([item["code"] for item in second["items"]], second["next"]) == (["E05"], None)


async def test_an_index_that_is_not_there(world: World):
    listed = await world.http.get("/v1/areas?index=imd-1066")
    assert (listed.status_code, listed.json()["code"]) == (404, "need_index_not_found")
    batch = await world.http.post("/v1/areas/batch", json={"index": "imd-1066", "codes": ["E01"]})
    assert (batch.status_code, batch.json()["code"]) == (404, "need_index_not_found")


async def test_an_index_comes_in_parts(world: World):
    await world.load_index(need_index(area("E01", 10)))
    second = await world.load_index(need_index(area("E02", 11), area("E01", 10)))
    assert (second.status_code, second.json()["area_count_stored"]) == (201, 2)
    assert await bands(world, "E01", "E02") == [("E01", 1, "severe", 1), ("E02", 2, "high", 1)]


async def test_a_place_may_cut_its_deciles_anew_and_others_keep_theirs(world: World):
    await world.load_index(need_index(area("E01", 10), area("E02", 11), area("L01", 11, place="london")))
    await world.load_index(need_index(area("E02", 11), bands=OTHER_CUTS))
    assert await bands(world, "E01", "E02", "L01") == [
        ("E01", 1, "severe", 2),
        ("E02", 2, "severe", 2),
        ("L01", 2, "high", 1),
    ]


async def test_the_same_cuts_make_no_new_version(world: World):
    await world.load_index(need_index(area("E01", 10)))
    await world.load_index(need_index(area("E02", 11)))
    assert await world.count("need_bands") == 4


async def test_what_is_stored_of_an_index_never_changes(world: World):
    await world.load_index(need_index(area("E01", 10)))
    other_facts = await world.load_index(need_index(area("E02", 11), area_count=200, title="Another"))
    assert (other_facts.status_code, other_facts.json()["code"]) == (409, "need_index_differs")
    assert faults(other_facts) == [("/title", "need_index_differs"), ("/area_count", "need_index_differs")]
    other_rank = await world.load_index(need_index(area("E02", 11), area("E01", 11)))
    assert (other_rank.status_code, other_rank.json()["code"]) == (409, "need_index_differs")
    assert faults(other_rank) == [("/areas/1", "need_area_differs")]
    assert await world.count("need_areas") == 1
    assert await world.count("need_imports") == 1


async def test_every_fault_of_a_part_is_reported_and_nothing_stored(world: World):
    refused = await world.load_index(
        need_index(area("E01", 101), area("E01", 2), bands=list(reversed(need_index()["bands"])))
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "need_index_refused")
    assert ("/areas/0/rank", "rank_beyond_area_count") in faults(refused)
    assert ("/areas/1/code", "code_duplicate") in faults(refused)
    assert ("/bands/1/band", "bands_disordered") in faults(refused)
    assert await world.count("need_indices") == 0


async def test_an_index_belongs_to_who_brought_it(world: World):
    await world.load_index(need_index(area("E01", 10)))
    refused = await world.load_index(need_index(area("E02", 11)), world.other_writer())
    assert (refused.status_code, refused.json()["code"]) == (403, "need_index_not_yours")


async def test_the_same_key_gives_the_first_answer_again(world: World):
    key = str(new_id())
    first = await world.load_index(need_index(), key=key)
    again = await world.load_index(need_index(), key=key)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await world.count("need_imports") == 1


async def test_parts_loaded_at_once_are_all_stored(wide_world: World):
    parts = [need_index(*(area(f"E{part}{n}", n + 1) for n in range(20))) for part in range(4)]
    answers = await asyncio.gather(*(wide_world.load_index(part) for part in parts))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert await wide_world.count("need_areas") == 80
    assert await wide_world.count("need_bands") == 4


async def test_the_database_refuses_to_change_an_index(world: World):
    await world.load_index(need_index())
    for statement in ("UPDATE need_areas SET rank = 1", "DELETE FROM need_bands", "DELETE FROM need_indices"):
        with pytest.raises(DBAPIError, match=r"refused|permission denied"):
            async with world.db.begin() as tx:
                await tx.execute(text(statement))
    assert len(await bands(world, "E01", "E02", "E03", "E04")) == 4
