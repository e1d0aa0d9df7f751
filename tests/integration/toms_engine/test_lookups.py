"""Lookups over HTTP, and areas by postcode."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.toms_engine.packs import area, need_index
from tests.integration.toms_engine.world import Headers, World, faults
from tests.official_files import csv_file, postcode_lines

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.needs import PostcodeBatchRequest, WardBatchRequest
from cdp_common.kernel.identifiers import new_id

POSTCODES = [
    ["pcds", "doterm", "dointr", "lsoa11cd", "osward"],
    ["DH1 1AA", "", "198001", "E11", "E05000001"],
    ["DH1 1AB", "201805", "198001", "E12", ""],
    ["DH1 1AC", "", "198001", "", ""],
    ["DH1 1AD", "", "198001", "E13", ""],
]
CHANGES = [
    ["LSOA11CD", "LSOA11NM", "CHGIND", "LSOA21CD", "LSOA21NM"],
    ["E11", "Old 11", "U", "E11", "New 11"],
    ["E12", "Old 12", "S", "E21", "New 21"],
    ["E12", "Old 12", "S", "E22", "New 22"],
    ["E13", "Old 13", "M", "E34", "New 34"],
    ["E14", "Old 14", "M", "E34", "New 34"],
]
WARDS = [
    ["LSOA21CD", "WD24CD", "WD24NM"],
    ["E11", "E05000001", "Elvet"],
    ["E21", "E05000002", "Gilesgate"],
]


async def send(
    world: World,
    rows: list[list[str]] | bytes,
    *,
    layout: str = "uk-onspd",
    edition: str = "2024-11",
    headers: Headers | None = None,
    key: str | None = None,
) -> httpx2.Response:
    sent = {
        **(headers or world.writer()),
        "Idempotency-Key": key or str(new_id()),
        "Content-Type": "text/csv",
    }
    content = rows if isinstance(rows, bytes) else csv_file(rows)
    params = {"layout": layout, "edition": edition}
    return await world.http.post("/v1/lookups", content=content, params=params, headers=sent)


async def furnished(world: World) -> None:
    """Two indices of different vintages, and the lookups between them."""
    old = [area("E11", 1), area("E12", 30), area("E13", 60), area("E14", 99)]
    await world.load_index(need_index(*old, index="imd-2019", vintage="LSOA 2011"))
    new = [area("E11", 2), area("E21", 20), area("E22", 70), area("E34", 100)]
    await world.load_index(need_index(*new, index="imd-2025", vintage="LSOA 2021"))
    for rows, layout in (
        (POSTCODES, "uk-onspd"),
        (CHANGES, "england-wales-lsoa-2011-2021"),
        (WARDS, "england-wales-lsoa-2021-ward"),
    ):
        loaded = await send(world, rows, layout=layout)
        assert loaded.status_code == 201, loaded.text


async def by_postcode(world: World, postcode: str, **query: Any) -> list[dict[str, Any]]:
    answer = await world.http.get("/v1/areas", params={"postcode": postcode, **query})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_postcode_leads_to_area_band_ward_and_the_editions_of_all(world: World):
    await furnished(world)
    old, new = await by_postcode(world, "dh11aa")
    assert [(one["index"], one["code"], one["band"], one["place"]) for one in (old, new)] == [
        ("imd-2019", "E11", "severe", "county-durham"),
        ("imd-2025", "E11", "severe", "county-durham"),
    ]
    located = old["located_by"]
    assert located.pop("attribution").startswith("Contains OS data")
    assert located == {
        "postcode": "DH1 1AA",
        "is_terminated": False,
        "terminated_in": None,
        "introduced_in": "1980-01",
        "lookup": "uk-onspd",
        "lookup_edition": "2024-11",
        "ward_code": "E05000001",
        "ward_name": "Elvet",
        "ward_basis": "postcode",
        "relation": "same_vintage",
        "is_only_candidate": True,
    }
    assert new["located_by"]["relation"] == "unchanged"


async def test_a_terminated_postcode_still_answers_and_a_split_area_is_never_picked(world: World):
    await furnished(world)
    items = await by_postcode(world, "DH1  1AB")
    assert [(one["index"], one["code"], one["located_by"]["relation"]) for one in items] == [
        ("imd-2019", "E12", "same_vintage"),
        ("imd-2025", "E21", "split"),
        ("imd-2025", "E22", "split"),
    ]
    assert [one["located_by"]["is_only_candidate"] for one in items] == [True, False, False]
    assert {one["located_by"]["terminated_in"] for one in items} == {"2018-05"}
    assert items[1]["located_by"]["ward_basis"] == "area_best_fit"
    assert items[2]["located_by"]["ward_basis"] is None
    [merged] = await by_postcode(world, "DH1 1AD", index="imd-2025")
    assert (merged["code"], merged["located_by"]["relation"]) == ("E34", "merged")


async def test_many_postcodes_are_found_as_each_of_them_is(world: World):
    toms = TomsClient("http://service.test", None, world.http)
    asked = ["dh11aa", "DH1 1AB", "DH1 1AC", "DH1 1AD", "DH9 9ZZ", "Durham", "dh11aa"]
    await world.load_index(need_index(area("E11", 1), index="imd-2010", vintage="LSOA 2001"))
    bare = await toms.batch_postcodes(PostcodeBatchRequest(index="imd-2010", postcodes=asked))
    assert (bare.items, bare.missing, bare.lookup_edition) == ([], asked[:-1], None)
    await furnished(world)
    for index in ("imd-2019", "imd-2025"):
        batch = await toms.batch_postcodes(PostcodeBatchRequest(index=index, postcodes=asked))
        assert (batch.missing, batch.lookup_edition) == (["DH9 9ZZ", "Durham"], "2024-11")
        found = {one.postcode: [area.code for area in one.areas] for one in batch.items}
        assert found["DH1 1AC"] == []
        for postcode in ("dh11aa", "DH1 1AB", "DH1 1AD"):
            alone = await by_postcode(world, postcode, index=index)
            assert found[postcode] == [one["code"] for one in alone]


async def test_wards_are_the_areas_of_their_vintage_and_what_the_index_lacks_is_counted(world: World):
    toms = TomsClient("http://service.test", None, world.http)
    asked = ["E05000002", "E05000001", "E05000003", "E05000009", "E05000002"]
    await world.load_index(need_index(area("E11", 1), index="imd-2010", vintage="LSOA 2021"))
    bare = await toms.batch_wards(WardBatchRequest(index="imd-2010", wards=asked))
    assert (bare.items, bare.missing, bare.lookup_edition) == ([], asked[:-1], None)
    await furnished(world)
    more = [*WARDS, ["E22", "E05000002", "Gilesgate"], ["E99", "E05000003", "Nowhere"]]
    loaded = await send(world, more, layout="england-wales-lsoa-2021-ward", edition="2025-05")
    assert loaded.status_code == 201, loaded.text
    batch = await toms.batch_wards(WardBatchRequest(index="imd-2025", wards=asked))
    assert (batch.missing, batch.lookup_edition) == (["E05000009"], "2025-05")
    found = [
        (one.ward, one.name, [area.code for area in one.areas], one.areas_missing) for one in batch.items
    ]
    assert found == [
        ("E05000002", "Gilesgate", ["E21", "E22"], 0),
        ("E05000001", "Elvet", ["E11"], 0),
        ("E05000003", "Nowhere", [], 1),
    ]
    assert {area.place for one in batch.items for area in one.areas} == {"county-durham"}
    # Areas of 2011 are others under the same codes at times: no lookup of wards is of theirs.
    old = await toms.batch_wards(WardBatchRequest(index="imd-2019", wards=asked))
    assert (old.items, old.lookup_edition) == ([], None)
    unknown = await world.http.post("/v1/wards/batch", json={"index": "imd-1999", "wards": ["E05000001"]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "need_index_not_found")


async def test_postcodes_that_lead_nowhere_say_why(world: World):
    await furnished(world)
    for query, status, code in (
        ("postcode=DH9+9ZZ", 404, "postcode_not_found"),
        ("postcode=DH1+1AC", 404, "postcode_area_not_found"),
        ("postcode=Durham", 422, "postcode_malformed"),
        ("postcode=", 422, "postcode_malformed"),
        ("postcode=DH1+1AA&index=imd-1066", 404, "need_index_not_found"),
        ("postcode=DH1+1AA&place=county-durham", 422, "area_query_unclear"),
        ("", 422, "area_query_unclear"),
    ):
        refused = await world.http.get(f"/v1/areas?{query}")
        assert (refused.status_code, refused.json()["code"]) == (status, code), query


async def test_the_newest_edition_answers_whichever_was_loaded_last(world: World):
    await furnished(world)
    moved = [POSTCODES[0], ["DH1 1AA", "", "198001", "E13", ""]]
    assert (await send(world, moved, edition="2023-02")).status_code == 201
    assert (await by_postcode(world, "DH1 1AA", index="imd-2019"))[0]["code"] == "E11"
    assert (await send(world, moved, edition="2025-02")).status_code == 201
    assert (await by_postcode(world, "DH1 1AA", index="imd-2019"))[0]["code"] == "E13"
    gone = await world.http.get("/v1/areas?postcode=DH1+1AB")
    assert gone.json()["detail"] == "Edition 2025-02 lacks it."
    listed = (await world.http.get("/v1/lookups")).json()["items"]
    assert [(one["kind"], one["edition"], one["row_count"]) for one in listed] == [
        ("postcodes", "2025-02", 1),
        ("postcodes", "2023-02", 1),
        ("wards", "2024-11", 2),
        ("changes", "2024-11", 5),
        ("postcodes", "2024-11", 4),
    ]
    assert listed[3]["by_relation"] == {"unchanged": 1, "split": 2, "merged": 2}


async def test_what_became_of_an_area(world: World):
    await furnished(world)
    split = (await world.http.get("/v1/area-changes/E12")).json()
    assert ([one["to_code"] for one in split["items"]], split["is_one_to_one"]) == (["E21", "E22"], False)
    merged = (await world.http.get("/v1/area-changes/E34")).json()
    assert [(one["from_code"], one["relation"]) for one in merged["items"]] == [
        ("E13", "merged"),
        ("E14", "merged"),
    ]
    same = (await world.http.get("/v1/area-changes/E11")).json()
    assert same["is_one_to_one"]
    assert (same["items"][0]["from_vintage"], same["items"][0]["to_vintage"]) == ("LSOA 2011", "LSOA 2021")
    unknown = await world.http.get("/v1/area-changes/E99")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "area_change_not_found")


async def test_a_lookup_with_faults_is_refused_whole(world: World):
    bad = [*POSTCODES, ["DH1", "", "", "", ""], ["DH1 1AZ", "2018", "", "", ""]]
    refused = await send(world, bad)
    assert (refused.status_code, refused.json()["code"]) == (422, "lookup_refused")
    assert faults(refused) == [
        ("/lines/6/postcode", "postcode_malformed"),
        ("/lines/7/terminated", "month_malformed"),
    ]
    twice = await send(world, [*POSTCODES, POSTCODES[1]])
    assert (twice.status_code, faults(twice)) == (422, [("/file/DH11AA", "row_duplicate")])
    unknown = await send(world, POSTCODES, layout="uk-1066")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "need_layout_unknown")
    headless = await send(world, b"a,b\nc,d\n")
    assert ("/file/areas", "column_missing") in faults(headless)
    for table in ("lookups", "postcode_areas", "lookup_receipts", "events"):
        assert await world.count(table) == 0, table


async def test_an_edition_is_loaded_once_and_by_whoever_brought_the_first(world: World):
    key = str(new_id())
    first = await send(world, POSTCODES, key=key)
    again = await send(world, POSTCODES, key=key)
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    taken = await send(world, POSTCODES[:3])
    assert (taken.status_code, taken.json()["code"]) == (409, "lookup_edition_taken")
    other = await send(world, POSTCODES, edition="2025-02", headers=world.other_writer())
    assert (other.status_code, other.json()["code"]) == (403, "lookup_not_yours")
    assert await world.count("postcode_areas") == 4
    for statement in ("UPDATE postcode_areas SET ward_code = NULL", "DELETE FROM lookups"):
        with pytest.raises(DBAPIError, match=r"refused|permission denied"):
            async with world.db.begin() as tx:
                await tx.execute(text(statement))


async def test_a_file_of_many_portions_is_stored_to_its_last_row(world: World):
    loaded = await send(world, b"".join(postcode_lines(12_001)))
    assert loaded.status_code == 201, loaded.text
    receipt = loaded.json()
    assert (receipt["row_count"], receipt["terminated_count"]) == (12_001, 1715)
    assert receipt["vintages"] == ["LSOA 2011", "LSOA 2021"]
    assert await world.count("postcode_areas") == 12_001
