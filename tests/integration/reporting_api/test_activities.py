"""Joint activities: confirmed by every partner, split to the penny, counted once."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.reporting_api.world import World, codes, judgement, keyed, line

from cdp_common.contracts.activities import Activity
from cdp_common.kernel.identifiers import new_id


def shares(**by_org: tuple[UUID, str]) -> list[dict[str, str]]:
    return [{"organisation_id": str(org), "share": share} for org, share in by_org.values()]


async def create(world: World, parts: list[dict[str, str]], org: UUID | None = None) -> httpx2.Response:
    draft = {"place_id": str(world.place), "title": "School garden", "shares": parts}
    headers = keyed(world.as_org(org or world.council))
    return await world.http.post("/v1/activities", json=draft, headers=headers)


async def confirm(world: World, activity_id: object, org: UUID) -> httpx2.Response:
    path = f"/v1/activities/{activity_id}/confirmations"
    return await world.http.post(path, headers=keyed(world.as_org(org)))


async def garden(world: World, *, confirmed: bool = True) -> Activity:
    parts = shares(a=(world.council, "0.333"), b=(world.charity, "0.333"), c=(world.college, "0.334"))
    answer = await create(world, parts)
    assert answer.status_code == 201, answer.text
    activity = Activity.model_validate_json(answer.content)
    if confirmed:
        for org in (world.charity, world.college):
            assert (await confirm(world, activity.id, org)).status_code == 201
    return activity


def joint_line(activity: Activity, quantity: str = "10", **changes: Any) -> dict[str, Any]:
    return line(quantity=quantity, route="joint", activity_id=str(activity.id), **changes)


async def test_creating_confirms_the_creators_share_only(world: World):
    activity = await garden(world, confirmed=False)
    assert not activity.confirmed
    assert [partner.confirmed_at is not None for partner in activity.partners] == [True, False, False]
    assert activity.partners[2].share == Decimal("0.334")


async def test_it_is_confirmed_when_every_partner_has_confirmed(world: World):
    activity = await garden(world)
    answer = await world.http.get(f"/v1/activities/{activity.id}", headers=world.as_org(world.charity))
    assert (answer.json()["confirmed"], answer.json()["version"]) == (True, 3)


async def test_a_line_is_split_over_the_partners_to_the_penny(world: World):
    activity = await garden(world)
    await world.report(world.council, joint_line(activity))
    [grouping] = (await world.value(group_by="organisation")).groupings
    assert [(cell.label, cell.figures.delivered.total_gbp) for cell in grouping.cells if cell.figures] == [
        ("Charity", Decimal("59.80")),
        ("College", Decimal("60.00")),
        ("Council", Decimal("59.80")),
    ]
    assert (await world.value()).figures.delivered.total_gbp == Decimal("179.60")


async def test_a_second_report_of_the_same_days_is_refused(world: World):
    activity = await garden(world)
    await world.report(world.council, joint_line(activity))
    again = world.report_draft(joint_line(activity, "3"), period_start="2026-09-30", period_end="2026-10-31")
    answer = await world.try_report(world.charity, again)
    assert (answer.status_code, answer.json()["code"]) == (409, "activity_already_reported")
    assert await world.count("reports") == 1
    later = again | {"period_start": "2026-10-01"}
    assert (await world.try_report(world.charity, later)).status_code == 201


async def test_one_report_may_have_several_lines_of_an_activity(world: World):
    activity = await garden(world)
    lines = [joint_line(activity, industry="I1"), joint_line(activity, industry="I2")]
    assert len((await world.report(world.council, *lines)).lines) == 2
    assert await world.count("activity_claims") == 1


async def test_a_correction_keeps_the_claim_and_a_rejection_gives_it_back(world: World):
    activity = await garden(world)
    report = await world.report(world.council, joint_line(activity))
    corrected = await world.http.post(
        f"/v1/reports/{report.id}/corrections",
        json={"reason": "x", "lines": [joint_line(activity, "5")]},
        headers=keyed(world.as_org(world.council)),
    )
    assert corrected.status_code == 201, corrected.text
    refused = await world.try_report(world.charity, world.report_draft(joint_line(activity)))
    assert (refused.status_code, refused.json()["code"]) == (409, "activity_already_reported")
    path = f"/v1/reports/{corrected.json()['id']}/reviews"
    await world.http.post(
        path, json={"outcome": "rejected", "reason": "x"}, headers=keyed(world.as_validator())
    )
    assert (
        await world.try_report(world.charity, world.report_draft(joint_line(activity)))
    ).status_code == 201


async def test_a_partner_does_not_validate_the_activity(world: World):
    activity = await garden(world)
    report = await world.report(world.council, joint_line(activity))
    body = {"outcome": "validated", "reason": "x", "lines": [judgement(report, 0, "10")]}
    answer = await world.try_review(report, body, world.as_validator(world.charity))
    assert (answer.status_code, answer.json()["code"]) == (403, "review_not_independent")
    validated = await world.review(report, {0: "9"})
    assert validated.lines[0].validated_gbp == Decimal("161.64")
    assert sum(entry.pence for entry in await world.ledger("validated")) == 16164
    assert len(await world.ledger("validated")) == 3


async def test_a_line_of_an_unconfirmed_or_foreign_activity_is_refused(world: World):
    activity = await garden(world, confirmed=False)
    mine = await world.try_report(world.council, world.report_draft(joint_line(activity)))
    assert codes(mine) == [("/lines/0/activity_id", "activity_not_confirmed")]
    stranger = await world.try_report(world.supplier, world.report_draft(joint_line(activity)))
    assert codes(stranger) == [("/lines/0/activity_id", "not_a_partner")]
    unknown = joint_line(activity) | {"activity_id": str(new_id())}
    answer = await world.try_report(world.council, world.report_draft(unknown))
    assert codes(answer) == [("/lines/0/activity_id", "activity_unknown")]


async def test_measures_that_exclude_each_other_are_not_counted_for_one_activity(world: World):
    activity = await garden(world)
    draft = world.report_draft(joint_line(activity), joint_line(activity, "3", measure="PAID", unit="count"))
    answer = await world.try_report(world.council, draft)
    assert codes(answer) == [("/lines/1/measure", "measure_excluded")]


@pytest.mark.parametrize("second, code", [("0.66", "shares_not_whole"), ("0.68", "shares_not_whole")])
async def test_shares_sum_to_one(world: World, second, code):
    answer = await create(world, shares(a=(world.council, "0.33"), b=(world.charity, second)))
    assert answer.status_code == 422
    assert codes(answer) == [("/shares", code)]
    assert await world.count("activities") == 0


async def test_a_share_belongs_to_one_known_organisation(world: World):
    answer = await create(
        world, shares(a=(world.council, "0.5"), b=(world.council, "0.3"), c=(new_id(), "0.2"))
    )
    assert codes(answer) == [
        ("/shares/1/organisation_id", "repeated"),
        ("/shares/2/organisation_id", "organisation_unknown"),
    ]


async def test_only_a_partner_creates_confirms_and_sees(world: World):
    parts = shares(a=(world.council, "0.5"), b=(world.charity, "0.5"))
    outsider = await create(world, parts, world.supplier)
    assert (outsider.status_code, outsider.json()["code"]) == (403, "not_a_partner")
    activity = await garden(world, confirmed=False)
    assert (await confirm(world, activity.id, world.supplier)).status_code == 404
    seen = await world.http.get(f"/v1/activities/{activity.id}", headers=world.as_org(world.supplier))
    assert seen.status_code == 404
    assert (await confirm(world, activity.id, world.charity)).status_code == 201
    twice = await confirm(world, activity.id, world.charity)
    assert (twice.status_code, twice.json()["code"]) == (409, "share_already_confirmed")
