"""Agreements are varied and novated from a date on; what fell due before stays, and both parties are told."""

from datetime import date
from decimal import Decimal

import pytest
from tests.integration.procurement_api.neighbours import EDITION
from tests.integration.procurement_api.world import Json, Party, World, agreement_of, faults, refused
from tests.ocds_schemas import check_package, schemas_missing, schemas_with

from cdp_common.contracts.commitments import CommitmentsNovated, CommitmentsVaried
from cdp_common.kernel.identifiers import new_id

PATH = "/v1/agreements"
LINES: list[Json] = [
    {"measure": "M-HOURS", "quantity": "120", "unit": "hours"},
    {"measure": "M-JOB", "quantity": "2", "unit": "fte_years"},
    {"measure": "M-COUNT", "quantity": "12", "unit": "count"},
]


async def contract_of(world: World, deliverer: Party) -> Json:
    """A contract of a public body over the year from July 2026: £2,155.20 of hours and £59,436.00 of jobs."""
    identifiers = [{"scheme": "GB-PPON", "id": "PMPB-8772-VYWM"}]
    world.partners.describe(world.buyer.id, "public", identifiers)
    return await world.registered(deliverer, kind="contract", reference="C-1", lines=LINES)


async def change(world: World, agreement: Json, what: str, body: Json, key: str | None = None) -> Json:
    path = f"{PATH}/{agreement['id']}"
    etag = await world.etag(path, as_=world.buyer)
    sent = {"effective_on": "2026-10-01", "reason": "Agreed", **body}
    response = await world.call("POST", f"{path}/{what}", sent, as_=world.buyer, if_match=etag, key=key)
    assert response.status_code == 201, response.text
    answer: Json = response.json()
    return answer


async def test_a_variation_states_lines_anew_and_keeps_what_fell_due(world: World) -> None:
    deliverer = world.party("Kitchen")
    contract = await contract_of(world, deliverer)
    hours, jobs, count = contract["lines"]
    body = {
        "value_gbp": "45000.00",
        "ends_on": "2027-09-30",
        "lines": [
            {"line_id": hours["line_id"], "quantity": "240", "ends_on": "2027-09-30"},
            {"line_id": jobs["line_id"], "ended": True},
        ],
        "new_lines": [{"measure": "M-CARBON", "quantity": "10", "unit": "tco2e"}],
    }
    varied = await change(world, contract, "variations", body)
    assert (varied["version"], varied["value_gbp"], varied["ends_on"]) == (2, "45000.00", "2027-09-30")
    read = {line["measure"]: line for line in varied["lines"]}
    assert (read["M-HOURS"]["quantity"], read["M-HOURS"]["social_gbp"]) == ("240", "4310.40")
    assert (read["M-HOURS"]["rest_from"], read["M-HOURS"]["ends_on"]) == ("2026-10-01", "2027-09-30")
    # Three of twelve months had fallen due, each cut to eight decimals.
    assert (read["M-JOB"]["quantity"], read["M-JOB"]["local_economic_gbp"]) == ("0.49999998", "14859.00")
    assert read["M-JOB"]["ends_on"] == "2026-10-01"
    assert read["M-COUNT"] == count
    assert (read["M-CARBON"]["starts_on"], read["M-CARBON"]["rest_from"]) == ("2026-10-01", None)
    assert (await world.get(f"{PATH}/{contract['id']}", as_=world.buyer)).json() == varied

    [event] = await world.told("agreement.varied")
    told = CommitmentsVaried.model_validate(event["data"])
    assert [line.measure for line in told.lines] == ["M-HOURS", "M-JOB", "M-CARBON"]
    assert [line.model_dump(mode="json") for line in told.lines] == [
        read[measure] for measure in ("M-HOURS", "M-JOB", "M-CARBON")
    ]
    assert (str(event["effective_on"]), event["aggregate_version"]) == ("2026-10-01", 2)
    assert sorted(event["audience"]) == sorted(["internal", f"org:{world.buyer.id}", f"org:{deliverer.id}"])

    # Once more, later: the kept part counts what fell due by the first variation.
    ended = [{"line_id": hours["line_id"], "ended": True}]
    again = await change(
        world, contract, "variations", {"effective_on": "2027-01-01", "lines": ended, "reason": "Moved"}
    )
    # 30 hours in three months, then three of twelve months of the other 210
    assert again["lines"][0]["quantity"] == "82.5"
    page = await world.done("GET", f"{PATH}/{contract['id']}/changes", as_=deliverer)
    assert [(each["version"], each["reason"], len(each["line_ids"])) for each in page["items"]] == [
        (2, "Agreed", 3),
        (3, "Moved", 1),
    ]

    package = await world.done("GET", "/v1/ocds/release-packages")
    releases = [each for each in package["releases"] if each["tag"] == ["contractAmendment"]]
    assert [each["contracts"][0]["amendments"][0]["description"] for each in releases] == [
        *("Varied with effect from 2026-10-01.", "Varied with effect from 2027-01-01."),
    ]
    assert "Agreed" not in str(releases)
    agreed = releases[0]["contracts"][0]["agreedMetrics"]
    metrics = {metric["socialValue"]["measure"]: metric for metric in agreed}
    assert metrics["M-HOURS"]["observations"][0]["measure"] == 240
    if not schemas_missing():
        extension = await world.done("GET", "/v1/ocds/extensions/social-value/1.0/release-schema.json")
        assert check_package(schemas_with(extension), package) == []


