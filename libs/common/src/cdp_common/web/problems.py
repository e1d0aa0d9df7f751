"""Every refusal as RFC 9457 `application/problem+json`, the framework's own refusals included."""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cdp_common.clients.upstream import UpstreamProblem, UpstreamRefused
from cdp_common.kernel import errors as kernel
from cdp_common.kernel.errors import CdpError, FieldError
from cdp_common.web.pointers import field_errors

PROBLEM_MEDIA_TYPE = "application/problem+json"

INTERNAL_ERROR_TITLE = "Something went wrong on our side"

_log = structlog.get_logger(__name__)

STATUS_OF_CATEGORY: Mapping[type[CdpError], int] = {
    kernel.BadRequest: 400,
    kernel.Unauthenticated: 401,
    kernel.Forbidden: 403,
    kernel.NotFound: 404,
    kernel.Conflict: 409,
    kernel.Gone: 410,
    kernel.PreconditionFailed: 412,
    kernel.TooLarge: 413,
    kernel.UnsupportedMedia: 415,
    kernel.RangeUnsatisfiable: 416,
    kernel.InvalidInput: 422,
    kernel.PreconditionRequired: 428,
    kernel.RateLimited: 429,
    kernel.NotOffered: 501,
    kernel.Unavailable: 503,
}

_HTTP_CODES: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", kernel.BadRequest.title),
    404: ("not_found", kernel.NotFound.title),
    405: ("method_not_allowed", "This resource does not have that method"),
}


CONNECTION_PROBLEMS: Mapping[tuple[str, int], str] = {
    ("head_too_large", 431): "The request's head is too large",
    ("malformed_http", 400): "What was sent is not HTTP",
    ("request_too_slow", 408): "The request took too long to come",
}
"""What a connection is refused for before there is a request: the title by code and status."""


class BodyMalformed(kernel.BadRequest):
    """The body does not parse as JSON."""

    code = "malformed_json"
    title = "The body is not valid JSON"


class EncodingUnsupported(kernel.UnsupportedMedia):
    """The body is compressed, and the operation reads it as it is."""

    code = "unsupported_content_encoding"
    title = "The body's packing is not supported"


class UnknownPath(kernel.NotFound):
    """The API has no such path."""

    code = "unknown_path"
    title = "This API has no such path"


class ProblemError(BaseModel):
    """One fault in one place of the input."""

    model_config = ConfigDict(frozen=True)

    pointer: Annotated[
        str,
        Field(
            description="Where the fault is: a JSON pointer into the body (`/lines/0/quantity`), `?name` for "
            "a query parameter, `{name}` for a part of the path, `name:` for a header."
        ),
    ]
    code: Annotated[str, Field(description="Stable code of the fault.")]
    message: Annotated[str, Field(description="Words for a person; they may change.")]


class Problem(BaseModel):
    """What went wrong (RFC 9457). `code` is stable and meant for programs; the texts may change."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, Field(description="`urn:cdp:problem:<code>`.")]
    title: Annotated[str, Field(description="The kind of problem in a few words.")]
    status: Annotated[int, Field(description="The HTTP status, repeated.", ge=400, le=599)]
    detail: Annotated[str, Field(description="What happened this time.")]
    instance: Annotated[str, Field(description="The path that was asked.")]
    code: Annotated[str, Field(description="Stable code of the problem.")]
    request_id: Annotated[str, Field(description="Quote this when asking for help.")]
    errors: Annotated[list[ProblemError], Field(default_factory=list, description="Each fault of the input.")]


def status_of(error: type[CdpError]) -> int:
    """The HTTP status of an error's category."""
    for ancestor in error.__mro__:
        if ancestor in STATUS_OF_CATEGORY:
            return STATUS_OF_CATEGORY[ancestor]
    return 500


