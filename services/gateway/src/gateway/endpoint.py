"""GraphQL over HTTP: POST with JSON, GET for queries, in either of the two media types."""

from __future__ import annotations

import json
from typing import Annotated, Any

import httpx2
from fastapi import APIRouter, Query, Request
from graphql import GraphQLError
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from cdp_common.web.caller import Caller
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.problems import request_id_of
from cdp_common.web.requests import exact_json
from gateway.context import Context
from gateway.errors import (
    DocumentMalformed,
    OperationNotOffered,
    OperationUnknown,
    VariablesInvalid,
    error_answer,
)
from gateway.limits import Limits
from gateway.schema.root import schema
from gateway.settings import Settings
from gateway.upstreams import upstreams_for

GRAPHQL_PATH = "/graphql"
GRAPHQL_MEDIA_TYPE = "application/graphql-response+json"
JSON_MEDIA_TYPE = "application/json"

router = APIRouter(tags=["graph"])


class GraphRequest(BaseModel):
    """A document with what it needs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: Annotated[str, Field(min_length=1, description="The GraphQL document.")]
    variables: Annotated[dict[str, Any] | None, Field(description="Values of its variables.")] = None
    operation_name: Annotated[
        str | None, Field(alias="operationName", description="Which of its operations is meant.")
    ] = None
    extensions: Annotated[
        dict[str, Any] | None, Field(description="Accepted as the protocol has it; nothing here is read.")
    ] = None


@router.post(GRAPHQL_PATH)
async def post_graphql(request: Request, caller: MaybeCaller, body: GraphRequest) -> Response:
    """Answer a query. Without a token it sees what is public."""
    return await _answer(request, caller, body)


@router.get(GRAPHQL_PATH)
async def get_graphql(
    request: Request,
    caller: MaybeCaller,
    query: Annotated[str, Query(min_length=1, description="The GraphQL document.")],
    variables: Annotated[str | None, Query(description="Values of its variables, as JSON.")] = None,
    operation_name: Annotated[
        str | None, Query(alias="operationName", description="Which of its operations is meant.")
    ] = None,
    extensions: Annotated[
        str | None, Query(description="Accepted as the protocol has it; nothing here is read.")
    ] = None,
) -> Response:
    """Answer a query that stands in the address."""
    given = GraphRequest.model_validate(
        {"query": query, "variables": _variables(variables), "operationName": operation_name}
    )
    return await _answer(request, caller, given)


async def _answer(request: Request, caller: Caller | None, given: GraphRequest) -> Response:
    request_id = request_id_of(request)
    result = await _execute(_context(request, caller), given)
    errors = [
        error_answer(error, request_id, is_executed=not isinstance(result, PreExecutionError))
        for error in result.errors or ()
    ]
    body: dict[str, Any] = {"errors": errors} if errors else {}
    is_refused = isinstance(result, PreExecutionError)
    if not is_refused:
        body["data"] = result.data
    media_type = _media_type(request.headers.get("accept", ""))
    # The older media type says 200 to every request that is well formed, whatever came of it.
    status = 400 if is_refused and media_type == GRAPHQL_MEDIA_TYPE else 200
    return Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        status_code=status,
        headers={
            "Cache-Control": "no-cache" if caller is None else "private, no-store",
            "Vary": "Authorization, Accept",
        },
        media_type=f"{media_type}; charset=utf-8",
    )


async def _execute(context: Context, given: GraphRequest) -> ExecutionResult:
    try:
        return await schema.execute(
            given.query,
            variable_values=given.variables,
            context_value=context,
            operation_name=given.operation_name,
            allowed_operation_types={OperationType.QUERY},
        )
    except MissingQueryError as fault:
        return _refused(DocumentMalformed("There is no document."), fault)
    except CannotGetOperationTypeError as fault:
        return _refused(OperationUnknown("The document has no such operation."), fault)
    except InvalidOperationTypeError as fault:
        return _refused(OperationNotOffered("This version of the graph answers queries alone."), fault)


def _refused(refusal: Exception, fault: Exception) -> PreExecutionError:
    refusal.__cause__ = fault
    return PreExecutionError(data=None, errors=[GraphQLError(str(refusal), original_error=refusal)])


def _context(request: Request, caller: Caller | None) -> Context:
    settings: Settings = request.app.state.settings
    http: httpx2.AsyncClient = request.app.state.http
    return Context(
        request_id=request_id_of(request),
        caller=caller,
        limits=limits_of(settings),
        upstreams=upstreams_for(caller, settings, http),
    )


def limits_of(settings: Settings) -> Limits:
    """What this deployment allows one request."""
    return Limits(
        max_depth=settings.max_depth,
        max_aliases=settings.max_aliases,
        max_tokens=settings.max_tokens,
        max_upstream_calls=settings.max_upstream_calls,
        is_introspectable=settings.is_introspectable,
    )


def _variables(text: str | None) -> dict[str, Any] | None:
    """Variables that stand in the address; what a body is checked for holds for them too."""
    if not text:
        return None
    variables = exact_json(text)
    try:
        json.dumps(variables, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as fault:
        raise VariablesInvalid("A variable holds half of a surrogate pair.") from fault
    if variables is not None and not isinstance(variables, dict):
        raise VariablesInvalid("`variables` is a JSON object.")
    return variables


def _media_type(accept: str) -> str:
    """The media type to answer in: the older one where it alone is asked for."""
    offered = [part.partition(";")[0].strip().lower() for part in accept.split(",") if part.strip()]
    if not offered or any(part in (GRAPHQL_MEDIA_TYPE, "*/*", "application/*") for part in offered):
        return GRAPHQL_MEDIA_TYPE
    return JSON_MEDIA_TYPE
