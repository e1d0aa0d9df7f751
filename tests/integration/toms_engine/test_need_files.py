"""Official files of indices over HTTP: loaded whole or refused whole, and what can then be asked."""

import gzip
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.toms_engine.layouts import SMALL
from tests.integration.toms_engine.packs import area, need_index
from tests.integration.toms_engine.world import World, faults
from tests.official_files import DURHAM, IOD_2019, csv_file, official_file, official_rows

from cdp_common.kernel.identifiers import new_id
from toms_engine.storage.layouts_shipped import need_layouts

FIRST = official_rows(IOD_2019, 324)
BANDS = need_index()["bands"]
OTHER_CUTS = [{"band": "severe", "highest_decile": 2}, {"band": "low", "highest_decile": 10}]


async def send(
    world: World,
    content: bytes,
    *,
    layout: str = IOD_2019.layout,
    coverage: str = "extract",
    key: str | None = None,
    **headers: str,
) -> httpx2.Response:
    sent = {**world.writer(), "Idempotency-Key": key or str(new_id()), "Content-Type": "text/csv", **headers}
    params = {"layout": layout, "coverage": coverage}
    return await world.http.post("/v1/need-files", content=content, params=params, headers=sent)


def file_of(rows: list[list[str]], **options: str) -> bytes:
    return csv_file([IOD_2019.header, *rows], **options)


async def codes(world: World, **query: Any) -> list[str]:
    page = await world.http.get("/v1/areas", params={"index": "imd-2019", "limit": 100, **query})
    assert page.status_code == 200, page.text
    return [item["code"] for item in page.json()["items"]]


async def banding(world: World, manages: Any, **changes: Any) -> httpx2.Response:
    headers = world.mint.headers(
        org=world.other, scopes=["places:write"], roles={manages: ["programme_manager"]}
    )
    draft = {
        "index": "imd-2019",
        "place": "county-durham",
        "place_id": str(manages),
        "authorities": [DURHAM],
        "bands": BANDS,
        "reason": "As agreed by the partners.",
        **changes,
    }
    sent = {**headers, "Idempotency-Key": str(new_id())}
    return await world.http.post("/v1/need-bandings", json=draft, headers=sent)


async def test_a_nations_whole_file_loads_at_once_and_shows_its_checks(world: World):
    content = gzip.compress(official_file(SMALL))
    compressed = {"Content-Encoding": "gzip"}
    loaded = await send(world, content, layout=SMALL.layout, coverage="complete", **compressed)
    assert loaded.status_code == 201, loaded.text
    receipt = loaded.json()
    assert (receipt["areas_in_file"], receipt["areas_added"], receipt["areas_known"]) == (1000, 1000, 0)
    assert sum(receipt["by_decile"]) == 1000
    assert {check["outcome"] for check in receipt["checks"]} == {"passed"}
    durham = next(check for check in receipt["checks"] if check["code"] == "county-durham-by-decile")
    assert durham["found"] == durham["expected"] == "56 77 47 39 26 19 16 18 11 21"
    index = (await world.http.get("/v1/need-indices/small-2025")).json()
    assert (index["area_count"], index["areas_stored"], index["files"]) == (1000, 1000, [receipt])
    weights = {one["code"]: one["weight_percent"] for one in index["rankings"] if one["kind"] == "domain"}
    assert weights == {
        "income": "22.5",
        "employment": "22.5",
        "education": "13.5",
        "health": "13.5",
        "crime": "9.3",
        "barriers": "9.3",
        "living-environment": "9.3",
    }
    assert "not comparable" in index["comparability"]


async def test_an_extract_is_read_however_it_was_saved(world: World):
    rows = [list(row) for row in FIRST]
    rows[0][1] = "Caf\u00e9 001A"
    rows[1][5] = f"{int(rows[1][5]):,}"
    content = b"\xef\xbb\xbf" + file_of(rows, end="\r\n").rstrip()
    loaded = await send(world, content)
    assert loaded.status_code == 201, loaded.text
    assert loaded.json()["encoding"] == "utf-8"
    assert loaded.json()["by_decile"] == list(IOD_2019.durham_by_decile)
    again = await send(world, file_of(rows, encoding="windows-1252"))
    assert (again.status_code, again.json()["encoding"]) == (201, "windows-1252")
    assert (again.json()["areas_added"], again.json()["areas_known"]) == (0, 324)
    assert await world.count("need_area_facts") == 324
    first = (await world.http.get("/v1/areas?index=imd-2019&limit=1&domains=true")).json()["items"][0]
    assert (first["name"], first["authority_code"], first["population"]) == ("Caf\u00e9 001A", DURHAM, 1000)
    assert [one["code"] for one in first["domains"]][:3] == ["overall", "income", "employment"]
    income = first["domains"][1]
    assert (income["rank"], income["score"]) == (int(rows[0][8]), rows[0][7])


