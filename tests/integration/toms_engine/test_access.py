"""Each row of the access matrix, tried on the running service."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
import yaml
from tests.contract.descriptions import committed
from tests.integration.toms_engine.layouts import SMALL
from tests.integration.toms_engine.packs import area, licensed_pack, line, need_index, pack
from tests.integration.toms_engine.test_boundaries import FACTS, outlines
from tests.integration.toms_engine.world import Headers, World
from tests.official_files import csv_file, official_rows

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import SavepointDatabase

MATRIX = Path(__file__).parents[2] / "contract" / "access" / "toms-engine.yaml"
ROWS: list[dict[str, Any]] = yaml.load(MATRIX.read_text(encoding="utf-8"), yaml.CSafeLoader)
HOOK = {"url": "http://127.0.0.1:9/hook", "event_types": []}
PLACE = "01a20000-0000-7000-8000-000000000001"
LICENCE = "frameworks:licensed:licensed-measures"

SMALL_ROWS = official_rows(SMALL, 2)

Target = dict[str, Any]
Call = Callable[[World, Headers, Target], Awaitable[httpx2.Response]]


def headers_of(world: World, caller: str) -> Headers:
    return {
        "public": dict,
        "bad_token": lambda: {"Authorization": "Bearer not.a.token"},
        "signed": lambda: world.mint.headers(org=world.other),
        "own_writer": world.writer,
        "other_writer": world.other_writer,
        "valuer": world.valuer,
        "manager": lambda: world.mint.headers(
            org=world.other, scopes=["places:write"], roles={UUID(PLACE): ["programme_manager"]}
        ),
        "other_manager": lambda: world.mint.headers(
            org=world.other, scopes=["places:write"], roles={new_id(): ["programme_manager"]}
        ),
        "licence_holder": lambda: world.valuer(LICENCE),
        "reader": lambda: world.mint.headers(org=world.other, scopes=["events:read"]),
        "own_subscriber": lambda: world.mint.headers(org=world.owner, scopes=["webhooks:write"]),
        "other_subscriber": lambda: world.mint.headers(org=world.other, scopes=["webhooks:write"]),
    }[caller]()


def subject_of(row: dict[str, Any]) -> str:
    """What has to be there before a row can be tried."""
    operation = row["operation"]
    if "webhook" in operation:
        return "webhook"
    if operation == "import_need_file":
        return "need file"
    if operation in ("rank_measures", "recommend_measures"):
        return "need file and edition"
    if operation in ("import_lookup", "get_area_changes"):
        return "lookup"
    if any(word in operation for word in ("need", "lookup", "area", "boundaries", "postcodes", "wards")):
        return "need index"
    word = row["note"].split()[0]
    return f"{word} edition" if word in ("draft", "licensed") else "edition"


async def target_of(world: World, subject: str) -> Target:
    """The edition or webhook that rows are about; the owner has brought its framework and an index."""
    if subject == "webhook":
        sent = keyed(headers_of(world, "own_subscriber"))
        made = await world.http.post("/v1/webhooks", json=HOOK, headers=sent)
        assert made.status_code == 201, made.text
        return {"hook": f"/v1/webhooks/{made.json()['id']}"}
    if subject.startswith("need file"):
        loaded = await send_file(world, keyed(world.writer()), row_number=0)
        assert loaded.status_code == 201, loaded.text
        return await world.published(pack()) if subject.endswith("edition") else {}
    if subject == "lookup":
        loaded = await send_lookup(world, keyed(world.writer()), edition="2024-11")
        assert loaded.status_code == 201, loaded.text
        return {}
    if subject == "need index":
        await world.load_index(need_index())
        return {}
    edition = await world.load(licensed_pack() if subject == "licensed edition" else pack())
    if subject != "draft edition":
        await world.publish(edition)
    now = await world.http.get(f"/v1/editions/{edition.json()['id']}", headers=world.writer())
    measure = "L1" if subject == "licensed edition" else "M1"
    return {**now.json(), "etag": now.headers["ETag"], "measure": measure}


def send_file(world: World, headers: Headers, row_number: int) -> Awaitable[httpx2.Response]:
    return world.http.post(
        f"/v1/need-files?layout={SMALL.layout}&coverage=extract",
        content=csv_file([SMALL.header, SMALL_ROWS[row_number]]),
        headers={**headers, "Content-Type": "text/csv"},
    )


def send_lookup(world: World, headers: Headers, edition: str) -> Awaitable[httpx2.Response]:
    header = ["LSOA11CD", "LSOA11NM", "CHGIND", "LSOA21CD", "LSOA21NM"]
    return world.http.post(
        f"/v1/lookups?layout=england-wales-lsoa-2011-2021&edition={edition}",
        content=csv_file([header, ["E01", "First", "U", "E01", "First"]]),
        headers={**headers, "Content-Type": "text/csv"},
    )


def wish(target: Target) -> dict[str, Any]:
    return {"edition_hash": target["edition_hash"], "index": SMALL.index, "areas": [SMALL_ROWS[0][0]]}


def keyed(headers: Headers) -> Headers:
    return {**headers, "Idempotency-Key": str(new_id())}


CALLS: dict[str, Call] = {
    "import_framework": lambda world, headers, _: world.http.post(
        "/v1/frameworks", json=pack(edition="2028"), headers=keyed(headers)
    ),
    "publish_edition": lambda world, headers, target: world.http.post(
        f"/v1/editions/{target['id']}/publish", headers={**headers, "If-Match": target["etag"]}
    ),
    "list_editions": lambda world, headers, _: world.http.get("/v1/editions", headers=headers),
    "get_pack_schema": lambda world, headers, target: world.http.get(
        "/v1/framework-pack-schema", headers=headers
    ),
    "get_edition": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}", headers=headers
    ),
    "get_edition_by_hash": lambda world, headers, target: world.http.get(
        f"/v1/editions/by-hash/{target['edition_hash']}", headers=headers
    ),
    "list_measures": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/measures", headers=headers
    ),
    "get_measure": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/measures/{target['measure']}", headers=headers
    ),
    "list_proxies": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/proxies", headers=headers
    ),
    "get_proxy": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/proxies/hour", headers=headers
    ),
    "list_multipliers": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/multipliers", headers=headers
    ),
    "list_crosswalks": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/crosswalks", headers=headers
    ),
    "get_crosswalk": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/crosswalks/pillars", headers=headers
    ),
    "get_workstreams": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/workstreams", headers=headers
    ),
    "list_edition_changes": lambda world, headers, target: world.http.get(
        f"/v1/editions/{target['id']}/diff?against={target['id']}", headers=headers
    ),
    "batch_measures": lambda world, headers, target: world.http.post(
        "/v1/measures/batch",
        json={"keys": [{"edition_hash": target["edition_hash"], "code": target["measure"]}]},
        headers=headers,
    ),
    "value_lines": lambda world, headers, target: world.http.post(
        "/v1/valuations",
        json={"edition_hash": target["edition_hash"], "lines": [line(measure=target["measure"])]},
        headers=headers,
    ),
    "value_in_bulk": lambda world, headers, target: world.http.post(
        "/v1/valuations/bulk",
        params={"edition_hash": target["edition_hash"]},
        content=json.dumps(line(measure=target["measure"])),
        headers={**headers, "Content-Type": "application/x-ndjson"},
    ),
    "compare_valuations": lambda world, headers, target: world.http.post(
        "/v1/valuations/compare",
        json={
            "from_edition_hash": target["edition_hash"],
            "to_edition_hash": target["edition_hash"],
            "lines": [line(measure=target["measure"])],
        },
        headers=headers,
    ),
    "revalue_history": lambda world, headers, target: world.http.post(
        "/v1/valuations/history",
        params={
            "from_edition_hash": target["edition_hash"],
            "to_edition_hash": target["edition_hash"],
        },
        content=json.dumps({**line(measure=target["measure"]), "edition_hash": target["edition_hash"]}),
        headers={**headers, "Content-Type": "application/x-ndjson"},
    ),
    "import_need_index": lambda world, headers, _: world.http.post(
        "/v1/need-indices", json=need_index(area("E09", 9)), headers=keyed(headers)
    ),
    "get_need_index": lambda world, headers, _: world.http.get(
        "/v1/need-indices/imd-sample", headers=headers
    ),
    "list_need_layouts": lambda world, headers, _: world.http.get("/v1/need-layouts", headers=headers),
    "import_need_file": lambda world, headers, _: send_file(world, keyed(headers), row_number=1),
    "publish_need_banding": lambda world, headers, _: world.http.post(
        "/v1/need-bandings",
        json={
            "index": "imd-sample",
            "place": "county-durham",
            "place_id": PLACE,
            "bands": need_index()["bands"],
            "reason": "As agreed.",
        },
        headers=keyed(headers),
    ),
    "list_need_bandings": lambda world, headers, _: world.http.get(
        "/v1/need-bandings?index=imd-sample", headers=headers
    ),
    "import_lookup": lambda world, headers, _: send_lookup(world, keyed(headers), edition="2025-02"),
    "list_lookups": lambda world, headers, _: world.http.get("/v1/lookups", headers=headers),
    "get_area_changes": lambda world, headers, _: world.http.get("/v1/area-changes/E01", headers=headers),
    "rank_measures": lambda world, headers, target: world.http.post(
        "/v1/measures/ranking", json=wish(target), headers=headers
    ),
    "recommend_measures": lambda world, headers, target: world.http.post(
        "/v1/measures/recommendation",
        json={**wish(target), "contract_value_gbp": "1", "duration_months": 1},
        headers=headers,
    ),
    "attach_boundaries": lambda world, headers, _: world.http.post(
        "/v1/need-indices/imd-sample/boundaries",
        params=FACTS,
        json=outlines("E01"),
        headers=keyed(headers),
    ),
    "get_area_map": lambda world, headers, _: world.http.get(
        "/v1/areas/geojson?index=imd-sample", headers=headers
    ),
    "batch_postcodes": lambda world, headers, _: world.http.post(
        "/v1/postcodes/batch", json={"index": "imd-sample", "postcodes": ["DH1 1AA"]}, headers=headers
    ),
    "batch_wards": lambda world, headers, _: world.http.post(
        "/v1/wards/batch", json={"index": "imd-sample", "wards": ["E05000001"]}, headers=headers
    ),
    "batch_areas": lambda world, headers, _: world.http.post(
        "/v1/areas/batch", json={"index": "imd-sample", "codes": ["E01"]}, headers=headers
    ),
    "list_areas": lambda world, headers, _: world.http.get("/v1/areas?index=imd-sample", headers=headers),
    "get_event_types": lambda world, headers, _: world.http.get("/v1/event-types", headers=headers),
    "list_events": lambda world, headers, _: world.http.get("/v1/events", headers=headers),
    "create_webhook": lambda world, headers, _: world.http.post(
        "/v1/webhooks", json=HOOK, headers=keyed(headers)
    ),
    "list_webhooks": lambda world, headers, _: world.http.get("/v1/webhooks", headers=headers),
    "delete_webhook": lambda world, headers, target: world.http.delete(target["hook"], headers=headers),
    "list_webhook_deliveries": lambda world, headers, target: world.http.get(
        f"{target['hook']}/deliveries", headers=headers
    ),
    "replay_webhook_delivery": lambda world, headers, target: world.http.post(
        f"{target['hook']}/deliveries/{new_id()}/replay", headers=headers
    ),
}


@pytest.mark.parametrize("subject", sorted({subject_of(row) for row in ROWS}))
async def test_access_is_as_the_matrix_says(world: World, subject: str):
    target = await target_of(world, subject)
    assert isinstance(world.db, SavepointDatabase)
    for row in (row for row in ROWS if subject_of(row) == subject):
        async with world.db.undone():
            answer = await CALLS[row["operation"]](world, headers_of(world, row["caller"]), target)
            assert answer.status_code == row["status"], (row["operation"], row["caller"], answer.text)


def test_every_operation_stands_in_the_matrix():
    operations = {
        operation["operationId"]
        for path, methods in committed("toms-engine")["paths"].items()
        if path.startswith("/v1/")
        for operation in methods.values()
    }
    assert operations == {row["operation"] for row in ROWS}
