"""Validation: four eyes, independence line by line, accepted quantities, and what does not stand."""

import asyncio
from decimal import Decimal

import pytest
from tests.integration.reporting_api.world import World, codes, contract_line, judgement, keyed, line

from cdp_common.contracts.reporting import Report
from cdp_common.kernel.identifiers import new_id


async def test_an_independent_validator_makes_a_line_validated(world: World):
    report = await world.review(await world.report(world.council))
    assert report.state == "validated"
    assert report.version == 2
    [item] = report.lines
    assert (item.state, item.accepted_quantity, item.validated_gbp) == (
        "validated",
        Decimal(10),
        Decimal("179.60"),
    )
    value = await world.value()
    assert value.figures.validated.total_gbp == Decimal("179.60")
    assert value.figures.delivered.total_gbp == Decimal("179.60")
    assert value.confirmed.total_gbp == Decimal("0.00")


async def test_less_than_reported_is_valued_anew(world: World):
    report = await world.review(await world.report(world.council), {0: "3.5"})
    assert report.lines[0].validated_gbp == Decimal("62.86")
    value = await world.value()
    assert value.figures.validated.total_gbp == Decimal("62.86")
    assert value.figures.delivered.total_gbp == Decimal("179.60")


async def test_the_commissioners_own_check_is_confirmed_and_not_validated(world: World):
    commitment = await world.sign()
    report = await world.report(world.supplier, contract_line(commitment.lines[0].line_id))
    buyer = world.as_validator(world.council)
    reviewed = await world.review(report, headers=buyer)
    assert (reviewed.state, reviewed.lines[0].state) == ("submitted", "confirmed")
    assert reviewed.lines[0].validated_gbp is None
    value = await world.value()
    assert value.confirmed.total_gbp == Decimal("1796.00")
    assert value.figures.validated.total_gbp == Decimal("0.00")


async def test_an_independent_validation_may_follow_the_commissioners_check(world: World):
    commitment = await world.sign()
    report = await world.report(world.supplier, contract_line(commitment.lines[0].line_id))
    await world.review(report, headers=world.as_validator(world.council))
    reviewed = await world.review(report, {0: "50"})
    assert (reviewed.state, reviewed.lines[0].state) == ("validated", "validated")
    value = await world.value()
    assert value.confirmed.total_gbp == Decimal("1796.00")
    assert value.figures.validated.total_gbp == Decimal("898.00")


async def test_a_commissioner_checks_a_line_once_and_does_not_decide_the_report(world: World):
    commitment = await world.sign()
    lines = [contract_line(commitment.lines[0].line_id, quantity) for quantity in ("100", "10")]
    report, buyer = await world.report(world.supplier, *lines), world.as_validator(world.council)
    reviewed = await world.review(report, {0: "50", 1: "0"}, buyer)
    # What it accepts nothing of is checked too, and no more decided than the rest.
    assert (reviewed.state, [item.state for item in reviewed.lines]) == ("submitted", ["confirmed"] * 2)
    assert [item.accepted_quantity for item in reviewed.lines] == [Decimal(50), Decimal(0)]
    for index, quantity in ((0, "100"), (1, "0")):
        body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, index, quantity)]}
        again = await world.try_review(report, body, buyer)
        assert codes(again) == [("/lines/0/line_id", "line_decided")]
    assert (await world.value()).confirmed.total_gbp == Decimal("898.00")
    validated = await world.review(report, {0: "100", 1: "10"})
    assert (validated.state, [item.state for item in validated.lines]) == ("validated", ["validated"] * 2)
    value = await world.value()
    assert value.figures.validated.total_gbp == Decimal("1975.60")
    assert value.confirmed.total_gbp == Decimal("898.00")


async def test_lines_not_named_stay_as_reported_and_can_be_judged_later(world: World):
    report = await world.report(world.council, line(), line("GIFTS", "100", "gbp_invested"))
    reviewed = await world.review(report, {1: "100"})
    assert [item.state for item in reviewed.lines] == ["reported", "validated"]
    again = await world.review(report, {0: "10"})
    assert [item.state for item in again.lines] == ["validated", "validated"]
    assert (await world.value()).figures.validated.total_gbp == Decimal("279.60")


