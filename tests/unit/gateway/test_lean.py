"""Fields resolved directly: as the library resolves them, and only where that is the same."""

from enum import Enum
from typing import Annotated

import strawberry
from graphql import GraphQLObjectType

from gateway.schema.lean import make_lean


@strawberry.enum
class Side(Enum):
    """Sides."""

    LEFT = "left"
    RIGHT = "right"


@strawberry.input
class Wanted:
    """An input object, which has to be built."""

    some_text: str


@strawberry.type
class Query:
    """Fields of every sort."""

    @strawberry.field
    def plain(self) -> "Thing":
        """Without arguments."""
        return Thing(long_name="a")

    @strawberry.field
    async def waited(self, info: strawberry.Info, side_of: Side = Side.LEFT, n: int | None = None) -> str:
        """Leaf arguments, one with a default, and the context."""
        return f"{info.context['who']} {info.field_name} {side_of!r} {n!r}"

    @strawberry.field
    def built(self, wanted: Wanted) -> str:
        """An input object."""
        return f"{type(wanted).__name__} {wanted.some_text}"

    @strawberry.field
    def listed(self, sides: list[Side]) -> str:
        """A list."""
        return ",".join(side.name for side in sides)

    @strawberry.field
    def named(self, from_: Annotated[int, strawberry.argument(name="from")]) -> int:
        """An argument with another name."""
        return from_


@strawberry.type
class Thing:
    """A thing with an attribute, and with a field of its own."""

    long_name: str

    @strawberry.field
    def twice(self) -> str:
        """Worked out."""
        return self.long_name * 2

    @strawberry.field
    @staticmethod
    def alone() -> str:
        """Without an object."""
        return "alone"


QUERY = """query($side: Side! = RIGHT) {
  plain { longName twice alone }
  waited a: waited(sideOf: RIGHT, n: 2) b: waited(sideOf: $side, n: null)
  built(wanted: {someText: "x"}) listed(sides: [LEFT, RIGHT]) named(from: 3)
}"""


async def test_every_sort_of_field_answers_as_before() -> None:
    before, after = strawberry.Schema(query=Query), strawberry.Schema(query=Query)
    make_lean(after._schema, after.config.name_converter)
    wanted = await before.execute(QUERY, context_value={"who": "me"})
    found = await after.execute(QUERY, context_value={"who": "me"})
    assert (wanted.errors, found.errors) == (None, None)
    assert found.data == wanted.data
    assert found.data is not None
    assert found.data["a"] == "me waited <Side.RIGHT: 'right'> 2"


def test_only_what_needs_nothing_more_is_resolved_directly() -> None:
    schema = strawberry.Schema(query=Query)
    kinds = [schema._schema.type_map[name] for name in ("Query", "Thing")]
    objects = [kind for kind in kinds if isinstance(kind, GraphQLObjectType)]
    fields = {name: field for kind in objects for name, field in kind.fields.items()}
    before = {name: field.resolve for name, field in fields.items()}
    make_lean(schema._schema, schema.config.name_converter)
    assert {name for name, field in fields.items() if field.resolve is before[name]} == {
        "built",
        "listed",
        "alone",
    }
