"""`ServiceClient`: what the typed client of every service shares."""

import asyncio
import json as json_text
import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Generic, Protocol, TypedDict, TypeVar, Unpack
from urllib.parse import quote_plus, urlsplit
from uuid import UUID

import httpx2
from pydantic import BaseModel

from cdp_common.clients.tokens import ClientCredentials, TokenSource, forwarded
from cdp_common.clients.upstream import (
    PREVIEW_HEADER,
    TOTAL_TIMEOUT_S,
    Carrier,
    Reply,
    UpstreamMalformed,
    UpstreamProblem,
    UpstreamUnavailable,
    current_request_id,
    exchange,
    open_http,
    raise_for_refusal,
    streaming,
)
from cdp_common.kernel.errors import FieldError, InvalidInput

__all__ = [
    "CallOptions",
    "ClientCredentials",
    "Fetched",
    "ServiceClient",
    "TokenSource",
    "UploadFile",
    "UpstreamMalformed",
    "UpstreamProblem",
    "UpstreamUnavailable",
    "forwarded",
    "open_http",
]

MAX_RETRIES = 2
MAX_RETRY_AFTER_S = 2.0
FIRST_BACKOFF_MS = 100
MAX_ADDRESS_CHARS = 16 * 1024
"""Of path and query: two lists of a hundred ids take two thirds of it. Servers and proxies answer longer ones
without a word that a program could read."""
UPLOAD_PIECE_BYTES = 256 * 1024
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]*")  # RFC 3986, section 2.3
_REPEATABLE_METHODS = frozenset({"GET", "HEAD"})

Body = TypeVar("Body", bound=BaseModel)


@dataclass(frozen=True)
class UploadFile:
    """A file to be sent as a body: read in pieces, again for each try."""

    path: Path
    media_type: str
    is_gzip: bool = False
    limit_s: float = 600.0
    """How long sending it and the answer may take."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """The file's bytes from its start."""
        with self.path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, UPLOAD_PIECE_BYTES):
                yield piece


class CallOptions(TypedDict, total=False):
    """What a call may carry beside its method and path."""

    params: Mapping[str, object] | None
    """Query parameters: text, numbers, ids, dates, or lists of them; those that are None are left out."""
    json: BaseModel | Mapping[str, Any] | None
    """The body; a contract writes itself, so that its decimals stay text."""
    upload: UploadFile | None
    """A file as the body, sent from disk; instead of `json`."""
    idempotency_key: str | None
    """Makes a POST safe to repeat, and so it is repeated on a fault."""
    if_match: str | None
    """The ETag of the version that is changed."""
    preview_token: str | None
    """Opens a draft to whoever has it."""
    is_read: bool
    """A POST that only reads, such as a batch read, and so may be repeated."""
    byte_range: tuple[int, int] | None
    """The bytes of a file from the first number up to, and without, the second."""


class Reader(Protocol):
    """Makes the answer of a call out of its JSON; raises `ValueError` where it does not fit."""

    def __call__(self, answer: type[Body], body: bytes) -> Body:
        """The answer."""


def validated(answer: type[Body], body: bytes) -> Body:
    """The answer by its contract; fields that this build does not know yet are passed over."""
    return answer.model_validate_json(body, extra="ignore")


@dataclass(frozen=True)
class Fetched(Generic[Body]):
    """An answer with what its headers say about it."""

    body: Body
    status: int
    etag: str | None
    location: str | None
    was_replayed: bool
    """Whether an idempotency key was recognised and this is the first answer again."""


