"""Plain fields are picked, and come to what the library's own execution comes to, errors included."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from graphql import GraphQLError, GraphQLObjectType
from strawberry.schema.name_converter import NameConverter

from gateway.schema.lean import make_lean
from gateway.schema.plain import PLAIN, PlainFirst


@strawberry.enum
class Colour(Enum):
    RED = "red"


@strawberry.type
class Leaf:
    amount: Decimal
    colour: Colour
    missing: str
    count: int | None

    @strawberry.field
    def double(self) -> Decimal:
        return self.amount * 2

    @strawberry.field
    async def later(self) -> str:
        return f"later {self.count}"

    @strawberry.field
    async def never(self) -> str:
        raise GraphQLError("no")


@strawberry.type
class Branch:
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]

    @strawberry.field
    def broken(self) -> str | None:
        raise GraphQLError("broken")


@dataclass
class Raw:
    """What stands in for a leaf: whatever has its attributes."""

    amount: Any = Decimal("1.50")
    colour: Any = "red"
    missing: Any = None
    count: Any = 3


@strawberry.type
class Query:
    @strawberry.field
    def branch(self) -> Branch:
        raw: Any = Raw()
        return Branch(leaf=raw, maybe=None, leaves=[raw, raw])


def schema_of(execution: Any) -> strawberry.Schema:
    made = strawberry.Schema(Query, execution_context_class=execution)
    if execution is not None:
        make_lean(made._schema, NameConverter())
    return made


PICKED, ORDINARY = schema_of(PlainFirst), schema_of(None)
QUERIES = [
    "{ branch { leaf { amount colour count double } maybe { amount } leaves { amount later } } }",
    "{ branch { broken leaf { amount } } }",
    "{ branch { leaf { missing amount } } }",
    "{ branch { maybe { missing } leaves { missing } } }",
    "{ branch { leaf { amount never } } }",
    "{ branch { a: leaf { x: amount @include(if: false) y: colour } ...F } } "
    "fragment F on Branch { leaf { count } }",
]


async def test_what_is_picked_is_what_the_library_comes_to() -> None:
    for query in QUERIES:
        picked, ordinary = await PICKED.execute(query), await ORDINARY.execute(query)
        assert picked.data == ordinary.data, query
        told = [(one.message, one.path, one.locations) for one in picked.errors or ()]
        assert told == [(one.message, one.path, one.locations) for one in ordinary.errors or ()], query


def test_only_what_cannot_wait_and_needs_nothing_is_picked() -> None:
    leaf = PICKED._schema.type_map["Leaf"]
    assert isinstance(leaf, GraphQLObjectType)
    marked = {name for name, field in leaf.fields.items() if PLAIN in field.extensions}
    assert marked == {"amount", "colour", "missing", "count", "double"}
