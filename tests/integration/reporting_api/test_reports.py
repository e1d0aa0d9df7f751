"""Reporting a period: what is refused, what is entered, and that it counts once."""

import asyncio
from datetime import date
from decimal import Decimal

import pytest
from tests.integration.reporting_api.framework import ABSENT_INDEX, EDITION, OTHER_EDITION
from tests.integration.reporting_api.world import World, codes, contract_line, keyed, line

from cdp_common.kernel.identifiers import new_id


async def test_own_activity_is_valued_and_counts_as_delivered_uncommitted(world: World):
    report = await world.report(world.council, line(quantity="12.5"))
    assert report.state == "submitted"
    assert report.organisation_name == "Council"
    assert report.lines[0].total_gbp == Decimal("224.50")  # 12.5 × £17.96
    assert report.lines[0].state == "reported"
    value = await world.value()
    assert value.figures.delivered.total_gbp == Decimal("224.50")
    assert value.figures.delivered.social_gbp == Decimal("224.50")
    assert value.delivered_uncommitted.total_gbp == Decimal("224.50")
    assert value.delivered_against_commitment.total_gbp == Decimal("0.00")
    assert value.figures.validated.total_gbp == Decimal("0.00")


async def test_a_contract_line_counts_against_its_commitment_at_the_pinned_edition(world: World):
    commitment = await world.sign()
    report = await world.report(world.supplier, contract_line(commitment.lines[0].line_id))
    assert report.lines[0].edition_hash == EDITION
    assert report.lines[0].commissioner_id == world.council
    value = await world.value()
    assert value.delivered_against_commitment.total_gbp == Decimal("1796.00")
    assert value.delivery_ratio == Decimal("0.5987")  # 1796 ÷ 3000
    [entry] = await world.ledger("delivered")
    assert (entry.deliverer_id, entry.commissioner_id) == (world.supplier, world.council)
    assert (entry.effective_on, entry.route) == (date(2026, 9, 30), "procurement")


async def test_the_day_of_the_promise_is_told_to_the_valuation(world: World):
    commitment = await world.sign()
    await world.report(world.supplier, contract_line(commitment.lines[0].line_id))
    assert await world.scalar("SELECT committed_on FROM report_lines") == date(2026, 3, 15)


async def test_a_nil_return_is_a_report(world: World):
    report = await world.report(world.council, nil_return=True, lines=[])
    assert (report.nil_return, report.lines) == (True, [])
    assert await world.count("ledger_inbox") == 0


