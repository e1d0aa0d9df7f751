"""What one request may ask: tokens, depth, aliases, page sizes, calls; checked before anything is fetched.

Strawberry's own limiters of depth and aliases walk a fragment again wherever it is spread: two spreads in
each of eighteen nested fragments already take seconds. Here every fragment is looked at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
    VariableNode,
    get_named_type,
    get_operation_ast,
    is_list_type,
    value_from_ast_untyped,
)
from graphql.type import GraphQLNonNull
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema_converter import GraphQLCoreConverter

from cdp_common.kernel.errors import BadRequest
from gateway.errors import (
    AnswerTooLarge,
    PageSizeOutOfRange,
    QueryTooCostly,
    QueryTooDeep,
    TooManyAliases,
    TooManyDirectives,
)
from gateway.pages import MAX_PAGE_SIZE
from gateway.priced import Priced

# A field says with these what it costs: a call for every object that it stands on, or a share in a batch.
CALL_EACH: Mapping[str, str] = {"calls": "each"}
CALL_TOGETHER: Mapping[str, str] = {"calls": "together"}
# A list with this has the size that the field above it stated.
SIZED_ABOVE: Mapping[str, str] = {"size": "above"}

# Arguments that say how many objects a field gives.
SIZE_ARGUMENTS = ("first", "representations")
# How many objects a list is taken to hold that is not paged; such lists are short.
UNPAGED_LIST_SIZE = 20

Measured = TypeVar("Measured")


@dataclass(frozen=True)
class Limits:
    """The limits of one deployment."""

    max_depth: int
    max_aliases: int
    max_tokens: int
    max_directives: int
    max_upstream_calls: int
    max_nodes: int
    is_introspectable: bool


class Limited(SchemaExtension):
    """Applies the limits of the request's context to what the library itself executes: subscriptions."""

    _cost: Cost | None = None

    def on_operation(self) -> Iterator[None]:
        """Have the document parsed up to the most tokens and validated with the rules below."""
        limits: Limits = self.execution_context.context.limits
        self.execution_context.parse_options["max_tokens"] = limits.max_tokens
        self.execution_context.validation_rules += rules_of(limits)
        yield

    def on_execute(self) -> Iterator[None]:
        """Refuse pages and costs over the limits; they depend on the request's variables."""
        context = self.execution_context
        assert context.graphql_document is not None
        operation = get_operation_ast(context.graphql_document, context.operation_name)
        if operation is not None:
            limits: Limits = context.context.limits
            self._cost = priced(
                context.schema._schema, context.graphql_document, operation, context.variables or {}
            )
            require_within(self._cost, limits)
        yield

    def get_results(self) -> dict[str, Any]:
        """What the operation may cost at most, as it was held against the limits."""
        return {} if self._cost is None else {"cost": self._cost.stated}


@lru_cache(maxsize=64)
def rules_of(limits: Limits) -> tuple[type[ValidationRule], ...]:
    """What a document is validated by beside the rules of the specification."""
    rules: tuple[type[ValidationRule], ...] = (_shape_rule(limits),)
    return rules if limits.is_introspectable else (*rules, NoSchemaIntrospectionCustomRule)


