"""Which fields an operation asks for below a field, so that nothing else is read.

Strawberry's own `info.selected_fields` is exponential in nested fragments and lists fields that
`@skip` and `@include` take away (0.341.2); this reads the parsed document, each fragment once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

from resolvers.context import Info


@dataclass(frozen=True, slots=True)
class _Operation:
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def fields_below(self, nodes: list[FieldNode]) -> list[FieldNode]:
        seen: set[str] = set()
        return [field for node in nodes for field in self._fields(node.selection_set, seen)]

    def _fields(self, selections: SelectionSetNode | None, seen: set[str]) -> Iterator[FieldNode]:
        for node in selections.selections if selections is not None else ():
            if not self._is_included(node):
                continue
            match node:
                case FieldNode():
                    yield node
                case InlineFragmentNode():
                    yield from self._fields(node.selection_set, seen)
                case FragmentSpreadNode() if node.name.value not in seen:
                    seen.add(node.name.value)
                    yield from self._fields(self.fragments[node.name.value].selection_set, seen)

    def _is_included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name not in {"skip", "include"} or not directive.arguments:
                continue
            value = directive.arguments[0].value
            if isinstance(value, VariableNode):
                condition = bool(self.variables.get(value.name.value))
            else:
                condition = isinstance(value, BooleanValueNode) and value.value
            if condition is (name == "skip"):
                return False
        return True


def selected(info: Info, *path: str) -> frozenset[str]:
    """The names of the fields selected under `path`, below the field being resolved."""
    raw = info._raw_info
    operation = _Operation(raw.fragments, info.variable_values)
    nodes: list[FieldNode] = list(raw.field_nodes)
    for step in path:
        nodes = [field for field in operation.fields_below(nodes) if field.name.value == step]
    return frozenset(field.name.value for field in operation.fields_below(nodes))
