"""What a document comes to, told in the plainest way: every fragment is walked at every spread."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLList,
    GraphQLNonNull,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
)

from execution.limits import Assumptions
from tests.execution.clinic import SCHEMA


def fields_of(node: Any, of: Any, fragments: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Each field that a selection set selects, with the type that has it."""
    found: list[tuple[Any, Any]] = []
    for one in node.selections:
        if isinstance(one, FieldNode):
            found.append((one, of))
        elif isinstance(one, InlineFragmentNode):
            inner = SCHEMA.type_map[one.type_condition.name.value] if one.type_condition else of
            found += fields_of(one.selection_set, inner, fragments)
        else:
            fragment = fragments[one.name.value]
            inner = SCHEMA.type_map[fragment.type_condition.name.value]
            found += fields_of(fragment.selection_set, inner, fragments)
    return found


def directives_of(node: Any, fragments: Mapping[str, Any]) -> int:
    """How many directives there are at a node and within it."""
    count = len(getattr(node, "directives", None) or ())
    if getattr(node, "selection_set", None) is not None:
        count += sum(directives_of(one, fragments) for one in node.selection_set.selections)
    elif not isinstance(node, FieldNode):
        count += directives_of(fragments[node.name.value], fragments)
    return count


class Naive:
    """One operation, walked."""

    def __init__(self, document: DocumentNode, assumptions: Assumptions) -> None:
        self.fragments = {
            one.name.value: one
            for one in document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        self.assumptions = assumptions
        self.fields = self.aliases = self.selected = 0
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        root = SCHEMA.get_root_type(operation.operation)
        self.root_fields = len(fields_of(operation.selection_set, root, self.fragments))
        self.directives = directives_of(operation, self.fragments)
        self.depth, self.cost = self.walked(operation.selection_set, root, None)

    def walked(self, selection_set: Any, of: Any, page: int | None) -> tuple[int, int]:
        """The depth of a selection set, and the cost of one answer to it."""
        depth = cost = 0
        selected = fields_of(selection_set, of, self.fragments)
        self.selected = max(self.selected, len(selected))
        for node, owner in selected:
            self.fields += 1
            self.aliases += node.alias is not None
            definition = owner.fields.get(node.name.value)
            inner_depth = 0
            if owner is SCHEMA.mutation_type:
                cost += self.assumptions.mutation
            if node.selection_set is not None:
                own_page = self.page(node, definition)
                inner_type = get_named_type(definition.type)
                inner_depth, inner = self.walked(node.selection_set, inner_type, own_page)
                cost += self.times(definition, node.name.value, page) * (1 + inner)
            depth = max(depth, 1 + inner_depth)
        return depth, cost

    def page(self, node: FieldNode, definition: Any) -> int | None:
        if "first" not in definition.args:
            return None
        lengths = [self.length(argument.value) for argument in node.arguments or ()]
        return max(lengths, default=self.assumptions.page)

    def length(self, value: Any) -> int:
        assert isinstance(value, IntValueNode | VariableNode)
        asked = int(value.value) if isinstance(value, IntValueNode) else 100
        return min(max(asked, 0), self.assumptions.largest_page)

    def times(self, definition: Any, name: str, page: int | None) -> int:
        type_ = definition.type
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        if not isinstance(type_, GraphQLList):
            return 1
        if page is not None:
            return page
        return self.assumptions.list_lengths.get(name, self.assumptions.list_length)
