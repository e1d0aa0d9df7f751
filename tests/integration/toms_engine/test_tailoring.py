"""Tailored editions over HTTP: made from what is published, standing alone, licensed like the parent."""

from typing import Any

import pytest
from tests.integration.toms_engine.packs import SOURCE, licensed_pack, line, measure, pack, proxy
from tests.integration.toms_engine.world import World, faults

from toms_engine.domain.canonical import edition_hash
from toms_engine.storage.editions import published_catalogues

LICENSED = "frameworks:licensed:licensed-measures"


def tailoring(**changes: Any) -> dict[str, Any]:
    """A pack that tailors the family measures without changing anything."""
    return {
        "framework": "durham-measures",
        "edition": "2026",
        "title": "Durham measures",
        "publisher": "A council",
        "licence": "OGL-UK-3.0",
        "description": "For tests.",
        "effective_from": "2025-01-01",
        "tailors": {"framework": "family-measures", "edition": "2026"},
        **changes,
    }


RICH = tailoring(
    tailors={"framework": "family-measures", "edition": "2026", "without": ["M3"]},
    tags={"equality": "Equality, diversity and inclusion"},
    changes=[
        {
            "measure": "M1",
            "guidance": "Count hours in Durham.",
            "tags": ["equality"],
            "revalued": {"reason": "Durham pays more.", "proxy": "durham-hour"},
        }
    ],
    measures=[measure("D1", unit="count", valuation="none", proxy=None)],
    proxies=[proxy("durham-hour", central_gbp="20.00", sources=["pay"])],
    multipliers=[
        {
            "place": "county-durham",
            "industry": "construction",
            "multiplier": "1.30",
            "source": "pay",
            "derivation": "Surveyed.",
        }
    ],
    crosswalks=[
        {
            "scheme": "pillars",
            "title": "Pillars in Durham",
            "categories": {"p2": "The second pillar"},
            "rows": {"D1": {"p2": "1"}},
        }
    ],
    workstreams=[{"code": "W1", "title": "Mentoring", "measures": ["D1"]}],
    targets=[
        {
            "code": "T1",
            "title": "15,000 young people mentored",
            "measure": "D1",
            "workstream": "W1",
            "value": "15000",
            "unit": "count",
            "due": "2022-12-31",
            "baseline": {"value": "100", "taken_on": "2021-01-01"},
            "source": "pay",
        }
    ],
    sources={"pay": SOURCE},
)


async def test_a_tailored_edition_stands_by_itself_and_shows_its_parent(world: World):
    parent = await world.published(pack())
    child = await world.published(RICH)
    assert child["derived_from"] == parent["edition_hash"]
    assert child["tailors"] == {
        "framework": "family-measures",
        "edition": "2026",
        "edition_hash": parent["edition_hash"],
    }
    assert child["tags"] == {"equality": "Equality, diversity and inclusion"}
    [crosswalk] = child["crosswalks"]
    assert [(row["measure"], row["category"]) for row in crosswalk["rows"]] == [("M1", "p1"), ("D1", "p2")]
    assert (crosswalk["additive"], crosswalk["origin"]) == (False, "tailored")
    measures = (await world.http.get(f"/v1/editions/{child['id']}/measures")).json()["items"]
    told = [(m["code"], m["origin"], m["changed"], m["revalued_because"]) for m in measures]
    assert told == [
        ("M1", "tailored", ["guidance", "tags", "proxy"], "Durham pays more."),
        ("M2", "inherited", [], None),
        ("D1", "added", [], None),
    ]
    valued = (await world.value(child, line(), line(measure="M2", unit="gbp_spent", place="county-durham",
                                                    industry="construction", ref="2"))).json()  # fmt: skip
    # 10 × 20 × 0.8; 10 × (1.30 − 1)
    assert [found["total_gbp"] for found in valued["lines"]] == ["160.00", "3.00"]
    async with world.db.begin() as tx:
        [stored] = await published_catalogues(tx, [child["edition_hash"]])
    assert edition_hash(stored.content) == child["edition_hash"]


@pytest.mark.parametrize("state", ["none", "draft", "another hash"])
async def test_a_parent_must_be_published_under_its_name_and_hash(world: World, state: str):
    child = tailoring()
    expected = ("/tailors", "parent_unknown")
    if state == "draft":
        await world.load(pack())
    if state == "another hash":
        await world.published(pack())
        child["tailors"]["edition_hash"] = "0" * 64
        expected = ("/tailors/edition_hash", "parent_hash_differs")
    refused = await world.load(child)
    assert (refused.status_code, faults(refused)) == (422, [expected])
    assert [await world.count(table) for table in ("editions", "measures", "frameworks")] == (
        [0, 0, 0] if state == "none" else [1, 3, 1]
    )


async def test_a_parents_proxy_changes_under_no_code(world: World):
    await world.published(pack())
    refused = await world.load(tailoring(proxies=[proxy(central_gbp="18.00"), proxy("own")]))
    assert (refused.status_code, faults(refused)) == (422, [("/proxies/0/code", "proxy_changed_from_parent")])


async def test_deriving_from_licensed_figures_takes_the_licence_and_hands_none_on(world: World):
    await world.published(licensed_pack())
    child = tailoring(tailors={"framework": "licensed-measures", "edition": "2026"})
    guess = {**child, "proxies": [proxy(central_gbp="1")]}
    for sent in (child, guess):
        refused = await world.load(sent)
        assert (refused.status_code, refused.json()["code"]) == (403, "parent_licence_missing")
    edition = await world.published(child, LICENSED)
    path = f"/v1/editions/{edition['id']}/measures"
    # The scope of the tailoring's own framework opens nothing: the figures are the parent's.
    own_scope = world.writer("frameworks:licensed:durham-measures")
    for headers in (None, own_scope):
        shown = (await world.http.get(path, headers=headers)).json()["items"]
        assert [(m["proxy"]["central_gbp"], m["proxy"]["series"]) for m in shown] == [(None, [])] * 2
        assert {m["proxy"]["licence_framework"] for m in shown} == {"licensed-measures"}
    ours = world.valuer("frameworks:licensed:durham-measures")
    refused = await world.value(edition, line(measure="L1"), headers=ours)
    assert (refused.status_code, refused.json()["code"]) == (403, "proxy_not_redistributable")
    valued = await world.value(edition, line(measure="L1"), headers=world.valuer(LICENSED))
    assert valued.json()["total_gbp"] == "1234.50"
    # Other services keep the pounds from readers by this mark.
    assert valued.json()["lines"][0]["licensed_framework"] == "licensed-measures"
    seen = (await world.http.get(path, headers=world.writer(LICENSED))).json()["items"]
    assert seen[0]["proxy"]["central_gbp"] == "123.45"


async def test_a_fault_points_into_the_pack_as_it_was_sent(world: World):
    await world.published(pack())
    rows = {"D1": {"p1": "0.5", "p9": "0.5"}}
    crosswalk = {"scheme": "pillars", "title": "Pillars", "categories": {"p2": "Second"}, "rows": rows}
    refused = await world.load(
        tailoring(
            measures=[measure("D1", outcome="O9", additionality="none-such")],
            crosswalks=[crosswalk],
        )
    )
    assert faults(refused) == [("/measures/0/additionality", "name_unknown")]
    refused = await world.load(tailoring(measures=[measure("D1", outcome="O9")], crosswalks=[crosswalk]))
    assert faults(refused) == [
        ("/measures/0/outcome", "outcome_unknown"),
        ("/crosswalks/0/rows/D1/p9/category", "category_unknown"),
    ]
