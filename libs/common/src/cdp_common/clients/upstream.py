"""One HTTP exchange with another service: bounded in time and size, its failures typed."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import httpx2
import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from cdp_common.kernel.errors import FieldError, Unavailable

CONNECT_TIMEOUT_S = 2.0
READ_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 30.0
MAX_ANSWER_BYTES = 16 * 1024 * 1024
MAX_CONNECTIONS = 100
PREVIEW_HEADER = "Preview-Token"
"""Carries what opens a draft; in an address it would be logged."""
PROBLEM_MEDIA_TYPE = "application/problem+json"


class UpstreamProblem(Exception):
    """Another service refused with a problem; the caller decides what that means to its own caller."""

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)


class UpstreamUnavailable(Unavailable):
    """Another service does not answer, is overloaded, or answers that it cannot now."""

    code = "upstream_unavailable"
    title = "Another service does not answer"

    def __init__(
        self, detail: str, *, problem: UpstreamProblem | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(detail)
        self.problem = problem
        self.retry_after_s = retry_after_s


class UpstreamRefused(UpstreamUnavailable):
    """Another service refused a call of ours that no caller's input explains."""

    code = "upstream_refused"
    title = "Another service refused what this one asked"


class UpstreamMalformed(UpstreamUnavailable):
    """Another service answered with something that its contract does not allow."""

    code = "upstream_malformed"
    title = "Another service gave an unreadable answer"


@dataclass(frozen=True)
class Reply:
    """An answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    """By their names, whatever the case."""
    body: bytes


class Carrier(Protocol):
    """Another way for plain calls to travel than httpx2: bounded as `exchange` is, failing as it does."""

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        """The answer, read to its end; raises `UpstreamUnavailable` when there is none in time."""


class _ProblemBody(BaseModel):
    """What is read of a problem, or of an OAuth 2 error."""

    model_config = ConfigDict(extra="ignore")

    code: str | None = None
    detail: str = ""
    errors: list[Mapping[str, Any]] = []
    error: str | None = None
    error_description: str = ""


@cache
def trust_store() -> ssl.SSLContext:
    """The certificates that this process trusts; reading them takes longer than most requests, so once."""
    return httpx2.create_ssl_context(trust_env=False)


def open_http(*, max_connections: int = MAX_CONNECTIONS) -> httpx2.AsyncClient:
    """A connection pool for calls to other services; one per process, closed by whoever opens it."""
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
        limits=httpx2.Limits(max_connections=max_connections, max_keepalive_connections=max_connections),
        verify=trust_store(),
        follow_redirects=False,
        trust_env=False,  # calls inside the deployment must not leave it through a proxy from the environment
    )


async def exchange(
    http: httpx2.AsyncClient,
    request: httpx2.Request,
    *,
    limit_s: float = TOTAL_TIMEOUT_S,
    max_bytes: int | None = None,
) -> Reply:
    """Send a request and read the answer; raises `UpstreamUnavailable` when there is none in time."""
    try:
        async with asyncio.timeout(limit_s):
            response = await http.send(request, stream=True)
            try:
                body = await _bounded_body(response, max_bytes)
            finally:
                await response.aclose()
    except TimeoutError as fault:
        raise UpstreamUnavailable(f"{request.url.host} did not answer in time.") from fault
    except (httpx2.TransportError, httpx2.DecodingError) as fault:
        raise UpstreamUnavailable(f"{request.url.host} could not be reached.") from fault
    return Reply(response.status_code, response.headers, body)


@asynccontextmanager
async def streaming(http: httpx2.AsyncClient, request: httpx2.Request) -> AsyncIterator[AsyncIterator[bytes]]:
    """Send a request and give the lines of its answer as they come; raises as `exchange` does.

    The pauses between its parts are bounded, the whole is not: files take as long as they take.
    """
    host = request.url.host
    try:
        response = await http.send(request, stream=True)
        try:
            if response.status_code >= 300:
                raise_for_refusal(
                    Reply(response.status_code, response.headers, await _bounded_body(response)), host
                )
            yield _lines(response)
        finally:
            await response.aclose()
    except (httpx2.TransportError, httpx2.DecodingError) as fault:
        raise UpstreamUnavailable(f"{host} could not be reached, or broke off.") from fault


async def _lines(response: httpx2.Response) -> AsyncIterator[bytes]:
    """The lines of an answer, ended by LF alone: text may hold every other mark that looks like an end."""
    rest = b""
    async for chunk in response.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line
        if len(rest) > MAX_ANSWER_BYTES:
            raise UpstreamMalformed(f"{response.request.url.host} answered with more than is read.")
    if rest:
        yield rest


async def _bounded_body(response: httpx2.Response, max_bytes: int | None = None) -> bytes:
    limit = MAX_ANSWER_BYTES if max_bytes is None else max_bytes
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > limit:
            raise UpstreamMalformed(f"{response.request.url.host} answered with more than is read.")
    return bytes(body)


def raise_for_refusal(reply: Reply, host: str) -> None:
    """Raise what a 4xx or 5xx answer means: `UpstreamUnavailable` for 429 and 5xx, else `UpstreamProblem`."""
    if reply.status < 300:
        return
    if reply.status < 400:
        raise UpstreamMalformed(f"{host} redirected an API call.")
    problem = _problem(reply)
    if reply.status == 429 or (reply.status >= 500 and reply.status != 501):
        detail = f"{host} answered {reply.status} {problem.code}."
        raise UpstreamUnavailable(detail, problem=problem, retry_after_s=_retry_after(reply)) from problem
    raise problem


def _problem(reply: Reply) -> UpstreamProblem:
    try:
        body = _ProblemBody.model_validate_json(reply.body)
    except ValidationError:
        return UpstreamProblem(reply.status, f"http_{reply.status}", "The answer is not a problem document.")
    errors = [
        FieldError(str(e.get("pointer", "")), str(e.get("code", "")), str(e.get("message", "")))
        for e in body.errors
    ]
    code = body.code or body.error or f"http_{reply.status}"
    return UpstreamProblem(reply.status, code, body.detail or body.error_description, errors)


def _retry_after(reply: Reply) -> float | None:
    value = reply.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None


def current_request_id() -> str | None:
    """The id of the request being served, to be sent along."""
    value = structlog.contextvars.get_contextvars().get("request_id")
    return value if isinstance(value, str) else None
