"""Queries and mutations: parsed and validated once for all who send the same, then executed by the library.

The library's own way makes a chain of extensions for each request, and finds what it validated before by the
hash of every node: a tenth of the time of a query. Subscriptions, which are begun once, still go that way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container
from dataclasses import dataclass
from functools import lru_cache
from inspect import isawaitable
from typing import Any, TypeGuard, cast

from graphql import (
    DocumentNode,
    GraphQLError,
    OperationDefinitionNode,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import validate_document
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from gateway.context import Context
from gateway.errors import MutationOverGet, OperationNotOffered, OperationUnknown, log_unexpected
from gateway.limits import Limits, priced, require_within, rules_of
from gateway.schema.plain import PlainFirst, Selections
from gateway.schema.root import schema

KEPT_DOCUMENTS = 256


@dataclass(frozen=True, slots=True)
class _Checked:
    """A document that was parsed, with what validation found."""

    document: DocumentNode
    faults: list[GraphQLError]
    selections: Selections | None
    """What is selected in it, as it becomes known; None where directives have that depend on variables."""


@lru_cache(maxsize=KEPT_DOCUMENTS)
def _checked(text: str, limits: Limits) -> _Checked:
    document = parse(text, max_tokens=limits.max_tokens)
    faults = validate_document(schema._schema, document, (*specified_rules, *rules_of(limits)))
    return _Checked(document, faults, None if "@" in text else {})


async def execute_operation(
    context: Context,
    text: str,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    allowed: Container[OperationType],
) -> ExecutionResult:
    """The result of an operation of the document; a `PreExecutionError` where it was refused before it ran.

    Its extensions say what the operation may cost, as soon as that is known.
    """
    extensions: dict[str, Any] = {}
    try:
        checked = _checked(text, context.limits)
        operation = _operation_of(checked.document, operation_name, allowed)
        if checked.faults:
            return _refused(checked.faults, extensions)
        cost = priced(schema._schema, checked.document, operation, variables or {})
        extensions["cost"] = cost.stated
        require_within(cost, context.limits)
        result: Any = execute(
            schema._schema,
            checked.document,
            context_value=context,
            variable_values=variables,
            operation_name=operation_name,
            is_awaitable=cast("Callable[[Any], TypeGuard[Awaitable[Any]]]", optimized_is_awaitable),
            executor_class=PlainFirst,
            selections=checked.selections,
        )
        if isawaitable(result):
            result = await result
    except GraphQLError as fault:
        return _refused([fault], extensions)
    except Exception as fault:
        return _refused([GraphQLError(str(fault), original_error=fault)], extensions)
    finally:
        context.forget()
    if result.errors:
        log_unexpected(result.errors)
    return ExecutionResult(result.data, result.errors, extensions)


def _operation_of(
    document: DocumentNode, name: str | None, allowed: Container[OperationType]
) -> OperationDefinitionNode:
    operation = get_operation_ast(document, name)
    if operation is None:
        raise OperationUnknown("The document has no such operation.")
    kind = OperationType(operation.operation.value)
    if kind not in allowed:
        if kind == OperationType.MUTATION:
            raise MutationOverGet("A mutation is sent by POST.")
        raise OperationNotOffered("A subscription is asked for as a stream: over SSE or a WebSocket.")
    return operation


def _refused(faults: list[GraphQLError], extensions: dict[str, Any]) -> PreExecutionError:
    log_unexpected(faults)
    return PreExecutionError(None, faults, extensions)