# -------------------------------------------------------------------- depth and aliases
@dataclass(frozen=True)
class Shape:
    """How deep a selection nests, how many aliases and directives it uses, fragments wherever they stand."""

    depth: int = 0
    aliases: int = 0
    directives: int = 0

    def beside(self, other: Shape) -> Shape:
        """Both in one selection."""
        return Shape(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


def shape_of(document: DocumentNode, operation: OperationDefinitionNode) -> Shape:
    """The operation's shape; introspection is not counted, it has a limit of its own."""
    fragments = _Fragments(document, Shape(), lambda fragment: of(fragment.selection_set))

    def of(selection_set: SelectionSetNode | None) -> Shape:
        shape = Shape()
        for node in () if selection_set is None else selection_set.selections:
            shape = shape.beside(Shape(directives=len(node.directives or ())))
            if isinstance(node, FieldNode):
                if not node.name.value.startswith("__"):
                    below = of(node.selection_set)
                    aliases = below.aliases + (node.alias is not None)
                    shape = shape.beside(Shape(below.depth + 1, aliases, below.directives))
            elif isinstance(node, InlineFragmentNode):
                shape = shape.beside(of(node.selection_set))
            elif isinstance(node, FragmentSpreadNode):
                shape = shape.beside(fragments.measured(node.name.value))
        return shape

    return of(operation.selection_set)


def _shape_rule(limits: Limits) -> type[ValidationRule]:
    max_depth, max_aliases, max_directives = limits.max_depth, limits.max_aliases, limits.max_directives

    class WithinShape(ValidationRule):
        """Depth, aliases and directives of every operation."""

        def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
            try:
                shape = shape_of(self.context.document, node)
            except RecursionError:
                shape = Shape(depth=max_depth + 1)
            if shape.depth > max_depth:
                self._refuse(QueryTooDeep(f"Fields may nest {max_depth} deep."), node)
            if shape.aliases > max_aliases:
                self._refuse(TooManyAliases(f"A query may use {max_aliases} aliases."), node)
            if shape.directives > max_directives:
                self._refuse(TooManyDirectives(f"A query may use {max_directives} directives."), node)

        def _refuse(self, refusal: BadRequest, node: OperationDefinitionNode) -> None:
            self.report_error(GraphQLError(refusal.detail, node, original_error=refusal))

    return WithinShape


# -------------------------------------------------------------------- page sizes and calls
@dataclass(frozen=True)
class Cost:
    """What a selection may need: calls for each object that it stands on, calls for each batch in which they
    arrive, and the objects that each of them gives."""

    each: int = 0
    batch: int = 0
    nodes: int = 0

    @property
    def calls(self) -> int:
        """The calls of an operation."""
        return self.each + self.batch

    @property
    def stated(self) -> dict[str, int]:
        """The cost as an answer's extensions say it."""
        return {"calls": self.calls, "nodes": self.nodes}

    def beside(self, other: Cost) -> Cost:
        """Both in one selection."""
        return Cost(self.each + other.each, self.batch + other.batch, self.nodes + other.nodes)


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> Cost:
    """What an operation may cost at most; refuses a page that is out of range."""
    pricing = _Pricing(schema, document, _defaults(operation) | dict(variables))
    try:
        return pricing.of(operation.selection_set, schema.get_root_type(operation.operation))
    except RecursionError as fault:
        raise QueryTooDeep("The query nests too deeply.") from fault


priced = Priced(cost_of, SIZE_ARGUMENTS).cost_of
"""The same, at once for what was priced a moment ago."""


def require_within(cost: Cost, limits: Limits) -> None:
    """Refuse an operation that may need more calls, or give more objects, than allowed."""
    most = limits.max_upstream_calls
    if cost.calls > most:
        raise QueryTooCostly(
            f"The query may need {cost.calls} calls to the services; {most} are allowed. "
            "Ask for smaller pages, or for fewer relations of each item."
        )
    if cost.nodes > limits.max_nodes:
        raise AnswerTooLarge(
            f"The query may give {cost.nodes} objects; {limits.max_nodes} are allowed. Ask for smaller pages."
        )


class _Pricing:
    """What the parts of one operation cost, by what their fields declare."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = _Fragments(
            document, Cost(), lambda fragment: self.of(fragment.selection_set, _named(schema, fragment))
        )

    def of(self, selection_set: SelectionSetNode | None, on: Any) -> Cost:
        """The cost of a selection on objects of a type."""
        cost = Cost()
        for node in () if selection_set is None else selection_set.selections:
            if isinstance(node, FieldNode):
                cost = cost.beside(self._of_field(node, _field_of(on, node.name.value)))
            elif isinstance(node, InlineFragmentNode):
                inner = on if node.type_condition is None else _named(self._schema, node)
                cost = cost.beside(self.of(node.selection_set, inner))
            elif isinstance(node, FragmentSpreadNode):
                cost = cost.beside(self._fragments.measured(node.name.value))
        return cost

    def _of_field(self, node: FieldNode, field: GraphQLField | None) -> Cost:
        if field is None:
            return Cost()
        size = _size(node, field, self._variables)
        below = self.of(node.selection_set, get_named_type(field.type))
        calls = _metadata(field).get("calls")
        nodes = size * (1 + below.nodes) if node.selection_set is not None else 0
        if calls == CALL_EACH["calls"]:
            # What is asked of the objects of one answer arrives together; each answer comes at its own time.
            return Cost(1 + below.each * size + below.batch, 0, nodes)
        if calls == CALL_TOGETHER["calls"]:
            return Cost(below.each * size, 1 + below.batch, nodes)
        return Cost(below.each * size, below.batch, nodes)


def _size(node: FieldNode, field: GraphQLField, variables: Mapping[str, Any]) -> int:
    """How many objects the field may give; refuses a page that is empty or too large."""
    for name in SIZE_ARGUMENTS:
        if name in field.args:
            size = _size_argument(node, name, field.args[name].default_value, variables)
            if not 1 <= size <= MAX_PAGE_SIZE:
                raise PageSizeOutOfRange(f"`{name}` asks for {size}; 1 to {MAX_PAGE_SIZE} are given at once.")
            return size
    is_short_list = _is_list(field) and _metadata(field).get("size") != SIZED_ABOVE["size"]
    return UNPAGED_LIST_SIZE if is_short_list else 1


def _size_argument(node: FieldNode, name: str, default: Any, variables: Mapping[str, Any]) -> int:
    value = default
    stated = next((argument for argument in node.arguments or () if argument.name.value == name), None)
    if stated is not None:
        if not isinstance(stated.value, VariableNode):
            value = value_from_ast_untyped(stated.value, dict(variables))
        elif stated.value.name.value in variables:
            value = variables[stated.value.name.value]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return len(value)
    # A value of another type is refused by the execution itself before anything is fetched.
    return int(value) if isinstance(value, (int, float)) and abs(value) < 2**31 else MAX_PAGE_SIZE


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {
        one.variable.name.value: value_from_ast_untyped(one.default_value)
        for one in operation.variable_definitions or ()
        if one.default_value is not None
    }


def _is_list(field: GraphQLField) -> bool:
    kind = field.type
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)


def _metadata(field: GraphQLField) -> Mapping[str, str]:
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return getattr(definition, "metadata", None) or {}


def _field_of(on: Any, name: str) -> GraphQLField | None:
    return on.fields.get(name) if isinstance(on, (GraphQLObjectType, GraphQLInterfaceType)) else None


def _named(schema: GraphQLSchema, node: FragmentDefinitionNode | InlineFragmentNode) -> Any:
    return None if node.type_condition is None else schema.get_type(node.type_condition.name.value)


class _Fragments(Generic[Measured]):
    """Measures every fragment once; one that contains itself, which is invalid, counts nothing."""

    def __init__(
        self,
        document: DocumentNode,
        nothing: Measured,
        measure: Callable[[FragmentDefinitionNode], Measured],
    ) -> None:
        self._definitions = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self._nothing = nothing
        self._measure = measure
        self._known: dict[str, Measured] = {}

    def measured(self, name: str) -> Measured:
        """What the fragment of this name amounts to."""
        if name not in self._known:
            self._known[name] = self._nothing
            definition = self._definitions.get(name)
            if definition is not None:
                self._known[name] = self._measure(definition)
        return self._known[name]
