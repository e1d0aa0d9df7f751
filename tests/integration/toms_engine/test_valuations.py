"""Valuing lines over HTTP."""

from decimal import Decimal

import pytest
from tests.integration.toms_engine.packs import licensed_pack, line, measure, pack, proxy
from tests.integration.toms_engine.world import World, faults
from tests.recomputing import recompute

from cdp_common.contracts.toms import Valuation
from cdp_common.testing.callers import TokenMint
from toms_engine.domain.valuation import METHOD_VERSION

LICENCE = "frameworks:licensed:licensed-measures"
SPEND = {
    "ref": "spend",
    "measure": "M2",
    "unit": "gbp_spent",
    "quantity": "1000",
    "place": "county-durham",
    "industry": "construction",
}
COUNT = {"ref": "count", "measure": "M3", "unit": "count", "quantity": "7"}


async def test_lines_are_valued_by_component_and_the_totals_are_sums_of_lines(world: World):
    edition = await world.published(pack())
    answer = await world.value(edition, line(ref="hours"), line(**SPEND), line(**COUNT))
    assert answer.status_code == 200
    assert answer.json()["method_version"] == METHOD_VERSION
    hours, spend, count = answer.json()["lines"]
    assert hours == {
        "ref": "hours",
        "measure": "M1",
        "quantity": "10",
        "counted_quantity": "10",
        "unit": "hours",
        "social_gbp": "143.68",  # 10 × 17.96 × (1 - 0.20)
        "local_economic_gbp": "0.00",
        "total_gbp": "143.68",
        "low_gbp": None,
        "high_gbp": None,
        "fiscal_gbp": "0.00",
        "initial_spend_gbp": None,
        "licensed_framework": None,
        "explanation": None,
    }
    assert (spend["local_economic_gbp"], spend["initial_spend_gbp"]) == ("250.00", "1000.00")
    assert (count["total_gbp"], count["counted_quantity"]) == ("0.00", "7")
    totals = [answer.json()[name] for name in ("social_gbp", "local_economic_gbp", "total_gbp")]
    assert totals == ["143.68", "250.00", "393.68"]


async def test_an_explanation_is_complete_and_leads_to_the_same_pence(world: World):
    edition = await world.published(pack())
    answer = await world.value(edition, line(), line(**SPEND), line(**COUNT), explain=True, discount=True)
    valuation = Valuation.model_validate(answer.json())
    for valued in valuation.lines:
        assert valued.explanation is not None
        assert Decimal(recompute(valued.explanation.steps)) / 100 == valued.total_gbp
    explained = valuation.lines[0].explanation
    assert explained is not None
    assert explained.proxy is not None
    assert explained.proxy.sources[0].publisher == "A publisher"
    assert [step.rule for step in explained.steps] == [
        "quantity",
        "proxy",
        "deadweight",
        "discount",
        "rounding",
    ]


async def test_a_pack_names_the_discount_rate_of_a_value_of_health(world: World):
    """HM Treasury, The Green Book 2022, annex 6: 3.5% a year, 1.5% for health and life values."""
    told = []
    for edition_code, rate in (("standard", {}), ("health", {"discount_rate": "health"})):
        lasting = measure("M1", lasts_years=2)
        sent = pack(
            edition=edition_code, measures=[lasting], proxies=[proxy(central_gbp="10", **rate)], crosswalks=[]
        )
        edition = await world.published(sent)
        answer = (await world.value(edition, line(quantity="1"), explain=True, discount=True)).json()
        [shown] = (await world.http.get(f"/v1/editions/{edition['id']}/proxies")).json()["items"]
        told.append((shown["discount_rate"], answer["total_gbp"]))
    assert told == [("standard", "19.66"), ("health", "19.85")]


