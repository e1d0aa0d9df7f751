"""An operation is priced once for each of its sizes; what is refused is refused each time."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, build_schema, parse

from gateway import priced
from gateway.priced import Priced

SCHEMA = build_schema("type Query { a(first: Int, name: String): Int }")
QUERY = "query A($n: Int, $s: String) { a(first: $n, name: $s) } query B { a(first: 2) }"


class Price:
    """Prices by the size, and notes that it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __call__(
        self, _: GraphQLSchema, __: DocumentNode, ___: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        size = variables.get("n", 20)
        self.asked.append(size)
        if size == 0:
            raise ValueError
        return len(size) if isinstance(size, list) else int(size or 0)


def operation(document: DocumentNode, number: int = 0) -> OperationDefinitionNode:
    found = document.definitions[number]
    assert isinstance(found, OperationDefinitionNode)
    return found


def test_only_what_tells_a_size_makes_another_price() -> None:
    price, document = Price(), parse(QUERY)
    known = Priced(price, ("first",))

    def cost(variables: dict[str, Any], number: int = 0) -> int:
        return known.cost_of(SCHEMA, document, operation(document, number), variables)

    assert [cost({"n": 5, "s": text}) for text in ("x", "y")] == [5, 5]
    assert price.asked == [5]
    assert [cost({"n": 6}), cost({}), cost({"n": None}), cost({"n": "6"}), cost({"n": True})] == [
        6,
        20,
        0,
        6,
        1,
    ]
    assert len(price.asked) == 6  # none of them is taken for another
    assert [cost({"n": ["a", "b"]}), cost({"n": ["c", "d"]})] == [2, 2]
    assert len(price.asked) == 7  # of a list its length counts
    cost({"n": 5}, number=1)
    assert len(price.asked) == 8  # another operation of the document


def test_what_is_refused_is_asked_again_and_little_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(priced, "MOST_DOCUMENTS", 1)
    monkeypatch.setattr(priced, "MOST_SIZES", 1)
    price, first, second = Price(), parse(QUERY), parse(QUERY)
    known = Priced(price, ("first",))
    for _ in range(2):
        with pytest.raises(ValueError):
            known.cost_of(SCHEMA, first, operation(first), {"n": 0})
    for document, size in ((first, 1), (first, 1), (first, 2), (first, 2), (second, 1), (first, 1)):
        known.cost_of(SCHEMA, document, operation(document), {"n": size})
    assert price.asked == [0, 0, 1, 2, 2, 1, 1]
