"""Whatever is selected of the graph, picking plain fields first comes to what the library alone comes to."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from tests.integration.gateway import canned
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.documents_as_answers import KEY, answer_by_documents
from tests.integration.gateway.test_every_read import WIDE
from tests.integration.gateway.world import Refused, World, running

from cdp_common.testing.callers import TokenMint
from gateway import operations
from gateway.schema.nodes import node_id
from gateway.schema.plain import PlainFirst
from gateway.schema.root import schema

DEPTH = 5
SELDOM = (False, False, True)
ROOTS = {
    'place(slug: "place-1")': "Place",
    'tender(ocid: "o")': "Tender",
    f'publication(id: "{KEY}")': "Publication",
    'framework(code: "f", edition: "2026")': "Framework",
    f'node(id: "{node_id("Membership", canned.membership(1).id)}")': "Node",
}
VARIABLES = {
    "$from": ("Date!", "2026-04-01"),
    "$to": ("Date!", "2026-06-30"),
    "$first": ("Int!", 2),
    "$yes": ("Boolean!", True),
}
DIRECTIVES = ("@include(if: $yes)", "@skip(if: $yes)", "@include(if: false)")
OTHER_TYPES = {"Node": ("Membership", "Organisation"), "Place": ("Node",)}
"""Types on which a fragment may stand within a selection of a type, beside the type itself."""


class LibraryAlone(StrawberryGraphQLCoreExecutionContext):
    """The library's execution as it is."""

    def __init__(self, *arguments: Any, selections: object, **named: Any) -> None:
        super().__init__(*arguments, **named)


class Choices:
    """Choices made by a list of numbers; when they are used up, always the first."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = iter(numbers)

    def one(self, options: Sequence[Any]) -> Any:
        """One of some options."""
        return options[next(self._numbers, 0) % len(options)]


def selection(choices: Choices, type_name: str, depth: int = DEPTH) -> str:
    """A selection on objects of a type: fields with aliases and arguments, fragments, conditions."""
    kind = schema._schema.type_map[type_name]
    assert isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType))
    names = [name for name, field in kind.fields.items() if _is_askable(field, depth)]
    parts = ["__typename"] if not names or choices.one(SELDOM) else []
    for number in range(choices.one(range(1, depth + 1)) if names else 0):
        name = choices.one(names)
        field = kind.fields[name]
        inner = get_named_type(field.type)
        below = "" if is_leaf_type(inner) else f"{{ {selection(choices, inner.name, depth - 1)} }}"
        condition = choices.one(DIRECTIVES) if choices.one(SELDOM) else ""
        parts.append(f"a{depth}{number}: {name}{_arguments(field)} {condition} {below}")
    if choices.one(SELDOM):
        on = choices.one([type_name, *OTHER_TYPES.get(type_name, ())])
        parts.append(f"... on {on} {{ __typename }}")
    return " ".join(parts)


def _is_askable(field: Any, depth: int) -> bool:
    given = all(f"${name}" in VARIABLES for name, one in field.args.items() if is_required_argument(one))
    inner = get_named_type(field.type)
    return given and (is_leaf_type(inner) or (depth > 1 and hasattr(inner, "fields")))


def _arguments(field: Any) -> str:
    stated = [f"{name}: ${name}" for name in field.args if f"${name}" in VARIABLES]
    return f"({', '.join(stated)})" if stated else ""


def document(choices: Choices) -> tuple[str, dict[str, Any]]:
    """A query with the variables that it uses; what is selected under conditions is not kept."""
    root, kind = choices.one(list(ROOTS.items()))
    selected = f"{{ {root} {{ {selection(choices, kind)} }} }}"
    used = {name: stated for name, stated in VARIABLES.items() if name in selected}
    declared = ", ".join(f"{name}: {kind}" for name, (kind, _) in used.items())
    head = f"query({declared}) " if declared else ""
    return head + selected, {name[1:]: value for name, (_, value) in used.items()}


@pytest.fixture
async def world(mint: TokenMint) -> Any:
    async with running(mint, max_aliases=1000, max_directives=1000, **WIDE) as running_world:
        answer_by_documents(running_world)
        furnish(running_world)
        running_world.on("charter", "GET", "/v1/charters", Refused(503, "unavailable"))
        yield running_world


async def test_picked_first_or_not_every_selection_comes_to_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    picked: list[bool] = []

    async def answer(document: str, variables: dict[str, Any], execution: Any) -> dict[str, Any]:
        monkeypatch.setattr(operations, "PlainFirst", execution)
        headers = {**world.mint.headers(), "X-Request-Id": "r"}
        found: dict[str, Any] = (await world.post(document, variables, headers=headers)).json()
        found.get("errors", []).sort(key=lambda error: (error.get("path", []), error["message"]))
        return found

    async def compare(document: str, variables: dict[str, Any]) -> None:
        alone = await answer(document, variables, LibraryAlone)
        assert "data" in alone, alone
        assert await answer(document, variables, PlainFirst) == alone
        assert await answer(document, variables, PlainFirst) == alone  # as it was planned the first time
        picked.append(any(alone["data"].values()))

    @settings(max_examples=60, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.integers(0, 999), min_size=120, max_size=120))
    def each(numbers: list[int]) -> None:
        asyncio.run_coroutine_threadsafe(compare(*document(Choices(numbers))), loop).result()

    await asyncio.to_thread(each)
    assert picked.count(True) >= 30
