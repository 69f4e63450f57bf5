"""What a scalar or an enum value has to be for a plan to pass it on, as lines of Python."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

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
# What serializers are given. None of it is a failure, nothing, or still to come.
_VALUES: Final = frozenset(
    {
        *(str, int, float, bool, bytes, list, tuple, dict),
        *(date, datetime, time, timedelta, Decimal, UUID),
    }
)
_WRITTEN: Final = frozenset({str, int, float, bool, list, dict})


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
    texts = [one.value for one in expected.values.values() if one.value.__class__ is str]
    lines = [
        f"if {value}.__class__ is str: {value}d = {constant(_names(expected, texts))}[{value}]"
    ]
    kind = getattr(expected, "wrapped_cls", None)
    if kind is not None:
        # A member that is itself a text need not be the text that it stands for.
        lines.append(
            f"elif {value}.__class__ is {constant(kind)}: "
            f"{value}d = {constant(_names(expected, kind))}[{value}]"
        )
    return [*lines, "else: raise Surprise"]


def _names(expected: GraphQLEnumType, values: Iterable[Any]) -> dict[Any, str]:
    return {one: expected.coerce_output_value(one) for one in values}


def _scalar(expected: GraphQLScalarType, value: str, constant: Constant) -> list[str]:
    serialize = expected.coerce_output_value
    lines = []
    # A serializer says of itself that it returns a text as it is: no need to call it for one.
    if serialize is str or getattr(serialize, "keeps_text", False):
        lines.append(f"if {value}.__class__ is str: {value}d = {value}")
        lines.append(f"elif {value}.__class__ not in {constant(_VALUES)}: raise Surprise")
    else:
        lines.append(f"if {value}.__class__ not in {constant(_VALUES)}: raise Surprise")
    # Some serializers make something of anything, and graphql-core shows them neither an exception
    # nor what is still to be awaited. What they return may be neither of these either.
    return [
        *lines,
        "else:",
        f"    {value}d = {constant(serialize)}({value})",
        f"    if {value}d.__class__ not in {constant(_WRITTEN)}: raise Surprise",
    ]
