"""What a schema says of fields and types, as far as a plan relies on it.

It looks into Strawberry (0.341.2) and graphql-core (3.3.2), both pinned:
`tests/execution/test_internals.py` holds them to what is assumed here.
"""

from typing import Any, Final

from graphql import (
    BooleanValueNode,
    FloatValueNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLObjectType,
    IntValueNode,
    NullValueNode,
    StringValueNode,
    ValueNode,
    coerce_input_literal,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Undefined
from strawberry.relay import GlobalID
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.leaves import NoPlan

_CONSTANTS: Final = (
    IntValueNode,
    FloatValueNode,
    StringValueNode,
    BooleanValueNode,
    NullValueNode,
)
_INCLUSION: Final = frozenset({"skip", "include"})


def attribute_of(field: GraphQLField) -> str:
    """The attribute that a field is.

    Raises:
        NoPlan: it is more: it has a resolver, a permission, an extension or arguments.
    """
    declared = declared_of(field)
    # Not `_is_default` of the resolver: that is set too where a permission is asked for
    # (Strawberry 0.341.2).
    plain = getattr(field.resolve, "__name__", "") == "_get_basic_result"
    if not declared.is_basic_field or field.args or not plain:
        raise NoPlan
    if declared.default_resolver is not getattr:
        raise NoPlan
    name: str = declared.python_name
    if not (name.isascii() and name.isidentifier()):
        raise NoPlan  # it would be another name in the source of a plan
    return name


def declared_of(field: GraphQLField) -> StrawberryField:
    """What Strawberry was told of a field.

    Raises:
        NoPlan: it is not one of Strawberry's, or gets its value in a way of its own.
    """
    declared = field.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField):
        raise NoPlan
    if type(declared).get_result is not StrawberryField.get_result:
        raise NoPlan
    return declared


def takes_the_row(resolver: StrawberryResolver[Any]) -> bool:
    """Whether a resolver takes the row first, and beside it arguments of the field alone."""
    rows = (resolver.self_parameter, resolver.root_parameter, resolver.parent_parameter)
    names = [one.name for one in rows if one is not None]
    return (
        not resolver.is_async
        and resolver.info_parameter is None
        and names == list(resolver.signature.parameters)[:1]
    )


def is_passed_on(argument: StrawberryArgument) -> bool:
    """Whether Strawberry passes the value of a scalar argument on as graphql-core gives it."""
    wanted = argument.type
    if isinstance(wanted, StrawberryMaybe):
        return False
    return (wanted.of_type if isinstance(wanted, StrawberryOptional) else wanted) is not GlobalID


def constant_of(node: ValueNode, expected: GraphQLInputType) -> Any:
    """The value of a literal argument.

    Raises:
        NoPlan: there may be variables within, or it does not fit.
    """
    if not isinstance(node, _CONSTANTS):
        raise NoPlan
    value = coerce_input_literal(node, expected)
    if value is Undefined:
        raise NoPlan
    return value


def row_of(selected: GraphQLObjectType) -> type[Any]:
    """What the values of a type have to be.

    Raises:
        NoPlan: only its own predicate knows, or whoever resolves it; or they are not just values.
    """
    row: type[Any] | None = getattr(selected.is_type_of, "row", None)
    if row is None or issubclass(row, Exception) or hasattr(row, "__await__"):
        raise NoPlan
    return row


def only_inclusion(details: list[FieldDetails]) -> None:
    """Raise NoPlan where a selection is deferred, streamed or within a fragment with arguments."""
    for one in details:
        if one.defer_usage or one.fragment_variable_values:
            raise NoPlan
        if any(directive.name.value not in _INCLUSION for directive in one.node.directives or ()):
            raise NoPlan
