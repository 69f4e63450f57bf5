"""Documents by the thousand: hypothesis-graphql's shapes, filled with values of ours.

Making up the shape of a document takes some twenty milliseconds, and filling it takes one. So each
is filled several times: with other values, as literals or as variables, and with more or less of
what may be left out.
"""

from random import Random
from typing import Any, Final

from graphql import (
    REMOVE,
    ArgumentNode,
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FloatValueNode,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLScalarType,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    ValueNode,
    VariableNode,
    Visitor,
    get_nullable_type,
    is_required_argument,
    is_required_input_field,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import Mode, mutations, nodes, queries

from tests.fuzzing.values import Known, value_of

ANYTHING: Final[dict[str, st.SearchStrategy[ValueNode]]] = {
    **{
        name: st.just(nodes.String("?"))
        for name in ("ID", "String", "Date", "DateTime", "Decimal", "TimeZone", "CurrencyCode")
    },
    "Int": st.just(nodes.Int(1)),
    "Float": st.just(nodes.Float(1.0)),
}
"""What stands in a shape until it is filled."""
_LITERALS: Final = (StringValueNode, IntValueNode, FloatValueNode, BooleanValueNode)
# Most lists are asked for from their beginning, and most things without what is optional.
_OFTEN_LEFT_OUT: Final = {"after": 0.8, "before": 0.8, "last": 0.7, "expectedVersion": 0.7}


def shapes(
    schema: GraphQLSchema, fields: tuple[str, ...], *, changing: bool
) -> st.SearchStrategy[DocumentNode]:
    """Operations over some root fields; one in eight has something in it that does not fit."""
    make = mutations if changing else queries
    fitting, not_fitting = (
        make(schema, fields=fields, custom_scalars=ANYTHING, print_ast=_as_it_is, mode=mode)
        for mode in (Mode.POSITIVE, Mode.NEGATIVE)
    )
    return st.integers(0, 7).flatmap(lambda one: fitting if one else not_fitting)


def filled(
    node: DocumentNode, schema: GraphQLSchema, random: Random, known: Known
) -> tuple[str, dict[str, Any]]:
    """A document of this shape, and its variables."""
    filling = _Filling(TypeInfo(schema), random, known, as_variables=random.random() < 0.5)
    (operation,) = filling.of(node).definitions
    assert isinstance(operation, OperationDefinitionNode)
    head = f"({', '.join(filling.defined)})" if filling.defined else ""
    asked = operation.selection_set
    if operation.operation is OperationType.QUERY and random.random() < 0.25:
        asked = _twice(asked)
    return f"{operation.operation.value} {head} {print_ast(asked)}", filling.variables


def _twice(asked: SelectionSetNode) -> SelectionSetNode:
    """The same once more under other names, and with less of it: both wait for the same reads."""
    again = [_again(one) for one in asked.selections if isinstance(one, FieldNode)]
    return SelectionSetNode(selections=(*asked.selections, *again))


def _again(field: FieldNode) -> FieldNode:
    below = field.selection_set
    return FieldNode(
        alias=NameNode(value=f"again_{field.name.value}"),
        name=field.name,
        arguments=field.arguments,
        selection_set=SelectionSetNode(selections=below.selections[1:] or below.selections)
        if below is not None
        else None,
    )


def with_literals(
    node: DocumentNode, schema: GraphQLSchema, random: Random, known: Known
) -> DocumentNode:
    """A document of this shape that needs no variables."""
    return _Filling(TypeInfo(schema), random, known, as_variables=False).of(node)


class _Filling(Visitor):
    """Puts values where a document has arguments."""

    def __init__(
        self, types: TypeInfo, random: Random, known: Known, *, as_variables: bool
    ) -> None:
        super().__init__()
        self._types = types
        self.variables: dict[str, Any] = {}
        self.defined: list[str] = []
        self._random = random
        self._known = known
        self._as_variables = as_variables
        self._field = ""

    def of(self, node: DocumentNode) -> DocumentNode:
        """The document, filled."""
        document: DocumentNode = visit(node, TypeInfoVisitor(self._types, self))
        return document

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        """Note whose arguments come next."""
        self._field = node.name.value

    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        """Fill an argument, or leave it out."""
        argument = self._types.get_argument()
        if argument is None:
            return None
        name = node.name.value
        if not is_required_argument(argument) and self._is_left_out(name):
            return REMOVE
        value = self._value(node.value, argument.type, name, self._field)
        if self._as_variables:
            variable = f"v{len(self.defined)}"
            self.defined.append(f"${variable}: {argument.type}")
            self.variables[variable] = value_from_ast_untyped(value)
            value = VariableNode(name=NameNode(value=variable))
        return ArgumentNode(name=node.name, value=value)

    def _is_left_out(self, name: str) -> bool:
        return self._random.random() < _OFTEN_LEFT_OUT.get(name, 0.2)

    def _value(self, node: ValueNode, wanted: GraphQLInputType, name: str, owner: str) -> ValueNode:
        named = get_nullable_type(wanted)
        if isinstance(named, GraphQLList) and isinstance(node, ListValueNode):
            return ListValueNode(
                values=tuple(self._value(one, named.of_type, name, owner) for one in node.values)
            )
        if isinstance(named, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
            return self._object(node, named)
        if isinstance(named, GraphQLScalarType) and self._is_filled(node):
            return _literal(value_of(self._random, named.name, name, owner, self._known))
        return node

    def _is_filled(self, node: ValueNode) -> bool:
        if isinstance(node, NullValueNode):
            return self._random.random() < 0.6
        return isinstance(node, _LITERALS)

    def _object(self, node: ObjectValueNode, wanted: GraphQLInputObjectType) -> ValueNode:
        return ObjectValueNode(
            fields=tuple(
                self._object_field(one, wanted)
                for one in node.fields
                if self._is_wanted(one.name.value, wanted)
            )
        )

    def _is_wanted(self, name: str, owner: GraphQLInputObjectType) -> bool:
        field = owner.fields.get(name)
        return field is None or is_required_input_field(field) or not self._is_left_out(name)

    def _object_field(
        self, node: ObjectFieldNode, owner: GraphQLInputObjectType
    ) -> ObjectFieldNode:
        name = node.name.value
        field = owner.fields.get(name)
        if field is None:
            return node
        value = self._value(node.value, field.type, name, owner.name)
        return ObjectFieldNode(name=node.name, value=value)


def _literal(value: Any) -> ValueNode:
    if value is None:
        return NullValueNode()
    if isinstance(value, bool):
        return BooleanValueNode(value=value)
    if isinstance(value, int):
        return IntValueNode(value=str(value))
    if isinstance(value, float):
        return FloatValueNode(value=str(value))
    return StringValueNode(value=value)


def _as_it_is(node: DocumentNode) -> DocumentNode:
    return node
