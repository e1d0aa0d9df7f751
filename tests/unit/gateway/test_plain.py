"""Plain fields are picked, and come to what the library's own execution comes to, errors included."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, GraphQLObjectType, execute, parse
from strawberry.schema.name_converter import NameConverter

from gateway.schema.lean import make_lean
from gateway.schema.plain import PLAIN, PlainFirst, Selections


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


@strawberry.interface
class Grown:
    age: int


@strawberry.type
class Tree(Grown):
    name: str


@strawberry.type
class Branch:
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]
    holes: list[Leaf | None]
    words: list[str]
    tree: Tree
    trees: list[Tree] | None

    @strawberry.field
    def found(self, info: strawberry.Info, name: str, how: str = "at once") -> Tree | None:
        ASKED.append(how)
        if how == "later":
            return wait_for(name)  # type: ignore[return-value]  # or an awaitable of it: the executor takes either
        if how == "never":
            raise GraphQLError(f"no {name} in {len(info.selected_fields)} fields")
        return None if how == "nothing" else Tree(age=3, name=name)

    @strawberry.field
    def broken(self) -> str | None:
        raise GraphQLError("broken")


ASKED: list[str] = []


async def wait_for(name: str) -> Tree:
    return Tree(age=4, name=name)


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
        trees = [Tree(age=1, name="oak"), Tree(age=2, name="ash")]
        return Branch(
            leaf=raw,
            maybe=None,
            leaves=[raw, raw],
            holes=[raw, None],
            words=["a", "b"],
            tree=trees[0],
            trees=trees,
        )

    @strawberry.field
    def strange(self) -> Branch:
        other: Any = Raw(missing="there")
        number: Any = 1
        return Branch(
            leaf=other, maybe=other, leaves=other, holes=[], words=[number], tree=other, trees=[other]
        )


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
    "{ __typename branch { is: __typename leaves { __typename amount } words tree { __typename age } } }",
    "{ branch { trees { name age } holes { count } } }",
    '{ branch { found(name: "elm") { name } a: found(name: "x", how: "nothing") { age } } }',
    '{ branch { found(name: "elm", how: "later") { name } leaves { count } } }',
    '{ branch { words found(name: "elm", how: "never") { name } } }',
    "{ branch { found(name: 1) { name } } }",
    "{ strange { leaf { amount } maybe { missing } } }",
    "{ strange { leaves { amount } } }",
    "{ strange { words trees { name } } }",
    "{ strange { tree { name } } }",
]


async def test_what_is_picked_is_what_the_library_comes_to() -> None:
    for query in QUERIES:
        picked, ordinary = await PICKED.execute(query), await ORDINARY.execute(query)
        assert picked.data == ordinary.data, query
        told = [(one.message, one.path, one.locations) for one in picked.errors or ()]
        assert told == [(one.message, one.path, one.locations) for one in ordinary.errors or ()], query


async def test_what_is_kept_of_a_document_is_asked_with_the_arguments_of_each_request() -> None:
    document = parse("query($name: String!) { branch { words found(name: $name) { name } } }")
    kept: Selections = {}
    for name in ("elm", "yew"):
        result = await schema_answer(document, {"name": name}, kept)
        assert result == {"branch": {"words": ["a", "b"], "found": {"name": name}}}
        assert len(kept) == 2  # of the branch, and of what was found


async def schema_answer(document: DocumentNode, variables: dict[str, Any], kept: Selections) -> Any:
    result = execute(
        PICKED._schema, document, variable_values=variables, executor_class=PlainFirst, selections=kept
    )
    return (result if isinstance(result, ExecutionResult) else await result).data


async def test_what_comes_at_once_is_asked_for_once() -> None:
    ASKED.clear()
    await PICKED.execute('{ branch { found(name: "elm") { name } } }')
    assert ASKED == ["at once"]


def test_only_what_cannot_wait_and_needs_nothing_is_picked() -> None:
    leaf = PICKED._schema.type_map["Leaf"]
    assert isinstance(leaf, GraphQLObjectType)
    marked = {name for name, field in leaf.fields.items() if PLAIN in field.extensions}
    assert marked == {"amount", "colour", "missing", "count", "double"}