@pytest.mark.parametrize(
    "draft, fault",
    [
        ({"nil_return": True}, ("/lines", "nil_return_with_lines")),
        ({"lines": []}, ("/lines", "lines_missing")),
        ({"period_end": "2026-11-23"}, ("/period_end", "period_in_future")),
        ({"period_start": "2025-09-29"}, ("/period_end", "period_too_long")),
        ({"lines": [line(), line("GIFTS", unit="gbp_invested"), line()]}, ("/lines/2", "line_duplicated")),
        ({"lines": [line("NOSUCH")]}, ("/lines/0/measure", "measure_unknown")),
        ({"lines": [line(unit="weeks")]}, ("/lines/0/unit", "unit_mismatch")),
        ({"lines": [line(edition_hash=None)]}, ("/lines/0/edition_hash", "edition_missing")),
        ({"lines": [line(edition_hash="a" * 64)]}, ("/lines/0/measure", "measure_unknown")),
        ({"lines": [line(quantity="1.123456789")]}, ("/lines/0/quantity", "too_many_decimals")),
        ({"lines": [line(quantity="-1")]}, ("/lines/0/quantity", "negative")),
        ({"lines": [line(route="grant")]}, ("/lines/0/commissioner_id", "commissioner_missing")),
        ({"lines": [line(route="planning")]}, ("/lines/0/commissioner_id", "commissioner_missing")),
        ({"lines": [line(route="procurement")]}, ("/lines/0/commissioner_id", "commissioner_missing")),
        (
            {"lines": [line(route="grant", commissioner_id=str(new_id()))]},
            ("/lines/0/commissioner_id", "organisation_unknown"),
        ),
        (
            {"lines": [line(commissioner_id=str(new_id()))]},
            ("/lines/0/commissioner_id", "commissioner_not_expected"),
        ),
        (
            {"lines": [line(commitment_line_id=str(new_id()))]},
            ("/lines/0/commitment_line_id", "commitment_unknown"),
        ),
        ({"lines": [line(route="joint")]}, ("/lines/0/route", "route_differs")),
        ({"lines": [line(attests_commitment=True)]}, ("/lines/0/attests_commitment", "commitment_not_named")),
        (
            {"lines": [line(areas=[{"area_code": "E01999999", "share": "0.5"}])]},
            ("/lines/0/areas/0/area_code", "area_unknown"),
        ),
        (
            {
                "lines": [
                    line(
                        areas=[
                            {"area_code": "E01000001", "share": "0.6"},
                            {"area_code": "E01000002", "share": "0.5"},
                        ]
                    )
                ]
            },
            ("/lines/0/areas", "shares_over_one"),
        ),
        ({"place_slug": "essex"}, ("/place_slug", "place_slug_differs")),
        ({"place_id": str(new_id())}, ("/place_id", "place_unknown")),
    ],
)
async def test_a_report_that_breaks_a_rule_is_refused_and_leaves_nothing(world: World, draft, fault):
    answer = await world.try_report(world.council, world.report_draft() | draft)
    assert answer.status_code == 422, answer.text
    assert fault in codes(answer)
    for table in ("reports", "report_lines", "ledger_inbox", "events", "idempotency_records"):
        assert await world.count(table) == 0


async def test_an_area_of_an_index_that_nobody_imported_is_not_known(world: World):
    world.neighbours.need_index = ABSENT_INDEX
    stated = line(areas=[{"area_code": "E01000001", "share": "0.5"}])
    answer = await world.try_report(world.council, world.report_draft() | {"lines": [stated]})
    assert answer.status_code == 422, answer.text
    assert codes(answer) == [("/lines/0/areas/0/area_code", "area_unknown")]
    assert await world.count("reports") == 0


async def test_every_fault_is_named_at_once(world: World):
    draft = world.report_draft(line(route="grant"), line("HOURS", edition_hash=None))
    answer = await world.try_report(world.council, draft)
    assert codes(answer) == [
        ("/lines/0/commissioner_id", "commissioner_missing"),
        ("/lines/1/edition_hash", "edition_missing"),
    ]


@pytest.mark.parametrize(
    "changes, fault",
    [
        ({"measure": "GIFTS"}, "measure_differs"),
        ({"edition_hash": OTHER_EDITION}, "edition_differs"),
        ({"route": "grant"}, "route_differs"),
        ({"commissioner_id": str(new_id())}, "commissioner_differs"),
        ({"attests_contract_only": False}, "attestation_missing"),
        ({"attests_commitment": False}, "attestation_missing"),
    ],
)
async def test_a_line_must_fit_the_commitment_that_it_names(world: World, changes, fault):
    commitment = await world.sign()
    draft = world.report_draft(contract_line(commitment.lines[0].line_id) | changes)
    answer = await world.try_report(world.supplier, draft)
    assert answer.status_code == 422
    assert [code for _, code in codes(answer)] == [fault]
    assert await world.count("reports") == 0


async def test_another_organisations_commitment_is_not_told_of(world: World):
    commitment = await world.sign()
    answer = await world.try_report(
        world.charity, world.report_draft(contract_line(commitment.lines[0].line_id))
    )
    assert codes(answer) == [("/lines/0/commitment_line_id", "commitment_unknown")]


