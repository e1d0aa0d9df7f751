"""Training and events: places in the order in which people come, a waiting list that moves up."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from tests.integration.partners_api.editors import Newsroom, newsroom
from tests.integration.partners_api.world import Json, World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import http_client
from cdp_common.testing.plugin import MakeDatabase
from partners_api.main import CONNECTION_WAIT_S, create_app
from partners_api.settings import PACKAGE, SCHEMA, Settings
from partners_api.storage.public_tables import public_contacts
from partners_api.use_cases.purge_expired import purge_expired

SOON: Json = {
    "kind": "training",
    "title": "Measures explained",
    "summary": "For everybody who bids.",
    "description": "Bring a *bid*.",
    "starts_at": "2026-12-01T10:00:00Z",
    "ends_at": "2026-12-01T12:00:00Z",
    "venue": "Town Hall",
    "capacity": 2,
}


async def agreed(world: World, room: Newsroom, purpose: str, version: str = "1") -> str:
    draft = {"purpose": purpose, "version": version, "text": "Kept until 90 days after."}
    wording = await world.made(f"{room.path}/consent-wordings", draft, token=room.publisher)
    return str(wording["id"])


async def announced(world: World, room: Newsroom, **fields: Any) -> str:
    body = {**SOON, "organiser_organisation_id": str(room.about.organisation_id), **fields}
    return f"/v1/gatherings/{(await world.made(f'{room.path}/gatherings', body, token=room.author))['id']}"


def person(wording_id: str, name: str = "Ann Other") -> Json:
    return {"person": {"name": name, "email": "ann@example.org", "wording_id": wording_id}}


async def people_known(world: World) -> int:
    async with world.db.begin() as tx:
        return int(await tx.scalar(select(func.count()).select_from(public_contacts)) or 0)


@pytest.fixture
async def patient_world(
    make_database: MakeDatabase, settings: Settings, clock: FixedClock
) -> AsyncIterator[World]:
    """A service that waits for a connection as long as it does otherwise, so that nobody is sent away."""
    url = (await make_database(PACKAGE, SCHEMA)).engine.url
    database = Database(url, schema=SCHEMA, app_name="rush", pool_timeout_s=CONNECTION_WAIT_S)
    app = create_app(settings, database=database, clock=clock)
    async with http_client(app) as http:
        made = World(app, http, database, clock)
        await made.provision()
        yield made


async def test_a_hundred_at_once_get_ten_places_and_wait_in_order(patient_world: World) -> None:
    world = patient_world
    room = await newsroom(world)
    path, wording = await announced(world, room, capacity=10), await agreed(world, room, "gathering")
    answers = await asyncio.gather(
        *(world.post(f"{path}/registrations", person(wording, f"N{n}")) for n in range(100))
    )

    assert [each.status_code for each in answers] == [201] * 100
    receipts = [each.json() for each in answers]
    assert sum(each["state"] == "registered" for each in receipts) == 10
    waiting = sorted(each["waiting_position"] for each in receipts if each["state"] == "waiting")
    assert waiting == list(range(1, 91))
    read = (await world.get(path)).json()
    assert (read["registered_count"], read["waiting_count"]) == (10, 90)
    listed = (await world.get(f"{path}/registrations?limit=100", token=room.author)).json()["items"]
    assert [each["number"] for each in listed] == list(range(1, 101))
    assert [each["state"] for each in listed] == ["registered"] * 10 + ["waiting"] * 90
    # The first fifteen withdraw at once: ten places go to the ten who waited longest of those who stay.
    first = {each["id"] for each in listed[:15]}
    leaving = [each for each in receipts if each["id"] in first]
    left = await asyncio.gather(
        *(
            world.post(
                f"/v1/public-contacts/{each['contact_id']}/withdrawal", {"token": each["withdrawal_token"]}
            )
            for each in leaving
        )
    )
    assert [each.status_code for each in left] == [204] * 15
    listed = (await world.get(f"{path}/registrations?limit=100", token=room.author)).json()["items"]
    states = [each["state"] for each in listed]
    assert states == ["cancelled"] * 15 + ["registered"] * 10 + ["waiting"] * 75
    assert {each["person"] for each in listed[:15]} == {None}
    read = (await world.get(path)).json()
    assert (read["registered_count"], read["waiting_count"]) == (10, 75)


async def test_who_leaves_is_forgotten_and_the_first_who_waits_moves_up(world: World) -> None:
    room = await newsroom(world)
    wording = await agreed(world, room, "gathering")
    path = await announced(world, room)
    receipts = [
        await world.made(f"{path}/registrations", person(wording, name)) for name in ("A", "B", "C", "D")
    ]
    first, _, third, fourth = receipts
    assert [(each["state"], each["waiting_position"]) for each in receipts] == [
        ("registered", None),
        ("registered", None),
        ("waiting", 1),
        ("waiting", 2),
    ]

    async def standing(receipt: Json, token: str | None = None) -> Any:
        sent = {"token": token or receipt["withdrawal_token"]}
        return (await world.post(f"/v1/gathering-registrations/{receipt['id']}/standing", sent)).json()

    assert (await standing(first, third["withdrawal_token"]))["code"] == "registration_not_found"
    withdrawal = f"/v1/public-contacts/{first['contact_id']}/withdrawal"
    wrong = await world.post(withdrawal, {"token": third["withdrawal_token"]})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "public_contact_not_found")
    right = {"token": first["withdrawal_token"]}
    assert [(await world.post(withdrawal, right)).status_code for _ in range(2)] == [204, 404]
    assert (await standing(third))["state"] == "registered"
    assert (await standing(fourth))["waiting_position"] == 1
    assert await people_known(world) == 3
    told = [e["type"] for e in await world.events() if e["type"].startswith("gathering_registration.")]
    assert told[-2:] == ["gathering_registration.cancelled", "gathering_registration.moved_up"]
    assert not any("Ann" in str(each) or "example.org" in str(each) for each in await world.events())


async def test_a_gathering_changes_before_it_begins_and_more_places_go_to_those_who_wait_longest(
    world: World,
) -> None:
    room = await newsroom(world)
    path, wording = await announced(world, room, capacity=1), await agreed(world, room, "gathering")
    came = [
        (await world.post(f"{path}/registrations", person(wording, f"N{number}"))).json()
        for number in range(5)
    ]
    read = await world.get(path)

    async def change(body: Json, etag: str | None = None) -> Any:
        match = (await world.get(path)).headers["ETag"] if etag is None else etag
        return await world.call("PATCH", path, body, token=room.author, if_match=match)

    more = await change({"capacity": 3, "venue": None, "online_url": "https://example.org/room"})
    assert more.status_code == 200, more.text
    said = more.json()
    assert (said["capacity"], said["venue"], said["registered_count"], said["waiting_count"]) == (
        3,
        None,
        3,
        2,
    )
    listed = (await world.get(f"{path}/registrations", token=room.author)).json()["items"]
    assert [each["state"] for each in listed] == ["registered"] * 3 + ["waiting"] * 2
    told = [event for event in await world.events() if event["type"].startswith("gathering")]
    assert [event["type"] for event in told][-3:] == [
        "gathering.changed",
        "gathering_registration.moved_up",
        "gathering_registration.moved_up",
    ]
    moved = [event["data"]["registration_id"] for event in told[-2:]]
    assert moved == [came[1]["id"], came[2]["id"]]
    standing = {"token": came[3]["withdrawal_token"]}
    waits = await world.post(f"/v1/gathering-registrations/{came[3]['id']}/standing", standing)
    assert (waits.json()["state"], waits.json()["waiting_position"]) == ("waiting", 1)

    for body, status, code in (
        ({"capacity": 2}, 409, "gathering_places_taken"),
        ({"starts_at": "2026-12-01T12:00:00Z"}, 422, "gathering_times_wrong"),
        ({"starts_at": "2026-11-22T09:00:00Z"}, 422, "gathering_times_wrong"),
        ({"online_url": None}, 422, "gathering_unreachable"),
        ({"title": None}, 422, "removal_refused"),
        ({"objectives": ["none-such"]}, 422, "objective_unknown"),
    ):
        answer = await change(body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    stale = await change({"title": "Other"}, read.headers["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "if_match_stale")
    unsaid = await world.call("PATCH", path, {"title": "Other"}, token=room.author)
    assert unsaid.status_code == 428
    assert (await world.get(path)).json() == said
    same = await change({"capacity": 3})
    assert same.json() == said
    found = await world.get("/v1/hub/search?place=county-durham&q=renamed")
    assert found.json()["items"] == []
    await change({"title": "Renamed training"})
    found = await world.get("/v1/hub/search?place=county-durham&q=renamed")
    assert len(found.json()["items"]) == 1
    soon = {"starts_at": (world.clock() + timedelta(minutes=5)).isoformat()}
    path = await announced(world, room, **soon)
    world.clock.advance(timedelta(minutes=5))
    begun = await change({"capacity": 9})
    assert (begun.status_code, begun.json()["code"]) == (409, "gathering_begun")


async def test_attendance_is_recorded_once_it_has_begun_and_people_are_forgotten_afterwards(
    world: World,
) -> None:
    room = await newsroom(world)
    wording, path = await agreed(world, room, "gathering"), await announced(world, room)
    receipts = [await world.made(f"{path}/registrations", person(wording)) for _ in range(3)]
    came = {"registration_ids": [receipts[0]["id"]]}
    early = await world.post(f"{path}/attendance", came, token=room.author)
    world.clock.advance(timedelta(days=9, hours=1))  # while it goes on
    editor = await world.operator()
    late = await world.post(f"{path}/registrations", person(wording))
    stranger = await world.post(f"{path}/attendance", {"registration_ids": [receipts[2]["id"]]}, token=editor)
    counted = [
        (await world.post(f"{path}/attendance", came, token=editor)).json()["attended_count"]
        for _ in range(2)
    ]

    assert (early.status_code, early.json()["code"]) == (409, "gathering_not_yet")
    assert (late.status_code, late.json()["code"]) == (409, "registration_closed")
    assert (stranger.status_code, stranger.json()["code"]) == (422, "registration_unknown")
    assert counted == [1, 1]
    world.clock.advance(timedelta(days=90))
    await purge_expired(world.db, world.clock())
    assert await people_known(world) == 3  # ninety days after the end are not over yet
    world.clock.advance(timedelta(hours=2))
    await purge_expired(world.db, world.clock())
    assert await people_known(world) == 0
    assert (await world.get(path)).json()["attended_count"] == 1


async def test_a_gathering_is_found_until_it_is_called_off(world: World) -> None:
    room = await newsroom(world)
    path = await announced(world, room)
    search = "/v1/hub/search?place=county-durham&q=measures&kind=gathering"
    listing = f"{room.path}/gatherings"
    assert (await world.get(path)).json()["description_html"] == "<p>Bring a <em>bid</em>.</p>\n"
    assert [each["kind"] for each in (await world.get(search)).json()["items"]] == ["gathering"]
    wording = await agreed(world, room, "gathering")
    receipts = [await world.made(f"{path}/registrations", person(wording)) for _ in range(3)]
    called_off = await world.made(f"{path}/cancellation", {"reason": "snow"}, token=room.author)
    again = await world.post(f"{path}/cancellation", {"reason": "ice"}, token=room.author)
    late = await world.post(f"{path}/registrations", person(wording))

    assert (called_off["state"], called_off["cancelled_because"]) == ("cancelled", "snow")
    assert (again.status_code, again.json()["code"]) == (409, "gathering_cancelled")
    assert late.json()["code"] == "registration_closed"
    assert (await world.get(search)).json()["items"] == []
    token = {"token": receipts[0]["withdrawal_token"]}
    await world.post(f"/v1/public-contacts/{receipts[0]['contact_id']}/withdrawal", token)
    read = (await world.get(path)).json()
    assert (read["registered_count"], read["waiting_count"]) == (1, 1)  # nobody moves up to what is off
    assert len((await world.get(listing)).json()["items"]) == 1
    world.clock.advance(timedelta(days=10))
    assert (await world.get(listing)).json()["items"] == []
    assert len((await world.get(f"{listing}?include_past=true")).json()["items"]) == 1


async def test_a_gathering_that_cannot_be_is_not_announced(world: World) -> None:
    room = await newsroom(world)
    body = {**SOON, "organiser_organisation_id": str(room.about.organisation_id)}
    for change, code in (
        ({"ends_at": "2026-12-01T10:00:00Z"}, "gathering_times_wrong"),
        ({"registration_closes_at": "2026-12-01T12:00:01Z"}, "gathering_times_wrong"),
        ({"venue": None}, "gathering_unreachable"),
        ({"capacity": 0}, "invalid_input"),
        ({"objectives": ["O9"]}, "objective_unknown"),
        ({"organiser_organisation_id": str(new_id())}, "organisation_not_recorded"),
    ):
        response = await world.post(f"{room.path}/gatherings", {**body, **change}, token=room.author)
        assert (response.status_code, response.json()["code"]) == (422, code)
    assert (await world.get(f"{room.path}/gatherings")).json()["items"] == []


async def test_ideas_show_after_moderation_and_go_with_their_sender(world: World) -> None:
    room = await newsroom(world)
    inbox, shown = f"{room.path}/idea-inbox", f"{room.path}/ideas"
    old = await agreed(world, room, "idea")
    world.clock.advance(timedelta(minutes=1))
    wording = await agreed(world, room, "idea", "2")
    idea = {"title": "A bench", "text": "At the <b>bus</b> stop.", "objectives": ["O6"], "show_name": True}
    sender = {"name": "Ann Other", "email": "ann@example.org", "wording_id": wording}
    refused = {
        "wording_superseded": {**idea, "sender": {**sender, "wording_id": old}},
        "wording_unknown": {**idea, "sender": {**sender, "wording_id": str(new_id())}},
        "objective_unknown": {**idea, "objectives": ["O9"]},
        "invalid_input": {**idea, "text": "x" * 5_001},
    }
    for code, body in refused.items():
        assert (await world.post(shown, body)).json()["code"] == code
    assert await people_known(world) == 0
    named = await world.made(shown, {**idea, "sender": sender})
    nameless = await world.made(shown, {"title": "Thanks", "text": "Good.", "kind": "feedback"})

    assert (nameless["contact_id"], nameless["withdrawal_token"]) == (None, None)
    assert (await world.get(shown)).json()["items"] == []
    assert (await world.get(f"/v1/ideas/{named['id']}")).status_code == 404
    received = (await world.get(inbox, token=room.reviewer)).json()["items"]
    assert [(each["title"], each["sender"]) for each in received] == [
        ("Thanks", None),
        ("A bench", {"name": "Ann Other", "email": "ann@example.org", "organisation_name": None}),
    ]
    for made, outcome in ((named, "shown"), (nameless, "declined")):
        decision = {"outcome": outcome, "reason": "as agreed", "reply": "Thank you."}
        path, read = f"/v1/ideas/{made['id']}/moderation", f"/v1/received-ideas/{made['id']}"
        first = (await world.get(read, token=room.reviewer)).headers["etag"]
        for _ in range(2):  # again changes nothing
            version = (await world.get(read, token=room.reviewer)).headers["etag"]
            decided = await world.post(path, decision, token=room.reviewer, if_match=version)
            assert (decided.status_code, decided.json()["state"]) == (200, outcome)
        for unread, status in ((None, 428), (first, 412)):
            again = await world.post(path, decision, token=room.reviewer, if_match=unread)
            assert again.status_code == status
    [public] = (await world.get(shown)).json()["items"]
    assert (public["text"], public["sender_name"]) == ("At the <b>bus</b> stop.", "Ann Other")
    assert "email" not in str(public)
    assert (await world.get(f"/v1/ideas/{named['id']}")).json() == public
    token = {"token": named["withdrawal_token"]}
    gone = await world.post(f"/v1/public-contacts/{named['contact_id']}/withdrawal", token)
    assert gone.status_code == 204
    assert (await world.get(shown)).json()["items"] == []
    async with world.db.begin() as tx:
        assert await tx.scalar(text("SELECT count(*) FROM ideas WHERE text LIKE '%bus%'")) == 0
    told = [each["type"] for each in await world.events() if each["type"].startswith("idea.")]
    assert told == ["idea.received", "idea.received", "idea.shown", "idea.declined", "idea.removed"]
    removed = await world.call("DELETE", f"/v1/ideas/{nameless['id']}", token=room.publisher)
    assert removed.status_code == 204
    assert (await world.get(inbox, token=room.reviewer)).json()["items"] == []


async def test_supporters_count_until_they_withdraw_or_are_erased(world: World) -> None:
    room = await newsroom(world)
    wording = await agreed(world, room, "supporter")
    path, count = f"{room.path}/supporters", f"{room.path}/supporter-count"
    made = [
        await world.made(path, {**person(wording, name), "interests": ["news", "news", "charter"]})
        for name in ("Ann", "Bert")
    ]
    other_purpose = await agreed(world, room, "idea")
    misused = await world.post(path, {**person(other_purpose), "interests": ["news"]})

    assert (misused.status_code, misused.json()["code"]) == (422, "wording_unknown")
    assert (await world.get(count)).json()["count"] == 2
    listed = (await world.get(path, token=room.author)).json()["items"]
    assert [(each["person"]["name"], each["interests"]) for each in listed] == [
        ("Ann", ["news", "charter"]),
        ("Bert", ["news", "charter"]),
    ]
    await world.post(
        f"/v1/public-contacts/{made[0]['contact_id']}/withdrawal", {"token": made[0]["withdrawal_token"]}
    )
    erasing = f"/v1/public-contacts/{made[1]['contact_id']}"
    assert (await world.call("DELETE", erasing, token=room.author)).status_code == 403
    assert (await world.call("DELETE", erasing, token=room.stranger)).status_code == 404
    assert (await world.get(count)).json()["count"] == 1
    assert (await world.call("DELETE", erasing, token=room.publisher)).status_code == 204
    assert (await world.get(count)).json()["count"] == 0
    assert await people_known(world) == 0


async def test_what_the_public_sends_is_limited_and_sent_again_is_the_same(world: World) -> None:
    room = await newsroom(world)
    key, idea = str(new_id()), {"title": "A bench", "text": "At the stop."}
    first = await world.post(f"{room.path}/ideas", idea, key=key)
    again = await world.post(f"{room.path}/ideas", idea, key=key)

    assert first.content == again.content
    assert first.headers["ratelimit-policy"].startswith('"public-words"')
    limits = world.app.state.rate_limits
    policy = limits.policies["public-words"]
    for _ in range(3):
        limits.take("public-words", "somebody", world.clock())
    assert limits.take("public-words", "somebody", world.clock()).remaining == policy.quota - 4
