"""How deep a query nests, how many aliases it uses and what it may cost."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, get_operation_ast, parse

from gateway.errors import AnswerTooLarge, PageSizeOutOfRange, QueryTooCostly, QueryTooDeep
from gateway.limits import Cost, Limits, Shape, cost_of, require_within, shape_of
from gateway.schema.root import schema


def shape(text: str) -> Shape:
    document = parse(text)
    return shape_of(document, operation_of(text))


def operation_of(text: str) -> OperationDefinitionNode:
    operation = get_operation_ast(parse(text))
    assert operation is not None
    return operation


def cost(text: str, variables: dict[str, Any] | None = None) -> int:
    """The calls that the query may need."""
    return cost_of(schema._schema, parse(text), operation_of(text), variables or {}).calls


@pytest.mark.parametrize(
    ("text", "depth", "aliases", "directives"),
    [
        ("{ a }", 1, 0, 0),
        ("{ a { b { c } } d }", 3, 0, 0),
        ("{ x: a { y: b } }", 2, 2, 0),
        ("{ ... on T { a { b } } }", 2, 0, 0),
        ("{ a { ...f } } fragment f on T { b { x: c } }", 3, 1, 0),
        ("{ a { ...f } b { ...f } } fragment f on T { x: c y: d }", 2, 4, 0),
        ("{ ...f } fragment f on T { a { ...f } }", 1, 0, 0),
        ("{ ...missing }", 0, 0, 0),
        ("{ __schema { types { fields { type { x: name } } } } a }", 1, 0, 0),
        ("query @a { x @b { y @c } ...f @d ... on T @e { z } } fragment f on T { u @g @h }", 2, 0, 6),
    ],
)
def test_the_shape_of_a_query(text: str, depth: int, aliases: int, directives: int) -> None:
    assert shape(text) == Shape(depth, aliases, directives)


def test_aliases_in_doubling_fragments_are_counted_without_walking_each() -> None:
    chain = " ".join(f"fragment f{n} on T {{ ...f{n + 1} ...f{n + 1} }}" for n in range(200))
    assert shape(f"{{ ...f0 }} {chain} fragment f200 on T {{ x: a }}") == Shape(1, 2**200)


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("{ __typename }", 0),
        ('{ place(slug: "x") { name } }', 1),
        ('{ place(slug: "x") { members { edges { cursor } } } }', 2),
        ('{ place(slug: "x") { members(first: 100) { edges { node { organisation { id } } } } } }', 2),
        # a batch is shared by the rows of one answer
        ('{ place(slug: "x") { tenders(first: 100) { edges { node { buyer { id } } } } } }', 3),
        ("{ places(first: 3) { edges { node { members { edges { cursor } } } } } }", 4),
        ("{ places { edges { node { members { edges { cursor } } } } } }", 21),
        # rows of different answers ask at different times
        ("{ places(first: 3) { edges { node { tenders { edges { node { buyer { id } } } } } } } }", 7),
        ("{ ...f ...f } fragment f on Query { places(first: 3) { edges { cursor } } }", 2),
        ('{ node(id: "x") { ... on Place { members { edges { cursor } } } } }', 2),
        ('{ node(id: "x") { ... { id } ...f } } fragment f on Node { id }', 1),
        ('{ place(slug: "x") { statements { edges { node { signatures { organisation { id } } } } } } }', 3),
        ("{ nothing { of: theSort } }", 0),
    ],
)
def test_the_calls_that_a_query_may_need(text: str, calls: int) -> None:
    assert cost(text) == calls


def test_page_sizes_come_from_variables_and_their_defaults() -> None:
    per_place = "edges { node { members { edges { cursor } } } }"
    text = f"query($n: Int! = 4) {{ places(first: $n) {{ {per_place} }} }}"
    assert cost(text) == 5
    assert cost(text, {"n": 2}) == 3
    assert cost(f"query($n: Int) {{ places(first: $n) {{ {per_place} }} }}") == 21


def test_references_count_as_many_as_there_are() -> None:
    text = """query($r: [_Any!]!) { _entities(representations: $r) {
      ... on Place { members { edges { cursor } } } } }"""
    assert cost(text, {"r": [{}] * 7}) == 7
    literal = "{ _entities(representations: [{}, {}]) { ... on Place { members { edges { cursor } } } } }"
    assert cost(literal) == 2


@pytest.mark.parametrize("size", [0, 101, -5])
def test_a_page_size_out_of_range_is_refused_whatever_it_costs(size: int) -> None:
    text = f"{{ places(first: {size}) {{ edges {{ cursor }} }} }}"
    with pytest.raises(PageSizeOutOfRange, match=f"`first` asks for {size}; 1 to 100"):
        cost_of(schema._schema, parse(text), operation_of(text), {})


@pytest.mark.parametrize("value", ["20", None, {"a": 1}, float("nan"), 2**40])
def test_a_page_size_of_another_type_is_left_to_the_execution(value: Any) -> None:
    text = "query($n: Int!) { places(first: $n) { edges { cursor } } }"
    assert cost_of(schema._schema, parse(text), operation_of(text), {"n": value}).calls == 1


def test_nesting_beyond_what_can_be_walked_is_too_deep() -> None:
    chain = " ".join(f"fragment f{n} on Query {{ ...f{n + 1} }}" for n in range(2000))
    text = f"{{ ...f0 }} {chain} fragment f2000 on Query {{ __typename }}"
    with pytest.raises(QueryTooDeep):
        cost_of(schema._schema, parse(text), operation_of(text), {})


def nodes(text: str) -> int:
    return cost_of(schema._schema, parse(text), operation_of(text), {}).nodes


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("{ __typename }", 0),
        ('{ place(slug: "x") { name } }', 1),
        ("{ places(first: 7) { pageInfo { hasNextPage } } }", 14),
        ("{ places(first: 7) { edges { node { name } } } }", 21),
        ("{ places(first: 7) { edges { node { members(first: 3) { edges { cursor } } } } } }", 63),
    ],
)
def test_the_objects_that_a_query_may_give(text: str, count: int) -> None:
    assert nodes(text) == count


@pytest.mark.parametrize(
    ("cost", "refusal"),
    [
        (Cost(each=4, batch=6, nodes=50), None),
        (Cost(each=5, batch=6, nodes=50), QueryTooCostly),
        (Cost(each=4, batch=6, nodes=51), AnswerTooLarge),
    ],
)
def test_as_much_as_allowed_passes_and_more_is_refused(cost: Cost, refusal: type[Exception] | None) -> None:
    limits = Limits(
        max_depth=1,
        max_aliases=1,
        max_tokens=1,
        max_directives=1,
        max_upstream_calls=10,
        max_nodes=50,
        is_introspectable=True,
    )
    if refusal is None:
        require_within(cost, limits)
    else:
        with pytest.raises(refusal):
            require_within(cost, limits)