async def test_accepting_nothing_rejects_the_line(world: World):
    report = await world.review(await world.report(world.council), {0: "0"})
    assert (report.lines[0].state, report.lines[0].validated_gbp) == ("rejected", Decimal("0.00"))
    assert (await world.value()).figures.validated.total_gbp == Decimal("0.00")


async def refused(world: World, report: Report, body: dict, headers: dict[str, str]) -> tuple[int, str]:
    answer = await world.try_review(report, body, headers)
    assert await world.count("reviews") == 0
    assert await world.ledger("validated") == []
    return answer.status_code, answer.json()["code"]


async def test_nobody_reviews_its_own_report(world: World):
    report = await world.report(world.council)
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, "10")]}
    own = world.as_validator(world.council)
    delegate = world.as_validator(world.assessor, act=world.council)
    assert await refused(world, report, body, own) == (403, "review_not_independent")
    assert await refused(world, report, body, delegate) == (403, "review_not_independent")


async def test_who_submitted_for_another_does_not_review_it(world: World):
    headers = keyed(world.as_org(world.charity, act=world.assessor))
    answer = await world.http.post("/v1/reports", json=world.report_draft(), headers=headers)
    report = Report.model_validate_json(answer.content)
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, "10")]}
    assert await refused(world, report, body, world.as_validator()) == (403, "review_not_independent")


async def test_the_person_who_submitted_does_not_review(world: World):
    person = new_id()
    headers = keyed(world.as_org(world.council, person=person))
    answer = await world.http.post("/v1/reports", json=world.report_draft(), headers=headers)
    report = Report.model_validate_json(answer.content)
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, "10")]}
    same = world.as_validator(person=person)
    assert await refused(world, report, body, same) == (403, "review_not_independent")


async def test_a_validator_of_another_place_knows_of_no_report(world: World):
    report = await world.report(world.council)
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, "10")]}
    elsewhere = world.as_validator(roles={new_id(): ["validator"]})
    assert await refused(world, report, body, elsewhere) == (404, "report_not_found")
    officer = world.as_validator(roles={world.place: ["officer"]})
    assert await refused(world, report, body, officer) == (403, "role_missing")


@pytest.mark.parametrize(
    "quantity, fault",
    [("10.01", "more_than_reported"), ("-0.01", "out_of_range")],
)
async def test_the_accepted_quantity_lies_between_nothing_and_what_was_reported(
    world: World, quantity, fault
):
    report = await world.report(world.council)
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, quantity)]}
    answer = await world.try_review(report, body)
    assert answer.status_code == 422
    assert codes(answer) == [("/lines/0/accepted_quantity", fault)]
    assert await world.count("reviews") == 0


async def test_a_review_names_known_and_undecided_lines_once(world: World):
    report = await world.report(world.council)
    mine = judgement(report, 0, "10")
    twice = await world.try_review(report, {"outcome": "validated", "reason": "x", "lines": [mine, mine]})
    assert codes(twice) == [("/lines/1/line_id", "repeated")]
    unknown = {**mine, "line_id": str(new_id())}
    answer = await world.try_review(report, {"outcome": "validated", "reason": "x", "lines": [unknown]})
    assert codes(answer) == [("/lines/0/line_id", "line_unknown")]
    none = await world.try_review(report, {"outcome": "validated", "reason": "x", "lines": []})
    assert codes(none) == [("/lines", "lines_missing")]
    await world.review(report)
    again = await world.try_review(report, {"outcome": "validated", "reason": "x", "lines": [mine]})
    assert codes(again) == [("/lines/0/line_id", "line_decided")]


@pytest.mark.parametrize("outcome", ["returned", "rejected"])
async def test_what_is_returned_or_rejected_does_not_stand(world: World, outcome):
    report = await world.report(world.council)
    answer = await world.try_review(report, {"outcome": outcome, "reason": "no time sheets"})
    assert (answer.status_code, answer.json()["state"]) == (201, outcome)
    assert (await world.value()).figures.delivered.total_gbp == Decimal("0.00")
    entries = await world.ledger("delivered")
    assert sorted(entry.pence for entry in entries) == [-17960, 17960]
    again = await world.try_report(world.council, world.report_draft())
    # A returned report waits for its correction, a rejected one frees the period.
    assert again.status_code == (409 if outcome == "returned" else 201)