async def test_an_ended_commitment_takes_no_later_deliveries(world: World):
    commitment = await world.sign()
    await world.end(commitment, date(2026, 6, 30))
    draft = world.report_draft(contract_line(commitment.lines[0].line_id))
    answer = await world.try_report(world.supplier, draft)
    assert codes(answer) == [("/lines/0/commitment_line_id", "commitment_ended")]
    earlier = draft | {"period_start": "2026-06-01", "period_end": "2026-06-30"}
    assert (await world.try_report(world.supplier, earlier)).status_code == 201


async def test_a_commitment_takes_no_earlier_deliveries(world: World):
    commitment = await world.sign()
    draft = world.report_draft(contract_line(commitment.lines[0].line_id))
    early = draft | {"period_start": "2026-01-01", "period_end": "2026-03-31"}
    answer = await world.try_report(world.supplier, early)
    assert codes(answer) == [("/lines/0/commitment_line_id", "commitment_not_begun")]


async def test_a_grant_without_a_commitment_names_its_funder(world: World):
    await world.report(world.charity, line(route="grant", commissioner_id=str(world.council)))
    [grouping] = (await world.value(group_by="organisation", basis="commissioned_by")).groupings
    assert grouping.basis == "commissioned_by"
    assert [(cell.label, cell.figures.delivered.total_gbp) for cell in grouping.cells if cell.figures] == [
        ("Council", Decimal("179.60"))
    ]


async def test_what_lands_elsewhere_does_not_count_here_and_the_rest_is_not_placed(world: World):
    areas = [
        {"area_code": "E01000001", "share": "0.5"},
        {"area_code": "E01000009", "share": "0.25"},
    ]
    report = await world.report(world.council, line(quantity="10", areas=areas))
    assert report.lines[0].total_gbp == Decimal("179.60")
    value = await world.value(group_by="area,need_band")
    assert value.figures.delivered.total_gbp == Decimal("134.70")  # 44.90 landed elsewhere
    by_area, by_band = value.groupings
    assert [(c.key, c.label, c.figures.delivered.total_gbp) for c in by_area.cells if c.figures] == [
        ("E01000001", "Area 1", Decimal("89.80")),
        ("not_placed", "Not placed", Decimal("44.90")),
    ]
    bands = {cell.key: cell.figures.delivered.total_gbp for cell in by_band.cells if cell.figures}
    assert bands["severe"] == Decimal("89.80")
    assert bands["not_placed"] == Decimal("44.90")
    assert bands["high"] == Decimal("0.00")


async def test_a_period_is_reported_once_by_an_organisation(world: World):
    await world.report(world.council)
    again = await world.try_report(world.council, world.report_draft())
    assert (again.status_code, again.json()["code"]) == (409, "period_already_reported")
    within = world.report_draft(period_start="2026-09-30", period_end="2026-10-31")
    assert (await world.try_report(world.council, within)).status_code == 409
    after = world.report_draft(period_start="2026-10-01", period_end="2026-10-31")
    assert (await world.try_report(world.council, after)).status_code == 201
    assert (await world.try_report(world.charity, world.report_draft())).status_code == 201


async def test_lines_of_one_measure_may_differ_in_anything(world: World):
    lines = [line(), line(quantity="11"), line(note="another project"), line(started_on="2026-08-01")]
    assert len((await world.report(world.council, *lines)).lines) == 4


