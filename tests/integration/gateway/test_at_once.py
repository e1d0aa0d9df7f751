"""What is answered before the application: with everything that surrounds a request, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from structlog.testing import LogCapture
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import Ticks, running

from cdp_common.testing.callers import TokenMint
from gateway import direct

QUERY = '{ place(slug: "place-1") { name } }'
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """The lines of the log."""
    kept, before = LogCapture(), structlog.get_config()["processors"]
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, kept])
    yield kept.entries
    structlog.configure(processors=before)


async def test_an_answer_at_once_has_its_line_its_span_and_the_headers_of_the_first(
    mint: TokenMint, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(direct, "_tracer", provider.get_tracer("test"))
    async with running(mint, Ticks(), public_answer_s=5) as world:
        furnish(world)
        first = await world.post(QUERY)
        traced = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-Id": "mine"}
        again = await world.post(QUERY, headers=traced)
        plain = await world.post(QUERY)
    assert first.content == again.content == plain.content
    own = {"x-request-id", "ratelimit"}
    assert {one for one in first.headers if one not in own} == {
        one for one in again.headers if one not in own
    }
    assert again.headers["x-content-type-options"] == "nosniff"
    assert (again.headers["x-request-id"], len(plain.headers["x-request-id"])) == ("mine", 36)
    made, span = spans.get_finished_spans()  # what is answered at once, of no trace, has none
    assert (made.name, span.name) == ("POST /graphql", "POST /graphql")
    assert made.attributes == {**(span.attributes or {}), "http.response.status_code": 200}
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == TRACE
    told = [line for line in lines if line["event"] == "request"]
    assert [line["request_id"] for line in told][1] == "mine"
    assert {(line["route"], line["status"]) for line in told} == {("/graphql", 200)}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer no"},
        {"Sandbox-Scenario": "rate_limited"},
        {"Accept": "text/html"},
    ],
)
async def test_what_is_asked_in_another_way_goes_the_usual_way(
    mint: TokenMint, headers: dict[str, str]
) -> None:
    async with running(mint, Ticks(), public_answer_s=5) as world:
        furnish(world)
        first = await world.post(QUERY)
        other = await world.post(QUERY, headers=headers)
    assert (other.status_code, other.headers["content-type"]) != (200, first.headers["content-type"])
