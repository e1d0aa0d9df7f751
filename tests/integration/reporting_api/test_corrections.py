"""Corrections: reversed and re-entered, both linked, the earlier report readable for ever."""

from decimal import Decimal
from typing import Any

import httpx2
from tests.integration.reporting_api.world import World, keyed, line

from cdp_common.contracts.reporting import Report


async def correct(world: World, report: Report, **body: Any) -> httpx2.Response:
    headers = body.pop("headers", None) or world.as_org(report.organisation_id)
    content = {"reason": "typing error", "lines": [line(quantity="4")], **body}
    return await world.http.post(f"/v1/reports/{report.id}/corrections", json=content, headers=keyed(headers))


async def test_a_correction_reverses_and_enters_anew(world: World):
    report = await world.review(await world.report(world.council))
    answer = await correct(world, report)
    assert answer.status_code == 201, answer.text
    corrected = Report.model_validate_json(answer.content)
    assert (corrected.supersedes, corrected.correction_reason) == (report.id, "typing error")
    assert (corrected.state, corrected.period_end) == ("submitted", report.period_end)
    value = await world.value()
    assert value.figures.delivered.total_gbp == Decimal("71.84")
    assert value.figures.validated.total_gbp == Decimal("0.00")  # the correction was not validated yet
    delivered = await world.ledger("delivered")
    assert [entry.pence for entry in delivered] == [17960, -17960, 7184]
    assert delivered[1].reverses == delivered[0].id
    earlier = await world.http.get(f"/v1/reports/{report.id}", headers=world.as_org(world.council))
    assert earlier.json()["state"] == "superseded"
    assert earlier.json()["lines"][0]["quantity"] == "10"


async def test_a_returned_report_counts_again_when_it_is_corrected(world: World):
    report = await world.report(world.council)
    await world.try_review(report, {"outcome": "returned", "reason": "hours of March"})
    assert (await world.value()).figures.delivered.total_gbp == Decimal("0.00")
    assert (await correct(world, report)).status_code == 201
    assert (await world.value()).figures.delivered.total_gbp == Decimal("71.84")


async def test_only_the_latest_report_is_corrected(world: World):
    report = await world.report(world.council)
    assert (await correct(world, report)).status_code == 201
    again = await correct(world, report)
    assert (again.status_code, again.json()["code"]) == (409, "report_not_correctable")
    assert (await world.value()).figures.delivered.total_gbp == Decimal("71.84")


async def test_a_rejected_report_is_not_corrected(world: World):
    report = await world.report(world.council)
    await world.try_review(report, {"outcome": "rejected", "reason": "invented"})
    assert (await correct(world, report)).json()["code"] == "report_not_correctable"


async def test_a_correction_may_turn_a_report_into_a_nil_return(world: World):
    report = await world.report(world.council)
    answer = await correct(world, report, nil_return=True, lines=[])
    assert answer.status_code == 201
    assert (await world.value()).figures.delivered.total_gbp == Decimal("0.00")


async def test_a_correction_that_breaks_a_rule_leaves_the_report_as_it_is(world: World):
    report = await world.report(world.council)
    answer = await correct(world, report, lines=[line(unit="weeks")])
    assert answer.status_code == 422
    assert (await world.value()).figures.delivered.total_gbp == Decimal("179.60")
    assert await world.count("reports") == 1


async def test_another_organisation_corrects_nothing(world: World):
    report = await world.report(world.council)
    stranger = await correct(world, report, headers=world.as_org(world.charity))
    assert (stranger.status_code, stranger.json()["code"]) == (404, "report_not_found")
    validator = world.as_validator(scopes=["reports:write"])
    seen = await correct(world, report, headers=validator)
    assert (seen.status_code, seen.json()["code"]) == (403, "report_not_yours")
