"""Which fields an operation asks for below a field, so that nothing else is read.

Strawberry's own `info.selected_fields` is exponential in nested fragments and lists fields that
`@skip` and `@include` take away (0.341.2); this reads the parsed document, each fragment once.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

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
from graphql.pyutils import Path

from resolvers.context import Info

Found = TypeVar("Found")

# What was found is kept on the operation's node, and goes with its document.
_ATTRIBUTE: Final = "looked_up"


@dataclass(slots=True)
class _Operation:
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    depends_on_variables: bool = False

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
                self.depends_on_variables = True
                condition = bool(self.variables.get(value.name.value))
            else:
                condition = isinstance(value, BooleanValueNode) and value.value
            if condition is (name == "skip"):
                return False
        return True


def selected(info: Info, *path: str) -> frozenset[str]:
    """The names of the fields selected under `path`, below the field being resolved."""

    def find(operation: _Operation, nodes: list[FieldNode]) -> frozenset[str]:
        return frozenset(one.name.value for one in operation.fields_below(nodes))

    return _looked_up(info, path, find)


def is_alone(info: Info) -> bool:
    """Whether the field being resolved is below no list: there are no others to be read with it."""
    path: Path | None = info._raw_info.path
    while path is not None:
        if path.key.__class__ is int:
            return False
        path = path.prev
    return True


def leaves(info: Info, *path: str) -> tuple[str, ...]:
    """What is selected in the end under `path`: the names that lead there, joined by points."""

    def find(operation: _Operation, nodes: list[FieldNode]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(_leaves(operation, nodes, "")))

    return _looked_up(info, path, find)


def _leaves(operation: _Operation, nodes: list[FieldNode], prefix: str) -> Iterator[str]:
    below: dict[str, list[FieldNode]] = {}
    for node in operation.fields_below(nodes):
        below.setdefault(node.name.value, []).append(node)
    for name, of_name in below.items():
        if of_name[0].selection_set is None:
            yield f"{prefix}{name}"
        else:
            yield from _leaves(operation, of_name, f"{prefix}{name}.")


def _looked_up(
    info: Info, path: tuple[str, ...], find: Callable[[_Operation, list[FieldNode]], Found]
) -> Found:
    """What `find` finds under `path`; once for each operation, if no variable has a say in it."""
    raw = info._raw_info
    kept: dict[Any, Any] = raw.operation.__dict__.get(_ATTRIBUTE) or {}
    key = find.__qualname__, path, *map(id, raw.field_nodes)
    if key in kept:
        found: Found = kept[key]
        return found
    operation = _Operation(raw.fragments, info.variable_values)
    nodes: list[FieldNode] = list(raw.field_nodes)
    for step in path:
        nodes = [one for one in operation.fields_below(nodes) if one.name.value == step]
    found = find(operation, nodes)
    if not operation.depends_on_variables:
        kept[key] = found
        object.__setattr__(raw.operation, _ATTRIBUTE, kept)  # nodes are frozen
    return found
