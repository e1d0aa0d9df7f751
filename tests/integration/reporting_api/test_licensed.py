"""Licensed measures in reports, reviews and the ledger: who sees what, with the licence and without."""

from tests.integration.reporting_api.world import World, judgement, keyed, line

from cdp_common.contracts.reporting import Report

LICENCE = "frameworks:licensed:open-toms"
BANKED = line("BANKED", "2", "count")


async def read(world: World, report: Report, headers: dict[str, str]) -> Report:
    answer = await world.http.get(f"/v1/reports/{report.id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return Report.model_validate_json(answer.content)


async def test_a_reporter_sees_its_licensed_quantities_without_their_pounds(world: World):
    report = await world.report(world.council, line(), BANKED)
    for shown in (report, await read(world, report, world.as_org(world.council))):
        hours, banked = shown.lines
        assert (str(hours.total_gbp), hours.withheld, hours.licensed_framework) == ("179.60", None, None)
        assert (banked.total_gbp, banked.social_gbp, banked.local_economic_gbp) == (None, None, None)
        assert (str(banked.quantity), banked.withheld, banked.licensed_framework) == (
            "2",
            "licensed",
            "open-toms",
        )
        assert shown.lines_withheld == 0


async def test_the_first_answer_is_kept_as_it_was_given(world: World):
    headers, draft = keyed(world.as_org(world.council)), world.report_draft(BANKED)
    first = await world.http.post("/v1/reports", json=draft, headers=headers)
    again = await world.http.post("/v1/reports", json=draft, headers=headers)
    assert first.content == again.content
    assert b'"withheld":"licensed"' in first.content


async def test_staff_without_the_licence_see_that_there_are_licensed_lines_and_nothing_of_them(world: World):
    report = await world.report(world.council, line(), BANKED)
    shown = await read(world, report, world.as_validator())
    assert [one.measure for one in shown.lines] == ["HOURS"]
    assert shown.lines_withheld == 1
    holder = world.as_validator(scopes=["reports:validate", "reports:read", LICENCE])
    shown = await read(world, report, holder)
    assert [(one.measure, str(one.total_gbp)) for one in shown.lines] == [
        ("HOURS", "179.60"),
        ("BANKED", "10.00"),
    ]
    assert shown.lines_withheld == 0


async def test_reviewing_licensed_lines_takes_the_licence(world: World):
    report = await world.report(world.council, line(), BANKED)
    body = {"outcome": "validated", "reason": "seen", "lines": [judgement(report, 0, "10")]}
    refused = await world.try_review(report, body)
    assert (refused.status_code, refused.json()["code"]) == (403, "licence_missing")
    assert await world.count("reviews") == 0
    assert len(await world.ledger("validated")) == 0
    holder = world.as_validator(scopes=["reports:validate", "reports:read", LICENCE])
    reviewed = await world.review(report, headers=holder)
    assert [str(one.validated_gbp) for one in reviewed.lines] == ["179.60", "10.00"]
    own = await read(world, report, world.as_org(world.council))
    assert own.lines[1].validated_gbp is None


async def test_ledger_entries_of_licensed_measures_are_for_holders_of_the_licence(world: World):
    await world.report(world.council, line(), BANKED)
    await world.seal()
    path = f"/v1/places/{world.place}/ledger-entries"
    for scopes, shown in (
        (["reporting:read"], ["HOURS"]),
        (["reporting:read", "frameworks:licensed:another"], ["HOURS"]),
        (["reporting:read", LICENCE], ["BANKED", "HOURS"]),
    ):
        answer = await world.http.get(path, headers=world.as_manager(scopes=scopes))
        assert sorted(entry["measure"] for entry in answer.json()["items"]) == shown
    # Nothing is missing from the pages: one entry a page gives the same.
    one = await world.http.get(path, params={"limit": 1}, headers=world.as_manager())
    assert [entry["measure"] for entry in one.json()["items"]] == ["HOURS"]
    assert one.json()["next"] is None
