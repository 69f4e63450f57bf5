"""What a document comes to: one pass over its nodes, each fragment once.

Strawberry's limiters walk a fragment again at every spread, so that a kilobyte of fragments that
spread each other twice keeps them busy for hours (docs/decisions/0009).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from execution.limits import Assumptions

# Sums of fragments that spread each other double with each; nothing needs to be told beyond this.
MOST: Final = 10**9

_META: Final = frozenset({"__schema", "__type"})
_PAGE_ARGUMENTS: Final = frozenset({"first", "last"})


@dataclass(slots=True)
class Measures:
    """What one operation or fragment comes to, with all that it spreads.

    `root_fields` is what is selected outermost, `selected` the most of what is further in.
    `assumed` is the cost of its lists by their assumed lengths, `each` their cost for one entry
    each: which of the two applies is known only where a field says how long a page is.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    root_fields: int = 0
    selected: int = 0
    directives: int = 0
    introspection: int = 0
    fixed: int = 0
    assumed: int = 0
    each: int = 0
    named: dict[str, int] = field(default_factory=dict)

    @property
    def cost(self) -> int:
        """How many objects the answer may hold."""
        return min(self.fixed + self.assumed, MOST)

    def add(self, other: "Measures") -> None:
        """Take in what is selected at the same place: by a fragment."""
        self.depth = max(self.depth, other.depth)
        self.selected = max(self.selected, other.selected)
        self.fields = min(self.fields + other.fields, MOST)
        self.aliases = min(self.aliases + other.aliases, MOST)
        self.root_fields = min(self.root_fields + other.root_fields, MOST)
        self.directives = min(self.directives + other.directives, MOST)
        self.introspection = min(self.introspection + other.introspection, MOST)
        self.fixed = min(self.fixed + other.fixed, MOST)
        self.assumed = min(self.assumed + other.assumed, MOST)
        self.each = min(self.each + other.each, MOST)
        for name, times in other.named.items():
            self.named[name] = min(self.named.get(name, 0) + times, MOST)


@dataclass(slots=True)
class Measured:
    """What was found in a document.

    Attributes:
        operations: what each comes to, by its place among the operations.
        fragments: what each comes to, by its name.
        longest_list: how many values are written in its longest list.
        largest_object: how many fields are written in its largest object.
        page_variables: the variables that say how long a page is.
    """

    operations: list[Measures]
    fragments: dict[str, Measures]
    longest_list: int
    largest_object: int
    page_variables: frozenset[str]


def measure(
    document: DocumentNode,
    schema: GraphQLSchema,
    assumptions: Assumptions,
    pages: Mapping[str, int] | None = None,
) -> Measured:
    """Measure a document, which need not be valid.

    Args:
        document: as it was parsed.
        schema: says which fields are lists.
        assumptions: how long those are taken to be.
        pages: how long a page is by each variable; one that is not among them counts as the
            largest page.
    """
    return _Pass(document, schema, assumptions, pages or {}).measured()


class _Selections:
    """One selection set while it is measured, under a field or, where that is None, a fragment."""

    __slots__ = ("definition", "node", "of", "own", "parent", "spreads", "under")

    def __init__(
        self,
        node: SelectionSetNode,
        of: GraphQLNamedType | None,
        parent: "_Selections | None" = None,
        under: FieldNode | None = None,
        definition: GraphQLField | None = None,
    ) -> None:
        self.node = node
        self.of = of
        self.parent = parent
        self.under = under
        self.definition = definition
        self.own = Measures()
        self.spreads: list[str] = []


