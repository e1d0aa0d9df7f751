"""What a receiver is sent, and what becomes of a delivery that does not arrive."""

import asyncio
import json
from collections.abc import Sequence

import pytest
from standardwebhooks.webhooks import WebhookVerificationError
from tests.integration.common_webhooks.receiver import Receiver, answering, receiving
from tests.integration.common_webhooks.world import World, running

from cdp_common.db.database import Database
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.delivery import Deliverer, dispatch_once
from cdp_common.web.webhooks.sending import Sender


async def test_an_event_arrives_signed_and_says_only_that_something_happened(
    world: World, receiver: Receiver
):
    webhook = await world.subscribe(receiver.url)
    account = await world.happens(owner="Ada Example")

    [request] = await receiver.wait_for(1)
    told = request.verified(webhook["secret"])
    delivery = await world.delivery(webhook, state="delivered")

    assert request.line == "POST /hook HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert told["data"] == {
        "event_id": request.headers["webhook-id"],
        "position": 1,
        "aggregate_type": "account",
        "aggregate_id": str(account),
        "aggregate_version": 1,
    }
    assert set(told) == {"type", "timestamp", "data"}
    assert told["type"] == "account.opened"
    assert b"Ada" not in request.body
    assert (delivery["attempts"], delivery["last_status"], delivery["next_attempt_at"]) == (1, 200, None)


async def test_a_body_or_secret_that_is_not_the_right_one_is_found_out(world: World, receiver: Receiver):
    webhook = await world.subscribe(receiver.url)
    other = await world.subscribe(receiver.url.replace("/hook", "/other"))
    await world.happens()

    request = next(r for r in await receiver.wait_for(2) if "/hook" in r.line)
    said = json.loads(request.body)
    said["data"]["aggregate_version"] = 2
    changed = type(request)(request.line, request.headers, json.dumps(said).encode())

    assert request.verified(webhook["secret"])
    for forged, secret in ((changed, webhook["secret"]), (request, other["secret"])):
        with pytest.raises(WebhookVerificationError):
            forged.verified(secret)


async def test_a_receiver_that_fails_is_tried_again_with_the_same_id(world: World, receiver: Receiver):
    receiver.answers = [answering(500), answering(503)]
    webhook = await world.subscribe(receiver.url)
    await world.happens()

    delivery = await world.delivery(webhook, state="delivered")

    assert (delivery["attempts"], delivery["last_status"], delivery["last_error"]) == (3, 200, None)
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len(receiver.requests) == 3


async def test_after_the_last_attempt_it_is_listed_as_failed_and_a_replay_sends_it_again(
    world: World, receiver: Receiver
):
    receiver.answers = [answering(500)] * 3
    webhook = await world.subscribe(receiver.url)
    await world.happens()
    failed = await world.delivery(webhook, state="failed")
    assert (failed["attempts"], failed["last_status"], failed["last_error"]) == (3, 500, "answered 500")
    assert await world.deliveries(webhook, state="failed") == [failed]
    assert await world.deliveries(webhook, state="delivered") == []
    # The organisation hears of it in the feed, and by no webhook: that would fail again.
    [told] = await world.rows("SELECT audience, data FROM events WHERE type = 'webhook.failed'")
    assert told.audience == [f"org:{world.org}"]
    assert (told.data["delivery_id"], told.data["last_status"]) == (failed["id"], 500)
    assert len(await world.deliveries(webhook)) == 1

    replayed = await world.replay(webhook, failed)
    delivered = await world.delivery(webhook, state="delivered")

    assert (replayed.status_code, replayed.json()["state"], replayed.json()["attempts"]) == (
        202,
        "pending",
        0,
    )
    assert delivered["attempts"] == 1
    first, *_, last = receiver.requests
    assert len(receiver.requests) == 4
    assert first.headers["webhook-id"] == last.headers["webhook-id"]


async def test_what_has_arrived_can_be_sent_again_too(world: World, receiver: Receiver):
    webhook = await world.subscribe(receiver.url)
    await world.happens()
    delivered = await world.delivery(webhook, state="delivered")

    await world.replay(webhook, delivered)

    await receiver.wait_for(2)
    await world.delivery(webhook, state="delivered", attempts=1)