async def test_a_file_with_faults_is_refused_whole_with_their_lines(world: World):
    rows = [list(row) for row in FIRST[:50]]
    rows[3][0] = rows[2][0]
    rows[9][5] = "0"
    refused = await send(world, file_of(rows))
    assert (refused.status_code, refused.json()["code"]) == (422, "need_file_refused")
    assert ("/lines/5/area_code", "area_duplicate") in faults(refused)
    assert ("/lines/11/overall.rank", "rank_out_of_range") in faults(refused)
    assert refused.json()["detail"] == "Nothing was stored. Faults found: 3."
    for content, fault in (
        (b'a,"b\n', "csv_malformed"),
        (b"\x81\xff,b\n", "encoding_unreadable"),
        (b"a" * 70_000, "line_too_long"),
        (b"a\x00b,c\n", "encoding_unreadable"),
    ):
        broken = await send(world, content)
        assert broken.status_code == 422
        assert fault in [code for _, code in faults(broken)], broken.text
    assert await world.count("need_indices") == 0
    assert await world.count("idempotency_records") == 0


async def test_what_cannot_be_received_is_refused(world: World):
    content = file_of(FIRST[:2])
    unknown = await send(world, content, layout="england-iod-1066")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "need_layout_unknown")
    as_json = await send(world, content, **{"Content-Type": "application/json"})
    assert (as_json.status_code, as_json.json()["code"]) == (415, "unsupported_media_type")
    cut = gzip.compress(content)[:-20]
    malformed = await send(world, cut, **{"Content-Encoding": "gzip"})
    assert (malformed.status_code, malformed.json()["code"]) == (400, "upload_malformed")
    bomb = gzip.compress(content + (b" " * 60_000 + b"\n") * 1200)
    too_large = await send(world, bomb, **{"Content-Encoding": "gzip"})
    assert (too_large.status_code, too_large.json()["code"]) == (413, "upload_too_large")
    assert await world.count("need_indices") == 0


async def test_the_same_file_under_one_key_loads_once(world: World):
    key = str(new_id())
    first = await send(world, file_of(FIRST[:3]), key=key)
    again = await send(world, file_of(FIRST[:3]), key=key)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await send(world, file_of(FIRST[:4]), key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert await world.count("need_files") == 1


async def test_known_values_never_change_and_blanks_are_filled_in(world: World):
    blank = [[*FIRST[0][:7], "", "", "", *FIRST[0][10:]]]
    assert (await send(world, file_of(blank))).status_code == 201
    filled = (await send(world, file_of(FIRST[:2]))).json()
    assert (filled["areas_added"], filled["areas_completed"], filled["areas_known"]) == (1, 1, 0)
    blank_again = (await send(world, file_of(blank))).json()
    assert (blank_again["areas_completed"], blank_again["areas_known"]) == (0, 1)
    changed = [[*FIRST[0][:7], "0.999", *FIRST[0][8:]]]
    refused = await send(world, file_of(changed))
    assert (refused.status_code, refused.json()["code"]) == (409, "need_index_differs")
    assert faults(refused) == [(f"/areas/{FIRST[0][0]}", "need_area_differs")]
    for statement in (
        "UPDATE need_area_facts SET scores[2] = 1",
        "UPDATE need_area_facts SET ranks = ARRAY[1]",
        "UPDATE need_area_facts SET authority_code = 'E06000001'",
        "DELETE FROM need_area_facts",
        "UPDATE need_index_layouts SET layout_version = 2",
    ):
        with pytest.raises(DBAPIError, match=r"refused|permission denied|does not change"):
            async with world.db.begin() as tx:
                await tx.execute(text(statement))


async def test_an_index_that_was_loaded_otherwise_is_not_this_one(world: World):
    await world.load_index(need_index(area("E01000001", 1), index="imd-2019"))
    refused = await send(world, file_of(FIRST[:1]))
    assert (refused.status_code, refused.json()["code"]) == (409, "need_index_differs")
    assert ("/file/title", "need_index_differs") in faults(refused)


async def test_areas_are_asked_for_by_place_band_decile_and_domain(world: World):
    await send(world, file_of(FIRST))
    assert await codes(world, place="county-durham") == []
    assert len(await codes(world, place=DURHAM.lower(), band="severe")) == 39
    published = await banding(world, new_id())
    assert published.status_code == 201, published.text
    assert (await codes(world, place="county-durham"))[:2] == ["E01000001", "E01000002"]
    assert len(await codes(world, place="county-durham", decile=3)) == 50
    second = [row[0] for row in FIRST if row[9] == "2"]
    assert await codes(world, domain="income", decile=2) == second
    unknown = await world.http.get("/v1/areas?index=imd-2019&domain=wealth")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "need_domain_unknown")
    body = {"index": "imd-2019", "codes": ["E01000001"], "domains": True}
    [item] = (await world.http.post("/v1/areas/batch", json=body)).json()["items"]
    assert (item["band"], item["banding"], item["banding_version"], len(item["domains"])) == (
        "severe",
        "place",
        1,
        16,
    )