async def test_a_validated_report_cannot_be_sent_back(world: World):
    report = await world.review(await world.report(world.council))
    answer = await world.try_review(report, {"outcome": "returned", "reason": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "report_not_reviewable")
    rejected = await world.try_review(report, {"outcome": "rejected", "reason": "x"})
    assert rejected.status_code == 409
    assert await world.count("reviews") == 1


async def test_a_nil_return_can_be_validated(world: World):
    report = await world.report(world.council, nil_return=True, lines=[])
    answer = await world.try_review(report, {"outcome": "validated", "reason": "nothing due", "lines": []})
    assert (answer.status_code, answer.json()["state"]) == (201, "validated")


async def test_two_reviews_at_the_same_moment_count_once(wide_world: World):
    report = await wide_world.report(wide_world.council)
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, "10")]}
    answers = await asyncio.gather(*(wide_world.try_review(report, body) for _ in range(3)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses[0] == 201
    assert all(status in (409, 422) for status in statuses[1:])
    assert (await wide_world.value()).figures.validated.total_gbp == Decimal("179.60")


async def test_a_review_is_told_and_kept_with_its_method(world: World):
    report = await world.review(await world.report(world.council))
    assert [event for event, _ in await world.events()] == ["report.submitted", "report.reviewed"]
    row = "SELECT method || '/' || evidence_level FROM review_lines WHERE line_id = :line"
    stored = await world.scalar(row, line=report.lines[0].line_id)
    assert stored == "sample of time sheets/documented"
    assert (report.lines[0].review_method, report.lines[0].evidence_level) == (
        "sample of time sheets",
        "documented",
    )


REST = {"reason": "sampled", "method": "sample of one in ten", "evidence_level": "documented"}


async def test_the_rest_of_a_report_is_accepted_as_reported_in_one_call(world: World):
    made = await world.sign()
    report = await world.report(
        world.supplier,
        contract_line(made.lines[0].line_id, "100"),
        line(quantity="10", areas=[{"area_code": "E01000001", "share": "0.5"}]),
        line("JOBS", "2", "fte_years"),
        line("CARBON", "3", "tco2e"),
        line("SHARE", "0", "percentage", denominator="5"),
    )
    body = {
        "outcome": "validated",
        "reason": "checked",
        "lines": [judgement(report, 3, "0")],
        "rest": REST,
    }
    before = await world.value()
    for sent, headers, expected in (
        ({**body, "outcome": "returned", "lines": []}, world.as_validator(), "review_invalid"),
        (body, world.as_validator(world.supplier), "review_not_independent"),
    ):
        assert (await refused(world, report, sent, headers))[1] == expected
    assert await world.value() == before

    own = await world.try_review(report, {**body, "lines": []}, world.as_validator(world.council))
    assert own.status_code == 201, own.text
    reviewed = [(one["review_method"], one["evidence_level"]) for one in own.json()["lines"]]
    assert reviewed == [(REST["method"], REST["evidence_level"])] * 5
    assert {(one.review_method, one.evidence_level) for one in report.lines} == {(None, None)}
    states = [one["state"] for one in own.json()["lines"]]
    assert states == ["confirmed", "validated", "validated", "validated", "validated"]
    again = await world.try_review(report, {**body, "lines": []}, world.as_validator(world.council))
    assert codes(again) == [("/rest", "lines_missing")]
    last = await world.try_review(report, {**body, "lines": []})
    assert last.status_code == 201, last.text
    lines = last.json()["lines"]
    assert [(one["state"], one["review_reason"]) for one in lines] == [("validated", "sampled")] * 5
    assert [one["validated_gbp"] for one in lines] == [one["total_gbp"] for one in lines]
    assert await world.count("review_lines") == 6
    delivered, validated = await world.ledger("delivered"), await world.ledger("validated")
    assert sorted((row.pence, row.area_code or "", row.counted_quantity) for row in validated) == sorted(
        (row.pence, row.area_code or "", row.counted_quantity) for row in delivered
    )
    confirmed = await world.ledger("confirmed")
    assert [row.pence for row in confirmed] == [179_600]

    named = await world.report(world.charity, line(quantity="8"), line("CARBON", "1", "tco2e"))
    both = {**body, "lines": [judgement(named, 0, "5")]}
    decided = await world.try_review(named, both)
    assert [(one["state"], one["accepted_quantity"]) for one in decided.json()["lines"]] == [
        ("validated", "5"),
        ("validated", "1"),
    ]
