"""Types of the graph that are what a service answered: each field is the record's own, under its own name.

Most of what the services answer is shown as it is. Such a type states its fields with their descriptions and
the contract that it shows; the record itself is the object that the executor walks: nothing is copied. A test
holds every type to its contract: names, what may be null, enumerations, and that nothing is forgotten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Protocol, TypedDict, TypeVar, cast
from uuid import UUID

import strawberry
from pydantic import BaseModel
from strawberry import federation

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from gateway.schema.nodes import Connection, connect
from gateway.upstreams import Upstream

FIELD_OF: Final = "of"
"""In a field's metadata: the record's field that it shows, where that is called otherwise."""

Kind = TypeVar("Kind")
Client = TypeVar("Client", bound=ServiceClient)


@dataclass(frozen=True)
class Recorded:
    """What a type shows: a contract, and which of its fields are left out on purpose."""

    contract: type[BaseModel]
    left_out: frozenset[str]
    is_node: bool
    key_of: Callable[[Any], UUID | str] = attrgetter("id")
    """What of a node's record is in its id."""


RECORDED: dict[type, Recorded] = {}
"""The types that show records."""


class HasId(Protocol):
    """A record with an id of its own."""

    @property
    def id(self) -> UUID:
        """The id."""


class PageArguments(TypedDict):
    """Which page of a service's list is wanted."""

    limit: int
    cursor: str | None


def said(description: str, of: str | None = None, *, instead: str | None = None) -> Any:
    """A field of the record with its description; `of` is its name there where it differs.

    `instead` deprecates it: it names what to use, and the last day.
    """
    metadata = {} if of is None else {FIELD_OF: of}
    return strawberry.field(description=description, metadata=metadata, deprecation_reason=instead)


def shows(
    contract: type[BaseModel], description: str, *, without: Mapping[str, str] | None = None
) -> Callable[[type[Kind]], type[Kind]]:
    """The decorator of a type that shows records of a contract, `without` some fields, each for a reason."""

    def decorated(kind: type[Kind]) -> type[Kind]:
        made = strawberry.type(description=description)(kind)
        RECORDED[made] = Recorded(contract, frozenset(without or ()), is_node=False)
        return made

    return decorated


def shows_node(
    contract: type[BaseModel],
    description: str,
    *,
    without: Mapping[str, str] | None = None,
    key_of: Callable[[Any], UUID | str] = attrgetter("id"),
) -> Callable[[type[Kind]], type[Kind]]:
    """The same for a type with an id that holds for ever: its objects hold their record."""

    def decorated(kind: type[Kind]) -> type[Kind]:
        made = federation.type(keys=["id"], description=description)(kind)
        RECORDED[made] = Recorded(contract, frozenset(without or ()), is_node=True, key_of=key_of)
        return made

    return decorated


def as_shown(kind: type[Kind], record: object) -> Kind:
    """The record as an object of its type."""
    recorded = RECORDED[kind]
    if not recorded.is_node:
        return cast("Kind", record)
    shown: Any = object.__new__(kind)
    shown.record = record  # its id is made when it is selected
    return cast("Kind", shown)


def maybe_shown(kind: type[Kind], record: object | None) -> Kind | None:
    """The same, or nothing where there is no record."""
    return None if record is None else as_shown(kind, record)


async def page_of(
    kind: type[Kind],
    upstream: Upstream[Client],
    call: Callable[[Client, PageArguments], Awaitable[Page[Any]]],
    first: int,
    after: str | None,
) -> Connection[Kind]:
    """A page of a service's list; `call` names the operation, and is told which page is wanted."""
    return await connect(
        lambda limit, cursor: upstream.ask(lambda api: call(api, PageArguments(limit=limit, cursor=cursor))),
        lambda record: as_shown(kind, record),
        first,
        after,
    )