async def test_a_place_publishes_versions_of_its_bands_and_earlier_ones_stay(world: World):
    await send(world, file_of(FIRST))
    manages = new_id()
    first = await banding(world, manages)
    second = await banding(world, manages, bands=OTHER_CUTS, authorities=[], reason="Fewer bands.")
    assert (first.json()["version"], second.json()["version"]) == (1, 2)
    assert second.json()["authorities"] == [DURHAM]
    listed = (await world.http.get("/v1/need-bandings?index=imd-2019")).json()["items"]
    assert [(one["place"], one["version"]) for one in listed] == [
        ("*", 1),
        ("county-durham", 1),
        ("county-durham", 2),
    ]
    assert [(span["band"], span["highest_decile"]) for span in listed[0]["bands"]] == [
        ("severe", 1),
        ("high", 3),
        ("mild", 5),
        ("low", 10),
    ]
    assert listed[1] == first.json()
    assert len(await codes(world, place="county-durham", band="severe")) == 100
    stranger = await banding(world, new_id(), bands=OTHER_CUTS)
    assert (stranger.status_code, stranger.json()["code"]) == (409, "need_place_taken")
    elsewhere = await banding(world, new_id(), place="elsewhere")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "need_place_taken")
    nowhere = await banding(world, new_id(), place="elsewhere", authorities=[], bands=OTHER_CUTS[::-1])
    assert (nowhere.status_code, nowhere.json()["code"]) == (422, "need_banding_refused")
    unknown = await banding(world, manages, authorities=["E06000001"])
    assert faults(unknown) == [("/authorities/0", "authority_unknown")]
    lost = await banding(world, manages, index="imd-1066")
    assert (lost.status_code, lost.json()["code"]) == (422, "need_index_unknown")
    assert await world.count("need_bandings") == 2


async def test_an_import_does_not_replace_bands_that_were_published(world: World):
    await world.load_index(need_index(area("E01", 10)))
    manages = new_id()
    published = await banding(world, manages, index="imd-sample", authorities=[], bands=OTHER_CUTS)
    assert (published.status_code, published.json()["version"]) == (201, 2)
    refused = await world.load_index(need_index(area("E02", 11)))
    assert (refused.status_code, refused.json()["code"]) == (409, "need_banding_published")
    assert await world.count("need_areas") == 1
    same = await world.load_index(need_index(area("E02", 11), bands=OTHER_CUTS))
    assert same.status_code == 201


async def test_the_layouts_that_this_build_reads_are_listed(world: World):
    listed = (await world.http.get("/v1/need-layouts")).json()["items"]
    assert [one["layout"] for one in listed] == [*sorted(need_layouts().by_name), SMALL.layout]
    assert {one["index"]: one["column_count"] for one in listed} == {
        "imd-2019": 57,
        "imd-2025": 56,
        "small-2025": 56,
    }
