"""The `Idempotency-Key` header as a `Once`, and a kept answer as a response."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import BadRequest
from cdp_common.web.caller import Caller
from cdp_common.web.identity import MaybeCaller, Signed
from cdp_common.web.once_header import HEADER
from cdp_common.web.requests import operation_of

REPLAYED_HEADER = "Idempotency-Replayed"
_RANDOM_KEY = re.compile(r"[A-Za-z0-9_-]{22,128}")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


OnceWith = Callable[[bytes], Once]
"""Gives the `Once` of a call for its content."""


class IdempotencyKeyMissing(BadRequest):
    """The operation must not be done twice, so the request needs a key."""

    code = "idempotency_key_missing"
    title = "An Idempotency-Key header is needed"


class IdempotencyKeyMalformed(BadRequest):
    """The key could collide with somebody else's: it is neither a UUID nor long enough."""

    code = "idempotency_key_malformed"
    title = "The Idempotency-Key header is malformed"


KeyHeader = Annotated[
    str | None,
    Header(
        alias=HEADER,
        description="A UUID, or at least 22 characters of A-Z a-z 0-9 _ -, new for each thing to be done. "
        "Sent again with the same body, it gives the first answer again.",
    ),
]


def parse_key(header: str | None) -> str:
    """The key of an `Idempotency-Key` header; quoted, as the IETF draft has it, it is the same key."""
    if header is None or not header.strip():
        raise IdempotencyKeyMissing("Send an Idempotency-Key header, new for each thing to be done.")
    key = header.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if _UUID.fullmatch(key):
        return key.lower()
    if not _RANDOM_KEY.fullmatch(key):
        raise IdempotencyKeyMalformed("The key must be a UUID or 22 to 128 characters of A-Z a-z 0-9 _ -.")
    return key


def scoped_once(request: Request, caller: Caller | None, header: str | None) -> Callable[[str], Once]:
    """What makes the call one that is done once, given its fingerprint.

    Its key counts for client, organisation and operation. What was done under a record that was merged into
    the organisation's since is not done again: `app.state.find_records` knows those.
    """
    key, operation = parse_key(header), operation_of(request)
    if caller is None:
        return lambda fingerprint: Once(key, f"anyone {operation}", fingerprint)
    find_records: Any = getattr(request.app.state, "find_records", None)

    def scope_of(organisation_id: UUID) -> str:
        return f"{caller.client_id} {organisation_id} {operation}"

    def once(fingerprint: str) -> Once:
        async def merged(tx: AsyncConnection) -> list[Once]:
            records = await find_records(tx, caller.org)
            return [Once(key, scope_of(each), fingerprint) for each in records if each != caller.org]

        return Once(key, scope_of(caller.org), fingerprint, merged if find_records else None)

    return once


async def once_call(request: Request, caller: Signed, header: KeyHeader = None) -> Once:
    """The call as one that is done once, in the scope of client, organisation and operation."""
    return await _once(request, caller, header)


async def public_once_call(request: Request, caller: MaybeCaller, header: KeyHeader = None) -> Once:
    """The same where a token is optional: without one the scope is the operation, and the key alone tells."""
    return await _once(request, caller, header)


def keyed(request: Request, caller: Caller, header: str | None) -> OnceWith:
    """What makes the call one that is done once, given its body's content in one spelling."""
    once = scoped_once(request, caller, header)
    return lambda content: once(_fingerprint(request, content))


async def keyed_call(request: Request, caller: Signed, header: KeyHeader = None) -> OnceWith:
    """The same for a route, which puts its body into one spelling for another purpose too."""
    return keyed(request, caller, header)


async def _once(request: Request, caller: Caller | None, header: str | None) -> Once:
    once = scoped_once(request, caller, header)
    return once(_fingerprint(request, _in_one_spelling(await request.body())))


OnceHeader = Annotated[Once, Depends(once_call)]
PublicOnceHeader = Annotated[Once, Depends(public_once_call)]
OnceWithHeader = Annotated[OnceWith, Depends(keyed_call)]


def _in_one_spelling(body: bytes) -> bytes:
    """The same bytes for bodies that say the same."""
    try:
        parsed: Any = json.loads(body, parse_float=str) if body else None
        return json.dumps(parsed, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return body


def _fingerprint(request: Request, content: bytes) -> str:
    """A hash of what is asked: path, query and body, the body by its content and not by its spelling."""
    asked = hashlib.sha256(f"{request.scope['path']}?".encode())
    asked.update(request.scope["query_string"] + b"\n")
    asked.update(content)
    return asked.hexdigest()


def answer_response(answer: Answer) -> Response:
    """A kept answer as a response, marked when it is an earlier one."""
    headers = dict(answer.headers)
    if answer.replayed:
        headers[REPLAYED_HEADER] = "true"
    media_type = "application/json" if answer.body else None
    return Response(answer.body, status_code=answer.status, headers=headers, media_type=media_type)
