"""Which fields a query selects below the one that is being answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    ValueNode,
    VariableNode,
)

from gateway.context import Info


def selected_fields(info: Info) -> Iterator[FieldNode]:
    """The fields selected on the answer of the current one, those of fragments included."""
    raw = info._raw_info
    waiting: list[SelectionNode] = []
    for field in raw.field_nodes:
        waiting.extend(() if field.selection_set is None else field.selection_set.selections)
    seen: set[str] = set()
    while waiting:
        node = waiting.pop(0)
        if not _is_included(node.directives or (), info.variable_values):
            continue
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode):
            waiting.extend(node.selection_set.selections)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            waiting.extend(raw.fragments[node.name.value].selection_set.selections)


def argument_value(node: FieldNode, name: str, variables: Mapping[str, Any]) -> Any:
    """The value of a scalar or enumerated argument as the query states it; None when it does not."""
    stated = next((argument for argument in node.arguments or () if argument.name.value == name), None)
    return None if stated is None else _value(stated.value, variables)


def _is_included(directives: Sequence[DirectiveNode], variables: Mapping[str, Any]) -> bool:
    for directive in directives:
        condition = next((one.value for one in directive.arguments or () if one.name.value == "if"), None)
        if condition is None:
            continue
        holds = bool(_value(condition, variables))
        if directive.name.value == ("skip" if holds else "include"):
            return False
    return True


def _value(node: ValueNode, variables: Mapping[str, Any]) -> Any:
    if isinstance(node, VariableNode):
        return variables.get(node.name.value)
    if isinstance(node, BooleanValueNode):
        return node.value
    return getattr(node, "value", None)