async def test_lines_of_a_contract_that_ends_sooner_are_worth_their_shorter_life(world: World) -> None:
    contract = await contract_of(world, world.party("Kitchen"))
    hours, jobs, count = ({"line_id": line["line_id"]} for line in contract["lines"])
    body = {
        "effective_on": "2026-07-15",
        "ends_on": "2026-12-31",
        "lines": [{**hours, "quantity": "0"}, jobs, {**count, "ends_on": "2026-09-30"}],
    }
    varied = await change(world, contract, "variations", body)
    asked = [(line.period_end.isoformat(), line.contract_years) for line in world.toms.asked[-1].lines]
    assert asked[:2] == [("2026-12-31", Decimal("0.50410959"))] * 2  # 184 of 365 days
    assert asked[2] == ("2026-09-30", Decimal("0.25205479"))  # its own end, 92 of them
    read = {line["measure"]: line for line in varied["lines"]}
    assert [line["ends_on"] for line in varied["lines"]] == ["2026-12-31", "2026-12-31", "2026-09-30"]
    # Nothing had fallen due: a line may come down to nothing, in its unit as in pounds.
    nothing = (read["M-HOURS"]["quantity"], read["M-HOURS"]["social_gbp"])
    assert nothing == ("0", "0.00")


async def test_a_contract_signed_after_its_editions_last_day_is_varied_as_of_that_day(world: World) -> None:
    deliverer = world.party("Kitchen")
    contract = await contract_of(world, deliverer)
    bare = await world.registered(deliverer, kind="contract", reference="C-2", lines=[])
    world.toms.effective_to = date(2026, 6, 30)  # the day before both were signed

    hours = {"line_id": contract["lines"][0]["line_id"], "quantity": "240"}
    new = {"measure": "M-CARBON", "quantity": "10", "unit": "tco2e"}
    await change(world, contract, "variations", {"lines": [hours], "new_lines": [new]})
    assert [str(line.committed_on) for line in world.toms.asked[-1].lines] == ["2026-06-30"] * 2

    # Nothing pins the edition of an agreement without lines: one that has ended is not taken up.
    body = {"effective_on": "2026-10-01", "reason": "Agreed", "edition_hash": EDITION, "new_lines": [new]}
    path = f"{PATH}/{bare['id']}"
    etag = await world.etag(path, as_=world.buyer)
    answer = await world.call("POST", f"{path}/variations", body, as_=world.buyer, if_match=etag)
    assert faults(answer) == [("/new_lines/0/committed_on", "edition_not_effective")]


