"""One service for the length of one request: its budget, its silence, its refusals."""

import asyncio
from typing import Any

import httpx2
import pytest

from cdp_common.clients.base import ServiceClient
from cdp_common.clients.upstream import UpstreamMalformed, UpstreamProblem, UpstreamUnavailable
from cdp_common.kernel.errors import FieldError
from gateway.errors import UpstreamFault
from gateway.guards import Guard, GuardRules
from gateway.upstreams import Upstream


@pytest.fixture
async def upstream() -> Upstream[ServiceClient]:
    client = ServiceClient("http://service.test", None, httpx2.AsyncClient())
    return Upstream("a-service", client, 0.05, Guard("a-service", GuardRules(2, 5, 60.0)))


async def fault_of(upstream: Upstream[ServiceClient], error: BaseException | None = None) -> UpstreamFault:
    async def call(_: ServiceClient) -> None:
        if error is not None:
            raise error
        await asyncio.sleep(60)

    with pytest.raises(UpstreamFault) as caught:
        await upstream.ask(call)
    return caught.value


async def answers(upstream: Upstream[ServiceClient]) -> bool:
    """Whether a call still reaches the service."""

    async def call(_: ServiceClient) -> bool:
        return True

    try:
        return await upstream.ask(call)
    except UpstreamFault:
        return False


async def test_an_answer_is_passed_on(upstream: Upstream[ServiceClient]) -> None:
    assert await answers(upstream)


async def test_a_call_over_its_budget_is_given_up_and_none_follows(upstream: Upstream[ServiceClient]) -> None:
    fault = await fault_of(upstream)
    assert (fault.code, fault.service, fault.status) == ("upstream_unavailable", "a-service", None)
    assert not await answers(upstream)


async def test_a_service_that_cannot_be_reached_is_not_tried_again(upstream: Upstream[ServiceClient]) -> None:
    fault = await fault_of(upstream, UpstreamUnavailable("service.test could not be reached."))
    assert fault.code == "upstream_unavailable"
    assert "service.test" not in fault.detail
    assert not await answers(upstream)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UpstreamProblem(404, "not_published", "Nothing."), "not_published"),
        (UpstreamMalformed("unreadable"), "upstream_malformed"),
        (
            UpstreamUnavailable("x", problem=UpstreamProblem(503, "not_ready", "No."), retry_after_s=3.0),
            "upstream_unavailable",
        ),
    ],
)
async def test_a_service_that_answers_is_asked_again(
    upstream: Upstream[ServiceClient], error: Exception, code: str
) -> None:
    fault = await fault_of(upstream, error)
    assert fault.code == code
    assert await answers(upstream)


async def test_a_refusal_keeps_its_words_and_its_faults(upstream: Upstream[ServiceClient]) -> None:
    problem = UpstreamProblem(
        422, "invalid_input", "One fault.", [FieldError("?to", "reversed", "is before")]
    )
    fault = await fault_of(upstream, problem)
    assert fault.detail == "One fault."
    assert fault.errors == ({"pointer": "?to", "code": "reversed", "message": "is before"},)
    assert not fault.is_not_found


async def test_when_to_come_back_is_passed_on(upstream: Upstream[ServiceClient]) -> None:
    problem = UpstreamProblem(429, "rate_limited", "Slow down.")
    fault = await fault_of(upstream, UpstreamUnavailable("x", problem=problem, retry_after_s=7.0))
    assert fault.retry_after_s == 7.0


async def test_faults_of_ours_are_not_disguised(upstream: Upstream[ServiceClient]) -> None:
    async def call(_: ServiceClient) -> Any:
        raise KeyError("ours")

    with pytest.raises(KeyError):
        await upstream.ask(call)