def problem_response(
    instance: str,
    request_id: str,
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: Sequence[FieldError] = (),
    members: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response; `instance` is the path asked, never its query.

    `members` are further members of the document (RFC 9457, section 3.2).
    """
    problem = Problem(
        type=f"urn:cdp:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        instance=instance,
        code=code,
        request_id=request_id,
        errors=[ProblemError(pointer=e.pointer, code=e.code, message=e.message) for e in errors],
    )
    document = problem.model_dump(mode="json", exclude=None if problem.errors else {"errors"})
    body = json.dumps({**(members or {}), **document}, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status_code=status, headers=headers, media_type=PROBLEM_MEDIA_TYPE)


def response_to(error: CdpError, instance: str, request_id: str) -> Response:
    """The response to a refusal, with the headers that its category calls for."""
    status = status_of(type(error))
    return problem_response(
        instance,
        request_id,
        status=status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        errors=error.errors,
        members=error.members,
        headers=_headers_of(error, status),
    )


def internal_error(instance: str, request_id: str) -> Response:
    """The response to a fault of ours: it says nothing but the request id."""
    return problem_response(
        instance,
        request_id,
        status=500,
        code="internal_error",
        title=INTERNAL_ERROR_TITLE,
        detail="The fault has been recorded under this request id.",
    )


def _headers_of(error: CdpError, status: int) -> dict[str, str]:
    headers: dict[str, str] = {}
    retry_after_s = getattr(error, "retry_after_s", None)
    if retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(retry_after_s)))
    challenge = getattr(error, "challenge", None)
    if challenge is not None:
        headers["WWW-Authenticate"] = challenge
    elif status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, EncodingUnsupported):
        headers["Accept-Encoding"] = "identity"  # RFC 9110, section 15.5.16
    return headers


def request_id_of(request: Request) -> str:
    """The id under which this request is logged and answered."""
    value = request.scope.get("state", {}).get("request_id", "")
    return str(value)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal of this application, and of the framework, as a problem."""
    app.add_exception_handler(CdpError, on_refusal)
    app.add_exception_handler(UpstreamProblem, _on_upstream_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


async def on_refusal(request: Request, error: Exception) -> Response:
    """The response to a refusal of ours; one of no category is a fault, and says nothing."""
    assert isinstance(error, CdpError)
    if status_of(type(error)) == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("refusal_without_category", code=error.code, exc_info=error)
        return internal_error(request.url.path, request_id_of(request))
    return response_to(error, request.url.path, request_id_of(request))


async def _on_upstream_refusal(request: Request, error: Exception) -> Response:
    """A refusal that no use case has explained concerns us and not the caller: who asked is not told more."""
    assert isinstance(error, UpstreamProblem)
    _log.error("upstream_refused", status=error.status, code=error.code)
    refusal = UpstreamRefused("Another service refused what this one asked of it.", problem=error)
    return response_to(refusal, request.url.path, request_id_of(request))


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    malformed = next((fault for fault in faults if fault["type"] == "json_invalid"), None)
    refusal: CdpError
    if malformed is not None:
        refusal = _unreadable(request, f"The body stops being JSON at character {malformed['loc'][-1]}.")
    else:
        found = field_errors(faults, error.body)
        noun = "one fault" if len(found) == 1 else f"{len(found)} faults"
        refusal = kernel.InvalidInput(f"The input has {noun}; see errors.", errors=found)
    return response_to(refusal, request.url.path, request_id_of(request))


def _unreadable(request: Request, words: str) -> CdpError:
    """Why a body could not be read: it is compressed, or it is not what it says that it is."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return EncodingUnsupported("Send the body as it is, without Content-Encoding.")
    return BodyMalformed(words)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, request_id = request.url.path, request_id_of(request)
    if isinstance(error.__cause__, CdpError):
        return response_to(error.__cause__, path, request_id)
    if error.status_code == HTTPStatus.BAD_REQUEST:
        # The framework raises 400 only for a body that it cannot read; its own words may name internals.
        refusal = _unreadable(request, "The body cannot be read as the stated content type.")
        return response_to(refusal, path, request_id)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return response_to(UnknownPath("Nothing is served at this path."), path, request_id)
    headers = error.headers
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers = {**(headers or {}), "Allow": ", ".join(_methods_of(request))}
    status = error.status_code
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Refused"
    code, title = _HTTP_CODES.get(status, (f"http_{status}", phrase))
    return problem_response(
        path, request_id, status=status, code=code, title=title, detail=f"{phrase}.", headers=headers
    )


def _methods_of(request: Request) -> list[str]:
    """Every method of the resource asked for: the framework names those of one of its routes.

    A resource at a path of its own has its own alone, also where a path with parameters matches too.
    """
    path = request.scope["path"]
    matching = [
        context
        for context in iter_route_contexts(request.app.routes)
        if isinstance(context.original_route, APIRoute) and context.path_regex.match(path)
    ]
    fixed = [context for context in matching if context.path == path]
    methods = {method for context in fixed or matching for method in context.methods or ()}
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


def error_catalogue(packages: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Every code that the loaded modules can answer with its status and title, ordered by code.

    A code that two services give with another status or title stands there twice. `packages` are the
    top-level packages whose errors count; without it all do.
    """
    found = {
        ("internal_error", 500, "Something went wrong on our side"),
        ("method_not_allowed", 405, _HTTP_CODES[405][1]),
        *((code, status, title) for (code, status), title in CONNECTION_PROBLEMS.items()),
    }
    waiting: list[type[CdpError]] = list(CdpError.__subclasses__())
    while waiting:
        error = waiting.pop()
        waiting.extend(error.__subclasses__())
        status = status_of(error)
        counts = packages is None or error.__module__.partition(".")[0] in packages
        if counts and status != HTTPStatus.INTERNAL_SERVER_ERROR:
            found.add((error.code, status, error.title))
    return [{"code": code, "status": status, "title": title} for code, status, title in sorted(found)]
