"""What operations cost that were priced a moment ago: by the document, and by what tells its page sizes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from graphql import (
    ArgumentNode,
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)

MOST_DOCUMENTS, MOST_SIZES, SIZE_CHARS = 256, 100, 40

Cost = TypeVar("Cost")
Price = Callable[[GraphQLSchema, DocumentNode, OperationDefinitionNode, Mapping[str, Any]], Cost]


class Priced(Generic[Cost]):
    """Prices operations, those that it knows at once.

    A document that was parsed a moment ago is the same object again, and that is what it is known by. Of its
    variables those count that stand where sizes are stated: `sizes` names such arguments.
    """

    def __init__(self, price: Price[Cost], sizes: Sequence[str]) -> None:
        self._price = price
        self._sizes = frozenset(sizes)
        # Each is kept with what it is known by, so that nothing else gets its place in memory.
        self._known: OrderedDict[tuple[int, int], _Known[Cost]] = OrderedDict()

    def cost_of(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> Cost:
        """What the operation costs; what is refused is refused each time."""
        key = (id(document), id(operation))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = _Known(document, operation, self._variables_of_sizes(document))
            if len(self._known) > MOST_DOCUMENTS:
                self._known.popitem(last=False)
        values = tuple(_told(variables.get(name, "absent")) for name in known.sizing)
        cost = known.costs.get(values)
        if cost is None:
            cost = self._price(schema, document, operation, variables)
            if len(known.costs) < MOST_SIZES:
                known.costs[values] = cost
        return cost

    def _variables_of_sizes(self, document: DocumentNode) -> tuple[str, ...]:
        sizes, found = self._sizes, set[str]()

        class Inside(Visitor):
            """Every variable of a value."""

            def enter_variable(self, node: VariableNode, *_: Any) -> None:
                found.add(node.name.value)

        class Sizes(Visitor):
            """Every argument that states a size."""

            def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
                if node.name.value in sizes:
                    visit(node.value, Inside())

        visit(document, Sizes())
        return tuple(sorted(found))


class _Known(Generic[Cost]):
    """An operation with its costs, by the values of the variables that tell sizes."""

    def __init__(
        self, document: DocumentNode, operation: OperationDefinitionNode, sizing: tuple[str, ...]
    ) -> None:
        self.asked = (document, operation)
        self.sizing = sizing
        self.costs: dict[tuple[str, ...], Cost] = {}


def _told(value: Any) -> str:
    """A value as far as it can be a size: a list by its length."""
    if isinstance(value, (list, tuple)):
        return f"{len(value)} items"
    return repr(value)[:SIZE_CHARS] if isinstance(value, (int, float, str, type(None))) else "no size"
