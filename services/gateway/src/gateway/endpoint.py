"""GraphQL over HTTP: POST with JSON, GET for queries, in either of the two media types."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from graphql import GraphQLError
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import HTTPConnection
from starlette.responses import Response
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from cdp_common.clients.upstream import PREVIEW_HEADER, Carrier
from cdp_common.kernel.errors import BadRequest
from cdp_common.web.caller import Caller
from cdp_common.web.etags import is_held
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.problems import request_id_of
from cdp_common.web.requests import exact_json
from gateway.caller_points import CallerPoints
from gateway.context import Context
from gateway.documents import Documents
from gateway.errors import DocumentMissing, MutationOverGet, VariablesInvalid, error_answer
from gateway.happenings import Happenings, Listener
from gateway.limits import Limits
from gateway.noted_reads import NotedReads, are_unchanged
from gateway.operations import execute_operation
from gateway.public_answers import Answer, PublicAnswers, body_of, key_of
from gateway.settings import Settings
from gateway.upstreams import Upstreams, upstreams_for

GRAPHQL_MEDIA_TYPE = "application/graphql-response+json"
JSON_MEDIA_TYPE = "application/json"

PATH = "/graphql"
VARY = f"Authorization, Accept, {PREVIEW_HEADER}"
"""The headers on which an answer depends."""

CAME_TO = "came_to"
"""In the request's state: which kept answer it came to, by its key and its hash."""

BY_GET = frozenset({OperationType.QUERY})
BY_POST = frozenset({OperationType.QUERY, OperationType.MUTATION})


class GraphRequest(BaseModel):
    """A document with what it needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Annotated[str | None, Field(min_length=1, description="The GraphQL document.")] = None
    document_id: Annotated[
        str | None,
        Field(alias="documentId", max_length=100, description="The hash of a known document, in its place."),
    ] = None
    variables: Annotated[dict[str, Any] | None, Field(description="Values of its variables.")] = None
    operation_name: Annotated[
        str | None, Field(alias="operationName", description="Which of its operations is meant.")
    ] = None
    extensions: Annotated[
        dict[str, Any] | None, Field(description="`persistedQuery` is read: a document's hash, as of APQ.")
    ] = None


router = APIRouter(tags=["graph"])


@router.post(PATH)
async def post_graphql(request: Request, caller: MaybeCaller, body: GraphRequest) -> Response:
    """Answer a query or carry out a mutation. Without a token it sees what is public, and does little."""
    return await answer(request, caller, body, BY_POST)


@router.get(PATH)
async def get_graphql(
    request: Request,
    caller: MaybeCaller,
    query: Annotated[str | None, Query(min_length=1, description="The GraphQL document.")] = None,
    document_id: Annotated[
        str | None,
        Query(alias="documentId", max_length=100, description="The hash of a known document, in its place."),
    ] = None,
    variables: Annotated[str | None, Query(description="Values of its variables, as JSON.")] = None,
    operation_name: Annotated[
        str | None, Query(alias="operationName", description="Which of its operations is meant.")
    ] = None,
    extensions: Annotated[
        str | None, Query(description="`persistedQuery` is read: a document's hash, as of APQ; JSON.")
    ] = None,
) -> Response:
    """Answer a query that stands in the address, or whose document is known by its hash."""
    given = GraphRequest.model_validate(
        {
            "query": query,
            "documentId": document_id,
            "variables": _object_in(variables, "variables"),
            "operationName": operation_name,
            "extensions": _object_in(extensions, "extensions"),
        }
    )
    return await answer(request, caller, given, BY_GET)


async def answer(
    request: Request, caller: Caller | None, given: GraphRequest, allowed: frozenset[OperationType]
) -> Response:
    """The response to a request that was read; raises a `CdpError` where it is none of GraphQL's."""
    found = await _answered(request, caller, given, allowed)
    media_type = _media_type(request.headers.get("accept", ""))
    headers = {"Cache-Control": _cache_control(request, caller, found), "Vary": VARY}
    if caller is None and found.etag is not None:
        headers["ETag"] = found.etag
        # The condition is about what GET would give (RFC 9110, 13.1.2): a document that is sent is answered.
        if request.method == "GET" and is_held(request, found.etag):
            return Response(status_code=304, headers=headers)
    body = found.body
    if body is None:
        body = _with_errors(found.result, request_id_of(request))
    is_refused = isinstance(found.result, PreExecutionError)
    # The older media type says 200 to every request that is well formed, whatever came of it.
    status = 400 if is_refused and media_type == GRAPHQL_MEDIA_TYPE else 200
    if _is_mutation_over_get(found.result):
        status, headers["Allow"] = 405, "POST"
    response = Response(body, status_code=status, headers=headers, media_type=f"{media_type}; charset=utf-8")
    if caller is None and found.key is not None and found.etag is not None:
        request.scope["state"][CAME_TO] = found.key, found.etag
    return response


