"""Calls on real sockets: bounded in time and size, typed when they fail, part of the trace."""

import asyncio
import socket
import ssl
import tracemalloc
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, Sampler
from tests.integration.gateway.talkers import Talking, asked, calling, listening, said, saying, until

from cdp_common.clients.upstream import UpstreamMalformed, UpstreamUnavailable
from cdp_common.kernel.clock import utc_now
from cdp_common.web.serving import KEEP_ALIVE_S
from gateway import carrier, connection
from gateway.carrier import KeptConnections


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
    monkeypatch.setattr(connection, "MAX_ANSWER_BYTES", 8)
    async with listening(saying(answer)) as url:
        assert (await asked(url)).body == b"abcdefgh"
        monkeypatch.setattr(connection, "MAX_ANSWER_BYTES", 7)
        with pytest.raises(UpstreamMalformed, match="more than is read"):
            await asked(url)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nnothing says that this is all",
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


async def test_a_connection_is_used_again_one_call_at_a_time() -> None:
    talk = Talking(
        said(b"a"), b"HTTP/1.1 100 Continue\r\n\r\n" + said(b"b"), said(b""), said(b"c"), said(b"d")
    )
    async with calling(talk) as call:
        assert [await call(), await call("POST", b'{"a":1}'), await call("POST")] == [b"a", b"b", b""]
        assert talk.connections == 1
        assert sorted(await asyncio.gather(call(), call())) == [b"c", b"d"]
    assert talk.connections == 2
    assert talk.requests[1].endswith(b'Content-Length: 7\r\n\r\n{"a":1}')
    assert talk.requests[2].endswith(b"Content-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    "last",
    [
        said(b"a", b"Connection: close"),
        said(b"a") + b"more",
        said(b"a") + said(b"x"),
        said(b"a") + b"HTTP/1.1 200 OK\r\nX-Begun: ",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nH",
    ],
)
async def test_a_connection_that_ends_or_says_more_than_was_asked_is_not_used_again(last: bytes) -> None:
    talk = Talking(last, said(b"b"))
    async with calling(talk) as call:
        assert [await call(), await call()] == [b"a", b"b"]
    assert talk.connections == 2


async def test_a_connection_left_alone_for_long_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talking(said(b"a"), said(b"b"))
    async with calling(talk) as call:
        assert await call() == b"a"
        monkeypatch.setattr(carrier, "KEPT_S", 0)
        assert await call() == b"b"
    assert talk.connections == 2


async def test_a_read_on_a_connection_that_ended_meanwhile_is_sent_again_and_nothing_else_is() -> None:
    talk = Talking(said(b"a"), None, said(b"b"), None)
    async with calling(talk) as call:
        assert [await call(), await call()] == [b"a", b"b"]
        with pytest.raises(UpstreamUnavailable, match="could not be reached"):
            await call("POST", b"{}")
    assert (len(talk.requests), talk.connections) == (4, 2)


async def test_a_read_whose_answer_broke_off_is_not_sent_again() -> None:
    talk = Talking(said(b"a"), said(b"b"))
    async with calling(talk) as call:
        assert await call() == b"a"
    short = Talking(said(b"a"), b"HTTP/1.1 200 OK\r\nContent-Le\x00")
    async with calling(short) as call:
        await call()
        with pytest.raises(UpstreamUnavailable, match="could not be reached"):
            await call()
    assert len(short.requests) == 2


async def test_answers_without_a_body_and_after_news_are_read() -> None:
    news = b"HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nETag: x\r\n\r\n"
    unchanged = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
    talk = Talking(b"HTTP/1.1 204 No Content\r\n\r\n", unchanged, news + said(b"a"), chunked)
    connections = KeptConnections()
    async with listening(talk) as url, connections.opened():
        replies = [await connections.exchange("GET", f"{url}/v1/a", {}, None) for _ in range(4)]
    assert [(reply.status, reply.body) for reply in replies] == [
        (204, b""), (304, b""), (200, b"a"), (200, b"a")
    ]  # fmt: skip
    assert "x-early" not in replies[2].headers
    assert "etag" not in replies[3].headers  # what follows a body is no header
    assert talk.connections == 1


