"""The public register: searched, as of any day, and exported."""

import csv
import io
from datetime import timedelta
from typing import Any

from tests.integration.charter_api.world import EDITION, World, pledge_draft

from cdp_common.kernel.identifiers import new_id

FORMULA = "=HYPERLINK(0) Ltd"


async def told(world: World) -> dict[str, str]:
    """Three signatories with what they are; the answer names them by id."""
    charter = await world.charter()
    names = {FORMULA: "private", "Aardvark 100% Joinery": "private", "Zebra Trust": "third_sector"}
    pledged_in = {
        "measure": "M1",
        "edition_hash": EDITION,
        "quantity": "1",
        "unit": "hours",
        "area_code": "E2",
    }
    drafts: dict[str, dict[str, Any]] = {
        FORMULA: {"areas": ["E1"], "pledges": []},
        "Aardvark 100% Joinery": {"pledges": [pledge_draft(pledge="hiring", target=pledged_in)]},
        "Zebra Trust": {"pledges": [pledge_draft(starts_on="2026-11-20")], "signed_on": "2026-11-10"},
    }
    found = {}
    for name, kind in names.items():
        org = new_id()
        world.neighbours.kinds[str(org)] = kind
        world.neighbours.names[str(org)] = name
        draft = world.signature_draft(charter["id"], **drafts[name])
        signed = await world.sign(draft, world.as_signatory(org))
        assert signed.status_code == 201, signed.text
        found[signed.json()["id"]] = name
    return found


async def names(world: World, **params: str) -> list[str]:
    answer = await world.http.get("/v1/register", params=params)
    assert answer.status_code == 200, answer.text
    return [item["organisation_name"] for item in answer.json()["items"]]


async def test_the_register_is_searched_by_every_public_attribute_on_any_day(world: World):
    await told(world)
    joiner, trust = "Aardvark 100% Joinery", "Zebra Trust"

    assert await names(world) == [FORMULA, joiner, trust]
    assert await names(world, name="100% j") == [joiner]
    assert await names(world, name="0%0") == []
    assert await names(world, kind="third_sector") == [trust]
    assert await names(world, objective="O1") == [joiner]
    assert await names(world, area="E1") == [FORMULA]
    assert await names(world, area="E2") == [joiner]
    assert await names(world, size="sme") == []
    assert await names(world, state="lapsed") == []
    assert await names(world, place_id=str(new_id())) == []
    assert await names(world, as_of="2026-11-09") == [FORMULA, joiner]
    assert await names(world, objective="O4", as_of="2026-11-19") == []
    assert await names(world, objective="O4", as_of="2026-11-20") == [trust]
    first = (await world.http.get("/v1/register", params={"limit": 2})).json()
    rest = (await world.http.get(first["next"])).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert rest["items"][0]["objectives"] == ["O4"]
    assert "signed_by_role" not in rest["items"][0]


async def test_an_export_is_the_search_as_a_file_that_no_spreadsheet_runs(world: World):
    await told(world)

    sheet = await world.http.get("/v1/register/export")
    document = await world.http.get("/v1/register/export", params={"format": "json", "kind": "private"})
    nobody = await world.http.get("/v1/register/export", params={"format": "json", "name": "nobody"})

    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert [row["organisation_name"] for row in rows] == [
        f"'{FORMULA}",
        "Aardvark 100% Joinery",
        "Zebra Trust",
    ]
    assert (rows[1]["areas"], rows[1]["objectives"], rows[1]["pledge_count"]) == ("E2", "O1", "1")
    items = document.json()["items"]
    assert [item["organisation_name"] for item in items] == [FORMULA, "Aardvark 100% Joinery"]
    assert nobody.json() == {"as_of": "2026-11-22", "items": []}


async def test_a_longer_register_is_exported_page_by_page(world: World, monkeypatch):
    await told(world)
    monkeypatch.setattr("charter_api.use_cases.search_register.EXPORT_PAGE", 2)

    document = await world.http.get("/v1/register/export", params={"format": "json"})
    monkeypatch.setattr("charter_api.use_cases.search_register.MAX_EXPORTED", 2)
    refused = await world.http.get("/v1/register/export")

    assert len(document.json()["items"]) == 3
    assert (refused.status_code, refused.json()["code"]) == (413, "register_too_long")
    world.clock.advance(timedelta(days=365))
    assert len(await names(world, state="lapsed")) == 3