async def test_a_novation_changes_the_deliverer_and_tells_all_three(world: World) -> None:
    deliverer, heir = world.party("Kitchen"), world.party("Successor")
    contract, key = await contract_of(world, deliverer), str(new_id())
    body = {"deliverer_organisation_id": str(heir.id)}
    novated = await change(world, contract, "novations", body, key)
    assert (novated["deliverer_name"], novated["version"]) == ("Successor", 2)
    assert novated["lines"] == contract["lines"]
    sent = {"effective_on": "2026-10-01", "reason": "Agreed", **body}
    path = f"{PATH}/{contract['id']}"
    again = await world.call("POST", f"{path}/novations", sent, as_=world.buyer, if_match="*", key=key)
    assert (again.json(), again.headers["idempotency-replayed"]) == (novated, "true")
    [event] = await world.told("agreement.novated")
    told = CommitmentsNovated.model_validate(event["data"])
    assert (told.deliverer_id, told.deliverer_name) == (heir.id, "Successor")
    assert sorted(event["audience"]) == sorted(
        ["internal", *(f"org:{party.id}" for party in (world.buyer, deliverer, heir))]
    )
    assert (await world.get(path, as_=heir)).status_code == 200
    assert refused(await world.get(path, as_=deliverer)) == (404, "agreement_not_found")
    package = await world.done("GET", "/v1/ocds/release-packages")
    last = package["releases"][-1]
    assert (last["tag"], last["parties"][0]["name"]) == (["contractAmendment"], "Successor")
    if not schemas_missing():
        extension = await world.done("GET", "/v1/ocds/extensions/social-value/1.0/release-schema.json")
        assert check_package(schemas_with(extension), package) == []


async def test_changes_that_do_not_hold_leave_everything_as_it_was(world: World) -> None:
    deliverer = world.party("Kitchen")
    contract = await contract_of(world, deliverer)
    hours = contract["lines"][0]["line_id"]
    await change(world, contract, "variations", {"value_gbp": "41000.00"})
    path, before = f"{PATH}/{contract['id']}", await world.state()
    etag = await world.etag(path, as_=world.buyer)
    heir = {"deliverer_organisation_id": str(world.other.id)}
    refusals: list[tuple[str, Json, str]] = [
        ("variations", {}, "nothing_varied"),
        ("variations", {"value_gbp": "1", "effective_on": "2026-09-30"}, "before_earlier_change"),
        ("variations", {"value_gbp": "1", "effective_on": "2027-07-01"}, "outside_agreement"),
        ("variations", {"value_gbp": "-1"}, "value_negative"),
        ("variations", {"lines": [{"line_id": str(new_id()), "quantity": "1"}]}, "line_unknown"),
        ("variations", {"lines": [{"line_id": hours, "quantity": "29.99"}]}, "below_due"),
        ("variations", {"lines": [{"line_id": hours, "ended": True, "quantity": "1"}]}, "ended_with_more"),
        ("variations", {"lines": [{"line_id": hours}] * 2}, "line_repeated"),
        ("variations", {"lines": [{"line_id": hours, "ends_on": "2027-07-01"}]}, "outside_contract"),
        ("variations", {"ends_on": "2027-03-31"}, "line_beyond_end"),
        ("variations", {"value_gbp": "1", "edition_hash": "ab" * 32}, "edition_differs"),
        ("novations", {"deliverer_organisation_id": str(deliverer.id)}, "deliverer_unchanged"),
        ("novations", {"deliverer_organisation_id": str(world.buyer.id)}, "parties_equal"),
        ("novations", {"deliverer_organisation_id": str(new_id())}, "organisation_unknown"),
        ("novations", {**heir, "effective_on": "2026-09-30"}, "before_earlier_change"),
    ]
    for what, body, code in refusals:
        sent = {"effective_on": "2026-10-01", "reason": "Why", **body}
        response = await world.call("POST", f"{path}/{what}", sent, as_=world.buyer, if_match=etag)
        assert faults(response)[0][1] == code, response.text
    sent = {"effective_on": "2026-10-01", "reason": "Why", "value_gbp": "1"}
    for if_match, expected in ((None, (428, "if_match_missing")), ('"x"', (412, "if_match_stale"))):
        stale = await world.call("POST", f"{path}/variations", sent, as_=world.buyer, if_match=if_match)
        assert refused(stale) == expected
    assert await world.state() == before
    end = {"effective_on": "2026-12-31", "reason": "Over"}
    await world.done("POST", f"{path}/terminate", end, as_=world.buyer, if_match=etag)
    for what, body in (("variations", {"value_gbp": "1"}), ("novations", heir)):
        sent = {"effective_on": "2026-10-01", "reason": "Why", **body}
        etag = await world.etag(path, as_=world.buyer)
        over = await world.call("POST", f"{path}/{what}", sent, as_=world.buyer, if_match=etag)
        assert refused(over) == (409, "agreement_terminated")


