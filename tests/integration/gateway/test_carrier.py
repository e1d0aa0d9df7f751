"""Calls on real sockets: bounded in time and size, typed when they fail, part of the trace."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler

from cdp_common.clients.upstream import Reply, UpstreamMalformed, UpstreamUnavailable
from gateway import carrier
from gateway.carrier import Aiohttp

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """A server that talks so, by its address."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def saying(answer: bytes, heard: list[bytes] | None = None) -> Talk:
    """Hears one request and says this."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if heard is not None:
            heard.append(request)
        writer.write(answer)
        await writer.drain()
        writer.close()

    return talk


async def asked(url: str, path: str = "/v1/places?slug=a%20b") -> Reply:
    aiohttp = Aiohttp()
    async with aiohttp.opened():
        return await aiohttp.exchange("GET", f"{url}{path}", {"X-Request-Id": "r1"}, None)


async def test_a_call_says_what_it_is_given_and_its_answer_is_read_whole() -> None:
    heard: list[bytes] = []
    answer = b'HTTP/1.1 409 Conflict\r\nRetry-After: 2\r\nContent-Length: 7\r\n\r\n{"a":1}'
    async with listening(saying(answer, heard)) as url:
        reply = await asked(url)
    assert (reply.status, reply.headers.get("retry-after"), reply.body) == (409, "2", b'{"a":1}')
    [request] = heard
    assert request.startswith(b"GET /v1/places?slug=a%20b HTTP/1.1\r\n")
    assert b"X-Request-Id: r1\r\n" in request
    assert b"Accept-Encoding: identity\r\n" in request
    assert b"traceparent" not in request


async def test_an_answer_in_pieces_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n"
    monkeypatch.setattr(carrier, "MAX_ANSWER_BYTES", 8)
    async with listening(saying(answer)) as url:
        assert (await asked(url)).body == b"abcdefgh"
        monkeypatch.setattr(carrier, "MAX_ANSWER_BYTES", 7)
        with pytest.raises(UpstreamMalformed, match="more than is read"):
            await asked(url)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)
async def test_a_service_that_hangs_up_or_talks_nonsense_is_unavailable(answer: bytes) -> None:
    async with listening(saying(answer)) as url:
        with pytest.raises(UpstreamUnavailable, match=r"127\.0\.0\.1 could not be reached"):
            await asked(url)


async def test_a_service_that_is_not_there_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(UpstreamUnavailable, match="could not be reached"):
        await asked(f"http://127.0.0.1:{port}")


async def test_a_redirect_is_not_followed() -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with listening(saying(answer)) as url:
        assert (await asked(url)).status == 302


@pytest.mark.parametrize("sampler", [ALWAYS_ON, ALWAYS_OFF], ids=["recorded", "ids alone"])
async def test_a_call_is_part_of_the_trace(sampler: Sampler, monkeypatch: pytest.MonkeyPatch) -> None:
    tracer = TracerProvider(sampler=sampler).get_tracer("test")
    monkeypatch.setattr(carrier, "_tracer", tracer)
    heard: list[bytes] = []
    async with listening(saying(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", heard)) as url:
        with tracer.start_as_current_span("request") as span:
            await asked(url)
    context = span.get_span_context()
    stated = f"traceparent: 00-{trace.format_trace_id(context.trace_id)}-".encode()
    assert stated in heard[0]
    is_of_the_request = stated + trace.format_span_id(context.span_id).encode() in heard[0]
    assert is_of_the_request is (sampler is ALWAYS_OFF)  # a call that is recorded is a span of its own
