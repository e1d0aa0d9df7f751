"""Each caller may make so many requests in a minute; our own services are not counted."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from tests.unit.common_web.conftest import routes
from tests.unit.common_web.test_problems import assert_problem

from cdp_common.kernel.identifiers import new_id
from cdp_common.web.app import create_service
from cdp_common.web.caller import Caller
from cdp_common.web.settings import ServiceSettings

Open = Callable[..., AbstractAsyncContextManager[httpx2.AsyncClient]]
OUTSIDE = "203.0.113.9"
ORG = new_id()


@pytest.fixture
def opened(token_mint, clock) -> Open:
    """The sample service as an address sees it, with limits of two; `uncounted` leaves its routes out."""

    @asynccontextmanager
    async def opening(
        address: str = OUTSIDE, *, uncounted: bool = False, **limits: Any
    ) -> AsyncIterator[httpx2.AsyncClient]:
        stated = {"client_requests_per_minute": 2, "address_requests_per_minute": 2, **limits}
        app = create_service(
            ServiceSettings(trusted_proxies="127.0.0.1,10.0.0.0/8,::1", **stated),
            name="sample-api",
            title="Sample API",
            version="1.0.0",
            routers=[] if uncounted else [routes()],
            uncounted=[routes()] if uncounted else [],
            database=None,
            package=None,
            verifier=token_mint.verifier(),
            clock=clock,
        )
        transport = httpx2.ASGITransport(app=app, client=(address, 1))
        async with (
            app.router.lifespan_context(app),
            httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
        ):
            yield client

    return opening


async def test_a_client_is_told_what_is_left_then_refused_then_served_again(opened, token_mint, clock):
    async with opened() as client:
        mine = token_mint.headers(org=ORG)
        first, second, third = [await client.get("/v1/who", headers=mine) for _ in range(3)]
        assert [each.status_code for each in (first, second)] == [200, 200]
        assert [each.headers["ratelimit"] for each in (first, second, third)] == [
            '"requests-by-client";r=1;t=30',
            '"requests-by-client";r=0;t=60',
            '"requests-by-client";r=0;t=60',
        ]
        assert first.headers["ratelimit-policy"] == '"requests-by-client";q=2;w=60'
        assert_problem(third, 429, "too_many_requests")
        assert third.headers["retry-after"] == "30"
        clock.advance(timedelta(seconds=29))
        assert (await client.get("/v1/who", headers=mine)).status_code == 429
        clock.advance(timedelta(seconds=1))
        assert (await client.get("/v1/who", headers=mine)).status_code == 200


async def test_a_client_counts_by_organisation_and_whatever_its_token_or_address(opened, token_mint):
    async with opened() as client:
        for _ in range(2):  # each with a token of its own
            await client.get("/v1/who", headers=token_mint.headers(org=ORG, lifetime=timedelta(minutes=5)))
        assert (await client.get("/v1/who", headers=token_mint.headers(org=ORG))).status_code == 429
        assert (await client.get("/v1/who", headers=token_mint.headers())).status_code == 200
        other = token_mint.headers(org=ORG, client_id="other")
        assert (await client.get("/v1/who", headers=other)).status_code == 200


async def test_without_a_token_that_holds_the_address_counts(opened):
    async with opened() as client:
        bad = await client.get("/v1/who", headers={"Authorization": "Bearer nonsense"})
        assert bad.status_code == 401
        none = await client.get("/v1/who")
        assert none.headers["ratelimit"] == '"requests-by-address";r=0;t=60'
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}):
            assert (await client.get("/v1/who", headers=headers)).status_code == 429
        batch = await client.post("/v1/echo", json={"a": 1})
        assert_problem(batch, 429, "too_many_requests")


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1"])
async def test_whoever_may_speak_for_others_and_speaks_for_nobody_is_not_counted(opened, address):
    async with opened(address) as client:
        answers = [await client.get("/v1/who") for _ in range(4)]
    assert {each.status_code for each in answers} == {200}
    assert "ratelimit" not in answers[0].headers


async def test_a_client_behind_such_an_address_is_counted_and_our_own_services_are_not(opened, token_mint):
    async with opened("10.1.2.3") as client:
        mine, ours = token_mint.headers(org=ORG), token_mint.headers(scopes=["events:internal"])
        assert [(await client.get("/v1/who", headers=mine)).status_code for _ in range(3)] == [200, 200, 429]
        answers = [await client.get("/v1/who", headers=ours) for _ in range(4)]
    assert {each.status_code for each in answers} == {200}
    assert "ratelimit" not in answers[0].headers


async def test_a_limit_of_nought_limits_nobody_and_the_other_stays(opened, token_mint):
    async with opened(client_requests_per_minute=0) as client:
        mine = token_mint.headers(org=ORG)
        assert {(await client.get("/v1/who", headers=mine)).status_code for _ in range(4)} == {200}
        assert [(await client.get("/v1/who")).status_code for _ in range(3)] == [200, 200, 429]


async def test_health_and_what_is_left_out_are_never_refused(opened):
    async with opened() as client:
        assert {(await client.get("/health/live")).status_code for _ in range(4)} == {200}
    async with opened(uncounted=True) as client:
        assert {(await client.get("/v1/who")).status_code for _ in range(4)} == {200}


async def test_an_address_that_is_none_counts_as_a_strangers(opened):
    async with opened("socket") as client:
        assert [(await client.get("/v1/who")).status_code for _ in range(3)] == [200, 200, 429]


async def test_a_token_is_verified_once_in_a_request(opened, token_mint, monkeypatch):
    async with opened() as client:
        verifier = client._transport.app.state.verifier
        seen, real = [], verifier.verify

        async def noted(token: str) -> Caller:
            seen.append(token)
            caller: Caller = await real(token)
            return caller

        monkeypatch.setattr(verifier, "verify", noted)
        await client.get("/v1/who", headers=token_mint.headers(org=ORG))
        assert len(seen) == 1
        await client.get("/v1/who", headers={"Authorization": "Bearer nonsense"})
        assert len(seen) == 2