async def test_two_reports_of_a_period_at_the_same_moment_leave_one(wide_world: World):
    draft = wide_world.report_draft()
    answers = await asyncio.gather(*(wide_world.try_report(wide_world.council, draft) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert await wide_world.count("reports") == 1
    assert await wide_world.count("ledger_inbox") == 1


async def test_the_same_key_gives_the_first_answer_again_even_for_a_large_report(world: World):
    lines = [line(quantity=str(index), note="n" * 1000, industry=f"I{index}") for index in range(1, 101)]
    headers = {"Idempotency-Key": str(new_id())}
    first = await world.try_report(world.council, world.report_draft(*lines), **headers)
    assert first.status_code == 201
    assert len(first.content) > 64 * 1024
    world.neighbours.is_down = True
    again = await world.try_report(world.council, world.report_draft(*lines), **headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert await world.count("reports") == 1
    other = await world.try_report(world.council, world.report_draft(), **headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_without_a_valuation_nothing_is_written_and_the_key_stays_free(world: World):
    headers = {"Idempotency-Key": str(new_id())}
    world.neighbours.is_down = True
    down = await world.try_report(world.council, world.report_draft(), **headers)
    assert down.status_code == 503
    assert await world.count("reports") == 0
    world.neighbours.is_down = False
    assert (await world.try_report(world.council, world.report_draft(), **headers)).status_code == 201


async def test_a_sample_anywhere_makes_the_line_and_the_total_a_sample(world: World):
    world.neighbours.samples.add(world.charity)
    report = await world.report(world.charity)
    assert report.data_status == "synthetic_sample"
    assert (await world.value()).data_status == "synthetic_sample"


async def test_low_and_high_are_known_only_while_every_line_has_a_range(world: World):
    await world.report(world.council, line("CARBON", "2", "tco2e"), line("SHARE", "50", "percentage"))
    delivered = (await world.value()).figures.delivered
    assert (delivered.low_gbp, delivered.total_gbp, delivered.high_gbp) == (
        Decimal("270.00"),
        Decimal("540.00"),
        Decimal("810.00"),
    )
    await world.report(world.charity)
    delivered = (await world.value()).figures.delivered
    assert (delivered.low_gbp, delivered.total_gbp, delivered.high_gbp) == (None, Decimal("719.60"), None)


async def test_a_submitted_report_is_told_to_the_services_and_to_its_organisation_only(world: World):
    report = await world.report(world.council)
    [(event_type, data)] = await world.events()
    assert (event_type, data["report_id"], data["state"]) == ("report.submitted", str(report.id), "submitted")
    own = await world.http.get("/v1/events", headers=world.as_org(world.council))
    other = await world.http.get("/v1/events", headers=world.as_org(world.charity))
    assert [event["type"] for event in own.json()["items"]] == ["report.submitted"]
    assert other.json()["items"] == []


async def test_reports_are_listed_to_those_who_may_see_them(world: World):
    mine = await world.report(world.council)
    theirs = await world.report(world.charity)

    async def seen(headers: dict[str, str], **params: str) -> list[str]:
        answer = await world.http.get("/v1/reports", headers=headers, params=params)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    assert await seen(world.as_org(world.charity)) == [str(theirs.id)]
    assert await seen(world.as_validator()) == [str(mine.id), str(theirs.id)]
    assert await seen(world.as_validator(), place_id=str(new_id())) == []
    assert await seen(world.as_validator(), state="validated") == []
    first = await world.http.get("/v1/reports", headers=world.as_validator(), params={"limit": "1"})
    following = await world.http.get(first.json()["next"], headers=world.as_validator())
    assert [item["id"] for item in following.json()["items"]] == [str(theirs.id)]
    assert following.json()["next"] is None


async def test_a_reports_etag_changes_with_it(world: World):
    report = await world.report(world.council)
    first = await world.http.get(f"/v1/reports/{report.id}", headers=world.as_org(world.council))
    unchanged = await world.http.get(
        f"/v1/reports/{report.id}",
        headers={**world.as_org(world.council), "If-None-Match": first.headers["ETag"]},
    )
    assert unchanged.status_code == 304
    await world.review(report)
    changed = await world.http.get(f"/v1/reports/{report.id}", headers=world.as_org(world.council))
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_a_report_needs_a_key(world: World):
    answer = await world.http.post(
        "/v1/reports", json=world.report_draft(), headers=world.as_org(world.council)
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert keyed({})["Idempotency-Key"]
