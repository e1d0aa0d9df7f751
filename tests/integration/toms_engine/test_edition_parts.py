"""An edition read in parts, and two editions compared, over HTTP and by the client."""

from typing import Any
from uuid import UUID

import pytest
from tests.integration.toms_engine.packs import licensed_pack, measure, pack, proxy
from tests.integration.toms_engine.test_tailoring import RICH
from tests.integration.toms_engine.world import World

from cdp_common.clients.toms import TomsClient


@pytest.fixture
def toms(world: World) -> TomsClient:
    return TomsClient("http://toms", None, world.http)


async def codes(world: World, edition: dict[str, Any], query: str) -> list[str]:
    found = (await world.http.get(f"/v1/editions/{edition['id']}/measures?{query}")).json()
    return [item["code"] for item in found["items"]]


async def test_a_reader_browses_a_tailored_edition(world: World, toms: TomsClient):
    parent = await world.published(pack())
    edition = await world.published(RICH)
    here = UUID(edition["id"])
    assert (await toms.get_measure(here, "D1")).origin == "added"
    proxies = await toms.list_proxies(here, limit=1)
    assert ([found.code for found in proxies.items], proxies.next) == (["durham-hour"], None)
    assert str((await toms.get_proxy(here, "durham-hour")).central_gbp) == "20.00"
    [row] = (await toms.list_multipliers(here, place="county-durham")).items
    assert (row.industry, str(row.multiplier), row.origin) == ("construction", "1.30", "tailored")
    assert (await toms.list_multipliers(here, place="essex")).items == []
    [crosswalk] = (await toms.list_crosswalks(here)).items
    assert crosswalk == await toms.get_crosswalk(here, "pillars")
    assert (crosswalk.additive, len(crosswalk.rows)) == (False, 2)
    read = await toms.get_workstreams(here)
    assert [(stream.code, stream.measures) for stream in read.workstreams] == [("W1", ["D1"])]
    [target] = read.targets
    assert (str(target.value), target.unit, str(target.due)) == ("15000", "count", "2022-12-31")
    assert target.baseline is not None
    assert (str(target.baseline.value), str(target.baseline.taken_on)) == ("100", "2021-01-01")
    listed = await toms.list_editions(derived_from=parent["edition_hash"])
    assert [found.id for found in listed.items] == [here]


async def test_measures_are_found_by_what_they_are(world: World):
    await world.published(pack())
    edition = await world.published(RICH)
    assert await codes(world, edition, "") == ["M1", "M2", "D1"]
    for query, expected in {
        "unit=count": ["D1"],
        "valuation=local_multiplier": ["M2"],
        "tag=equality": ["M1"],
        "theme=T2&outcome=O1&limit=2": ["M1", "M2"],
        "theme=T9": [],
        "need=health": [],
    }.items():
        assert await codes(world, edition, query) == expected, query


async def test_editions_are_found_by_the_day_they_are_in_effect(world: World):
    await world.published(pack(edition="2025", effective_to="2025-12-31"))
    await world.published(pack(edition="2026", effective_from="2026-01-01", title="Next"))
    for day, expected in {
        "2024-12-31": [],
        "2025-01-01": ["2025"],
        "2025-12-31": ["2025"],
        "2026-01-01": ["2026"],
        "2100-01-01": ["2026"],
    }.items():
        found = (await world.http.get(f"/v1/editions?effective_on={day}")).json()["items"]
        assert [edition["edition"] for edition in found] == expected, day


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("measures/M9", "measure_not_found"),
        ("proxies/P9", "proxy_not_found"),
        ("crosswalks/goals", "crosswalk_not_found"),
        ("diff?against=01890000-0000-7000-8000-000000000001", "edition_not_found"),
    ],
)
async def test_a_part_that_is_not_there(world: World, path: str, code: str):
    edition = await world.published(pack())
    answer = await world.http.get(f"/v1/editions/{edition['id']}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, code)


async def test_two_editions_are_compared_page_by_page(world: World, toms: TomsClient):
    old = await world.published(pack())
    changed = [measure("M1", title="Better"), measure("M4", unit="count", valuation="none", proxy=None)]
    new = await world.published(
        pack(edition="2027", measures=changed, proxies=[proxy(central_gbp="20.00")], crosswalks=[])
    )
    first = await toms.list_edition_changes(UUID(new["id"]), against=UUID(old["id"]), limit=2)
    assert [(item.part, item.code) for item in first.items] == [("edition", ""), ("measure", "M1")]
    assert first.next is not None
    second = (await world.http.get(first.next)).json()
    assert [(item["code"], item["change"]) for item in second["items"]] == [
        ("M4", "added"),
        ("M2", "removed"),
    ]
    prices = await toms.list_edition_changes(UUID(new["id"]), against=UUID(old["id"]), part="proxy")
    [figure] = prices.items[0].fields
    assert (figure.field, figure.old, figure.new, str(figure.difference), str(figure.percent)) == (
        "central_gbp",
        "17.96",
        "20.00",
        "2.04",
        "11.36",
    )


async def test_licensed_figures_are_compared_by_holders_of_the_licence_only(world: World):
    old = await world.published(licensed_pack())
    dearer = proxy(central_gbp="246.90", derivation="246.90 by survey.", redistributable=False)
    rest = licensed_pack()["proxies"][1:]
    new = await world.published(licensed_pack(edition="2027", proxies=[dearer, *rest]))
    path = f"/v1/editions/{new['id']}/diff?against={old['id']}&part=proxy"
    for headers in (None, world.writer(), world.valuer()):
        shown = (await world.http.get(path, headers=headers)).json()["items"]
        assert [(item["code"], item["change"], item["fields"]) for item in shown] == [
            ("hour", "withheld", []),
            ("carbon", "withheld", []),
        ]
    licensed = world.valuer("frameworks:licensed:licensed-measures")
    [item] = (await world.http.get(path, headers=licensed)).json()["items"]
    assert (item["code"], {field["field"]: field["percent"] for field in item["fields"]}) == (
        "hour",
        {"central_gbp": "100.00", "derivation": None},
    )
    values = await world.http.get(f"/v1/editions/{new['id']}/proxies")
    assert [found["central_gbp"] for found in values.json()["items"]] == [None, None]
    one = await world.http.get(f"/v1/editions/{new['id']}/proxies/hour")
    assert (one.json()["central_gbp"], one.json()["derivation"]) == (None, None)