async def test_410_disables_the_webhook_and_nothing_more_is_sent(world: World, receiver: Receiver):
    receiver.answers = [answering(410)]
    webhook = await world.subscribe(receiver.url)
    await world.happens()
    failed = await world.delivery(webhook, state="failed")

    await world.happens()
    await asyncio.sleep(0.3)
    refused = await world.replay(webhook, failed)
    listed = (await world.http.get("/v1/webhooks", headers=world.subscriber())).json()["items"]

    assert (failed["attempts"], failed["last_status"]) == (1, 410)
    assert (listed[0]["state"], listed[0]["disabled_reason"]) == (
        "disabled",
        "the endpoint answered 410 Gone",
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_disabled")
    assert len(receiver.requests) == 1
    assert len(await world.deliveries(webhook)) == 1


async def test_a_delivery_that_waits_when_its_webhook_is_disabled_ends_unsent(
    quiet: World, receiver: Receiver
):
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    await quiet.execute("UPDATE webhook_endpoints SET state = 'disabled', disabled_reason = 'test'")
    [delivery] = await quiet.deliveries(webhook)

    await attempt(quiet, delivery)

    [ended] = await quiet.deliveries(webhook)
    assert (ended["state"], ended["attempts"]) == ("failed", 0)
    assert ended["last_error"] == "the webhook is disabled"
    assert receiver.requests == []


async def test_a_redirect_is_not_followed(world: World, receiver: Receiver):
    async with receiving() as elsewhere:
        receiver.answers = [answering(302, f"Location: {elsewhere.url}")] * 3
        webhook = await world.subscribe(receiver.url)
        await world.happens()

        failed = await world.delivery(webhook, state="failed")

        assert failed["last_error"] == "answered 302"
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    "status, state", [(199, "failed"), (200, "delivered"), (299, "delivered"), (300, "failed")]
)
async def test_an_answer_of_the_200s_is_an_arrival(quiet: World, receiver: Receiver, status: int, state: str):
    receiver.answers = [answering(status)]
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)

    await attempt(quiet, delivery, timeout_s=1.0)  # after a 199 the sender waits for the real answer

    assert (await quiet.deliveries(webhook))[0]["state"] == state


async def test_a_receiver_that_never_finishes_its_answer_is_given_up(quiet: World, receiver: Receiver):
    receiver.dripping = True
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)

    async with asyncio.timeout(5):
        await attempt(quiet, delivery, timeout_s=0.3)

    assert (await quiet.deliveries(webhook))[0]["last_error"] == "no answer in time"


async def test_an_endless_body_is_not_read(quiet: World, receiver: Receiver):
    receiver.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\nx"]
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)

    await attempt(quiet, delivery)

    assert (await quiet.deliveries(webhook))[0]["state"] == "delivered"


async def test_a_closed_port_is_a_failed_attempt(quiet: World):
    async with receiving() as gone:
        url = gone.url
    webhook = await quiet.subscribe(url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)

    await attempt(quiet, delivery)

    [tried] = await quiet.deliveries(webhook)
    assert (tried["state"], tried["attempts"], tried["last_status"]) == ("failed", 1, None)
    assert tried["last_error"].startswith("ConnectError")


async def test_a_secret_that_cannot_be_read_counts_as_an_attempt_and_loses_nothing(
    quiet: World, receiver: Receiver
):
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    await quiet.execute("UPDATE webhook_endpoints SET secret_encrypted = decode(repeat('00', 60), 'hex')")
    [delivery] = await quiet.deliveries(webhook)

    await attempt(quiet, delivery)

    [tried] = await quiet.deliveries(webhook)
    assert (tried["attempts"], tried["last_error"]) == (1, "the platform could not send it")
    assert receiver.requests == []


async def test_the_request_goes_to_the_address_that_was_checked(
    db: Database, settings: ServiceSettings, receiver: Receiver
):
    answers: list[Sequence[str]] = [["127.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]]
    asked: list[str] = []

    async def changing(host: str, port: int) -> Sequence[str]:
        asked.append(f"{host}:{port}")
        return answers.pop(0)

    url = f"http://hooks.example:{receiver.port}/hook"
    async with running(db, settings, works=False, resolve=changing) as world:
        webhook = await world.subscribe(url)
        await world.happens()
        await dispatch_once(db)
        [delivery] = await world.deliveries(webhook)
        first = await Sender(settings, resolve=changing).send(await world.row(delivery))
        second = await Sender(settings, resolve=changing).send(await world.row(delivery))

    # Asked once when registered and once for each attempt: never again between the check and the request.
    assert asked == [f"hooks.example:{receiver.port}"] * 3
    assert (first.status, first.error) == (200, None)
    assert receiver.requests[0].headers["host"] == f"hooks.example:{receiver.port}"
    assert (second.status, second.error) == (None, "The host has no address on the public internet.")
    assert len(receiver.requests) == 1


async def test_an_address_that_was_allowed_once_is_checked_at_each_attempt(
    quiet: World, receiver: Receiver, settings: ServiceSettings
):
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)

    strict = Sender(settings.model_copy(update={"webhook_allow_loopback": False}))
    outcome = await strict.send(await quiet.row(delivery))

    assert (outcome.status, outcome.error) == (None, "The host is this machine.")
    assert receiver.connections == 0


async def test_each_delivery_has_a_connection_of_its_own(quiet: World, receiver: Receiver):
    webhook = await quiet.subscribe(receiver.url)
    await quiet.happens()
    await dispatch_once(quiet.db)
    [delivery] = await quiet.deliveries(webhook)
    sender = Sender(quiet.settings)

    for _ in range(2):
        await sender.send(await quiet.row(delivery))

    assert receiver.connections == 2


async def attempt(world: World, delivery: dict[str, str], timeout_s: float = 5.0) -> None:
    """One attempt, the only one that there is."""
    sender = Sender(world.settings, timeout_s=timeout_s)
    row = await world.row(delivery)
    await Deliverer(world.db, sender, retry_after=()).attempt(row["id"].bytes)
    await sender.close()
