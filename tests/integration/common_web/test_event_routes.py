"""The feed over HTTP: each reader sees what is for it, in order, without gaps."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.common_web.sample import create_sample

from cdp_common.contracts.base import EventActor, EventPage
from cdp_common.db.acting import act_as
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint, http_client

ORG, OTHER = new_id(), new_id()
READER = {"scopes": ["events:read"], "org": ORG}
SERVICE = {"scopes": ["events:internal"]}


@pytest.fixture
async def client(db, mint):
    async with http_client(create_sample(db, mint)) as client:
        yield client


async def record(db: Database, *audiences: Sequence[str], place_id: UUID | None = None) -> None:
    for number, audience in enumerate(audiences):
        async with db.begin() as tx:
            event = NewEvent(
                type="account.opened",
                aggregate_type="account",
                aggregate_id=new_id(),
                aggregate_version=1,
                place_id=place_id,
                audience=tuple(audience),
                data={"number": number},
            )
            await record_event(tx, event, utc_now())


async def numbers(client, mint: TokenMint, token, query: str = "") -> tuple[list[int], list[int], int]:
    answer = await client.get(f"/v1/events{query}", headers=mint.headers(**token))
    assert answer.status_code == 200, answer.text
    page = EventPage.model_validate_json(answer.content)
    return [e.data["number"] for e in page.items], [e.position for e in page.items], page.next_after


async def test_a_reader_sees_public_events_and_its_organisations(client, db, mint):
    await record(
        db, ["public"], [f"org:{ORG}"], [f"org:{OTHER}"], ["internal"], [f"org:{OTHER}", f"org:{ORG}"]
    )
    assert await numbers(client, mint, READER) == ([0, 1, 4], [1, 2, 5], 5)
    assert await numbers(client, mint, {**READER, "org": OTHER}) == ([0, 2, 4], [1, 3, 5], 5)


async def test_the_organisation_acted_for_decides_and_not_the_clients_own(client, db, mint):
    await record(db, [f"org:{ORG}"], [f"org:{OTHER}"])
    assert (await numbers(client, mint, {**READER, "act": OTHER}))[0] == [0]


async def test_a_service_of_ours_sees_all(client, db, mint):
    await record(db, ["public"], [f"org:{OTHER}"], ["internal"])
    assert await numbers(client, mint, SERVICE) == ([0, 1, 2], [1, 2, 3], 3)


async def test_pages_follow_one_another_without_gap_or_repeat(client, db, mint):
    await record(db, *[["public"]] * 5)
    assert await numbers(client, mint, READER, "?limit=2") == ([0, 1], [1, 2], 2)
    assert await numbers(client, mint, READER, "?after=2&limit=2") == ([2, 3], [3, 4], 4)
    assert await numbers(client, mint, READER, "?after=4&limit=2") == ([4], [5], 5)
    assert await numbers(client, mint, READER, "?after=5&limit=2") == ([], [], 5)
    await record(db, ["public"])
    assert await numbers(client, mint, READER, "?after=5") == ([0], [6], 6)


@pytest.mark.parametrize(
    "query, status",
    [("limit=0", 422), ("limit=1", 200), ("limit=500", 200), ("limit=501", 422), ("after=-1", 422)],
)
async def test_the_size_of_a_page_is_bounded(client, mint, query, status):
    answer = await client.get(f"/v1/events?{query}", headers=mint.headers(**READER))
    assert answer.status_code == status


async def test_a_position_far_ahead_is_an_empty_page(client, mint):
    far = 2**63 - 1
    assert await numbers(client, mint, READER, f"?after={far}") == ([], [], far)


async def test_without_token_or_scope_there_is_nothing(client, db, mint):
    await record(db, ["public"])
    anonymous = await client.get("/v1/events")
    assert (anonymous.status_code, anonymous.json()["code"]) == (401, "token_missing")
    other = await client.get("/v1/events", headers=mint.headers(scopes=["bids:read"]))
    assert (other.status_code, other.json()["code"]) == (403, "scope_missing")
    assert other.json()["detail"] == "This needs the scope events:read."


async def test_the_document_says_that_either_scope_will_do(db, mint):
    operation = create_sample(db, mint).openapi()["paths"]["/v1/events"]["get"]
    assert operation["operationId"] == "list_events"
    assert operation["security"] == [{"oauth2": ["events:read"]}, {"oauth2": ["events:internal"]}]


async def actors(client, mint: TokenMint, **token: Any) -> list[Any]:
    """By event, as the reader sees it: the actor."""
    answer = await client.get("/v1/events", headers=mint.headers(**{"scopes": ["events:read"], **token}))
    return [event["actor"] for event in answer.json()["items"]]


async def test_an_event_says_who_did_it_to_those_concerned(client, db, mint):
    portal, person, place = new_id(), new_id(), new_id()
    act_as(EventActor(client_id="portal", organisation_id=portal, acted_for=ORG, person_id=person))
    await record(db, ["public"], place_id=place)
    act_as(None)
    await record(db, ["public"])
    told = {
        "client_id": "portal",
        "organisation_id": str(portal),
        "acted_for": str(ORG),
        "person_id": str(person),
        "is_person_asserted": False,
    }
    managing = {"roles": {place: ["programme_manager"]}}
    for concerned in ({"org": ORG}, {"org": portal}, {"org": OTHER, **managing}):
        assert await actors(client, mint, **concerned) == [told, None]
    assert await actors(client, mint, scopes=["events:internal"]) == [told, None]
    elsewhere = {"roles": {new_id(): ["programme_manager"]}}
    for other in ({"org": OTHER}, {"org": OTHER, **elsewhere}, {"org": OTHER, "roles": {place: ["officer"]}}):
        assert await actors(client, mint, **other) == [None, None]


async def test_the_actor_is_whoever_the_requests_token_names_and_nobody_afterwards(client, db, mint):
    person, portal = new_id(), new_id()
    writer = {"org": ORG, "act": portal, "person": person, "client_id": "portal"}
    key = {"Idempotency-Key": str(new_id())}
    headers = {**mint.headers(scopes=["accounts:write"], **writer), **key}
    made = await client.post("/v1/accounts", json={"name": "one"}, headers=headers)
    await record(db, [f"org:{ORG}"])
    assert made.status_code == 201
    [first, second] = await actors(client, mint, org=ORG)
    assert (first["client_id"], first["person_id"]) == ("portal", str(person))
    assert (first["organisation_id"], first["acted_for"]) == (str(portal), str(ORG))
    assert second is None


async def test_what_happened_to_one_thing_is_asked_for_by_its_name(client, db, mint):
    await record(db, ["public"], [f"org:{OTHER}"], ["public"])
    async with db.begin() as tx:
        rows = (await tx.execute(text("SELECT aggregate_id FROM events ORDER BY id"))).scalars().all()
    found = [
        await numbers(client, mint, READER, f"?aggregate_type=account&aggregate_id={one}") for one in rows
    ]
    assert found == [([0], [1], 1), ([], [], 0), ([2], [3], 3)]
    after = await numbers(client, mint, READER, f"?aggregate_type=account&aggregate_id={rows[2]}&after=3")
    assert after == ([], [], 3)
    none = await numbers(client, mint, READER, f"?aggregate_type=place&aggregate_id={rows[0]}")
    assert none == ([], [], 0)
    for half in ("aggregate_type=account", f"aggregate_id={rows[0]}"):
        refused = await client.get(f"/v1/events?{half}", headers=mint.headers(**READER))
        assert (refused.status_code, refused.json()["code"]) == (400, "aggregate_half_named")