@pytest.mark.parametrize("begun", [b"X-Long: ", b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Long: "])
async def test_a_head_without_an_end_is_read_up_to_the_limit(
    begun: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_ANSWER_BYTES", 8)
    monkeypatch.setattr(connection, "MAX_HEAD_BYTES", 1000)
    async with listening(saying(b"HTTP/1.1 200 OK\r\n" + begun + b"x" * 1001)) as url:
        with pytest.raises(UpstreamMalformed, match="more than is read"):
            await asked(url)


async def test_a_kept_connection_does_not_hold_what_it_gave() -> None:
    async with calling(Talking(said(b"a" * 4 * 2**20))) as call:
        tracemalloc.start()
        try:
            size = len(await call())
            await asyncio.sleep(0)  # the loop lets go of what it gave
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (size, kept < 2**20) == (4 * 2**20, True)


async def test_a_connection_with_a_request_half_sent_is_not_used_again() -> None:
    answered_early = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal answered_early
        answered_early += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said(b"enough"))
        await writer.drain()
        await asyncio.sleep(1)  # the rest is not read
        writer.close()

    connections = KeptConnections()
    async with listening(talk) as url, connections.opened(), asyncio.timeout(1):
        for _ in range(2):
            reply = await connections.exchange("POST", f"{url}/v1/a", {}, bytes(8 * 2**20))
            assert reply.body == b"enough"
    assert answered_early == 2


async def test_a_call_that_is_given_up_ends_its_connection_and_frees_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(carrier, "MAX_CONNECTIONS", 1)
    talking = Talking(b"HTTP/1.1 200 OK\r\n", said(b"b"))
    async with calling(talking) as call:
        given_up = asyncio.create_task(call("POST", bytes(8 * 2**20)))
        await until(lambda: bool(talking.requests))  # what was not heard is not half answered either
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        assert await call() == b"b"


async def test_a_service_that_is_slow_takes_no_place_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "MAX_CONNECTIONS", 2)
    slow, quick = Talking(b"", b"", b""), Talking(said(b"a"))
    connections = KeptConnections()
    async with listening(slow) as slow_url, listening(quick) as url, connections.opened():
        waiting = [
            asyncio.create_task(connections.exchange("GET", f"{slow_url}/v1/a", {}, None)) for _ in range(3)
        ]
        await until(lambda: slow.connections == 2)
        async with asyncio.timeout(1):
            assert (await connections.exchange("GET", f"{url}/v1/a", {}, None)).body == b"a"
        assert slow.connections == 2
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_name_of_no_host_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)
    with pytest.raises(UpstreamUnavailable, match="nowhere could not be reached"):
        await asked("http://nowhere:8000")


async def test_a_service_is_reached_by_name_and_over_version_six() -> None:
    heard: list[bytes] = []
    for host, written in (("127.0.0.1", "localhost"), ("::1", "[::1]")):
        server = await asyncio.start_server(saying(said(b"a"), heard), host, 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            assert (await asked(f"http://{written}:{port}")).body == b"a"
        assert f"Host: {written}:{port}\r\n".encode() in heard.pop()


def test_a_connection_is_let_go_before_its_service_ends_it() -> None:
    assert carrier.KEPT_S < KEEP_ALIVE_S


async def test_a_service_that_says_nothing_is_unavailable_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carrier, "READ_TIMEOUT_S", 0.05)
    async with calling(Talking(b"HTTP/1.1 200 OK\r\n", said(b"b"))) as call:
        with pytest.raises(UpstreamUnavailable, match="did not answer in time"):
            await call()
        assert await call() == b"b"  # on another connection: what comes late is no answer to this


async def test_a_method_whose_answer_ends_otherwise_is_not_sent() -> None:
    talk = Talking(said(b"a"))
    async with calling(talk) as call:
        for method in ("HEAD", "CONNECT", "GET / HTTP/1.1\r\nX-Role: officer\r\n"):
            with pytest.raises(ValueError, match="no method"):
                await call(method)
    assert talk.connections == 0


@pytest.mark.parametrize("value", ["a\r\nX-Role: officer", "a\nb", "a\0"])
async def test_nothing_that_a_caller_says_begins_another_line(value: str) -> None:
    talk = Talking(said(b"a"))
    async with calling(talk) as call:
        with pytest.raises(ValueError, match="ends a line"):
            await call(**{"Idempotency-Key": value})
    assert talk.connections == 0


async def test_a_service_behind_tls_is_believed_where_its_certificate_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = self_signed("127.0.0.1", tmp_path)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    trusting = ssl.create_default_context(cafile=str(certificate))
    talk = Talking(said(b"a"), said(b"b"))
    listener = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=server)
    async with listener:
        url = f"https://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        with pytest.raises(UpstreamUnavailable, match="could not be reached"):
            await asked(url)
        assert talk.connections == 0
        monkeypatch.setattr(carrier, "trust_store", lambda: trusting)
        connections = KeptConnections()
        async with connections.opened():
            replies = [await connections.exchange("GET", f"{url}/v1/a", {}, None) for _ in range(2)]
    assert ([reply.body for reply in replies], talk.connections) == ([b"a", b"b"], 1)


def self_signed(address: str, folder: Path) -> Path:
    """A certificate of the address with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    now = utc_now()
    holder = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(holder, critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "certificate.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


async def test_an_address_of_another_kind_is_of_no_service() -> None:
    for url in (
        "ftp://127.0.0.1", "http://user@127.0.0.1", "127.0.0.1", "http://a:99999", "http://[::1", "http://a..b"
    ):  # fmt: skip
        with pytest.raises(UpstreamUnavailable, match="no address of a service"):
            await asked(url)
