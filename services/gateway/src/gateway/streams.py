"""Subscriptions over server-sent events, as the graphql-sse protocol's distinct connections have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from graphql import GraphQLError, get_operation_ast, parse
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from cdp_common.kernel.errors import CdpError
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.problems import request_id_of
from gateway.caller_points import CallerPoints
from gateway.context import Context
from gateway.documents import Documents
from gateway.endpoint import GraphRequest, context_of
from gateway.errors import OperationNotOffered, UpstreamFault, error_answer, log_unexpected
from gateway.schema.root import schema
from gateway.texts import json_bytes

STREAM_PATH = "/graphql/stream"
EVENT_STREAM = "text/event-stream"
KEEP_ALIVE_S = 12.0
"""A line without meaning is sent after so long, so that nobody between takes the connection for dead."""

router = APIRouter(tags=["graph"])


@router.post(STREAM_PATH, response_class=StreamingResponse, responses={200: {"content": {EVENT_STREAM: {}}}})
async def stream_graphql(request: Request, caller: MaybeCaller, body: GraphRequest) -> StreamingResponse:
    """Answer a subscription event by event, until it ends, the token is over, or the caller leaves."""
    documents: Documents = request.app.state.documents
    document = documents.document(body.query, body.document_id, body.extensions, is_public=caller is None)
    points: CallerPoints = request.app.state.caller_points
    points.take(request, caller, request.app.state.clock())
    context = context_of(request, caller, request_id_of(request))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(context, document, body, request_id_of(request)),
        media_type=EVENT_STREAM,
        headers=headers,
    )


async def _events(
    context: Context, document: str, given: GraphRequest, request_id: str
) -> AsyncIterator[bytes]:
    results = answers(context, document, given.variables, given.operation_name, request_id)
    async for answer in _kept_alive(results):
        if answer is None:
            yield b":\n\n"
        else:
            yield b"event: next\ndata: %b\n\n" % json_bytes(answer)
    yield b"event: complete\ndata:\n\n"


async def answers(
    context: Context,
    document: str,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    request_id: str,
) -> AsyncGenerator[dict[str, Any]]:
    """The answers of a subscription one by one; what ends it is the last one, as its error."""
    try:
        if _is_other(document, operation_name, context.limits.max_tokens):
            words = "Queries and mutations are sent to /graphql; here subscriptions are answered."
            raise OperationNotOffered(words)
        stream = await schema.stream(
            document,
            variable_values=variables,
            context_value=context,
            operation_name=operation_name,
            allowed_operation_types=(OperationType.SUBSCRIPTION,),
        )
        async for result in stream:
            yield _answer(result, request_id)
    except (CdpError, UpstreamFault) as fault:
        yield ending(fault, request_id)
    except GraphQLError as error:
        log_unexpected([error])
        yield {"errors": [error_answer(error, request_id, is_executed=True)]}


def _is_other(document: str, operation_name: str | None, max_tokens: int) -> bool:
    """Whether the operation is no subscription; a document that says no one operation is told so later."""
    try:
        operation = get_operation_ast(parse(document, max_tokens=max_tokens), operation_name)
    except GraphQLError:
        return False
    return operation is None or operation.operation.value != OperationType.SUBSCRIPTION.value


def _answer(result: Any, request_id: str) -> dict[str, Any]:
    assert isinstance(result, (ExecutionResult, PreExecutionError))
    is_refused = isinstance(result, PreExecutionError)
    errors = [error_answer(one, request_id, is_executed=not is_refused) for one in result.errors or ()]
    answer: dict[str, Any] = {"errors": errors} if errors else {}
    return answer if is_refused else {**answer, "data": result.data}


def ending(fault: Exception, request_id: str) -> dict[str, Any]:
    """The answer that says what ended a subscription."""
    error = GraphQLError(str(fault), original_error=fault)
    return {"errors": [error_answer(error, request_id, is_executed=True)]}


async def _kept_alive(results: AsyncGenerator[dict[str, Any]]) -> AsyncIterator[dict[str, Any] | None]:
    """The results, and None whenever none has come for a while; ending this ends the subscription."""
    waiting: asyncio.Task[dict[str, Any]] | None = None
    try:
        while True:
            waiting = waiting or asyncio.create_task(results.__anext__())
            done, _ = await asyncio.wait([waiting], timeout=KEEP_ALIVE_S)
            if not done:
                yield None
                continue
            try:
                answer = waiting.result()
            except StopAsyncIteration:
                return
            waiting = None
            yield answer
    finally:
        if waiting is not None:
            waiting.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await waiting
        await results.aclose()
