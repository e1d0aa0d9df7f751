"""Subscriptions over server-sent events: who may hear what, for how long, and what bounds it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import uvicorn
from tests.integration.gateway import canned
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import Call, Refused, World, running

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from cdp_common.web.serving import server_config
from gateway import happenings
from gateway.errors import SubscriptionTooSlow

TENDERS = """subscription { tenderStateChanged(place: "place-1") {
  cause tender { title buyer { legalName } } } }"""
FIGURES = 'subscription { collectiveValueChanged(place: "place-1") { cause place { name } } }'
WEBHOOKS = "subscription { webhookFailed { service failedAt webhookId eventType lastStatus } }"


class Feed:
    """A service's feed that the test writes; each event for everybody or for one organisation."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.reads = 0
        self.readers: set[str | None] = set()

    def tell(self, kind: str, audience: str = "public", **changes: Any) -> None:
        position = len(self.events) + 1
        event = {
            "id": str(new_id()),
            "position": position,
            "type": kind,
            "occurred_at": "2026-07-01T00:00:00Z",
            "aggregate_type": "test",
            "aggregate_id": str(canned.tender(1).id),
            "aggregate_version": 1,
            "place_id": str(canned.PLACE),
            "data": {},
            **changes,
        }
        self.events.append((audience, event))

    def __call__(self, call: Call) -> tuple[int, Any]:
        self.reads += 1
        if call.query.get("from_end") == "true":
            return 200, {"items": [], "next_after": len(self.events)}
        self.readers.add(call.authorization)
        after = int(call.query["after"])
        mine = [
            event
            for audience, event in self.events[after:]
            if audience == "public" or audience in (call.authorization or "")
        ]
        return 200, {"items": mine, "next_after": len(self.events)}


@asynccontextmanager
async def served(mint: TokenMint, **changed: Any) -> AsyncIterator[tuple[World, str, dict[str, Feed]]]:
    """A gateway on a socket over services whose feeds the test writes."""
    async with running(mint, poll_interval_s=0.02, **changed) as world:
        furnish(world)
        feeds = {name: Feed() for name in world.services}
        for name, feed in feeds.items():
            world.on(name, "GET", "/v1/events", feed)
        config = server_config(world.app, world.app.state.settings)  # as it serves
        config.lifespan = "off"
        server = uvicorn.Server(config)
        with socket.create_server(("127.0.0.1", 0)) as listening:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield world, f"http://127.0.0.1:{listening.getsockname()[1]}/graphql/stream", feeds
            finally:
                server.should_exit = True
                server.force_exit = True
                await serving


