"""Two reporters who seem to count the same thing, reviews under way, and deliveries beyond a promise."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.world import Headers, World, contract_line, keyed, line, promised_line

from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.conflicts import Conflict, ConflictResolution
from cdp_common.contracts.reporting import Correction, Report
from cdp_common.kernel.identifiers import new_id

SHARED = "a" * 64
BOTH = ConflictResolution(outcome="both_stand", reason="two halves of a day")
FIRST = ConflictResolution(outcome="first_stands", reason="counted by the first")


def evidenced(**changes: Any) -> dict[str, Any]:
    proof = {"title": "Log", "url": "https://example.org/log", "sha256": SHARED}
    return line(evidence=[proof], **changes)


async def conflicts(world: World, headers: Headers | None = None, state: str | None = None) -> list[Conflict]:
    asked = client(world, headers or world.as_validator())
    return (await asked.list_conflicts(world.place, state=state)).items  # type: ignore[arg-type]  # as sent


async def test_the_same_evidence_of_two_reporters_is_decided_by_who_is_neither(world: World):
    first = await world.report(world.council, evidenced())
    assert await conflicts(world) == []
    second = await world.report(world.charity, evidenced(quantity="20"), line("GIFTS", "5", "gbp_invested"))
    (found,) = await conflicts(world)
    assert (found.kind, found.shared, found.state) == ("same_evidence", SHARED, "open")
    assert [found.first.report_id, found.second.report_id] == [first.id, second.id]
    assert (found.second.organisation_name, found.second.measure) == ("Charity", "HOURS")
    assert (await world.value()).open_conflicts == 1
    assert await conflicts(world, world.as_org(world.charity)) == [found]
    assert await conflicts(world, world.as_org(world.college)) == []

    before = await world.ledger("delivered")
    for headers, status, code in (
        (world.as_validator(world.council), 403, "review_not_independent"),
        (world.as_validator(roles={new_id(): ["validator"]}), 404, "conflict_not_found"),
    ):
        with pytest.raises(UpstreamProblem) as refused:
            await client(world, headers).resolve_conflict(found.id, FIRST, idempotency_key=key())
        assert (refused.value.status, refused.value.code) == (status, code)
    assert await world.ledger("delivered") == before

    validator, once = client(world, world.as_validator()), key()
    decided = await validator.resolve_conflict(found.id, FIRST, idempotency_key=once)
    assert (decided.state, decided.outcome, decided.version) == ("resolved", "first_stands", 2)
    assert await validator.resolve_conflict(found.id, FIRST, idempotency_key=once) == decided
    assert sum(entry.pence for entry in await world.ledger("delivered")) == 17960 + 500
    assert (await world.value()).figures.delivered.total_gbp == Decimal("184.60")
    after = await client(world, world.as_org(world.charity)).get_report(second.id)
    assert [one.state for one in after.lines] == ["rejected", "reported"]
    assert after.lines[0].accepted_quantity == Decimal(0)
    assert after.lines[0].review_reason == "counted by the first"
    assert (await world.value()).open_conflicts == 0
    with pytest.raises(UpstreamProblem) as again:
        await validator.resolve_conflict(found.id, BOTH, idempotency_key=key())
    assert again.value.code == "conflict_not_open"


async def test_the_same_activity_conflicts_by_measure_area_and_days(world: World):
    garden = {"activity": "school-garden"}
    here, there = [{"area_code": "E01000001", "share": "1"}], [{"area_code": "E01000002", "share": "1"}]
    await world.report(
        world.council, line(**garden, areas=here), line("PAID", "3", "count", activity="choir")
    )
    await world.report(world.charity, line(**garden, areas=there))
    await world.report(world.college, line("GIFTS", "5", "gbp_invested", **garden, areas=here))
    assert await conflicts(world) == []
    months = {"period_start": "2026-09-01", "period_end": "2026-09-30"}
    same = await world.report(world.supplier, line(**garden, areas=here), line(activity="choir"), **months)
    kinds = {found.kind: found.shared for found in await conflicts(world)}
    assert kinds == {"same_activity": "school-garden"}
    # PAID excludes HOURS, and that is how the later reporter sees it too.
    other = await world.report(world.assessor, line("PAID", "1", "count", activity="school-garden"))
    assert other.lines[0].activity == "school-garden"

    # The correction gives way: the conflict lapses, and is raised anew by what says the same again.
    supplier = client(world, world.as_org(world.supplier))
    corrected = await supplier.correct_report(
        same.id,
        Correction.model_validate({"reason": "it was theirs", "lines": [line(quantity="1")]}),
        idempotency_key=key(),
    )
    assert [found.state for found in await conflicts(world)] == ["lapsed"]
    again = Correction.model_validate({"reason": "no, ours", "lines": [line(**garden, areas=here)]})
    await supplier.correct_report(corrected.id, again, idempotency_key=key())
    assert [found.state for found in await conflicts(world)] == ["lapsed", "open"]


async def test_measures_of_one_activity_exclude_each_other_within_and_between_reports(world: World):
    await world.report(world.council, line(activity="choir"))
    draft = world.report_draft(line(activity="choir"), line("PAID", "1", "count", activity="choir"))
    refused = await world.try_report(world.charity, draft)
    assert [error["code"] for error in refused.json()["errors"]] == ["measure_excluded"]
    await world.report(world.charity, line("PAID", "1", "count", activity="choir"))
    (found,) = await conflicts(world, state="open")
    assert (found.kind, found.first.measure, found.second.measure) == ("measures_exclude", "HOURS", "PAID")


async def test_a_report_under_review_is_its_reviewers_alone(world: World):
    report = await world.report(world.council)
    person = new_id()
    mine, theirs = world.as_validator(sub=str(person)), world.as_validator(world.college)
    validator = client(world, mine)
    taken = await validator.start_review(report.id, idempotency_key=key())
    assert (taken.state, taken.version) == ("under_review", 2)
    assert (await world.value()).coverage.reported_count == 0  # nobody is a member here
    assert (await world.value()).figures.delivered.total_gbp == Decimal("179.60")

    async def refusal(headers: Headers, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
        answer = await world.http.post(f"/v1/reports/{report.id}/{path}", json=body, headers=keyed(headers))
        return answer.status_code, answer.json().get("code", "")

    correction = {"reason": "x", "lines": [line(quantity="1")]}
    assert await refusal(world.as_org(world.council), "corrections", correction) == (
        409,
        "report_not_correctable",
    )
    assert await refusal(theirs, "reviews", {"outcome": "returned", "reason": "x"}) == (
        409,
        "report_under_review",
    )
    assert await refusal(theirs, "review-start") == (409, "report_under_review")
    assert await refusal(theirs, "review-release") == (409, "report_under_review")
    assert await refusal(mine, "review-start") == (409, "report_not_reviewable")
    released = await validator.release_review(report.id, idempotency_key=key())
    assert (released.state, released.version) == ("submitted", 3)
    await validator.start_review(report.id, idempotency_key=key())
    assert (await world.review(report, headers=mine)).state == "validated"


async def test_who_submitted_an_earlier_version_does_not_review_the_later(world: World):
    person = new_id()
    draft = world.report_draft()
    first = await world.http.post(
        "/v1/reports", json=draft, headers=keyed(world.as_org(world.council, sub=str(person)))
    )
    corrected = await client(world, world.as_org(world.council)).correct_report(
        UUID(first.json()["id"]),
        Correction.model_validate({"reason": "x", "lines": [line(quantity="9")]}),
        idempotency_key=key(),
    )
    refused = await world.try_review(
        corrected, {"outcome": "returned", "reason": "x"}, world.as_validator(sub=str(person))
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "review_not_independent")


async def test_what_is_delivered_beyond_a_commitment_is_shown_apart(world: World):
    promise = promised_line(
        quantity=Decimal(100), counted_quantity=Decimal(100), social_gbp=Decimal("1796.00")
    )
    made = world.commitment(lines=[promise])
    await world.sign(made)

    async def delivered(quantity: str, start: str, end: str) -> Report:
        owed = contract_line(made.lines[0].line_id, quantity)
        return await world.report(world.supplier, owed, period_start=start, period_end=end)

    within = await delivered("100", "2026-04-01", "2026-06-30")
    assert within.beyond_commitments == []
    beyond = await delivered("50", "2026-07-01", "2026-09-30")
    (over,) = beyond.beyond_commitments
    quantities = [over.committed_quantity, over.delivered_quantity, over.beyond_quantity]
    assert quantities == [Decimal(100), Decimal(150), Decimal(50)]
    value = await world.value()
    assert value.delivered_against_commitment.total_gbp == Decimal("898.00")
    assert value.beyond_commitment is not None
    assert value.beyond_commitment.total_gbp == Decimal("898.00")
    both = await world.value(**{"from": "2026-04-01"})
    assert both.delivered_against_commitment.total_gbp == Decimal("2694.00")
    assert both.beyond_commitment is not None
    assert both.beyond_commitment.total_gbp == Decimal("898.00")
    returned = await world.try_review(within, {"outcome": "returned", "reason": "unclear"})
    assert returned.status_code == 201
    after = await world.value()
    assert after.beyond_commitment is not None
    assert after.beyond_commitment.total_gbp == Decimal("0.00")


async def test_a_promise_of_more_emissions_leaves_the_figures_readable(world: World):
    promise = promised_line(
        measure="CARBON",
        unit="tco2e",
        quantity=Decimal(-10),
        counted_quantity=Decimal(-10),
        social_gbp=Decimal("-2700.00"),
    )
    made = await world.sign(world.commitment(lines=[promise]))
    emissions = {"measure": "CARBON", "unit": "tco2e"}
    owed = contract_line(made.lines[0].line_id, "-5", **emissions)
    report = await world.report(world.supplier, owed)
    assert report.beyond_commitments == []
    value = await world.value()
    assert value.delivered_against_commitment.total_gbp == Decimal("-1350.00")
    assert value.beyond_commitment is not None
    assert value.beyond_commitment.total_gbp == Decimal("0.00")
    less = contract_line(made.lines[0].line_id, "8", **emissions)
    later = {"period_start": "2026-10-01", "period_end": "2026-10-31"}
    (over,) = (await world.report(world.supplier, less, **later)).beyond_commitments
    assert (over.committed_quantity, over.beyond_quantity) == (Decimal(-10), Decimal(3))
    value = await world.value(to="2026-10-31")
    assert value.beyond_commitment is not None
    assert value.beyond_commitment.total_gbp == Decimal("810.00")