class _Pass:
    def __init__(
        self,
        document: DocumentNode,
        schema: GraphQLSchema,
        assumptions: Assumptions,
        pages: Mapping[str, int],
    ) -> None:
        self._document = document
        self._schema = schema
        self._assumptions = assumptions
        self._pages = pages
        self._page_variables: set[str] = set()
        self._longest_list = self._largest_object = 0
        self._known: dict[str, Measures] = {}

    def measured(self) -> Measured:
        """Fragments first, those that are spread before those that spread them."""
        fragments: dict[str, list[_Selections]] = {}
        operations: list[list[_Selections]] = []
        for definition in self._document.definitions:
            if isinstance(definition, FragmentDefinitionNode):
                of = self._schema.get_type(definition.type_condition.name.value)
                fragments[definition.name.value] = self._walked(definition, of)
            elif isinstance(definition, OperationDefinitionNode):
                of = self._schema.get_root_type(definition.operation)
                operations.append(self._walked(definition, of))
                for variable in definition.variable_definitions or ():
                    operations[-1][0].own.directives += len(variable.directives or ())
                    if variable.default_value is not None:
                        self._see(variable.default_value)
        for name in _inner_first(fragments):
            self._known[name] = self._folded(fragments[name])
        return Measured(
            [self._folded(sets) for sets in operations],
            self._known,
            self._longest_list,
            self._largest_object,
            frozenset(self._page_variables),
        )

    def _walked(
        self,
        definition: FragmentDefinitionNode | OperationDefinitionNode,
        of: GraphQLNamedType | None,
    ) -> list[_Selections]:
        """All selection sets of a definition, outer ones first; no call goes as deep as they do."""
        root = _Selections(definition.selection_set, of)
        root.own.directives = len(definition.directives or ())
        sets = [root]
        for one in sets:  # grows while it is read
            for node in one.node.selections:
                one.own.directives += len(node.directives or ())
                for directive in node.directives or ():
                    for argument in directive.arguments or ():
                        self._see(argument.value)
                if isinstance(node, FieldNode):
                    self._walk_field(node, one, sets)
                elif isinstance(node, InlineFragmentNode):
                    condition = node.type_condition
                    inner = self._schema.get_type(condition.name.value) if condition else one.of
                    sets.append(_Selections(node.selection_set, inner, one))
                elif isinstance(node, FragmentSpreadNode):
                    one.spreads.append(node.name.value)
        return sets

    def _walk_field(self, node: FieldNode, one: _Selections, sets: list[_Selections]) -> None:
        own, name = one.own, node.name.value
        own.fields += 1
        own.root_fields += 1
        own.depth = 1
        if node.alias is not None:
            own.aliases += 1
        if name in self._assumptions.once:
            own.named[name] = own.named.get(name, 0) + 1
        if one.of is not None and one.of is self._schema.mutation_type:
            own.fixed += self._assumptions.mutation
        for argument in node.arguments or ():
            self._see(argument.value)
        if node.selection_set is not None:
            definition = self._definition(one.of, name)
            inner = get_named_type(definition.type) if definition is not None else None
            sets.append(_Selections(node.selection_set, inner, one, node, definition))

    def _definition(self, of: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if of is None or not is_composite_type(of):
            return None
        return self._schema.get_field(of, name)

    def _folded(self, sets: list[_Selections]) -> Measures:
        """What the outermost set comes to, once each inner one is folded into the one around it."""
        for one in reversed(sets):
            for name in one.spreads:
                # One that is not known is none, or spreads itself: both are validation's to tell.
                if (spread := self._known.get(name)) is not None:
                    one.own.add(spread)
            if one.parent is None:
                continue
            if one.under is None:
                one.parent.own.add(one.own)
            else:
                self._fold_field(one.under, one.definition, one.own, one.parent.own)
        return sets[0].own

    def _fold_field(
        self, node: FieldNode, definition: GraphQLField | None, inner: Measures, outer: Measures
    ) -> None:
        outer.selected = max(outer.selected, inner.selected, inner.root_fields)
        outer.fields = min(outer.fields + inner.fields, MOST)
        outer.aliases = min(outer.aliases + inner.aliases, MOST)
        outer.directives = min(outer.directives + inner.directives, MOST)
        outer.introspection = min(outer.introspection + inner.introspection, MOST)
        page = self._page(node, definition)
        of_lists = inner.assumed if page is None else page * inner.each
        cost = min(1 + inner.fixed + of_lists, MOST)
        if node.name.value in _META:
            outer.introspection = min(outer.introspection + cost, MOST)
            outer.fixed = min(outer.fixed + self._assumptions.introspection, MOST)
            return
        outer.depth = max(outer.depth, inner.depth + 1)
        if definition is None or not is_list_type(get_nullable_type(definition.type)):
            outer.fixed = min(outer.fixed + cost, MOST)
        elif page is not None:
            outer.fixed = min(outer.fixed + page * cost, MOST)
        else:
            lengths = self._assumptions.list_lengths
            length = lengths.get(node.name.value, self._assumptions.list_length)
            outer.assumed = min(outer.assumed + length * cost, MOST)
            outer.each = min(outer.each + cost, MOST)

    def _page(self, node: FieldNode, definition: GraphQLField | None) -> int | None:
        """How long a page the field asks for; None when it has no pages."""
        if definition is None or _PAGE_ARGUMENTS.isdisjoint(definition.args):
            return None
        asked = [
            length
            for argument in node.arguments or ()
            if argument.name.value in _PAGE_ARGUMENTS
            and (length := self._length(argument.value)) is not None
        ]
        return max(asked) if asked else self._assumptions.page

    def _length(self, value: ValueNode) -> int | None:
        largest = self._assumptions.largest_page
        if isinstance(value, VariableNode):
            name = value.name.value
            self._page_variables.add(name)
            return self._pages.get(name, largest)
        if isinstance(value, NullValueNode):
            return None
        if isinstance(value, IntValueNode) and len(value.value) < 7:
            return min(max(int(value.value), 0), largest)
        return largest

    def _see(self, value: ValueNode) -> None:
        """Note how long the lists and objects within a value are."""
        if not isinstance(value, ListValueNode | ObjectValueNode):
            return
        waiting: list[ValueNode] = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, ListValueNode):
                self._longest_list = max(self._longest_list, len(one.values))
                waiting.extend(one.values)
            elif isinstance(one, ObjectValueNode):
                self._largest_object = max(self._largest_object, len(one.fields))
                waiting.extend(part.value for part in one.fields)


def _inner_first(fragments: Mapping[str, list[_Selections]]) -> list[str]:
    """The fragments' names, each after those that it spreads; a cycle is cut where it closes."""
    spreads = {name: [s for one in sets for s in one.spreads] for name, sets in fragments.items()}
    done: list[str] = []
    entered: set[str] = set()
    for root, inner_ones in spreads.items():
        path = [(root, iter(inner_ones))] if root not in entered else []
        entered.add(root)
        while path:
            name, rest = path[-1]
            inner = next((s for s in rest if s in spreads and s not in entered), None)
            if inner is not None:
                entered.add(inner)
                path.append((inner, iter(spreads[inner])))
            else:
                path.pop()
                done.append(name)
    return done
