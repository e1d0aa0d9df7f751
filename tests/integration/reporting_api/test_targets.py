"""Targets over HTTP: set, taken over from an edition, reached by what the ledger holds, published."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.integration.reporting_api.framework import EDITION_ID
from tests.integration.reporting_api.test_client import client, key
from tests.integration.reporting_api.world import World, codes, keyed, line, target_draft

from cdp_common.contracts.base import IdBatch
from cdp_common.contracts.targets import PlaceTarget, TargetChange, TargetDraft, TargetImport, TargetProgress


def mentored(quantity: str) -> dict[str, object]:
    return line("MENTORED", quantity, "count")


async def agreed_members(world: World) -> None:
    for org in (world.council, world.charity, world.college):
        await world.join(org, date(2022, 9, 29), named_totals_agreed=True)


async def test_a_target_is_set_and_changed_with_a_reason(world: World):
    manager, public = client(world, world.as_manager()), client(world)
    target = await manager.set_target(
        world.place, TargetDraft.model_validate(target_draft()), idempotency_key=key()
    )
    assert (target.unit, target.accumulation, target.version, target.earlier) == ("count", "flow", 1, [])
    change = TargetChange(reason="More funds came.", value=Decimal(120), due=date(2027, 3, 31))
    changed = await manager.change_target(target.id, change, idempotency_key=key())
    assert (changed.value, changed.due, changed.version) == (Decimal(120), date(2027, 3, 31), 2)
    assert [(one.version, one.value, one.reason) for one in changed.earlier] == [(1, Decimal(100), None)]
    assert await public.get_target(target.id) == changed
    assert (await public.list_targets(world.place)).items == [changed]
    assert (await public.list_targets(world.place, workstream="other")).items == []
    batch = await public.batch_targets(IdBatch(ids=[world.place, target.id]))
    assert (batch.items, batch.missing) == ([changed], [world.place])
    told = [(kind, data["value"]) for kind, data in await world.events() if kind.startswith("target.")]
    assert told == [("target.set", "100"), ("target.changed", "120")]


async def test_a_target_that_breaks_a_rule_leaves_nothing_behind(world: World):
    path = f"/v1/places/{world.place}/targets"
    headers = world.as_manager()
    wrong = target_draft(due="2026-06-30", value="0")
    answer = await world.http.post(path, json=wrong, headers=keyed(headers))
    assert (answer.status_code, codes(answer)) == (
        422,
        [("/due", "due_before_start"), ("/value", "value_not_positive")],
    )
    unknown = target_draft(measures=[{"edition_hash": "0" * 64, "code": "MENTORED"}])
    answer = await world.http.post(path, json=unknown, headers=keyed(headers))
    assert (answer.status_code, codes(answer)) == (422, [("/measures/0", "measure_unknown")])
    assert await world.count("targets") == 0
    assert (await world.http.post(path, json=target_draft(), headers=keyed(headers))).status_code == 201
    again = await world.http.post(path, json=target_draft(), headers=keyed(headers))
    assert (again.status_code, again.json()["code"]) == (409, "target_exists")
    assert await world.count("target_versions") == 1


async def test_an_editions_targets_are_taken_over_once(world: World):
    manager = client(world, world.as_manager())
    request = TargetImport(edition_id=EDITION_ID, counts_people=["mentoring-2026", "mentoring-2028"])
    taken = await manager.import_targets(world.place, request, idempotency_key=key())
    assert [(one.code, one.value, one.workstream, one.counts_people) for one in taken.items] == [
        ("mentoring-2026", Decimal(150), "mentoring", True),
        ("mentoring-2028", Decimal(1000), "mentoring", True),
    ]
    again = await manager.import_targets(world.place, request, idempotency_key=key())
    assert (again.items, again.known_already) == ([], ["mentoring-2026", "mentoring-2028"])
    path = f"/v1/places/{world.place}/targets/imports"
    answer = await world.http.post(
        path, json={"edition_id": str(world.place)}, headers=keyed(world.as_manager())
    )
    assert (answer.status_code, codes(answer)) == (422, [("/edition_id", "edition_unknown")])


async def set_one(world: World, **changes: Any) -> PlaceTarget:
    draft = TargetDraft.model_validate(target_draft(**changes))
    return await client(world, world.as_manager()).set_target(world.place, draft, idempotency_key=key())


async def test_progress_follows_the_ledger_live_and_stays_as_published(world: World):
    await agreed_members(world)
    target = await set_one(world)
    first = await world.report(world.council, mentored("30"))
    await world.report(world.charity, mentored("20"))
    await world.review(first, {0: "25"})
    manager, public = client(world, world.as_manager()), client(world)
    live = await manager.get_target_progress(target.id)
    assert live.delivered is not None
    assert live.validated is not None
    assert (live.delivered.quantity, live.validated.quantity) == (Decimal(50), Decimal(25))
    assert (live.delivered.share, live.delivered.forecast) == (Decimal("0.5"), Decimal(100))
    assert (live.delivered.standing, live.validated.standing) == ("on_track", "behind")
    assert (live.through, live.contributors, live.publication_number) == (date(2026, 9, 30), 2, None)

    before = world.clock()
    world.clock.advance(timedelta(minutes=1))
    published = await world.publish()
    [shown] = published.targets
    # The validated figure has 25 people, of one that agreed; and 25 that are not validated are not few.
    assert (shown.delivered, shown.publication_number) == (live.delivered, 1)
    assert await public.get_target_progress(target.id) == shown
    batch = await public.batch_target_progress(IdBatch(ids=[target.id, world.place]))
    assert (batch.items, batch.missing) == ([shown], [world.place])
    earlier = await world.http.get(f"/v1/targets/{target.id}/progress", params={"as_of": before.isoformat()})
    assert (earlier.status_code, earlier.json()["code"]) == (404, "progress_not_published")
    moment = datetime(2030, 1, 1, tzinfo=UTC).isoformat()
    future = await world.http.get(f"/v1/targets/{target.id}/progress", params={"as_of": moment})
    assert (future.status_code, future.json()["code"]) == (422, "as_of_in_future")

    world.clock.advance(timedelta(days=1))
    await world.report(world.college, mentored("5"))
    again = (await world.publish(reason="A late report came in.")).targets[0]
    # Five people more would be told by the difference.
    assert again.delivered is not None
    assert (again.delivered.quantity, again.delivered.held_back) == (Decimal(50), True)
    manager = client(world, world.as_manager())  # the token of yesterday has run out
    live = await manager.get_target_progress(target.id)
    assert live.delivered is not None
    assert live.delivered.quantity == Decimal(55)
    assert (await manager.get_target_progress(target.id, as_of=before)).delivered is not None


async def test_a_withdrawn_report_does_not_say_since_when_things_go_on(world: World):
    await agreed_members(world)
    target = await set_one(world, counted_from=None)
    whole_quarter = await world.report(world.council, mentored("30"))
    rejected = await world.try_review(whole_quarter, {"outcome": "rejected", "reason": "It was September."})
    assert rejected.status_code == 201, rejected.text
    await world.report(world.council, mentored("30"), period_start="2026-09-01")
    live = await client(world, world.as_manager()).get_target_progress(target.id)
    assert live.delivered is not None
    # One a day in September, and 92 days to come.
    assert (live.rate_from, live.delivered.forecast) == (date(2026, 9, 1), Decimal(122))
    assert (live.delivered.quantity, live.delivered.standing) == (Decimal(30), "on_track")


async def test_few_people_and_quantities_of_withheld_pounds_are_not_published(world: World):
    people = await set_one(world)
    hours = await set_one(
        world,
        code="hours",
        counts_people=False,
        measures=[{"edition_hash": "e" * 64, "code": "HOURS"}],
    )
    for org in (world.council, world.charity, world.college):
        await world.report(org, mentored("3"), line(quantity="10"))
    await world.report(world.supplier, line("GIFTS", "50", "gbp_invested"))
    shown = {one.target_id: one for one in (await world.publish()).targets}
    assert (shown[people.id].delivered, shown[people.id].withheld) == (None, "disclosure")
    assert (shown[hours.id].delivered, shown[hours.id].withheld) == (None, "disclosure")
    public = await world.http.get(f"/v1/targets/{people.id}/progress")
    assert TargetProgress.model_validate_json(public.content).through is None