@pytest.mark.parametrize("kind", ["framework_agreement", "grant"])
async def test_the_first_lines_of_an_agreement_name_their_edition(world: World, kind: str) -> None:
    body = agreement_of(world, world.party("Kitchen"), kind=kind, lines=[])
    agreement = await world.done("POST", PATH, body, as_=world.buyer)
    path = f"{PATH}/{agreement['id']}"
    etag = await world.etag(path, as_=world.buyer)
    sent = {"effective_on": "2026-10-01", "reason": "Why", "new_lines": LINES[:1]}
    response = await world.call("POST", f"{path}/variations", sent, as_=world.buyer, if_match=etag)
    assert ("/edition_hash", "edition_missing") in faults(response)
    named = {**sent, "edition_hash": body["edition_hash"]}
    response = await world.call("POST", f"{path}/variations", named, as_=world.buyer, if_match=etag)
    if kind == "grant":
        assert response.json()["lines"][0]["quantity"] == "120"
    else:
        assert faults(response) == [("/new_lines", "framework_agreement_commits_nothing")]


async def test_a_contract_that_a_variation_takes_over_the_threshold_gets_its_indicators(world: World) -> None:
    deliverer = world.party("Kitchen")
    contract = await contract_of(world, deliverer)  # £40,000.00 without VAT
    path = f"{PATH}/{contract['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    two = [{"title": "Jobs", "measure": "M-JOB"}, {"title": "Carbon", "measure": "M-CARBON"}]
    three = [*two, {"title": "Calls answered"}]
    carbon = {"new_lines": [{"measure": "M-CARBON", "quantity": "10", "unit": "tco2e"}]}
    end = {"lines": [{"line_id": contract["lines"][1]["line_id"], "ended": True}]}
    over = {"value_gbp": "4166666.67", "value_gross_gbp": "5000000.01"}
    refusals: list[tuple[Json, tuple[str, str]]] = [
        ({"value_gross_gbp": "5000000.01"}, ("/kpis", "kpis_missing")),
        ({"value_gbp": "5000000.01"}, ("/kpis", "kpis_missing")),
        ({"value_gbp": "4166666.67"}, ("/value_gross_gbp", "value_gross_missing")),
        ({**over, **carbon, "kpis": two}, ("/kpis", "kpis_missing")),
        ({**over, "kpis": three}, ("/kpis/1/measure", "measure_not_promised")),
        ({**over, **carbon, **end, "kpis": three}, ("/kpis/0/measure", "measure_not_promised")),
        ({**over, **carbon, "kpis": [*three, three[2]]}, ("/kpis/2/title", "kpi_repeated")),
        ({"value_gbp": "2.00", "value_gross_gbp": "1.00"}, ("/value_gross_gbp", "gross_below_net")),
    ]
    for body, found in refusals:
        sent = {"effective_on": "2026-10-01", "reason": "Grown", **body}
        refusal = await world.call("POST", f"{path}/variations", sent, as_=world.buyer, if_match=etag)
        assert faults(refusal)[0] == found
    assert await world.state() == before

    # At the threshold none are asked for; over it they join those that there are, and keep their order.
    at = await change(world, contract, "variations", {"value_gross_gbp": "5000000.00", "kpis": three[2:]})
    assert (at["value_gbp"], at["value_gross_gbp"]) == ("40000.00", "5000000.00")
    assert at["kpis"] == [{"title": "Calls answered", "line_id": None}]
    grown = await change(world, contract, "variations", {**over, **carbon, "kpis": two})
    lines = {line["measure"]: line["line_id"] for line in grown["lines"]}
    assert (grown["value_gbp"], grown["value_gross_gbp"]) == ("4166666.67", "5000000.01")
    assert grown["kpis"] == [
        *at["kpis"],
        {"title": "Jobs", "line_id": lines["M-JOB"]},
        {"title": "Carbon", "line_id": lines["M-CARBON"]},
    ]
    # It has them now: a later value asks for no more, and one without VAT alone takes the place of both.
    more = await change(world, contract, "variations", {"value_gbp": "6000000.00"})
    assert (more["value_gross_gbp"], more["kpis"]) == (None, grown["kpis"])
    changes = (await world.done("GET", f"{path}/changes", as_=deliverer))["items"]
    assert [each["value_gross_gbp"] for each in changes] == ["5000000.00", "5000000.01", None]

    package = await world.done("GET", "/v1/ocds/release-packages")
    varied = [each["contracts"][0] for each in package["releases"] if each["tag"] == ["contractAmendment"]]
    assert [each.get("socialValue") for each in varied] == [
        {"keyPerformanceIndicators": [{"id": "kpi-1", "title": "Calls answered", "relatedMetric": "kpi-1"}]},
        {
            "keyPerformanceIndicators": [
                {"id": "kpi-1", "title": "Calls answered", "relatedMetric": "kpi-1"},
                {"id": "kpi-2", "title": "Jobs", "relatedMetric": lines["M-JOB"]},
                {"id": "kpi-3", "title": "Carbon", "relatedMetric": lines["M-CARBON"]},
            ]
        },
        None,
    ]
    assert varied[0]["agreedMetrics"] == [{"id": "kpi-1", "title": "Calls answered"}]
    assert [metric["id"] for metric in varied[1]["agreedMetrics"]] == [lines["M-CARBON"]]
    if not schemas_missing():
        extension = await world.done("GET", "/v1/ocds/extensions/social-value/1.0/release-schema.json")
        assert check_package(schemas_with(extension), package) == []