async def test_every_fault_is_reported_and_nothing_is_valued(world: World):
    edition = await world.published(pack())
    refused = await world.value(
        edition,
        line(),
        line(measure="M9"),
        line(claimed_value_gbp="1.00"),
        line(unit="weeks", quantity="-1.001"),
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "lines_refused")
    assert faults(refused) == [
        ("/lines/1/measure", "measure_unknown"),
        ("/lines/2/claimed_value_gbp", "claimed_value_mismatch"),
        ("/lines/3/unit", "unit_mismatch"),
        ("/lines/3/quantity", "quantity_negative"),
        ("/lines/3/quantity", "too_many_decimals"),
    ]
    assert "lines" not in refused.json()


async def test_a_claimed_value_that_is_right_is_accepted(world: World):
    edition = await world.published(pack())
    assert (await world.value(edition, line(claimed_value_gbp="143.68"))).status_code == 200


async def test_only_published_editions_are_valued(world: World):
    draft = (await world.load(pack())).json()
    for edition in (draft, {"edition_hash": "f" * 64}):
        refused = await world.value(edition, line(), headers=world.writer("valuations:run"))
        assert refused.status_code == 422
        assert faults(refused) == [("/edition_hash", "edition_unknown")]


async def test_an_edition_can_be_valued_as_soon_as_it_is_published(world: World):
    draft = await world.load(pack())
    assert (await world.value(draft.json(), line())).status_code == 422
    await world.publish(draft)
    assert (await world.value(draft.json(), line())).status_code == 200


async def test_the_platforms_services_value_licensed_measures_and_are_told_whose_licence_it_takes(
    world: World,
):
    edition = await world.published(licensed_pack())
    valued = await world.value(edition, line(measure="L1"), headers=world.valuer("events:internal"))
    assert valued.status_code == 200, valued.text
    [answer] = valued.json()["lines"]
    assert (answer["total_gbp"], answer["licensed_framework"]) == ("1234.50", "licensed-measures")


async def test_what_is_too_large_depends_on_no_more_of_a_licensed_figure_than_its_digits(world: World):
    at_limit, below = "10000000000", "9999999999.99"
    for framework, value in (("licensed-measures", "123.45"), ("licensed-dearer", "999.99")):
        proxies = licensed_pack()["proxies"]
        proxies[0]["central_gbp"] = value
        edition = await world.published(licensed_pack(framework=framework, proxies=proxies))
        headers = world.valuer("events:internal")
        refused = await world.value(edition, line(measure="L1", quantity=at_limit), headers=headers)
        assert faults(refused) == [("/lines/0/quantity", "value_too_large")]
        valued = await world.value(edition, line(measure="L1", quantity=below), headers=headers)
        assert valued.status_code == 200, valued.text


async def test_licensed_measures_are_valued_for_the_licence_holder_alone(world: World):
    edition = await world.published(licensed_pack())
    licensed_line = line(measure="L1", claimed_value_gbp="1234.50")
    for headers in (world.valuer(), world.valuer("frameworks:licensed:family-measures")):
        refused = await world.value(edition, licensed_line, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "proxy_not_redistributable")
        assert faults(refused) == [("/lines/0/measure", "proxy_not_redistributable")]
        assert "123.45" not in refused.text
    valued = await world.value(edition, licensed_line, headers=world.valuer(LICENCE), explain=True)
    assert valued.json()["total_gbp"] == "1234.50"
    assert valued.json()["lines"][0]["explanation"]["proxy"]["central_gbp"] == "123.45"


async def test_a_bad_decimal_names_its_place(world: World):
    edition = await world.published(pack())
    refused = await world.value(edition, line(quantity="1234567890123456789"), line(quantity="1e3"))
    assert refused.status_code == 422
    assert faults(refused) == [
        ("/lines/0/quantity", "too_many_digits"),
        ("/lines/1/quantity", "invalid"),
    ]