async def _answered(
    request: Request, caller: Caller | None, given: GraphRequest, allowed: frozenset[OperationType]
) -> Answer:
    """What the request comes to; the public's answers are shared among those who ask the same."""
    documents: Documents = request.app.state.documents
    now: datetime = request.app.state.clock()
    try:
        document = documents.document(
            given.query, given.document_id, given.extensions, is_public=caller is None
        )
    except DocumentMissing:
        raise  # then it is no request of GraphQL's
    except BadRequest as refusal:
        refused = GraphQLError(str(refusal), original_error=refusal)
        return Answer.of(PreExecutionError(data=None, errors=[refused]))
    points: CallerPoints = request.app.state.caller_points
    points.take(request, caller, now)
    answers: PublicAnswers = request.app.state.public_answers
    is_own = may_write(document) or PREVIEW_HEADER in request.headers
    noted = NotedReads() if caller is None and answers.lifetime_s > 0 and not is_own else None
    context = context_of(request, caller, request_id_of(request), noted)

    async def execute() -> ExecutionResult:
        result = await execute_operation(context, document, given.variables, given.operation_name, allowed)
        points.charge(request, caller, result.extensions, now)
        return result

    if is_own:
        # What is done is done for each who asks, and a draft is shown to who may: neither is kept or shared.
        answer = Answer.unkept(await execute())
    elif caller is not None:
        answer = Answer.of(await execute())
    else:
        key = key_of(document, given.variables, given.operation_name)

        async def make() -> Answer:
            return Answer.of(await execute(), key, () if noted is None else noted.reads)

        async def still_holds(kept: Answer) -> bool:
            points.charge(request, caller, kept.result.extensions, now)
            carrier: Carrier = request.app.state.carrier
            return await are_unchanged(kept.reads, context.upstreams, carrier, context.request_id)

        answer = await answers.answer(key, make, still_holds)
    if given.query is not None and not isinstance(answer.result, PreExecutionError):
        documents.learn(document, given.extensions)
    return answer


def _cache_control(request: Request, caller: Caller | None, answer: Answer) -> str:
    if caller is not None:
        return "private, no-store"
    if not answer.may_be_stored:
        return "no-store"
    answers: PublicAnswers = request.app.state.public_answers
    if answer.etag is None or not answers.lifetime_s:
        return "no-cache"
    return f"public, max-age={int(answers.lifetime_s)}"


def _with_errors(result: ExecutionResult, request_id: str) -> bytes:
    """The answer with its errors; one that was refused before it ran has no data."""
    is_refused = isinstance(result, PreExecutionError)
    errors = [error_answer(one, request_id, is_executed=not is_refused) for one in result.errors or ()]
    if is_refused:
        return json.dumps({"errors": errors}, ensure_ascii=False, separators=(",", ":")).encode()
    return body_of(result, errors)


def may_write(document: str) -> bool:
    """Whether a mutation can stand in the document; whoever only writes the word is not kept either."""
    return "mutation" in document


def _is_mutation_over_get(result: ExecutionResult) -> bool:
    return any(isinstance(one.original_error, MutationOverGet) for one in result.errors or ())


def context_of(
    request: HTTPConnection, caller: Caller | None, request_id: str, noted: NotedReads | None = None
) -> Context:
    """What the resolvers of one request share; `noted` notes what it reads of the services."""
    settings: Settings = request.app.state.settings
    state = request.app.state
    # What is said of further addresses is not passed on: the server has judged which proxies to believe.
    address = request.client.host if request.client is not None else None

    def upstreams() -> Upstreams:
        if noted is None:
            return upstreams_for(caller, settings, state.http, state.carrier, state.guards, address)
        return upstreams_for(caller, settings, state.http, state.carrier, state.guards, address, noted.over)

    def listening(services: Sequence[str]) -> AbstractAsyncContextManager[Listener]:
        happenings: Happenings = state.happenings
        assert caller is not None
        return happenings.listening(services, caller, state.verifier.verify)

    return Context(
        request_id=request_id,
        caller=caller,
        limits=limits_of(settings),
        upstreams=upstreams(),
        renewed=upstreams,
        listening=listening,
        write_budget_s=settings.write_budget_s,
        preview_token=request.headers.get(PREVIEW_HEADER),
    )


def limits_of(settings: Settings) -> Limits:
    """What this deployment allows one request."""
    return Limits(
        max_depth=settings.max_depth,
        max_aliases=settings.max_aliases,
        max_tokens=settings.max_tokens,
        max_directives=settings.max_directives,
        max_upstream_calls=settings.max_upstream_calls,
        max_nodes=settings.max_nodes,
        is_introspectable=settings.is_introspectable,
    )


def _object_in(text: str | None, name: str) -> dict[str, Any] | None:
    """An object that stands in the address; what a body is checked for holds for it too."""
    if not text:
        return None
    stated = exact_json(text)
    try:
        json.dumps(stated, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as fault:
        raise VariablesInvalid(f"`{name}` holds half of a surrogate pair.") from fault
    if stated is not None and not isinstance(stated, dict):
        raise VariablesInvalid(f"`{name}` is a JSON object.")
    return stated


def _media_type(accept: str) -> str:
    """The media type to answer in: the older one where it alone is asked for."""
    offered = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    if not offered or any(part in (GRAPHQL_MEDIA_TYPE, "*/*", "application/*") for part in offered):
        return GRAPHQL_MEDIA_TYPE
    return JSON_MEDIA_TYPE
