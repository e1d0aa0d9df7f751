"""Plain fields without the executor's preparations: what is picked from an object at once, and cannot wait.

For each field the executor makes a path and a description of where it stands, asks three times whether the
value has to be awaited, and goes through the kinds of types. Of a query for many objects almost all fields
need none of that: a value picked from its object, a leaf, or objects whose own fields follow. What is picked
is worked out once for a document, and objects are then written one after another without asking again;
whatever else there is to say of a field (an error above all) is left to the library, which then does the same
again in its own way. Picking has no effects, so that it may be done twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from inspect import iscoroutine
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    get_argument_values,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter

PLAIN: Final = "plain"
"""In a field's extensions: how it is picked."""
TYPE_NAME: Final = "__typename"

Pick = Callable[[Any], Any]
Write = Callable[[Any], Any]


class Otherwise(Exception):
    """There is more to say of a value than can be picked: the library is to say it."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A field that is picked: a leaf with how it is written, or objects of one type.

    Without `pick` the field has a function that takes arguments or asks for more than its object.
    """

    pick: Pick | None
    may_be_null: bool
    write: Write | None
    kind: GraphQLObjectType | None
    made_as: type | None
    """The class of the objects, where that has to be looked at."""
    is_list: bool = False


def mark_plain(field: GraphQLField, pick: Pick) -> None:
    """Have a field picked, if it is a leaf, an object of one type, or a list of either."""
    may_be_null, kind, is_list = _shape(field)
    if is_leaf_type(kind):
        field.extensions[PLAIN] = Plain(pick, may_be_null, _written(kind), None, None, is_list)
    elif isinstance(kind, GraphQLObjectType) and (kind.is_type_of is None or _origin(kind)):
        field.extensions[PLAIN] = Plain(pick, may_be_null, None, kind, _looked_at(kind), is_list)


def mark_called(field: GraphQLField) -> None:
    """Have the answer of a field's function taken where it comes at once, if it is an object of one type.

    The function is told everything but the path; it may be asked twice.
    """
    may_be_null, kind, is_list = _shape(field)
    if isinstance(kind, GraphQLObjectType) and not is_list and (kind.is_type_of is None or _origin(kind)):
        field.extensions[PLAIN] = Plain(None, may_be_null, None, kind, _looked_at(kind))


def _shape(field: GraphQLField) -> tuple[bool, Any, bool]:
    """Whether a field may be null, what it is or holds, and whether it is a list without holes."""
    kind = get_nullable_type(field.type)
    if is_list_type(kind) and is_non_null_type(kind.of_type):
        return not is_non_null_type(field.type), kind.of_type.of_type, True
    return not is_non_null_type(field.type), kind, False


def _origin(kind: GraphQLObjectType) -> type | None:
    """The class whose objects are of the type, by its definition."""
    definition = kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    origin: type | None = getattr(definition, "origin", None)
    return origin


def _looked_at(kind: GraphQLObjectType) -> type | None:
    """The class by which objects are known to be of the type; None where nothing else is given."""
    return None if kind.is_type_of is None else _origin(kind)


def _written(kind: Any) -> Callable[[Any], Any]:
    """How values of a leaf are written; those of an enumeration are few, and known beforehand."""
    write: Callable[[Any], Any] = kind.coerce_output_value
    if not isinstance(kind, GraphQLEnumType):
        return write
    names = {value.value: name for name, value in kind.values.items()}

    def name_of(value: Any) -> Any:
        name = names.get(getattr(value, "value", value))
        return write(value) if name is None else name

    return name_of


Field = tuple[str, Pick, Write, bool, type | None]
"""A field's name in the answer, how it is picked and written, whether it may be null, and of which class."""

Question = tuple[GraphQLObjectType, GraphQLField, list[FieldDetails]]
"""A field with a function, by the type that it is a field of and by where it stands."""

Ask = Callable[[GraphQLObjectType, GraphQLField, list[FieldDetails]], Pick | None]
"""Gives a field's function its arguments; None where something is wrong with them."""


@dataclass(frozen=True, slots=True)
class Selected:
    """What is selected on objects of one type, all of it plain: how each field is picked and written.

    It is the same for every request but for what is `open`.
    """

    fields: tuple[Field, ...]
    open: tuple[Open, ...] = ()

    def asked(self, ask: Ask) -> Selected | None:
        """The same with every function given the arguments of a request."""
        if not self.open:
            return self
        fields = list(self.fields)
        for one in self.open:
            name, pick, write, may_be_null, made_as = fields[one.index]
            asked = pick if one.question is None else ask(*one.question)
            below = None if one.below is None else one.below.asked(ask)
            if asked is None or (one.below is not None and below is None):
                return None
            write = write if below is None else below.writer(one.plain)
            fields[one.index] = name, asked, write, may_be_null, made_as
        return Selected(tuple(fields))

    def writer(self, plain: Plain) -> Write:
        """How the value of a field is written below which this is selected."""
        return _each(self.written, plain.made_as) if plain.is_list else self.written

    def written(self, source: Any) -> dict[str, Any]:
        """The object as it is answered; raises `Otherwise`, or what picking raises, where that is not all."""
        answer: dict[str, Any] = {}
        for name, pick, write, may_be_null, made_as in self.fields:
            value = pick(source)
            if value is not None and (made_as is None or type(value) is made_as):
                value = write(value)
                if value is None:
                    raise Otherwise
            elif value is not None or not may_be_null:
                raise Otherwise
            answer[name] = value
        return answer


@dataclass(frozen=True, slots=True)
class Open:
    """A field that depends on the request: its own function, or one below it."""

    index: int
    plain: Plain
    question: Question | None
    below: Selected | None


