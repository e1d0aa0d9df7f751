"""Outlines over HTTP, and the map of areas with their bands."""

import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.toms_engine.packs import need_index
from tests.integration.toms_engine.world import Headers, World, faults

from cdp_common.kernel.identifiers import new_id

FACTS = {
    "code_property": "code",
    "licence": "OGL-UK-3.0",
    "attribution": "Source: somebody",
    "source_url": "https://example.org/outlines",
}


def outlines(*codes: str, at: float = 0.0) -> dict[str, Any]:
    """Squares, drawn clockwise as many files are."""
    ring = [[at, 0], [at, 1], [at + 1, 1], [at + 1, 0], [at, 0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    features = [{"type": "Feature", "properties": {"code": code}, "geometry": geometry} for code in codes]
    return {"type": "FeatureCollection", "features": features}


async def attach(
    world: World, document: Any, headers: Headers | None = None, index: str = "imd-sample", **facts: str
) -> httpx2.Response:
    sent = {**(headers or world.writer()), "Idempotency-Key": str(new_id())}
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return await world.http.post(
        f"/v1/need-indices/{index}/boundaries",
        content=content,
        params={**FACTS, **facts},
        headers={**sent, "Content-Type": "application/geo+json"},
    )


async def drawn(world: World, **query: Any) -> dict[str, Any]:
    answer = await world.http.get("/v1/areas/geojson", params={"index": "imd-sample", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/geo+json"
    page: dict[str, Any] = answer.json()
    return page


async def test_areas_are_drawn_with_their_bands(world: World):
    await world.load_index(need_index())
    attached = await attach(world, outlines("E01", "E02"))
    assert attached.status_code == 201, attached.text
    assert (attached.json()["area_count"], attached.json()["areas_of_index"]) == (2, 4)
    page = await drawn(world)
    assert page["type"] == "FeatureCollection"
    assert (page["attributions"], page["licences"]) == (["Source: somebody"], ["OGL-UK-3.0"])
    first = page["features"][0]
    assert first["id"] == "E01"
    assert first["geometry"]["coordinates"] == [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]
    assert first["properties"] == {
        "code": "E01",
        "name": "Area E01",
        "place": "county-durham",
        "index": "imd-sample",
        "decile": 1,
        "band": "severe",
        "banding_version": 1,
    }
    assert [one["geometry"] is None for one in page["features"]] == [False, False, True, True]
    assert [one["id"] for one in (await drawn(world, band="high"))["features"]] == ["E02"]
    assert (await drawn(world, place="elsewhere"))["features"] == []


async def test_the_newest_outline_holds_and_the_map_comes_in_pages_with_a_tag(world: World):
    await world.load_index(need_index())
    await attach(world, outlines("E01", "E02"))
    path = "/v1/areas/geojson?index=imd-sample&limit=3"
    before = await world.http.get(path)
    same = await world.http.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    await attach(world, outlines("E02", at=5.0), attribution="Source: another")
    after = await world.http.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert [one["geometry"] and one["geometry"]["coordinates"][0][0] for one in after.json()["features"]] == [
        [0, 0],
        [5, 0],
        None,
    ]
    assert after.json()["attributions"] == ["Source: another", "Source: somebody"]
    assert after.json()["next_after"] == "E03"
    rest = await drawn(world, after="E03", limit=3)
    assert ([one["id"] for one in rest["features"]], rest["next_after"]) == (["E04"], None)


async def test_a_file_with_faults_is_refused_whole(world: World):
    await world.load_index(need_index())
    refused = await attach(world, outlines("E01", "E99"))
    assert (refused.status_code, refused.json()["code"]) == (422, "boundaries_refused")
    assert faults(refused) == [("/features/1/properties/code", "area_unknown")]
    for content in (b"{", b"\xff", b"[" * 100_000, b'{"type": NaN}', b""):
        broken = await attach(world, content)
        assert (broken.status_code, faults(broken)) == (422, [("", "not_json")])
    unsaid = await world.http.post("/v1/need-indices/imd-sample/boundaries", headers=world.writer())
    assert unsaid.status_code in (400, 422)
    lost = await attach(world, outlines("E01"), index="imd-1066")
    assert (lost.status_code, lost.json()["code"]) == (404, "need_index_not_found")
    other = await attach(world, outlines("E01"), world.other_writer())
    assert (other.status_code, other.json()["code"]) == (403, "need_index_not_yours")
    assert await world.count("need_boundaries") == 0
    nowhere = await world.http.get("/v1/areas/geojson?index=imd-1066")
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "need_index_not_found")


async def test_the_database_keeps_outlines(world: World):
    await world.load_index(need_index())
    await attach(world, outlines("E01"))
    for statement in ("UPDATE need_boundaries SET geometry = ''", "DELETE FROM need_boundary_files"):
        with pytest.raises(DBAPIError, match=r"refused|permission denied"):
            async with world.db.begin() as tx:
                await tx.execute(text(statement))
