"""How fields with resolvers are declared: with their description, and with what they cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import strawberry

from gateway.limits import CALL_EACH, CALL_TOGETHER

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def resolved(resolver: Callable[..., Any], description: str) -> Any:
    """A field of one type whose resolver stands in a module of its own; each object needs a call."""
    return strawberry.field(resolver=resolver, description=description, metadata=CALL_EACH)


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
    # The library's decorator is untyped; the type of what it decorates is the truth for everybody else.
    return cast("Callable[[Resolver], Resolver]", strawberry.field(description=description, metadata=cost))