Selections = dict[tuple[GraphQLObjectType, tuple[int, ...]], Selected | None]
"""What is selected in a document, by the type of the objects and the nodes of the fields that give them; None
where not all of it is plain."""


def _each(write: Write, made_as: type | None) -> Write:
    """Writes a list of what is written so."""

    def written(values: Any) -> list[Any]:
        if type(values) not in (list, tuple):
            raise Otherwise
        answers = []
        for value in values:
            answer = write(value) if made_as is None or type(value) is made_as else None
            if answer is None or value is None:
                raise Otherwise
            answers.append(answer)
        return answers

    return written


class PlainFirst(StrawberryGraphQLCoreExecutionContext):
    """The library's execution, with plain fields picked before it prepares anything.

    `selections` are those of the document, which every execution of it shares; a document whose selections
    depend on variables has none.
    """

    def __init__(self, *arguments: Any, selections: Selections | None = None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._selections: Selections = {} if selections is None else selections
        # By the identity of the list, as the library remembers what it collected: it keeps the list alive.
        self._selected: dict[tuple[GraphQLObjectType, int], Selected | None] = {}

    def collect_and_execute_subfields(
        self, return_type: GraphQLObjectType, field_details_list: Any, path: Any, result: Any, position: Any
    ) -> Any:
        """What is selected on an object: written at once where all of it is plain."""
        key = (return_type, id(field_details_list))
        selected = None if position is not None else self._selection(return_type, field_details_list)
        if selected is not None:
            try:
                return selected.written(result)
            except Exception:
                # The library finds the same once more, and says where it stands. Of other objects with this
                # selection it is not tried again: most often something is to be waited for.
                self._selected[key] = None
        return super().collect_and_execute_subfields(return_type, field_details_list, path, result, position)

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: Any,
        path: Any,
        position_context: Any,
    ) -> Any:
        """The field's value, or an awaitable of it."""
        field = parent_type.fields.get(field_details_list[0].node.name.value)
        plain: Plain | None = None if field is None else field.extensions.get(PLAIN)
        if plain is not None and plain.pick is not None and not plain.is_list:
            try:
                value = plain.pick(source)
                if value is None and plain.may_be_null:
                    return None
                written = None if value is None or plain.write is None else plain.write(value)
            except Exception:
                value = written = None
            if written is not None:
                return written
            is_its_own = value is not None and plain.made_as in (None, type(value))
            if is_its_own and plain.kind is not None:
                return self._object(plain.kind, field, value, field_details_list, path, position_context)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

    def _selection(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Selected | None:
        """What is selected, with the arguments of this request."""
        key = (kind, id(details))
        if key not in self._selected:
            selected = self._planned(kind, details)
            self._selected[key] = None if selected is None else selected.asked(self._asked)
        return self._selected[key]

    def _planned(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Selected | None:
        """What is selected, whatever the arguments."""
        key = (kind, tuple([id(one.node) for one in details]))
        if key not in self._selections:
            self._selections[key] = self._plan(kind, details)
        return self._selections[key]

    def _plan(self, kind: GraphQLObjectType, details: list[FieldDetails]) -> Selected | None:
        """How all that is selected is picked; None where a part of it is not plain, or comes later."""
        collected = self.collect_subfields(kind, details)
        if collected.new_defer_usages:
            return None
        fields: list[Field] = []
        left_open: list[Open] = []
        for name, below in collected.grouped_field_set.items():
            called = below[0].node.name.value
            if called == TYPE_NAME:
                fields.append((name, _always(kind.name), str, False, None))
                continue
            field = kind.fields.get(called)
            plain: Plain | None = None if field is None else field.extensions.get(PLAIN)
            if field is None or plain is None:
                return None
            inner = None if plain.kind is None else self._planned(plain.kind, below)
            write = plain.write if inner is None else inner.writer(plain)
            if write is None:
                return None
            question = (kind, field, below) if plain.pick is None else None
            if question is not None or (inner is not None and inner.open):
                left_open.append(Open(len(fields), plain, question, inner))
            made_as = None if plain.is_list else plain.made_as
            fields.append((name, plain.pick or _always(None), write, plain.may_be_null, made_as))
        return Selected(tuple(fields), tuple(left_open))

    def _asked(
        self, kind: GraphQLObjectType, field: GraphQLField, details: list[FieldDetails]
    ) -> Pick | None:
        """A field's function with its arguments, which are the same for all objects of a selection."""
        first, resolve = details[0], field.resolve
        with suppress(GraphQLError):  # what is wrong with an argument the library says
            given = get_argument_values(
                field, first.node, self.variable_values, first.fragment_variable_values, self.hide_suggestions
            )
            nodes: Any = [one.node for one in details]
            nowhere: Any = None
            info = self.build_resolve_info(field, nodes, kind, nowhere)
            return None if resolve is None else lambda source: _at_once(resolve(source, info, **given))
        return None

    def _object(
        self, kind: GraphQLObjectType, field: Any, value: Any, details: Any, path: Any, position: Any
    ) -> Any:
        """An object's own fields; what goes wrong in them is handled as the library handles it."""
        try:
            completed = self.collect_and_execute_subfields(kind, details, path, value, position)
            if type(completed) is dict or not self.is_awaitable(completed):
                return completed
        except Exception as fault:
            self.handle_field_error(fault, field.type, details, path)
            return None
        return self._awaited(completed, field, details, path)

    async def _awaited(self, completed: Awaitable[Any], field: Any, details: Any, path: Any) -> Any:
        try:
            return await completed
        except Exception as fault:
            self.handle_field_error(fault, field.type, details, path)
            return None


def _always(value: str | None) -> Pick:
    return lambda _: value


def _at_once(value: Any) -> Any:
    """The value; raises `Otherwise` where it comes later: the library asks for it again, and waits."""
    if iscoroutine(value):
        value.close()
        raise Otherwise
    return value
