"""The working group's meetings and actions, and how far a place has come in its checklists."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.partners_api.collective import collective
from tests.integration.partners_api.world import World

from cdp_common.kernel.identifiers import new_id

STAGES = [{"code": "s1", "title": "Lay the foundation"}, {"code": "s2", "title": "Set the agenda"}]


async def test_a_meeting_is_planned_then_held_and_shown_to_those_it_is_for(world: World) -> None:
    scene = await collective(world)
    draft = {"held_on": "2026-11-23", "title": "Autumn meeting"}
    early = await world.post(f"{scene.path}/meetings", {**draft, "state": "held"}, token=scene.operator)
    made = await world.made(f"{scene.path}/meetings", draft, token=scene.operator)
    path = f"/v1/meetings/{made['id']}"

    assert (early.status_code, early.json()["code"]) == (422, "meeting_not_yet")
    assert (made["state"], made["readers"]) == ("planned", "collective")
    assert (await world.get(path)).status_code == 404
    assert (await world.get(f"{scene.path}/meetings")).json()["items"] == []
    read = await world.get(path, token=scene.operator)
    held = {
        **draft,
        "held_on": "2026-11-22",
        "state": "held",
        "readers": "public",
        "minutes": "We agreed on *one* list.",
        "attended_by": [str(scene.stays.organisation_id)],
    }
    stranger = await world.call(
        "PUT",
        path,
        {**held, "attended_by": [str(new_id())]},
        token=scene.operator,
        if_match=read.headers["etag"],
    )
    put = await world.call("PUT", path, held, token=scene.operator, if_match=read.headers["etag"])
    stale = await world.call("PUT", path, draft, token=scene.operator, if_match=read.headers["etag"])

    assert (stranger.json()["code"], stranger.json()["errors"][0]["pointer"]) == (
        "organisation_not_recorded",
        "/attended_by",
    )
    assert put.status_code == 200
    assert stale.status_code == 412
    assert (await world.get(path)).json() == put.json() == {**made, **held, "venue": None}
    told = [each["type"] for each in await world.events() if each["type"].startswith("meeting.")]
    assert told == ["meeting.recorded", "meeting.changed"]


async def test_an_action_has_a_state_on_every_day(wide_world: World) -> None:
    world = wide_world
    scene = await collective(world)
    draft = {
        "title": "Share the supplier list",
        "owner_organisation_id": str(scene.stays.organisation_id),
        "agreed_on": "2026-09-01",
        "due_on": "2026-10-31",
    }
    elsewhere = await world.post(
        f"{scene.path}/actions", {**draft, "meeting_id": str(new_id())}, token=scene.operator
    )
    made = await world.made(f"{scene.path}/actions", draft, token=scene.operator)
    path, token = f"/v1/actions/{made['id']}", await world.token_of(scene.stays)
    changes = [{"state": "under_way", "changed_on": "2026-09-15", "note": "List drafted."}]
    await world.made(f"{path}/changes", changes[0], token=token)
    done = {"state": "done", "changed_on": "2026-11-02"}
    answers = await asyncio.gather(*(world.post(f"{path}/changes", done, token=token) for _ in range(3)))
    before, tomorrow = [
        await world.post(f"{path}/changes", {**done, "changed_on": day}, token=token)
        for day in ("2026-11-01", "2026-11-23")
    ]

    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "meeting_unknown")
    # Of those that come at the same moment each is a step of its own or is refused; none is lost.
    accepted = sum(each.status_code == 201 for each in answers)
    assert {each.status_code for each in answers} <= {201, 409}
    assert [each.json()["code"] for each in (before, tomorrow)] == ["action_change_misdated"] * 2
    history = (await world.get(path)).json()["history"]
    assert [each["state"] for each in history] == ["under_way"] + ["done"] * accepted
    for day, state, is_overdue in (
        ("2026-09-14", "open", False),
        ("2026-09-15", "under_way", False),
        ("2026-10-31", "under_way", False),
        ("2026-11-01", "under_way", True),
        ("2026-11-02", "done", False),
    ):
        read = (await world.get(f"{path}?as_of={day}")).json()
        assert (read["state"], read["is_overdue"]) == (state, is_overdue)
        [listed] = (await world.get(f"{scene.path}/actions?as_of={day}&state={state}")).json()["items"]
        assert listed == read
    assert (await world.get(f"{scene.path}/actions?as_of=2026-08-31")).json()["items"] == []
    assert (await world.get(f"{scene.path}/actions?state=open")).json()["items"] == []


async def test_a_places_standing_in_a_checklist_is_known_for_every_day(world: World) -> None:
    scene = await collective(world)
    draft = {"code": "anchor-network", "version": "1", "title": "Stages", "stages": STAGES, "source": "test"}
    checklist = await world.made("/v1/checklists", draft, token=scene.operator)
    taken = await world.post("/v1/checklists", {**draft, "title": "Other"}, token=scene.operator)
    repeated = await world.post(
        "/v1/checklists", {**draft, "version": "2", "stages": [STAGES[0]] * 2}, token=scene.operator
    )
    path = f"{scene.path}/stage-records"
    record = {"checklist_id": checklist["id"], "stage": "s1", "state": "under_way"}
    evidence = [{"title": "Baseline", "url": "https://example.org/baseline"}]
    await world.made(path, {**record, "recorded_on": "2022-03-01"}, token=scene.operator)
    await world.made(
        path,
        {**record, "state": "in_place", "recorded_on": "2022-09-29", "evidence": evidence},
        token=scene.operator,
    )
    refused = [
        await world.post(path, {**record, "recorded_on": "2022-03-01", **wrong}, token=scene.operator)
        for wrong in ({"stage": "s9"}, {"checklist_id": str(new_id())}, {"recorded_on": "2026-11-23"})
    ]

    codes = [each.json()["code"] for each in (taken, repeated)]
    assert codes == ["checklist_version_taken", "stage_repeated"]
    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        (422, "stage_unknown"),
        (422, "checklist_unknown"),
        (422, "recorded_in_future"),
    ]
    for day, standing in (
        ("2022-02-28", None),
        ("2022-03-01", ["under_way", "not_started"]),
        ("2022-09-28", ["under_way", "not_started"]),
        ("2022-09-29", ["in_place", "not_started"]),
    ):
        items = (await world.get(f"{scene.path}/checklists?as_of={day}")).json()["items"]
        assert [[each["state"] for each in item["stages"]] for item in items] == (
            [standing] if standing else []
        )
    [now] = (await world.get(f"{scene.path}/checklists")).json()["items"]
    assert (now["in_place_count"], now["stages"][0]["evidence"]) == (1, evidence)
    history = (await world.get(f"{path}?checklist_id={checklist['id']}&stage=s1")).json()["items"]
    assert [each["recorded_on"] for each in history] == ["2022-09-29", "2022-03-01"]


@pytest.mark.parametrize("table", ["action_changes", "checklists", "stage_records"])
async def test_the_database_itself_keeps_the_history(world: World, table: str) -> None:
    with pytest.raises(DBAPIError, match=r"append-only|permission denied"):
        async with world.db.begin() as tx:
            await tx.execute(text(f"DELETE FROM {table}"))
