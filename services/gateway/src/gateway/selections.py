"""Which fields a query selects below the one that is being answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    return _below(info._raw_info.field_nodes, info)


def selected_along(info: Info, *names: str) -> Iterator[FieldNode]:
    """The fields selected at the end of a way of fields, which starts at the answer of the current one."""
    nodes = selected_fields(info)
    for name in names:
        nodes = _below([node for node in nodes if node.name.value == name], info)
    return nodes


def _below(nodes: Iterable[FieldNode], info: Info) -> Iterator[FieldNode]:
    waiting: list[SelectionNode] = []
    for node in nodes:
        waiting.extend(() if node.selection_set is None else node.selection_set.selections)
    seen: set[str] = set()
    while waiting:
        selection = waiting.pop(0)
        if not _is_included(selection.directives or (), info.variable_values):
            continue
        if isinstance(selection, FieldNode):
            yield selection
        elif isinstance(selection, InlineFragmentNode):
            waiting.extend(selection.selection_set.selections)
        elif isinstance(selection, FragmentSpreadNode) and selection.name.value not in seen:
            seen.add(selection.name.value)
            waiting.extend(info._raw_info.fragments[selection.name.value].selection_set.selections)


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