class ServiceClient:
    """Calls one service; subclasses name its operations.

    Plain calls travel by `carrier` where there is one, files and streams always by `http`; answers are read
    by `reader`. With `writes_for`, the address of whoever asked, each write and each preview says for whom it
    is made (`X-Forwarded-For`): whoever is called believes that of the proxies it is told to trust.
    """

    def __init__(
        self,
        base_url: str,
        tokens: TokenSource | None,
        http: httpx2.AsyncClient,
        *,
        carrier: Carrier | None = None,
        reader: Reader = validated,
        writes_for: str | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._tokens = tokens
        self._http = http
        self._carrier = carrier
        self._read = reader
        self._writes_for = writes_for

    async def _get(self, path: str, answer: type[Body], **options: Unpack[CallOptions]) -> Body:
        return (await self._fetch("GET", path, answer=answer, **options)).body

    async def _post(self, path: str, answer: type[Body], **options: Unpack[CallOptions]) -> Body:
        return (await self._fetch("POST", path, answer=answer, **options)).body

    async def _put(self, path: str, answer: type[Body], **options: Unpack[CallOptions]) -> Body:
        return (await self._fetch("PUT", path, answer=answer, **options)).body

    async def _patch(self, path: str, answer: type[Body], **options: Unpack[CallOptions]) -> Body:
        return (await self._fetch("PATCH", path, answer=answer, **options)).body

    async def _delete(self, path: str, **options: Unpack[CallOptions]) -> None:
        await self._send("DELETE", path, options)

    async def _request(
        self, method: str, path: str, *, answer: type[Body], **options: Unpack[CallOptions]
    ) -> Body:
        """The answer of a call, parsed; raises `UpstreamProblem` or `UpstreamUnavailable`."""
        return (await self._fetch(method, path, answer=answer, **options)).body

    async def _fetch(
        self, method: str, path: str, *, answer: type[Body], **options: Unpack[CallOptions]
    ) -> Fetched[Body]:
        """The answer of a call with what its headers say: ETag, Location, replayed or not."""
        reply = await self._send(method, path, options)
        try:
            body = self._read(answer, reply.body)
        except ValueError as fault:
            raise UpstreamMalformed(f"{method} {path} gave an answer outside its contract.") from fault
        return Fetched(
            body=body,
            status=reply.status,
            etag=reply.headers.get("etag"),
            location=reply.headers.get("location"),
            was_replayed=reply.headers.get("idempotency-replayed") == "true",
        )

    async def _send(self, method: str, path: str, options: CallOptions) -> Reply:
        """A call that succeeded; it is repeated, at most twice, where that is safe and may help."""
        is_repeatable = (
            method in _REPEATABLE_METHODS
            or options.get("is_read", False)
            or options.get("idempotency_key") is not None
        )
        retries_left = MAX_RETRIES if is_repeatable else 0
        while True:
            try:
                return await self._send_signed(method, path, options)
            except UpstreamUnavailable as fault:
                if retries_left == 0 or not _may_help(fault):
                    raise
                await asyncio.sleep(_pause_s(MAX_RETRIES - retries_left, fault.retry_after_s))
                retries_left -= 1

    async def _send_signed(self, method: str, path: str, options: CallOptions) -> Reply:
        """One call with a token; a refused token is replaced once, for a 401 has had no effect."""
        try:
            return await self._send_once(method, path, options)
        except UpstreamProblem as problem:
            if problem.status != 401 or self._tokens is None or not self._tokens.forget():
                raise
        return await self._send_once(method, path, options)

    @asynccontextmanager
    async def _streamed(
        self, path: str, params: Mapping[str, object], content: AsyncIterable[bytes], media_type: str
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """The lines of an answer to a body that is sent as it comes; it is sent once, whatever happens."""
        headers = {"Accept": media_type, **_headers({}), "Content-Type": media_type}
        if self._tokens is not None:
            headers["Authorization"] = f"Bearer {await self._tokens.token()}"
        url = f"{self._base_url}{path}"
        request = self._http.build_request(
            "POST", url, params=_query(params), content=content, headers=headers
        )
        async with streaming(self._http, request) as lines:
            yield lines

    async def _send_once(self, method: str, path: str, options: CallOptions) -> Reply:
        headers = {"Accept": "application/json", **_headers(options)}
        is_limited = bool(options.get("idempotency_key") or options.get("preview_token"))
        if self._writes_for is not None and is_limited:
            headers["X-Forwarded-For"] = self._writes_for
        upload = options.get("upload")
        if upload is not None:
            headers["Content-Type"] = upload.media_type
            headers |= {"Content-Encoding": "gzip"} if upload.is_gzip else {}
        if self._tokens is not None:
            headers["Authorization"] = f"Bearer {await self._tokens.token()}"
        url = f"{self._base_url}{path}"
        if self._carrier is not None and upload is None:
            return await self._carried(self._carrier, method, path, headers, options)
        query = _query(options.get("params"))
        _require_short(len(path) + (1 + len(str(query)) if query else 0), path, options)
        request = self._http.build_request(
            method,
            url,
            params=query,
            content=_content(options.get("json")) if upload is None else upload.pieces(),
            headers=headers,
            timeout=httpx2.USE_CLIENT_DEFAULT if upload is None else httpx2.Timeout(upload.limit_s),
        )
        limit_s = TOTAL_TIMEOUT_S if upload is None else upload.limit_s
        reply = await exchange(self._http, request, limit_s=limit_s)
        raise_for_refusal(reply, request.url.host)
        return reply

    async def _carried(
        self, carrier: Carrier, method: str, path: str, headers: Mapping[str, str], options: CallOptions
    ) -> Reply:
        pairs = _pairs(options.get("params") or {})
        asked = f"{path}?{'&'.join(f'{name}={_quoted(text)}' for name, text in pairs)}" if pairs else path
        _require_short(len(asked), path, options)
        content = _content(options.get("json"))
        reply = await carrier.exchange(method, f"{self._base_url}{asked}", headers, content)
        if reply.status >= 300:
            raise_for_refusal(reply, urlsplit(self._base_url).hostname or "")
        return reply


def _require_short(address_chars: int, path: str, options: CallOptions) -> None:
    """Refuse what makes an address too long, as the service refuses what is shorter and yet too long."""
    if address_chars <= MAX_ADDRESS_CHARS:
        return
    pairs = [("", path), *_pairs(options.get("params") or {})]
    name, _ = max(pairs, key=lambda pair: len(pair[1]))
    fault = FieldError(f"?{name}" if name else "{path}", "too_long", "is longer than anything of its kind")
    raise UpstreamProblem(422, InvalidInput.code, "The input has one fault; see errors.", [fault])


def _may_help(fault: UpstreamUnavailable) -> bool:
    """Whether asking again soon may help: nobody answered, or a 503 that says when to come back."""
    if fault.problem is None:
        return not isinstance(fault, UpstreamMalformed)
    return (
        fault.problem.status == 503
        and fault.retry_after_s is not None
        and fault.retry_after_s <= MAX_RETRY_AFTER_S
    )


def _pause_s(attempt: int, retry_after_s: float | None) -> float:
    """At least what the server asked for, then doubling, half of it by chance so that callers spread out."""
    ceiling_ms = FIRST_BACKOFF_MS << attempt
    jittered_ms = ceiling_ms // 2 + secrets.randbelow(ceiling_ms // 2 + 1)
    return (retry_after_s or 0.0) + jittered_ms / 1000


def _headers(options: CallOptions) -> dict[str, str]:
    part = options.get("byte_range")
    offered = {
        "X-Request-Id": current_request_id(),
        "Idempotency-Key": options.get("idempotency_key"),
        "If-Match": options.get("if_match"),
        PREVIEW_HEADER: options.get("preview_token"),
        "Range": None if part is None else f"bytes={part[0]}-{part[1] - 1}",
        "Content-Type": None if options.get("json") is None else "application/json",
    }
    return {name: value for name, value in offered.items() if value is not None}


def _content(json: BaseModel | Mapping[str, Any] | None) -> bytes | None:
    if json is None:
        return None
    if isinstance(json, BaseModel):
        return json.model_dump_json(by_alias=True).encode()
    return json_text.dumps(json, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _query(params: Mapping[str, object] | None) -> httpx2.QueryParams | None:
    return None if params is None else httpx2.QueryParams(tuple(_pairs(params)))


def _pairs(params: Mapping[str, object]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        several = value if isinstance(value, (list, tuple, set, frozenset)) else (value,)
        pairs.extend((name, _query_text(item)) for item in several if item is not None)
    return pairs


def _quoted(text: str) -> str:
    """The text as a query holds it; most are ids, dates and numbers, which stay as they are."""
    return text if _UNRESERVED.fullmatch(text) else quote_plus(text)


def _query_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (str, int, UUID)):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not a query parameter")
