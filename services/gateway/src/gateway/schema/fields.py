"""How fields with resolvers are declared: with their description, and with what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, cast

import strawberry

from gateway.limits import CALL_EACH, CALL_TOGETHER

Resolver = TypeVar("Resolver", bound=Callable[..., Any])

UNANSWERED: Final = "with an error, where its service does not answer."
"""When any field that needs a call is null: the rest of the answer is given without it."""


def resolved(resolver: Callable[..., Any], description: str) -> Any:
    """A field of one type whose resolver stands in a module of its own; each object needs a call."""
    words = _with_null(description, resolver)
    return strawberry.field(resolver=resolver, description=words, metadata=CALL_EACH)


def computed(description: str) -> Callable[[Resolver], Resolver]:
    """A field worked out of what is already there."""
    return _field(description, {})


def calls_each(description: str) -> Callable[[Resolver], Resolver]:
    """A field that needs a call for every object that it stands on."""
    return _field(description, CALL_EACH)


def calls_together(description: str) -> Callable[[Resolver], Resolver]:
    """A field whose call is shared by all objects that ask at the same time."""
    return _field(description, CALL_TOGETHER)


def listened(description: str) -> Callable[[Resolver], Resolver]:
    """A field of the root of subscriptions; what it begins with needs a call."""
    made = strawberry.subscription(description=description, metadata=CALL_EACH)
    return cast("Callable[[Resolver], Resolver]", made)


def _field(description: str, cost: Mapping[str, str]) -> Callable[[Resolver], Resolver]:
    def decorated(resolver: Resolver) -> Any:
        words = _with_null(description, resolver) if cost else description
        return strawberry.field(description=words, metadata=cost)(resolver)

    # The library's decorator is untyped; the type of what it decorates is the truth for everybody else.
    return cast("Callable[[Resolver], Resolver]", decorated)


def _with_null(description: str, resolver: Callable[..., Any]) -> str:
    """The description with why the field may be null, beside what it says of that itself."""
    returned = str(resolver.__annotations__["return"])
    if not returned.endswith("| None"):
        return description
    if "null" in description:
        return f"{description} Null too, {UNANSWERED}"
    if returned.startswith(("Connection[", "list[")):
        return f"{description} Null, {UNANSWERED}"
    return f"{description} Null where there is none to be seen and, {UNANSWERED}"
