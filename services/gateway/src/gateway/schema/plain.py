"""Plain fields without the executor's preparations: what is picked from an object at once, and cannot wait.

For each field the executor makes a path and a description of where it stands, asks three times whether the
value has to be awaited, and goes through the kinds of types. Of a query for many objects almost all fields
need none of that: a value picked from its object, a leaf, or an object whose own fields follow. Those
are picked here; whatever else there is to say of a field (an error above all) is left to the library, which
then does the same again in its own way. Picking has no effects, so that it may be done twice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLObjectType,
    get_nullable_type,
    is_leaf_type,
    is_non_null_type,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

PLAIN: Final = "plain"
"""In a field's extensions: how it is picked."""

Pick = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """A field that is picked: a leaf with how it is written, or an object of one type."""

    pick: Pick
    may_be_null: bool
    write: Callable[[Any], Any] | None
    kind: GraphQLObjectType | None


def mark_plain(field: GraphQLField, pick: Pick) -> None:
    """Have a field picked, if it is a leaf or an object of a type that need not be told from others."""
    may_be_null, kind = not is_non_null_type(field.type), get_nullable_type(field.type)
    if is_leaf_type(kind):
        field.extensions[PLAIN] = Plain(pick, may_be_null, _written(kind), None)
    elif isinstance(kind, GraphQLObjectType) and kind.is_type_of is None:
        field.extensions[PLAIN] = Plain(pick, may_be_null, None, kind)


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


class PlainFirst(StrawberryGraphQLCoreExecutionContext):
    """The library's execution, with plain fields picked before it prepares anything."""

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
        if plain is not None:
            try:
                value = plain.pick(source)
                if value is None and plain.may_be_null:
                    return None
                written = None if value is None or plain.write is None else plain.write(value)
            except Exception:
                value = written = None
            if written is not None:
                return written
            if value is not None and plain.kind is not None:
                return self._object(plain.kind, field, value, field_details_list, path, position_context)
        return super().execute_field(parent_type, source, field_details_list, path, position_context)

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
