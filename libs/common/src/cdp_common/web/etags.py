"""ETags of single resources: conditional reads (304), and changes that name a version (428, 412)."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from cdp_common.kernel.errors import PreconditionFailed, PreconditionRequired

TAG_BYTES = 18

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=1000,
        description="The ETag of the version that is changed; without it 428, with an older one 412.",
    ),
]


class IfMatchMissing(PreconditionRequired):
    """A change must name the version that it changes."""

    code = "if_match_missing"
    title = "An If-Match header is needed"


class IfMatchStale(PreconditionFailed):
    """The resource has changed since the caller read it."""

    code = "if_match_stale"
    title = "It has changed since it was read"


def etag_of(body: BaseModel) -> str:
    """The strong ETag of a resource: the same for the same JSON, whichever process answers."""
    return _tag(_json(body))


def respond_with_etag(
    request: Request, body: BaseModel, *, status: int = 200, media_type: str = "application/json"
) -> Response:
    """The resource with its ETag, or 304 when the caller already has this version."""
    return respond_with_content(request, _json(body), status=status, media_type=media_type)


def respond_with_content(
    request: Request, content: bytes, *, status: int = 200, media_type: str = "application/json"
) -> Response:
    """The same for a resource that is kept as bytes and given as they are."""
    tag = _tag(content)
    # A copy may be kept and must be asked about before it is used again; one got with a token stays private.
    keeping = "private, no-cache" if "authorization" in request.headers else "no-cache"
    headers = {"ETag": tag, "Cache-Control": keeping, "Vary": "Authorization"}
    if is_held(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(content, status_code=status, headers=headers, media_type=media_type)


def is_held(request: Request, tag: str) -> bool:
    """Whether a reader has the version of this tag already, and needs to be told no more than that (304)."""
    wanted = request.headers.get("if-none-match")
    return wanted is not None and request.method in ("GET", "HEAD") and _names(wanted, tag, weakly=True)


def require_match(if_match: str | None, current: BaseModel) -> None:
    """Refuse a change unless `if_match` names the current version of the resource."""
    if if_match is None or not if_match.strip():
        raise IfMatchMissing("Send If-Match with the ETag of the version you are changing.")
    if not _names(if_match, etag_of(current), weakly=False):
        raise IfMatchStale("It has changed since you read it; read it again and decide anew.")


def _names(header: str, tag: str, *, weakly: bool) -> bool:
    """Whether a list of ETags, or `*`, names the tag (RFC 9110 section 13.1)."""
    offered = [part.strip() for part in header.split(",")]
    if offered == ["*"]:
        return True
    if weakly:
        offered = [part.removeprefix("W/") for part in offered]
    return tag in offered


def _json(body: BaseModel) -> bytes:
    return body.model_dump_json(by_alias=True).encode()


def _tag(content: bytes) -> str:
    return f'"{urlsafe_b64encode(hashlib.sha256(content).digest()[:TAG_BYTES]).decode()}"'
