"""Which fields an operation asks for below a field, so that nothing else is read.

Strawberry's own `info.selected_fields` is exponential in nested fragments and lists fields that
`@skip` and `@include` take away (0.341.2); this reads the parsed document, each fragment once.
"""

from collections.abc import Iterator
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLResolveInfo,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from resolvers.context import Info


def selected(info: Info, *path: str) -> frozenset[str]:
    """The names of the fields selected under `path`, below the field being resolved."""
    raw: GraphQLResolveInfo = info._raw_info
    nodes: list[FieldNode] = list(raw.field_nodes)
    for step in path:
        nodes = [field for field in _fields_of(raw, nodes) if field.name.value == step]
    return frozenset(field.name.value for field in _fields_of(raw, nodes))


def _fields_of(raw: GraphQLResolveInfo, nodes: list[FieldNode]) -> list[FieldNode]:
    seen: set[str] = set()
    return [field for node in nodes for field in _fields(raw, node.selection_set, seen)]


def _fields(
    raw: GraphQLResolveInfo, selections: SelectionSetNode | None, seen: set[str]
) -> Iterator[FieldNode]:
    for node in selections.selections if selections is not None else ():
        if not _is_included(node, raw.variable_values):
            continue
        match node:
            case FieldNode():
                yield node
            case InlineFragmentNode():
                yield from _fields(raw, node.selection_set, seen)
            case FragmentSpreadNode() if node.name.value not in seen:
                seen.add(node.name.value)
                yield from _fields(raw, raw.fragments[node.name.value].selection_set, seen)


def _is_included(node: SelectionNode, variables: dict[str, Any]) -> bool:
    for directive in node.directives or ():
        name = directive.name.value
        if name not in {"skip", "include"} or not directive.arguments:
            continue
        value = directive.arguments[0].value
        if isinstance(value, VariableNode):
            condition = bool(variables.get(value.name.value))
        else:
            condition = isinstance(value, BooleanValueNode) and value.value
        if condition is (name == "skip"):
            return False
    return True