async def test_torbays_jobs_count_for_every_contract_year(world: World):
    """Torbay: 10 full-time and 5 half-time jobs on a two-year contract are 12.5 × 2 = 25 FTE-years."""
    jobs = measure("J1", unit="fte_years", accumulation="stock", year_rule="every_contract_year")
    edition = await world.published(pack(measures=[jobs], crosswalks=[]))
    promise = line(
        measure="J1",
        unit="fte_years",
        quantity="12.5",
        contract_years="2",
        period_start="2026-04-01",
        period_end="2028-03-31",
    )
    answer = await world.value(edition, promise)
    assert answer.json()["lines"][0]["counted_quantity"] == "25"
    assert answer.json()["total_gbp"] == "449.00"


async def test_a_quantity_may_be_stated_by_what_it_is_made_of(world: World):
    jobs = measure("J1", unit="fte_years", accumulation="stock", target_groups=["care-leavers"])
    edition = await world.published(pack(measures=[jobs], crosswalks=[]))
    posts = [{"headcount": 10, "hours_per_week": "35"}, {"headcount": 5, "hours_per_week": "17.5"}]
    inputs = {"kind": "employment", "posts": posts}
    promise = {
        **line(measure="J1", unit="fte_years", contract_years="1", target_group="care-leavers"),
        "inputs": inputs,
    }
    del promise["quantity"]
    valuation = (await world.value(edition, promise, explain=True)).json()
    [valued] = valuation["lines"]
    assert (valued["quantity"], valued["counted_quantity"], valued["total_gbp"]) == ("12.5", "12.5", "224.50")
    assert valuation["price_years"] == [2024]
    explained = valued["explanation"]
    assert explained["target_group"] == "care-leavers"
    assert explained["inputs"]["posts"][1] == {
        **posts[1],
        **dict.fromkeys(("time_share", "starts_on", "ends_on")),
    }
    assert [step["rule"] for step in explained["steps"]][:2] == ["full_time_equivalents", "quantity"]
    read = await world.http.get(f"/v1/editions/{edition['id']}/measures")
    assert read.json()["items"][0]["target_groups"] == ["care-leavers"]


@pytest.mark.parametrize(
    "quantity", ["twelve", "12%", "1e3", "NaN", "Infinity", "-", "", " 1", "1.", ".5", "１２", 12.5, 12, True]
)
async def test_a_quantity_that_is_no_decimal_string_is_never_guessed(quantity: object, world: World):
    refused = await world.value({"edition_hash": "f" * 64}, line(quantity=quantity))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")
    assert faults(refused) == [("/lines/0/quantity", "invalid")]


async def test_inputs_of_no_known_kind_are_refused(world: World):
    refused = await world.value({"edition_hash": "f" * 64}, line(inputs={"kind": "guess"}))
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_input")


async def test_valuing_reads_the_database_once_per_edition(world: World):
    edition = await world.published(pack())
    assert (await world.value(edition, line())).status_code == 200
    async with world.db.begin():  # the one connection is taken: a query would wait for it
        headers = world.valuer()
        assert (await world.value(edition, line(), headers=headers)).status_code == 200


async def test_valuing_needs_its_scope(
    world: World,
):
    edition = await world.published(pack())
    refused = await world.value(edition, line(), headers=world.writer())
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    stranger = TokenMint(clock=world.clock).headers(scopes=["valuations:run"])
    assert (await world.value(edition, line(), headers=stranger)).status_code == 401


async def test_many_lines_sum_to_the_penny(world: World):
    edition = await world.published(pack())
    lines = [line(ref=str(index), quantity="0.33") for index in range(250)]
    answer = await world.value(edition, *lines)
    each = answer.json()["lines"][0]["social_gbp"]
    assert each == "4.74"  # 0.33 × 17.96 × 0.80 = 4.74144
    assert answer.json()["social_gbp"] == "1185.00"  # 250 rounded lines, not the rounded sum 1185.36
    assert [valued["ref"] for valued in answer.json()["lines"]] == [sent["ref"] for sent in lines]
