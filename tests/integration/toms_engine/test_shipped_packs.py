"""The packs that are shipped, loaded and published over HTTP and valued to the penny, a line of each unit."""

from pathlib import Path
from typing import Any, get_args

import pytest
from tests.integration.toms_engine.world import World, faults

from cdp_common.contracts.toms import Unit
from cdp_tools.packs import load_pack

FRAMEWORKS = Path(__file__).parents[3] / "data" / "frameworks"
LICENCE = "frameworks:licensed:licensed-example"
NOTHING = {"social_gbp": "0.00", "local_economic_gbp": "0.00", "total_gbp": "0.00"}

Line = dict[str, Any]


def shipped(name: str) -> dict[str, Any]:
    return load_pack(FRAMEWORKS / name).model_dump(mode="json")


def line(measure: str, unit: str, quantity: str, **more: str) -> Line:
    year = {"period_start": "2026-01-01", "period_end": "2026-12-31"}
    return {"ref": measure, "measure": measure, "unit": unit, "quantity": quantity, **year, **more}


OPEN_MEASURES: list[tuple[Line, dict[str, Any]]] = [
    # 12.5 × 2 years × 29,718 × 0.80 × 0.85 × 0.90
    (line("OM-J01", "fte_years", "12.5", contract_years="2"), {"local_economic_gbp": "454685.40"}),
    # 10 × 17.96
    (line("OM-S05", "hours", "10"), {"social_gbp": "179.60", "low_gbp": None, "high_gbp": None}),
    # 2 hours × 30 people × 17.96
    (line("OM-J09", "attendee_hours", "60"), {"social_gbp": "1077.60"}),
    # 4 × 0.612 × 256.41, 427.35 and 628.60
    (
        line("OM-S01", "weeks", "4"),
        {"social_gbp": "1046.15", "low_gbp": "627.69", "high_gbp": "1538.81"},
    ),
    (line("OM-C02", "gbp_invested", "500"), {"social_gbp": "500.00"}),
    # 10,000 × (1.25 − 1)
    (
        line("OM-L01", "gbp_spent", "10000", place="county-durham", industry="construction"),
        {"local_economic_gbp": "2500.00", "initial_spend_gbp": "10000.00"},
    ),
    # 2.5 × 138.61 = 346.525, 277.22 and 415.83, the values of 2026
    (
        line("OM-E01", "tco2e", "2.5"),
        {"social_gbp": "693.05", "low_gbp": "346.53", "high_gbp": "1039.58"},
    ),
    # 1,000 × 0.037308, 0.074617 and 0.111925
    (line("OM-E02", "miles", "1000"), {"social_gbp": "74.62", "low_gbp": "37.31", "high_gbp": "111.93"}),
    # 24 people × 0.3 points × half a year = 3.6, × 10,000, 13,000 and 16,000
    (
        line("OM-C03", "count", "3.6"),
        {"social_gbp": "46800.00", "low_gbp": "36000.00", "high_gbp": "57600.00", "fiscal_gbp": "0.00"},
    ),
    # 0.5 × 33,785
    (line("OM-C10", "count", "0.5"), {"social_gbp": "16892.50", "fiscal_gbp": "16892.50"}),
    (line("OM-L08", "percentage", "250000", denominator="1000000"), NOTHING),
    (line("OM-C08", "text", "1"), NOTHING),
]
FAMILY: list[tuple[Line, dict[str, Any]]] = [
    # 11 posts for 92 of 365 days × 29,718 × 0.612
    (
        line("OM-J01", "fte_years", "11", period_start="2026-07-01", period_end="2026-09-30"),
        {"local_economic_gbp": "50426.48"},
    ),
    # 10,000 × (1.17 − 1)
    (
        line("OM-L01", "gbp_spent", "10000", place="county-durham", industry="public-administration"),
        {"local_economic_gbp": "1700.00", "initial_spend_gbp": "10000.00"},
    ),
    (line("OM-C01", "hours", "30"), {"social_gbp": "538.80"}),
    (line("CDF-01", "count", "1"), NOTHING),
    (line("CDF-02", "attendee_hours", "90"), {**NOTHING, "counted_quantity": "90"}),
]
LAIN: list[tuple[Line, dict[str, Any]]] = [
    (line("LAIN-M1", "count", "15000"), {**NOTHING, "counted_quantity": "15000"}),
    (line("LAIN-P1", "gbp_spent", "750000000"), {**NOTHING, "initial_spend_gbp": None}),
    (line("LAIN-P2", "percentage", "120.50", denominator="1000"), NOTHING),
    (line("LAIN-N2", "tco2e", "812.5"), NOTHING),
    (line("LAIN-L2", "text", "1"), NOTHING),
]
LICENSED: list[tuple[Line, dict[str, Any]]] = [
    (line("LX-W1", "fte_years", "1"), {"local_economic_gbp": "31417.27"}),
    # 15,926.53 × 0.75 × 0.90 = 10,750.40775
    (line("LX-W2", "fte_years", "1", started_on="2026-01-01"), {"fiscal_gbp": "10750.41"}),
    (line("LX-W3", "weeks", "2"), {"social_gbp": "543.66", "low_gbp": "396.74", "high_gbp": "690.58"}),
    (line("LX-W4", "hours", "10"), {"social_gbp": "577.10"}),
    (line("LX-P2", "attendee_hours", "10"), {"social_gbp": "86.60"}),
    # 4,669.20 × (1 + 0.8 + 0.64) = 11,392.848
    (line("LX-P3", "count", "1"), {"social_gbp": "11392.85"}),
    (line("LX-P4", "gbp_invested", "40"), {"social_gbp": "40.00"}),
    (line("LX-P5", "text", "1"), NOTHING),
    # 184 days at 167.34 and 181 at 172.36: 61,987.72 ÷ 365
    (
        line("LX-E1", "tco2e", "1", period_start="2026-07-01", period_end="2027-06-30"),
        {"social_gbp": "169.83"},
    ),
    (line("LX-E2", "percentage", "37.5"), NOTHING),
]


