"""Calls of resolvers, of which all that a document says is found out once.

For each field graphql-core (3.3.2) coerces every argument anew, defaults included, and Strawberry
(0.341.2) looks at the parameters of the resolver, makes a name of each argument, and goes through a
chain of extensions that is empty: some 110 calls for a field with seven arguments. What is constant
in a document is kept here, and variables are looked up. What is not simple is left to those two.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    ListValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_argument_values,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.declared import declared_of, is_passed_on, only_inclusion
from execution.leaves import NoPlan

_STRAWBERRYS: Final = frozenset({"_resolver", "_async_resolver"})
_ABSENT: Final = object()


class _FromVariable(NamedTuple):
    """An argument whose value is a variable's."""

    name: str
    variable: str
    nullable: bool
    argument: StrawberryArgument | None
    """How Strawberry makes a value of it; None where it passes it on."""


class _Converted(NamedTuple):
    """A literal of which a new value is made for each call."""

    name: str
    raw: Any
    argument: StrawberryArgument


@dataclass(frozen=True, slots=True)
class Call:
    """How a field's resolver is called."""

    field: GraphQLField
    declared: StrawberryField
    resolver: Callable[..., Any]
    row: str | None
    row_comes_first: bool
    info: str | None
    constants: Mapping[str, Any]
    variables: tuple[_FromVariable, ...]
    converted: tuple[_Converted, ...]
    schema: Any

    def knows(self, variables: Mapping[str, Any]) -> bool:
        """Whether the variables are there that it takes: a default is looked up by graphql-core."""
        for one in self.variables:
            value = variables.get(one.variable, _ABSENT)
            if value is _ABSENT or (value is None and not one.nullable):
                return False
        return True

    def result(
        self, source: Any, raw_info: GraphQLResolveInfo[Any], variables: Mapping[str, Any]
    ) -> Any:
        """What the resolver returns, or raises."""
        info = self.schema.config.info_class(_raw_info=raw_info, _field=self.declared)
        given = dict(self.constants)
        for one in self.variables:
            value = variables[one.variable]
            if one.argument is not None:
                value = self._made(value, one.argument, info)
            given[one.name] = value
        for literal in self.converted:
            given[literal.name] = self._made(literal.raw, literal.argument, info)
        if self.row is not None:
            given[self.row] = source
        if self.info is not None:
            given[self.info] = info
        if self.row_comes_first:
            return self.resolver(source, **given)
        return self.resolver(**given)

    def _made(self, value: Any, argument: StrawberryArgument, info: Any) -> Any:
        return convert_argument(
            value=value,
            type_=argument.type,
            scalar_registry=self.schema.schema_converter.scalar_registry,
            config=self.schema.config,
            info=info,
            path=(self.schema.config.name_converter.from_argument(argument),),
        )


def call_of(
    executor: Executor[Any], parent: GraphQLObjectType, details: list[FieldDetails]
) -> Call:
    """How the resolver of a field is called.

    Raises:
        NoPlan: it has none, or is more than that: it has extensions, or permissions.
    """
    only_inclusion(details)
    node = details[0].node
    field = executor.schema.get_field(parent, node.name.value)
    if field is None:
        raise NoPlan
    declared = declared_of(field)
    resolver = declared.base_resolver
    schema: Any = getattr(executor.schema, "_strawberry_schema", None)
    if resolver is None or declared.extensions or schema is None:
        raise NoPlan
    # A subscription's field has its resolver in another place, and events in this one.
    if field.subscribe is not None or getattr(field.resolve, "__name__", "") not in _STRAWBERRYS:
        raise NoPlan
    if schema.schema_converter._exception_handler_specs:
        raise NoPlan
    function = resolver.wrapped_func
    if isinstance(function, staticmethod | classmethod):
        raise NoPlan
    constants, variables, converted = _arguments(field, declared, node)
    return Call(
        field=field,
        declared=declared,
        resolver=function,
        row=_row_name(resolver),
        row_comes_first=resolver.self_parameter is not None,
        info=resolver.info_parameter.name if resolver.info_parameter else None,
        constants=constants,
        variables=variables,
        converted=converted,
        schema=schema,
    )


def _row_name(resolver: StrawberryResolver[Any]) -> str | None:
    names = {one.name for one in (resolver.parent_parameter, resolver.root_parameter) if one}
    if len(names) > 1:
        raise NoPlan
    return names.pop() if names else None


def _arguments(
    field: GraphQLField, declared: StrawberryField, node: FieldNode
) -> tuple[dict[str, Any], tuple[_FromVariable, ...], tuple[_Converted, ...]]:
    given = {one.name.value: one.value for one in node.arguments or ()}
    by_name = dict(zip(field.args, declared.arguments, strict=True))
    variables = []
    for name, value in given.items():
        if isinstance(value, VariableNode):
            argument, of_python = field.args[name], by_name[name]
            variables.append(
                _FromVariable(
                    of_python.python_name,
                    value.name.value,
                    nullable=not isinstance(argument.type, GraphQLNonNull),
                    argument=None if _is_plain(argument, of_python) else of_python,
                )
            )
        elif _has_variables(value):
            raise NoPlan
    constant = {
        name: argument
        for name, argument in field.args.items()
        if not isinstance(given.get(name), VariableNode)
    }
    values = get_argument_values(GraphQLField(field.type, args=constant), node)
    constants, converted = {}, []
    for name, value in values.items():
        of_python = by_name[name]
        if _is_plain(field.args[name], of_python):
            constants[of_python.python_name] = value
        else:
            converted.append(_Converted(of_python.python_name, value, of_python))
    return constants, tuple(variables), tuple(converted)


def _is_plain(argument: GraphQLArgument, of_python: StrawberryArgument) -> bool:
    """Whether a resolver is given the very value that graphql-core has."""
    expected = argument.type
    plain = expected.of_type if isinstance(expected, GraphQLNonNull) else expected
    return isinstance(plain, GraphQLScalarType | GraphQLEnumType) and is_passed_on(of_python)


def _has_variables(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_has_variables, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_has_variables(one.value) for one in value.fields)
    return isinstance(value, VariableNode)
