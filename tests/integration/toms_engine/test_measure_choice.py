"""Measures by need and recommendations over HTTP."""

from typing import Any

import httpx2
from tests.integration.toms_engine.layouts import SMALL
from tests.integration.toms_engine.packs import area, measure, need_index, pack
from tests.integration.toms_engine.world import World, faults
from tests.official_files import DURHAM, csv_file, official_rows

from cdp_common.kernel.identifiers import new_id

PLACE = DURHAM.lower()
CONTRACT = {"contract_value_gbp": "250000.00", "duration_months": 24, "cpv": "45210000-2"}


async def furnished(world: World) -> dict[str, Any]:
    """County Durham's areas of the small nation, and an edition with four measures."""
    headers = {**world.writer(), "Idempotency-Key": str(new_id()), "Content-Type": "text/csv"}
    path = f"/v1/need-files?layout={SMALL.layout}&coverage=extract"
    content = csv_file([SMALL.header, *official_rows(SMALL, 330)])
    loaded = await world.http.post(path, content=content, headers=headers)
    assert loaded.status_code == 201, loaded.text
    measures = [
        measure("M1", needs=["income", "employment"]),
        measure("M2", needs=["crime"], outcome="O2"),
        measure("M3", needs=["income"], unit="tco2e", proxy=None, valuation="none", outcome="O3"),
        measure("M4", unit="count", proxy=None, valuation="none", outcome="O4"),
    ]
    outcomes = [{"code": f"O{n}", "theme": "T1", "title": f"Outcome {n}"} for n in (1, 2, 3, 4)]
    return await world.published(pack(measures=measures, outcomes=outcomes, crosswalks=[]))


async def ask(world: World, what: str, edition: dict[str, Any], **changes: Any) -> httpx2.Response:
    body = {"edition_hash": edition["edition_hash"], "index": SMALL.index, "place": PLACE, **changes}
    return await world.http.post(f"/v1/measures/{what}", json=body)


async def test_measures_are_ranked_by_the_need_of_a_place(world: World):
    edition = await furnished(world)
    ranking = (await ask(world, "ranking", edition)).json()
    assert [one["code"] for one in ranking["measures"]] == ["M1", "M3", "M2", "M4"]
    assert [one["position"] for one in ranking["measures"]] == [1, 2, 3, 4]
    needs = ranking["needs"]
    assert (needs["area_count"], needs["counted_by"], needs["banding_versions"]) == (330, "people", {"*": 1})
    assert len(needs["standings"]) == 7
    weighted = [float(one["score"]) * float(one["weight_percent"]) for one in needs["standings"]]
    assert weighted == sorted(weighted, reverse=True)
    for one in needs["standings"]:
        assert abs(sum(map(float, one["share_by_band"].values())) - 1) < 0.00001
    by_domain = {
        one["need"]: float(one["score"]) * float(one["weight_percent"]) for one in needs["standings"]
    }
    expected = (by_domain["income"] + by_domain["employment"]) / sum(weighted)
    assert abs(float(ranking["measures"][0]["share_of_need"]) - expected) < 0.00001
    assert ranking["measures"][3]["share_of_need"] == "0.000000"
    assert (await ask(world, "ranking", edition)).json() == ranking


async def test_measures_are_ranked_for_a_set_of_areas(world: World):
    edition = await furnished(world)
    some = {"place": None, "areas": ["E01000001", "E01999999", "E01000001"]}
    ranking = (await ask(world, "ranking", edition, **some)).json()
    assert (ranking["needs"]["area_count"], ranking["needs"]["areas_missing"]) == (1, ["E01999999"])
    later = (await ask(world, "ranking", edition, on="2024-12-31")).json()
    assert later["measures"] == []


async def test_a_tender_gets_a_proportionate_set_with_its_reasons(world: World):
    edition = await furnished(world)
    choice = (await ask(world, "recommendation", edition, **CONTRACT)).json()
    assert (choice["category"], choice["measure_count"]) == ("works", 3)
    assert choice["proportion"][0].startswith("At most 3 from £100,000 on. Our rule: ")
    assert [one["measure"]["code"] for one in choice["recommended"]] == ["M1", "M3", "M2"]
    first = choice["recommended"][0]
    assert [(one["kind"], one["domain"]) for one in first["reasons"]] == [
        ("need", "income"),
        ("need", "employment"),
        ("category", None),
    ]
    assert "live where need is severe or high" in first["reasons"][0]["text"]
    assert first["fit"] == "0.75"
    assert choice["left_out"] == [{"code": "M4", "title": "Measure M4", "why": "no_need", "by": None}]
    small = {**CONTRACT, "contract_value_gbp": "99999.99"}
    fewer = (await ask(world, "recommendation", edition, **small)).json()
    assert len(fewer["recommended"]) == 2
    assert fewer["left_out"][0] == {"code": "M2", "title": "Measure M2", "why": "enough", "by": None}


async def test_what_cannot_be_ranked_says_why(world: World):
    edition = await furnished(world)
    await world.load_index(need_index(area("E01", 10)))
    for changes, status, code in (
        ({"edition_hash": "0" * 64}, 422, "edition_unknown"),
        ({"index": "imd-1066"}, 422, "need_index_unknown"),
        ({"place": "nowhere"}, 422, "areas_unknown"),
        ({"index": "imd-sample", "place": "county-durham"}, 409, "domain_ranks_missing"),
        ({"place": None}, 422, "area_query_unclear"),
        ({"areas": ["E01000001"]}, 422, "area_query_unclear"),
    ):
        refused = await ask(world, "ranking", edition, **changes)
        assert (refused.status_code, refused.json()["code"]) == (status, code), changes
    free = await ask(world, "recommendation", edition, **{**CONTRACT, "contract_value_gbp": "0.00"})
    assert (free.status_code, faults(free)[0][0]) == (422, "/contract_value_gbp")
