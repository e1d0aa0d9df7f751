"""Relay: ids that hold for ever, things that have one, and pages of them."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import strawberry
from strawberry import federation

from cdp_common.contracts.toms import MeasureKey
from gateway.errors import IdInvalid
from gateway.limits import SIZED_ABOVE
from gateway.pages import FetchPage, Position, Slice, read_slice
from gateway.schema.fields import computed

MAX_ID_CHARS = 400
DEFAULT_PAGE_SIZE = 20

NodeType = TypeVar("NodeType")
Item = TypeVar("Item")

First = Annotated[int, strawberry.argument(description="How many items at most; 1 to 100.")]
After = Annotated[
    str | None,
    strawberry.argument(description="Give the items after this cursor: `endCursor`, or that of any edge."),
]

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MEASURE_KEY = re.compile(r"([0-9a-f]{64})/([A-Za-z0-9][A-Za-z0-9._-]{0,63})")


@strawberry.interface(description="Something with an id that holds for ever.")
class Node:
    """Something that can be fetched again by its id."""

    id: strawberry.ID = strawberry.field(description="The id, opaque and the same for ever.")


@federation.type(shareable=True, description="Where a page stands in its list.")
class PageInfo:
    """Whether there is more, and how to go on."""

    has_next_page: bool = strawberry.field(description="Whether further items follow.")
    has_previous_page: bool = strawberry.field(description="Whether the page starts after a cursor.")
    start_cursor: str | None = strawberry.field(description="The first edge's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(
        description="The last edge's cursor, to be given as `after`; null on an empty page."
    )


@strawberry.type(description="An item of a page.")
class Edge(Generic[NodeType]):
    """An item with its place in the list."""

    position: strawberry.Private[Position]

    @computed("The place right after this item.")
    def cursor(self) -> str:
        """The place as text."""
        return self.position.text

    node: NodeType = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[NodeType]):
    """A page of a list."""

    edges: list[Edge[NodeType]] = strawberry.field(
        description="The page's items, in the list's order.", metadata=SIZED_ABOVE
    )
    page_info: PageInfo = strawberry.field(description="Whether there is more, and how to go on.")


async def connect(
    fetch: FetchPage[Item], convert: Callable[[Item], NodeType], first: int, after: str | None
) -> Connection[NodeType]:
    """A page of the graph out of a service's pages."""
    return _connected(await read_slice(fetch, first, after), convert)


def connect_first(
    found: Sequence[Item], convert: Callable[[Item], NodeType], first: int
) -> Connection[NodeType]:
    """The first page of a list whose first items are there: one more than the page where it goes on."""
    items = [(item, Position(None, index)) for index, item in enumerate(found[:first], start=1)]
    return _connected(Slice(items, has_next=len(found) > first, has_previous=False), convert)


def _connected(part: Slice[Item], convert: Callable[[Item], NodeType]) -> Connection[NodeType]:
    edges = [Edge(position=position, node=convert(item)) for item, position in part.items]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=part.has_next,
            has_previous_page=part.has_previous,
            start_cursor=edges[0].position.text if edges else None,
            end_cursor=edges[-1].position.text if edges else None,
        ),
    )


def node_id(type_name: str, key: UUID | str) -> strawberry.ID:
    """The id of a thing in the graph."""
    return strawberry.ID(b64encode(f"{type_name}:{key}".encode()).decode())


def parse_node_id(value: str) -> tuple[str, str]:
    """The type and the key in an id of the graph."""
    try:
        if len(value) > MAX_ID_CHARS:
            raise ValueError
        type_name, separator, key = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as fault:
        raise IdInvalid("The id is not one of this graph.") from fault
    if not separator or not key or not type_name.isidentifier():
        raise IdInvalid("The id is not one of this graph.")
    return type_name, key


def parse_uuid(value: str) -> UUID:
    """The key of most things."""
    if not _UUID.fullmatch(value):
        raise IdInvalid("The id is not one of this graph.")
    return UUID(value)


def uuid_of(value: str, type_name: str) -> UUID:
    """The key in an id of the graph of this type, or in the id by which the REST APIs know the thing."""
    if _UUID.fullmatch(value):
        return UUID(value)
    named, key = parse_node_id(value)
    if named != type_name:
        raise IdInvalid(f"The id names a {named}; here a {type_name} is asked for.")
    return parse_uuid(key)


def measure_key_text(key: MeasureKey) -> str:
    """A measure's key as its id holds it."""
    return f"{key.edition_hash}/{key.code}"


def parse_measure_key(value: str) -> MeasureKey:
    """The measure that an id's key names: an edition's hash and a code in it."""
    found = _MEASURE_KEY.fullmatch(value)
    if found is None:
        raise IdInvalid("The id is not one of this graph.")
    return MeasureKey(edition_hash=found[1], code=found[2])
