"""What surrounds every request: its id, its log line, security headers, the last resort, the body limit."""

import re
import time
from collections.abc import Iterator, Mapping

import structlog
from fastapi.exceptions import ValidationException
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp_common.db.acting import act_as
from cdp_common.kernel.errors import TooLarge
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.pointers import MAX_FAULTS
from cdp_common.web.problems import internal_error, response_to
from cdp_common.web.requests import route_of

REQUEST_ID_HEADER = "X-Request-Id"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_QUIET_PATHS = frozenset({"/health/live", "/health/ready"})

_log = structlog.get_logger(__name__)


class BodyTooLarge(TooLarge):
    """The body is larger than the operation reads."""

    code = "body_too_large"
    title = "The body is too large"


_EXTRA_HEADERS = "response_headers"


def add_response_headers(scope: Scope, headers: Mapping[str, str]) -> None:
    """Have the response to this request carry further headers; a refusal has them too."""
    scope["state"].setdefault(_EXTRA_HEADERS, {}).update(headers)


class RequestContext:
    """Gives each request its id and one log line; a fault of ours becomes a problem that says nothing."""

    def __init__(self, app: ASGIApp, *, docs_paths: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._docs_paths = docs_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application inside the request's context."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_for(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        answer = _Answer(scope, send, request_id, secure=scope["path"] not in self._docs_paths)
        started_at = time.perf_counter()
        with LoggedAs(request_id):
            try:
                await self._app(scope, receive, answer.send)
            except ClientDisconnect:
                _log.info("caller_hung_up", path=scope["path"])  # nobody is left to be answered
            except Exception as fault:
                _log_fault(scope["path"], fault)
                if answer.status is not None:
                    raise  # the response has begun: only breaking the connection tells the client
                await internal_error(scope["path"], request_id)(scope, receive, answer.send)
            finally:
                act_as(None)  # who acted here acts nowhere else
                log_request(scope, answer.status, time.perf_counter() - started_at)


class HeadRequests:
    """Answers HEAD as GET would be answered, without the content (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application for a GET of which only the beginning is passed on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def headers_alone(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})  # also ends what would stream for ever

        await self._app({**scope, "method": "GET"}, receive, headers_alone)


class LoggedAs:
    """Inside, each line of the log names the request; the library's own way reads all there is first."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id

    def __enter__(self) -> None:
        self._before = structlog.contextvars.bind_contextvars(request_id=self._request_id)

    def __exit__(self, *_: object) -> None:
        structlog.contextvars.reset_contextvars(**self._before)


class _Answer:
    """Watches the response begin, and adds the headers that every response carries."""

    def __init__(self, scope: Scope, send: Send, request_id: str, *, secure: bool) -> None:
        self._send = send
        self._request_id = request_id
        self._signed = _header(scope, b"authorization") is not None
        self._secure = secure
        self._state = scope["state"]
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._add_headers(message)
        await self._send(message)

    def _add_headers(self, message: Message) -> None:
        """What is there already stays, but for what is ours to say; names on the wire are in lower case."""
        said = {REQUEST_ID_HEADER: self._request_id, "X-Content-Type-Options": "nosniff"}
        said.update(self._state.get(_EXTRA_HEADERS, {}))
        ours = {name.lower().encode("latin-1"): value.encode("latin-1") for name, value in said.items()}
        headers = [header for header in message.get("headers", ()) if header[0] not in ours]
        headers += ours.items()
        held = {name for name, _ in headers}
        headers += [header for header in self._unless_stated(message["status"]) if header[0] not in held]
        message["headers"] = headers

    def _unless_stated(self, status: int) -> Iterator[tuple[bytes, bytes]]:
        yield b"referrer-policy", b"no-referrer"
        if self._secure:
            # An API answers programs: should a browser show an answer, it may load and frame nothing.
            yield b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"
        if self._signed or status >= 400:
            yield b"cache-control", b"no-store"


class BodyLimit:
    """Refuses a body over the limit, by what it states and by what arrives, before anything parses it."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = [(compile_path(path)[0], limit) for path, limit in (larger or {}).items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with a `receive` that counts."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        stated = _header(scope, b"content-length") or "0"
        if stated.isdecimal() and int(stated) > limit:
            error = BodyTooLarge(f"This operation reads at most {limit} bytes.")
            await response_to(error, scope["path"], scope["state"]["request_id"])(scope, receive, send)
            return
        await self._app(scope, _counting(receive, limit), send)

    def _limit_of(self, path: str) -> int:
        return next((limit for pattern, limit in self._larger if pattern.match(path)), self._max_bytes)


def _counting(receive: Receive, limit: int) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > limit:
                # The framework lets only its own exception through while it reads a body.
                raise HTTPException(413) from BodyTooLarge(f"This operation reads at most {limit} bytes.")
        return message

    return counted


def _header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name, which on the wire is in lower case."""
    for each, value in scope["headers"]:
        if each == name:
            return str(value, "latin-1")
    return None


def request_id_for(scope: Scope) -> str:
    """The id of a request: the caller's own when it is well formed, else a new one."""
    offered = _header(scope, b"x-request-id")
    if offered is not None and _REQUEST_ID.fullmatch(offered):
        return offered
    return str(new_id())


def _log_fault(path: str, fault: Exception) -> None:
    """A fault of ours with its traceback; a validation error without, for its text quotes the values."""
    if isinstance(fault, (ValidationError, ValidationException)):
        kinds = [f"{'.'.join(map(str, one['loc']))}: {one['type']}" for one in fault.errors()]
        _log.error("unhandled_fault", path=path, fault=type(fault).__name__, faults=kinds[:MAX_FAULTS])
    else:
        _log.error("unhandled_fault", path=path, fault=type(fault).__name__, exc_info=fault)


def log_request(scope: Scope, status: int | None, duration_s: float) -> None:
    """One line per request: no query, no body, no token. Health checks are lines only at DEBUG."""
    write = _log.debug if scope["path"] in _QUIET_PATHS else _log.info
    route = route_of(scope)
    write(
        "request",
        method=scope["method"],
        route=getattr(route, "path_format", None),
        path=scope["path"],
        status=status,
        duration_ms=round(duration_s * 1000, 2),
        client_id=scope["state"].get("client_id"),
    )