@asynccontextmanager
async def subscribed(
    url: str, query: str, headers: dict[str, str] | None = None
) -> AsyncIterator[AsyncIterator[dict[str, Any] | None]]:
    """The answers of a subscription; None at its end."""
    async with (
        httpx2.AsyncClient(timeout=5) as http,
        http.stream("POST", url, json={"query": query}, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response)


async def _events(response: httpx2.Response) -> AsyncIterator[dict[str, Any] | None]:
    kind = ""
    async for line in response.aiter_lines():
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data:"):
            yield json.loads(line.removeprefix("data: ")) if kind == "next" else None


async def listened_to(world: World, feeds: dict[str, Feed], *services: str, readers: int = 1) -> None:
    """Wait until the feeds are being read, by so many organisations."""
    for _ in range(300):
        if all(feeds[one].reads >= 2 and len(feeds[one].readers) >= readers for one in services):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_everybody_who_listens_hears_what_happens_and_the_feed_is_read_once(mint: TokenMint) -> None:
    async with served(mint) as (world, url, feeds):
        feeds["procurement"].tell("tender.published")  # before anybody listens
        headers = mint.headers(org=new_id())
        async with subscribed(url, TENDERS, headers) as first, subscribed(url, TENDERS, headers) as second:
            await listened_to(world, feeds, "procurement")
            feeds["procurement"].tell("bid.received")
            feeds["procurement"].tell("tender.opened", place_id=str(new_id()))
            feeds["procurement"].tell("tender.awarded")
            for answers in (first, second):
                answer = await anext(answers)
                assert answer == {
                    "data": {
                        "tenderStateChanged": {
                            "cause": "tender.awarded",
                            "tender": {"title": "Tender 1", "buyer": {"legalName": "Organisation 01"}},
                        }
                    }
                }
            ends = [call for call in world.calls if call.query.get("from_end")]
            assert len(ends) == 1
        await asyncio.sleep(0.1)
        quiet = feeds["procurement"].reads
        await asyncio.sleep(0.1)
        assert feeds["procurement"].reads == quiet  # nobody listens any more


async def test_a_webhooks_failure_is_heard_by_its_organisation_alone(mint: TokenMint) -> None:
    async with served(mint) as (world, url, feeds):
        mine, theirs = mint.headers(org=new_id(), client_id="a"), mint.headers(org=new_id(), client_id="b")
        async with subscribed(url, WEBHOOKS, mine) as my, subscribed(url, WEBHOOKS, theirs) as their:
            await listened_to(world, feeds, *world.services)
            failed = {
                "webhook_id": str(new_id()),
                "delivery_id": str(new_id()),
                "event_type": "signature.signed",
                "event_position": 7,
                "last_status": 500,
            }
            feeds["charter"].tell("webhook.failed", mine["Authorization"], data=failed)
            feeds["charter"].tell(
                "webhook.failed", theirs["Authorization"], data={**failed, "last_status": 410}
            )
            assert await anext(my) == {
                "data": {
                    "webhookFailed": {
                        "service": "charter-api",
                        "failedAt": "CHARTER_API",
                        "webhookId": failed["webhook_id"],
                        "eventType": "signature.signed",
                        "lastStatus": 500,
                    }
                }
            }
            heard = await anext(their)
            assert heard is not None
            assert heard["data"]["webhookFailed"]["lastStatus"] == 410


async def ending_of(answers: AsyncIterator[dict[str, Any] | None]) -> list[str]:
    """The codes of the last answer; then the stream is complete."""
    answer = await anext(answers)
    assert answer is not None
    assert await anext(answers) is None
    return [error["extensions"]["code"] for error in answer["errors"]]


async def test_a_subscription_ends_with_its_token(mint: TokenMint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happenings, "CHECK_TOKEN_S", 0.05)
    async with served(mint) as (world, url, feeds):
        # Tokens end with a whole second: of one second's lifetime as little as nothing may be left.
        short = mint.headers(org=new_id(), lifetime=timedelta(seconds=3))
        long = mint.headers(org=new_id(), client_id="revoked")
        async with subscribed(url, FIGURES, short) as first, subscribed(url, FIGURES, long) as second:
            await listened_to(world, feeds, "reporting")
            mint.revoke_client("revoked")
            await world.app.state.verifier.refresh_revocations()
            assert await ending_of(second) == ["token_revoked"]
            assert await ending_of(first) == ["token_expired"]


async def test_changes_of_live_figures_are_told_to_those_who_see_them(mint: TokenMint) -> None:
    sees = mint.headers(org=new_id(), scopes=["reporting:read"], roles={canned.PLACE: ["officer"]})
    others = [
        mint.headers(org=new_id(), scopes=["reporting:read"]),
        mint.headers(org=new_id(), scopes=["reporting:read"], roles={new_id(): ["officer"]}),
        mint.headers(org=new_id(), roles={canned.PLACE: ["officer"]}, scopes=["events:read"]),
    ]
    async with served(mint) as (world, url, feeds), AsyncExitStack() as stack:
        listening = [
            await stack.enter_async_context(subscribed(url, FIGURES, one)) for one in (sees, *others)
        ]
        await listened_to(world, feeds, "reporting", readers=4)
        feeds["reporting"].tell("collective_value.changed", place_id=str(new_id()))
        feeds["reporting"].tell("collective_value.changed")
        feeds["reporting"].tell("conflict.raised")
        feeds["reporting"].tell("prior_total.recorded")
        feeds["reporting"].tell("publication.published")
        expected = ["collective_value.changed", "prior_total.recorded", "publication.published"]
        for index, answers in enumerate(listening):
            for cause in expected[min(index, 1) :]:
                answer = await anext(answers)
                assert answer == {
                    "data": {"collectiveValueChanged": {"cause": cause, "place": {"name": "Place 1"}}}
                }


async def test_what_cannot_be_listened_to_says_why(mint: TokenMint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happenings, "MAX_LISTENERS_OF_A_CLIENT", 1)
    async with served(mint) as (world, url, feeds):
        headers = mint.headers(org=new_id())

        async def code(query: str, stated: dict[str, str] | None = None) -> list[str]:
            async with subscribed(url, query, headers if stated is None else stated) as answers:
                return await ending_of(answers)

        assert await code(FIGURES, {}) == ["token_missing"]
        assert await code("{ places { edges { cursor } } }") == ["operation_not_offered"]
        assert await code(FIGURES.replace("place-1", "nowhere")) == ["place_unknown"]
        assert await code("subscription { nothing }") == ["document_invalid"]
        async with subscribed(url, FIGURES, headers):
            await listened_to(world, feeds, "reporting")
            assert await code(FIGURES) == ["too_many_subscriptions"]
        world.on("procurement", "GET", "/v1/events", Refused(403, "scope_missing", "This needs events:read."))
        assert await code(TENDERS) == ["scope_missing"]


async def test_who_does_not_take_what_happens_hears_no_more(mint: TokenMint) -> None:
    caller = await mint.verifier().verify(mint.token(org=new_id()))

    async def verify(_: str) -> Any:
        return caller

    listener = happenings.Listener(caller, verify)
    event = happenings.Happening("a-service", canned_event())
    for _ in range(happenings.MAX_WAITING):
        listener.offer(event)
    listener.offer(event)
    assert listener.is_over
    with pytest.raises(SubscriptionTooSlow):
        await anext(listener.happenings())


def canned_event() -> Any:
    """An event of no consequence."""
    feed = Feed()
    feed.tell("tender.published")
    return feed.events[0][1]
