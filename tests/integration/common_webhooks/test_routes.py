"""Registering webhooks: whose they are, where they may point, and a secret that is shown once."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from tests.integration.common_webhooks.receiver import Receiver
from tests.integration.common_webhooks.world import World, running

from cdp_common.db.database import Database
from cdp_common.db.webhooks import MAX_ENDPOINTS_PER_ORGANISATION
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.delivery import dispatch_once

URL = "http://127.0.0.1:9/hook"
DRAFT = {"url": URL, "event_types": ["account.opened"]}


async def test_the_secret_is_shown_at_creation_and_never_again(quiet: World):
    webhook = await quiet.subscribe(URL, "account.opened")

    listed = (await quiet.http.get("/v1/webhooks", headers=quiet.subscriber())).json()["items"]

    assert webhook["secret"].startswith("whsec_")
    assert listed == [{**webhook, "secret": None}]
    assert (listed[0]["state"], listed[0]["event_types"]) == ("active", ["account.opened"])


async def test_no_table_holds_the_secret(quiet: World):
    webhook = await quiet.subscribe(URL)
    secret = webhook["secret"].removeprefix("whsec_")

    for table in ("webhook_endpoints", "idempotency_records"):
        rows = await quiet.rows(f"SELECT row_to_json(t)::text FROM {table} t")
        assert rows
        stored = json.dumps([list(row) for row in rows])
        assert secret not in stored
        assert secret.encode().hex() not in stored


async def test_sent_twice_it_is_registered_once_with_the_same_secret(quiet: World):
    headers = quiet.subscriber()

    first = await quiet.http.post("/v1/webhooks", json=DRAFT, headers=headers)
    second = await quiet.http.post("/v1/webhooks", json=DRAFT, headers=headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["idempotency-replayed"] == "true"
    assert await quiet.count("webhook_endpoints") == 1

    # What was made is gone by then: the answer is the first one still, and says that it is an earlier one.
    path = f"/v1/webhooks/{first.json()['id']}"
    assert (await quiet.http.delete(path, headers=headers)).status_code == 204
    third = await quiet.http.post("/v1/webhooks", json=DRAFT, headers=headers)
    assert (third.status_code, third.content) == (201, first.content)
    assert third.headers["idempotency-replayed"] == "true"
    gone = await quiet.http.delete(path, headers=headers)
    assert (gone.status_code, gone.json()["code"]) == (404, "webhook_not_found")


async def test_the_first_answer_is_given_again_though_the_address_is_gone(
    db: Database, settings: ServiceSettings
):
    answers: list[Sequence[str]] = [["127.0.0.1"]]

    async def resolve(host: str, port: int) -> Sequence[str]:
        return answers.pop() if answers else []

    draft = {"url": "http://hooks.example/", "event_types": []}
    async with running(db, settings, works=False, resolve=resolve) as world:
        headers = world.subscriber()
        first = await world.http.post("/v1/webhooks", json=draft, headers=headers)
        second = await world.http.post("/v1/webhooks", json=draft, headers=headers)
        anew = await world.http.post("/v1/webhooks", json=draft, headers=world.subscriber())

    assert (first.status_code, second.content == first.content) == (201, True)
    assert (anew.status_code, anew.json()["code"]) == (422, "webhook_target_refused")


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/hook",
        "https://someone:secret@127.0.0.1/hook",
        "http://93.184.216.34/hook",  # public, and not https
        "https://no-such-host.invalid/hook",
        "https://[::1/hook",
        "https://a..b/hook",
    ],
)
async def test_where_webhooks_may_not_point_none_is_registered(quiet: World, url: str):
    headers = quiet.subscriber()

    refused = await quiet.http.post("/v1/webhooks", json={**DRAFT, "url": url}, headers=headers)

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (422, "webhook_target_refused")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/url", "webhook_target_refused")
    ]
    assert await quiet.count("webhook_endpoints") == 0
    # A refusal does not use the key up.
    assert (await quiet.http.post("/v1/webhooks", json=DRAFT, headers=headers)).status_code == 201


@pytest.mark.parametrize(
    "change, pointer",
    [
        ({"url": "ftp://127.0.0.1/"}, "/url"),
        ({"event_types": ["Account.Opened"]}, "/event_types/0"),
        ({"event_types": ["account.opened"] * 51}, "/event_types"),
        ({"secret": "whsec_mine"}, "/secret"),
    ],
)
async def test_a_draft_that_is_no_draft_is_refused(quiet: World, change: dict[str, object], pointer: str):
    refused = await quiet.http.post("/v1/webhooks", json={**DRAFT, **change}, headers=quiet.subscriber())

    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == [pointer]
    assert await quiet.count("webhook_endpoints") == 0


async def test_on_a_service_that_does_not_allow_it_this_machine_is_no_target(
    db: Database, settings: ServiceSettings
):
    strict = settings.model_copy(update={"webhook_allow_loopback": False})
    async with running(db, strict, works=False) as world:
        for url in (URL, "https://localhost/", "https://[::ffff:127.0.0.1]/", "https://2130706433/"):
            refused = await world.http.post(
                "/v1/webhooks", json={**DRAFT, "url": url}, headers=world.subscriber()
            )
            assert (refused.status_code, refused.json()["detail"]) == (422, "The host is this machine.")
        assert await world.count("webhook_endpoints") == 0


async def test_an_organisation_has_a_bounded_number_of_webhooks_even_when_all_come_at_once(quiet: World):
    async def register() -> int:
        return (await quiet.http.post("/v1/webhooks", json=DRAFT, headers=quiet.subscriber())).status_code

    for _ in range(MAX_ENDPOINTS_PER_ORGANISATION - 2):
        assert await register() == 201
    answers = await asyncio.gather(*(register() for _ in range(4)))
    refused = await quiet.http.post("/v1/webhooks", json=DRAFT, headers=quiet.subscriber())

    assert sorted(answers) == [201, 201, 409, 409]
    assert refused.json()["code"] == "too_many_webhooks"
    assert await quiet.count("webhook_endpoints") == MAX_ENDPOINTS_PER_ORGANISATION
    await quiet.subscribe(URL, org=quiet.other)


async def test_another_organisation_neither_sees_nor_touches_a_webhook(quiet: World):
    webhook = await quiet.subscribe(URL)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)
    await quiet.execute("UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL")
    path, other = f"/v1/webhooks/{webhook['id']}", quiet.subscriber(quiet.other)

    answers = [
        await quiet.http.get(f"{path}/deliveries", headers=other),
        await quiet.http.post(f"{path}/deliveries/{delivery['id']}/replay", headers=other),
        await quiet.http.delete(path, headers=other),
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "webhook_not_found")] * 3
    assert (await quiet.http.get("/v1/webhooks", headers=other)).json()["items"] == []
    assert [kept["state"] for kept in await quiet.deliveries(webhook)] == ["failed"]


async def test_a_delivery_is_replayed_through_its_own_webhook_only(quiet: World):
    one, two = await quiet.subscribe(URL), await quiet.subscribe(URL)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(one)

    through_other = await quiet.replay(two, delivery)
    unknown = await quiet.replay(one, {"id": new_id()})

    for refused in (through_other, unknown):
        assert (refused.status_code, refused.json()["code"]) == (404, "webhook_delivery_not_found")


async def test_a_delivery_that_is_under_way_is_not_replayed(quiet: World):
    webhook = await quiet.subscribe(URL)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)

    refused = await quiet.replay(webhook, delivery)

    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_delivery_pending")
    assert await quiet.count("pgqueuer") == 1


async def test_of_many_replays_at_once_one_is_taken(quiet: World):
    webhook = await quiet.subscribe(URL)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)
    await quiet.execute(
        "UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, attempts = 3"
    )
    await quiet.execute("DELETE FROM pgqueuer")

    answers = await asyncio.gather(*(quiet.replay(webhook, delivery) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]
    assert await quiet.count("pgqueuer") == 1


async def test_a_removed_webhook_is_sent_nothing(world: World, receiver: Receiver):
    webhook, kept = await world.subscribe(receiver.url), await world.subscribe(f"{receiver.url}/kept")
    path = f"/v1/webhooks/{webhook['id']}"

    removed = await world.http.delete(path, headers=world.subscriber())
    again = await world.http.delete(path, headers=world.subscriber())
    await world.happens()
    await world.delivery(kept, state="delivered")

    assert (removed.status_code, again.status_code) == (204, 404)
    assert [request.line for request in receiver.requests] == ["POST /hook/kept HTTP/1.1"]


async def test_lists_are_paged_in_the_order_in_which_things_were_made(quiet: World):
    webhooks = [await quiet.subscribe(URL) for _ in range(3)]
    for _ in range(3):
        await quiet.happens()
    await dispatch_once(quiet.db)

    async def pages(path: str) -> list[list[dict[str, object]]]:
        found, next_page = [], f"{path}?limit=2"
        while next_page:
            page = (await quiet.http.get(next_page, headers=quiet.subscriber())).json()
            found.append(page["items"])
            next_page = page["next"]
        return found

    listed = await pages("/v1/webhooks")
    told = await pages(f"/v1/webhooks/{webhooks[0]['id']}/deliveries")

    assert [[item["id"] for item in page] for page in listed] == [
        [webhooks[0]["id"], webhooks[1]["id"]],
        [webhooks[2]["id"]],
    ]
    assert [[item["event_position"] for item in page] for page in told] == [[1, 2], [3]]


@pytest.mark.parametrize("scopes, status", [([], 403), (["events:read"], 403), (["webhooks:write"], 200)])
async def test_the_scope_is_needed(quiet: World, scopes: list[str], status: int):
    answer = await quiet.http.get("/v1/webhooks", headers=quiet.subscriber(scopes=scopes))
    assert answer.status_code == status
