"""The same document in another shape: other names, fragments, conditions, fields selected twice."""

from random import Random
from typing import Any, Final

from graphql import (
    FieldNode,
    GraphQLSchema,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    print_ast,
    visit,
)

VARIABLES: Final = ("yes", "no")
"""What conditions are made of: one is true and one is not."""
_CONDITIONS: Final = (
    *("@include(if: $yes)", "@skip(if: $no)", "@include(if: true)", "@skip(if: false)"),
    *(
        "@include(if: $no)",
        "@skip(if: $yes)",
        "@skip(if: true)",
        "@include(if: $yes) @skip(if: $no)",
    ),
)


def reshaped(document: str, schema: GraphQLSchema, random: Random) -> str:
    """A document that selects about the same in other ways, with two more variables."""
    reshaping = _Reshaping(TypeInfo(schema), random)
    (operation,) = reshaping.of(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    texts = [print_ast(one) for one in operation.variable_definitions or ()]
    texts += [f"${name}: Boolean!" for name in VARIABLES]
    # All that is defined has to be used.
    used = " ".join(f"... @include(if: ${name}) {{ __typename }}" for name in VARIABLES)
    asked = print_ast(operation.selection_set).strip().removesuffix("}")
    head = f"{operation.operation.value} ({', '.join(texts)})"
    return "\n".join([f"{head} {asked} {used} }}", *reshaping.fragments])


class _Reshaping(Visitor):
    """Changes selection sets, from the innermost outwards."""

    def __init__(self, types: TypeInfo, random: Random) -> None:
        super().__init__()
        self._types = types
        self._random = random
        self._aliases = 0
        self.fragments: list[str] = []

    def of(self, document: str) -> Any:
        """The document, changed."""
        return visit(parse(document), TypeInfoVisitor(self._types, self))

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        """Select the same in other ways."""
        parent = self._types.get_parent_type()
        if parent is None:
            return node
        selections: list[str] = []
        for one in node.selections:
            selections.append(self._in_another_way(one, get_named_type(parent).name))
            if isinstance(one, FieldNode) and self._is_rare(0.15):
                selections.append(self._again(one))
        if self._is_rare(0.2):
            selections.insert(self._random.randrange(len(selections) + 1), "__typename")
        if self._is_rare(0.15):
            self._random.shuffle(selections)
        (operation,) = parse(f"{{ {' '.join(selections)} }}").definitions
        assert isinstance(operation, OperationDefinitionNode)
        return operation.selection_set

    def _in_another_way(self, node: SelectionNode, on: str) -> str:
        text = print_ast(node)
        way = self._random.random()
        if way < 0.07:
            return f"... on {on} {self._condition()} {{ {text} }}"
        if way < 0.12:
            return f"... {self._condition()} {{ {text} }}"
        if way < 0.18:
            name = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {on} {{ {text} }}")
            return f"...{name} {self._condition()} {text if self._is_rare(0.3) else ''}"
        if way < 0.24 and isinstance(node, FieldNode):
            return self._renamed(node)
        return text

    def _again(self, node: FieldNode) -> str:
        """The same field once more, with less below; under its own name or another one."""
        below = node.selection_set
        if below is not None and len(below.selections) > 1:
            kept = self._random.sample(below.selections, len(below.selections) - 1)
            below = SelectionSetNode(selections=tuple(kept))
        less = FieldNode(
            alias=node.alias, name=node.name, arguments=node.arguments, selection_set=below
        )
        return print_ast(less) if self._is_rare(0.6) else self._renamed(less)

    def _renamed(self, node: FieldNode) -> str:
        self._aliases += 1
        return print_ast(
            FieldNode(
                alias=NameNode(value=f"a{self._aliases}"),
                name=node.name,
                arguments=node.arguments,
                selection_set=node.selection_set,
            )
        )

    def _condition(self) -> str:
        return self._random.choice(_CONDITIONS) if self._is_rare(0.5) else ""

    def _is_rare(self, how_often: float) -> bool:
        return self._random.random() < how_often