async def test_an_indicator_is_of_a_line_that_goes_on_not_of_one_that_ended_before(world: World) -> None:
    contract = await contract_of(world, world.party("Kitchen"))
    path, jobs = f"{PATH}/{contract['id']}", contract["lines"][1]["line_id"]
    await change(world, contract, "variations", {"lines": [{"line_id": jobs, "ended": True}]})
    asked: Json = {"kpis": [{"title": "Jobs", "measure": "M-JOB"}], "reason": "Measured"}
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    sent = {"effective_on": "2026-10-02", **asked}
    refusal = await world.call("POST", f"{path}/variations", sent, as_=world.buyer, if_match=etag)
    assert faults(refusal) == [("/kpis/0/measure", "measure_not_promised")]
    assert await world.state() == before
    anew = {"new_lines": [{"measure": "M-JOB", "quantity": "1", "unit": "fte_years"}]}
    varied = await change(world, contract, "variations", {**sent, **anew})
    assert (varied["lines"][-1]["measure"], varied["lines"][-1]["line_id"] != jobs) == ("M-JOB", True)
    assert varied["kpis"] == [{"title": "Jobs", "line_id": varied["lines"][-1]["line_id"]}]


@pytest.mark.parametrize("kind", ["contract", "grant"])
async def test_a_variation_over_the_threshold_may_name_why_there_are_no_indicators(
    world: World, kind: str
) -> None:
    agreement = await world.registered(world.party("Kitchen"), kind=kind, reference="C-1", lines=LINES)
    exempt = {"kpi_exemption": "light_touch"} if kind == "contract" else {}
    varied = await change(world, agreement, "variations", {"value_gbp": "9000000.00", **exempt})
    assert (varied["kpis"], varied["kpi_exemption"]) == ([], exempt.get("kpi_exemption"))
    again = await change(world, agreement, "variations", {"value_gbp": "9500000.00"})
    assert (again["version"], again["kpi_exemption"]) == (3, exempt.get("kpi_exemption"))
