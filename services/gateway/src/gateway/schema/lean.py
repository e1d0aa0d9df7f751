"""Resolvers as the executor calls them, without what a field does not need.

The library wraps each resolver for what most fields do not have: parents by name, extensions, input objects
to be built. A field without any of that is resolved by its own function, and a plain one by its attribute; of
a query for many objects that is a third of the work. Fields with more stay as the library has them.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import Any, cast

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    is_leaf_type,
    is_non_null_type,
)
from strawberry.schema.name_converter import NameConverter
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from gateway.schema.nodes import node_id
from gateway.schema.plain import Pick, mark_called, mark_plain
from gateway.schema.records import FIELD_OF, RECORDED, Recorded

Resolve = Callable[..., Any]


def make_lean(schema: GraphQLSchema, names: NameConverter) -> None:
    """Have the fields of all objects resolved directly, where nothing more is needed.

    `names` says what an argument of a resolver is called in the graph.
    """
    for kind in schema.type_map.values():
        # An event of a subscription is what its field resolves to: the library's own resolver says so.
        if isinstance(kind, GraphQLObjectType) and kind is not schema.subscription_type:
            origin: Any = getattr(
                kind.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF), "origin", None
            )
            for field in kind.fields.values():
                definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
                if isinstance(definition, StrawberryField) and not definition.extensions:
                    _make_lean(field, definition, names, RECORDED.get(origin))


def _make_lean(
    field: GraphQLField, definition: StrawberryField, names: NameConverter, recorded: Recorded | None
) -> None:
    resolver = definition.base_resolver
    if resolver is None:
        pick = attrgetter(definition.python_name) if recorded is None else _of_record(definition, recorded)
        field.resolve = _picked(pick)
        mark_plain(field, pick)
    elif _is_plain(field, resolver):
        for argument in definition.arguments:
            field.args[names.from_argument(argument)].out_name = argument.python_name
        field.resolve = _function(definition, resolver)
        is_alone = resolver.info_parameter is None and not definition.arguments
        if is_alone and not resolver.is_async:
            mark_plain(field, cast("Pick", resolver.wrapped_func))
        elif not resolver.is_async:
            mark_called(field)


def _is_plain(field: GraphQLField, resolver: StrawberryResolver[Any]) -> bool:
    named = (resolver.parent_parameter, resolver.root_parameter)
    is_of_self = resolver.self_parameter is not None and named == (None, None)
    return is_of_self and all(_is_leaf(argument) for argument in field.args.values())


def _is_leaf(argument: GraphQLArgument) -> bool:
    """Whether it arrives as the resolver takes it: one scalar, or one value of an enumeration."""
    kind = argument.type
    return is_leaf_type(kind.of_type if is_non_null_type(kind) else kind)


def _picked(pick: Pick) -> Resolve:
    def resolve(source: Any, _: GraphQLResolveInfo[Any]) -> Any:
        return pick(source)

    return resolve


def _of_record(definition: StrawberryField, recorded: Recorded) -> Pick:
    """Picks a field of a record."""
    name = definition.metadata.get(FIELD_OF, definition.python_name)
    if recorded.is_node and name == "id" and FIELD_OF not in definition.metadata:
        return lambda source: node_id(type(source).__name__, recorded.key_of(source.record))
    return attrgetter(f"record.{name}" if recorded.is_node else name)


def _function(definition: StrawberryField, resolver: StrawberryResolver[Any]) -> Resolve:
    function = cast("Resolve", resolver.wrapped_func)
    if resolver.info_parameter is None:

        def resolve_alone(source: Any, _: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
            return function(source, **arguments)

        return resolve_alone

    def resolve(source: Any, raw: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        return function(source, info=strawberry.Info(_raw_info=raw, _field=definition), **arguments)

    return resolve
