"""What a scalar or an enum value has to be for a plan to pass it on, as lines of Python."""

from collections.abc import Callable
from typing import Final, TypeAlias

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
)

# Gives a constant a name in the plan that is being written.
Constant: TypeAlias = Callable[[object], str]

_LARGEST_INT: Final = 2**31 - 1


class NoPlan(Exception):
    """Something is selected that is more than an attribute."""


def leaf(expected: GraphQLOutputType, value: str, constant: Constant) -> list[str]:
    """Lines after which `<value>d` is the completed value of the variable `value`.

    They raise whatever they raise when it is not exactly what it should be.

    Raises:
        NoPlan: not a leaf.
    """
    if expected is GraphQLString or expected is GraphQLID:
        return _exactly("str", value)
    if expected is GraphQLBoolean:
        return _exactly("bool", value)
    if expected is GraphQLInt:
        within = f"{-_LARGEST_INT - 1} <= {value} <= {_LARGEST_INT}"
        return [
            f"if {value}.__class__ is not int or not {within}: raise Surprise",
            f"{value}d = {value}",
        ]
    if expected is GraphQLFloat:
        return [
            # Neither infinite nor no number at all.
            f"if {value}.__class__ is not float or {value} - {value} != 0: raise Surprise",
            f"{value}d = {value}",
        ]
    if isinstance(expected, GraphQLEnumType):
        return _enum(expected, value, constant)
    if isinstance(expected, GraphQLScalarType):
        return _scalar(expected, value, constant)
    raise NoPlan  # which of several types it is, graphql-core finds out


def _exactly(kind: str, value: str) -> list[str]:
    return [f"if {value}.__class__ is not {kind}: raise Surprise", f"{value}d = {value}"]


def _enum(expected: GraphQLEnumType, value: str, constant: Constant) -> list[str]:
    # Members are looked up by the text that they are kept as. One that is a text itself, as of a
    # StrEnum, is equal to it and found as well.
    names = {one.value: name for name, one in expected.values.items() if one.value.__class__ is str}
    return [
        f"if not isinstance({value}, str): raise Surprise",
        f"{value}d = {constant(names)}[{value}]",
    ]


def _scalar(expected: GraphQLScalarType, value: str, constant: Constant) -> list[str]:
    serialize = expected.coerce_output_value
    written = f"{value}d = {constant(serialize)}({value})"
    # A serializer says of itself that it returns a text as it is: no need to call it for one.
    if serialize is str or getattr(serialize, "keeps_text", False):
        return [
            f"if {value} is None: raise Surprise",
            f"if {value}.__class__ is str: {value}d = {value}",
            f"else: {written}",
        ]
    return [
        f"if {value} is None: raise Surprise",
        written,
        f"if {value}d is None: raise Surprise",
    ]