@pytest.mark.parametrize(
    ("name", "measure_count", "scopes", "cases"),
    [
        ("open-measures-2026", 51, (), OPEN_MEASURES),
        ("lain-2022", 15, (), LAIN),
        ("licensed-example-1", 11, (LICENCE,), LICENSED),
    ],
)
async def test_a_shipped_pack_loads_publishes_and_values_to_the_penny(
    world: World,
    name: str,
    measure_count: int,
    scopes: tuple[str, ...],
    cases: list[tuple[Line, dict[str, Any]]],
):
    edition = await world.published(shipped(name))
    assert (edition["state"], edition["measure_count"]) == ("published", measure_count)
    lines = [sent for sent, _ in cases]
    answer = await world.value(edition, *lines, headers=world.valuer(*scopes))
    assert answer.status_code == 200, answer.text
    for valued, (_, expected) in zip(answer.json()["lines"], cases, strict=True):
        assert {field: valued[field] for field in expected} == expected, valued["measure"]


def test_the_lines_above_are_of_every_unit():
    assert {sent["unit"] for sent, _ in OPEN_MEASURES} == set(get_args(Unit))


async def test_the_licensed_example_shows_names_and_no_values(world: World):
    edition = await world.published(shipped("licensed-example-1"))
    assert edition["data_status"] == "synthetic_sample"
    measures = (await world.http.get(f"/v1/editions/{edition['id']}/measures?limit=100")).json()["items"]
    closed = [measure["proxy"] for measure in measures if measure["proxy"] and measure["code"] != "LX-P4"]
    assert len(closed) == 8
    for proxy in closed:
        values = (proxy["central_gbp"], proxy["low_gbp"], proxy["high_gbp"], proxy["derivation"])
        assert (values, proxy["series"]) == ((None, None, None, None), []), proxy["code"]
        assert proxy["sources"][0]["publisher"] == "Example licence holder (fictional)"
    shown = next(measure["proxy"] for measure in measures if measure["code"] == "LX-P4")
    assert shown["central_gbp"] == "1.00"


async def test_the_family_of_county_durham_tailors_the_published_open_measures(world: World):
    parent = await world.published(shipped("open-measures-2026"))
    edition = await world.published(shipped("county-durham-family-2026"))
    assert (edition["measure_count"], edition["derived_from"]) == (51, parent["edition_hash"])
    answer = await world.value(edition, *[sent for sent, _ in FAMILY])
    assert answer.status_code == 200, answer.text
    for valued, (_, expected) in zip(answer.json()["lines"], FAMILY, strict=True):
        assert {field: valued[field] for field in expected} == expected, valued["measure"]
    left_out = await world.value(edition, line("OM-C10", "count", "1"))
    assert faults(left_out) == [("/lines/0/measure", "measure_unknown")]


async def test_the_family_waits_for_its_parent(world: World):
    refused = await world.load(shipped("county-durham-family-2026"))
    assert (refused.status_code, faults(refused)) == (422, [("/tailors", "parent_unknown")])
    assert await world.count("editions") == 0
