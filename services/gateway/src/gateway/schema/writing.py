"""What every mutation shares: documents made of inputs, and refusals as user errors that say where."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from pydantic import BaseModel, ValidationError
from strawberry.utils.str_converters import to_camel_case

from cdp_common.clients.base import ServiceClient
from cdp_common.kernel.errors import FieldError
from cdp_common.web.caller import TokenMissing
from cdp_common.web.pointers import field_errors
from gateway.context import Context
from gateway.errors import TOO_MANY, IdInvalid, UpstreamFault
from gateway.schema.line_inputs import LineInputsInput
from gateway.schema.nodes import uuid_of
from gateway.schema.scalars import decimal_text
from gateway.upstreams import Upstream

Document = TypeVar("Document", bound=BaseModel)
Client = TypeVar("Client", bound=ServiceClient)
Answer = TypeVar("Answer")

IdempotencyKey = Annotated[
    str,
    strawberry.argument(
        description="A UUID, or 22 random characters or more: a call repeated with it has one effect."
    ),
]

USER_ERRORS = "Why it was not done; empty when it was."
"""The description of every payload's errors."""

TOKEN_REFUSED = 401
"""A refusal that is about the token, not about what was sent: an error of the answer, not of the user."""


@strawberry.type(description="Why something was not done: what to change, and where.")
class UserError:
    """One fault of what was sent, or the rule that it met."""

    code: str = strawberry.field(description="A stable code, the same as in the REST APIs.")
    message: str = strawberry.field(description="What is wrong, in words for people; they may change.")
    pointer: str | None = strawberry.field(
        description="A JSON Pointer into `input`, in the graph's names; null for the mutation as a whole."
    )


class InputRefused(Exception):
    """What was sent cannot be done; nothing was."""

    def __init__(self, errors: Sequence[UserError]) -> None:
        super().__init__(", ".join(error.code for error in errors))
        self.errors = list(errors)


def require_token(context: Context) -> None:
    """Refuse a mutation that needs somebody to be answerable for it."""
    if context.caller is None:
        raise TokenMissing("This mutation needs an access token.")


def id_at(value: str, type_name: str, pointer: str) -> UUID:
    """The key in an id of the graph or of the REST APIs; one that is neither is the user's error."""
    try:
        return uuid_of(value, type_name)
    except IdInvalid as refusal:
        raise InputRefused(
            [UserError(code=refusal.code, message=refusal.detail, pointer=pointer)]
        ) from refusal


def document(kind: type[Document], stated: Mapping[str, Any]) -> Document:
    """The contract that the stated values make; what does not fit it is told as the service would tell it."""
    try:
        return kind.model_validate(stated)
    except ValidationError as refusal:
        # As the framework names them: what is wrong lies in the body.
        located = [{**error, "loc": ("body", *error["loc"])} for error in refusal.errors()]
        raise InputRefused(_user_errors(field_errors(located, stated))) from refusal


async def write(
    upstream: Upstream[Client], call: Callable[[Client], Awaitable[Answer]], budget_s: float
) -> Answer:
    """The answer of a service's use case; its refusal is the user's error, with its codes and places."""
    try:
        return await upstream.ask(call, budget_s=budget_s)
    except UpstreamFault as fault:
        if fault.status in (None, TOKEN_REFUSED, TOO_MANY):
            raise
        errors = [FieldError(one["pointer"], one["code"], one["message"]) for one in fault.errors]
        raise InputRefused(
            _user_errors(errors) or [UserError(code=fault.code, message=fault.detail, pointer=None)]
        ) from fault


async def carried_out(
    context: Context,
    upstream: Upstream[Client],
    stated: Any,
    named: tuple[str, str],
    kind: type[Document],
    send: Callable[[Client, UUID, Document], Awaitable[Answer]],
) -> tuple[Answer | None, list[UserError]]:
    """What a use case answered to an input, or why it was not done.

    `named` is the input's field that says of what it is done, with the type of that; its key is given to
    `send`, and stands in the document where its contract has the field too.
    """
    field, type_name = named
    try:
        key = id_at(getattr(stated, field), type_name, f"/{to_camel_case(field)}")
        content = stated_values(stated)
        del content[field]
        if field in kind.model_fields:
            content[field] = key
        draft = document(kind, content)
        return await write(upstream, lambda api: send(api, key, draft), context.write_budget_s), []
    except InputRefused as refusal:
        return None, refusal.errors


def stated_values(value: Any) -> Any:
    """The values of an input as JSON would state them, in the REST APIs' names; what is null is left out."""
    if isinstance(value, LineInputsInput):
        return _line_inputs(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: stated_values(one) for name, one in named.items() if one is not None}
    if isinstance(value, list):
        return [stated_values(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    return decimal_text(value) if isinstance(value, Decimal) else value


def _line_inputs(value: LineInputsInput) -> dict[str, Any]:
    """The one kind that was stated, named as the REST APIs name it."""
    for field in dataclasses.fields(value):
        stated = getattr(value, field.name)
        if stated is not strawberry.UNSET and stated is not None:
            return {"kind": field.name, **stated_values(stated)}
    return {}


def _user_errors(errors: Sequence[FieldError]) -> list[UserError]:
    return [
        UserError(code=error.code, message=error.message, pointer=graph_pointer(error.pointer) or None)
        for error in errors
    ]


def graph_pointer(pointer: str) -> str:
    """A pointer into a REST document, in the names that the graph has for its parts."""
    return "/".join(to_camel_case(part) for part in pointer.split("/"))
