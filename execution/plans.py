"""Plans: straight-line Python that completes an object and all below it in one call.

graphql-core asks some 24 Python calls for each field of each row (3.3.2). Where all that is
selected below an object is read off it, what those calls come to is known beforehand: a dict of
attributes. A plan reads them, and takes nothing for granted: whatever is not exactly what the
schema says is a surprise, which is left to graphql-core, with its errors, paths and nulls.

A plan reads attributes and calls what only reads, so what it began can be done over again.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    VariableNode,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.field import StrawberryField

from execution.declared import (
    attribute_of,
    constant_of,
    declared_of,
    is_passed_on,
    only_inclusion,
    row_of,
    takes_the_row,
)
from execution.flat import FlatLoops, FlatReads, Surprise
from execution.leaves import NoPlan, leaf

# The value, and the operation's variables.
Plan: TypeAlias = Callable[[Any, Mapping[str, Any]], Any]

# In the metadata of a field whose resolver takes the row and plain arguments, and only reads.
ONLY_READS: Final = "only reads"

_TYPE_NAME: Final = "__typename"


def plan_of(
    executor: Executor[Any], completed: GraphQLOutputType, details: list[FieldDetails]
) -> Plan:
    """A plan for values of this type, never null, with what is selected of them.

    Raises:
        NoPlan: something below is not just read: it has a resolver that may wait, or is deferred.
        GraphQLError: a condition of `@skip` or `@include` is no Boolean.
        SyntaxError, RecursionError, MemoryError: it is nested more deeply than Python allows.
    """
    only_inclusion(details)
    writer = _Writer(executor)
    lines = writer.present(completed, details, "x", 1)
    opening = [f"    {line}" for line in writer.opening]
    source = "\n".join(["def plan(x, variables):", *opening, *lines, "    return xd"])
    exec(compile(source, "<plan>", "exec"), writer.names)  # noqa: S102 - of names that GraphQL allows
    plan: Plan = writer.names["plan"]
    return plan


class _Writer:
    """Writes the source of one plan.

    Attributes:
        names: the constants in it.
        opening: statements before all others.
    """

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._variables = 0
        self.names: dict[str, Any] = {"Surprise": Surprise}
        self.opening: list[str] = []

    def value(
        self, expected: GraphQLOutputType, details: list[FieldDetails], value: str, depth: int
    ) -> list[str]:
        """Statements after which `<value>d` is the completed value of the variable `value`."""
        if isinstance(expected, GraphQLNonNull):
            # Completed, it is never None: what is None here fails at one of the checks.
            return self.present(expected.of_type, details, value, depth)
        indent = "    " * depth
        return [
            f"{indent}if {value} is None:",
            f"{indent}    {value}d = None",
            f"{indent}else:",
            *self.present(expected, details, value, depth + 1),
        ]

    def present(
        self, expected: GraphQLOutputType, details: list[FieldDetails], value: str, depth: int
    ) -> list[str]:
        """The same, of a value that cannot be null."""
        indent = "    " * depth
        if isinstance(expected, GraphQLObjectType):
            return self._object(expected, details, value, depth)
        if isinstance(expected, GraphQLList):
            return self._list(expected.of_type, details, value, depth)
        return [f"{indent}{line}" for line in leaf(expected, value, self._constant)]

    def _object(
        self, selected: GraphQLObjectType, details: list[FieldDetails], value: str, depth: int
    ) -> list[str]:
        indent = "    " * depth
        row = self._constant(row_of(selected))
        lines = [f"{indent}if {value}.__class__ is not {row}: raise Surprise"]
        entries = []
        for key, of_field, field in self._fields(selected, details):
            if field is None:
                entries.append(f"{key!r}: {selected.name!r}")
                continue
            read = self._variable()
            lines.append(f"{indent}{read} = {self._read(field, of_field, value)}")
            lines += self.value(field.type, of_field, read, depth)
            entries.append(f"{key!r}: {read}d")
        lines.append(f"{indent}{value}d = {{{', '.join(entries)}}}")
        return lines

    def _fields(
        self, selected: GraphQLObjectType, details: list[FieldDetails]
    ) -> list[tuple[str, list[FieldDetails], GraphQLField | None]]:
        """What is selected, by its key; without a field where the type's name is asked for."""
        collected = self._executor.collect_subfields(selected, details)
        if collected.new_defer_usages:
            raise NoPlan
        found: list[tuple[str, list[FieldDetails], GraphQLField | None]] = []
        for key, of_field in collected.grouped_field_set.items():
            name = of_field[0].node.name.value
            if name == _TYPE_NAME:
                found.append((key, of_field, None))
                continue
            field = self._executor.schema.get_field(selected, name)
            if field is None:
                raise NoPlan
            only_inclusion(of_field)
            found.append((key, of_field, field))
        return found

    def _list(
        self, item_type: GraphQLOutputType, details: list[FieldDetails], value: str, depth: int
    ) -> list[str]:
        indent = "    " * depth
        item = self._variable()
        loop = [
            f"{value}d = []",
            f"for {item} in {value}:",
        ]
        lines = [
            f"{indent}if {value}.__class__ is list:",
            *(f"{indent}    {line}" for line in loop),
            *self.value(item_type, details, item, depth + 2),
            f"{indent}        {value}d.append({item}d)",
        ]
        flat = self._flat(item_type, details)
        if flat is None:
            return [*lines, f"{indent}else: raise Surprise"]
        return [*lines, f"{indent}else: {value}d = {self._constant(flat)}({value})"]

    def _flat(self, item_type: GraphQLOutputType, details: list[FieldDetails]) -> FlatLoops | None:
        """How the same list is completed where its rows are flat; None where they never are."""
        if isinstance(item_type, GraphQLNonNull):
            item_type = item_type.of_type
        if not isinstance(item_type, GraphQLObjectType):
            return None
        flat = FlatReads()
        try:
            body = self._flat_object(item_type, details, "", flat, "made", 0)
        except NoPlan:
            return None
        return FlatLoops(row_of(item_type), flat, body, self.names)

    def _flat_object(
        self,
        selected: GraphQLObjectType,
        details: list[FieldDetails],
        prefix: str,
        flat: FlatReads,
        made: str,
        depth: int,
    ) -> list[str]:
        indent = "    " * depth
        lines, entries = [], []
        for key, of_field, field in self._fields(selected, details):
            if field is None:
                entries.append(f"{key!r}: {selected.name!r}")
                continue
            column = f"{prefix}{attribute_of(field)}"
            expected, nullable = field.type, True
            if isinstance(expected, GraphQLNonNull):
                expected, nullable = expected.of_type, False
            if isinstance(expected, GraphQLObjectType):
                below = self._variable()
                inner = self._flat_object(
                    expected, of_field, f"{column}.", flat, below, depth + nullable
                )
                if nullable:
                    there = flat.columns.setdefault(column, self._variable())
                    lines.append(f"{indent}if {there} is None: {below} = None")
                    lines.append(f"{indent}else:")
                else:
                    flat.objects.add(column)
                lines += inner
                entries.append(f"{key!r}: {below}")
                continue
            read = flat.columns.get(column)
            if read is None:
                read = flat.columns[column] = self._variable()
            else:  # completed anew for another key
                lines.append(f"{indent}{(again := self._variable())} = {read}")
                read = again
            lines += self.value(field.type, of_field, read, depth)
            entries.append(f"{key!r}: {read}d")
        lines.append(f"{indent}{made} = {{{', '.join(entries)}}}")
        return lines

    def _read(self, field: GraphQLField, details: list[FieldDetails], value: str) -> str:
        """The expression that reads a field off the variable `value`."""
        declared = declared_of(field)
        if not declared.metadata.get(ONLY_READS):
            return f"{value}.{attribute_of(field)}"
        resolver = declared.base_resolver
        if resolver is None or declared.extensions or not takes_the_row(resolver):
            raise NoPlan
        arguments = self._arguments(field, declared, details[0].node)
        return f"{self._constant(resolver.wrapped_func)}({value}{arguments})"

    def _arguments(self, field: GraphQLField, declared: StrawberryField, node: FieldNode) -> str:
        by_name = dict(zip(field.args, declared.arguments, strict=True))
        given = []
        for argument in node.arguments or ():
            name = argument.name.value
            expected: GraphQLInputType = field.args[name].type
            plain = expected.of_type if isinstance(expected, GraphQLNonNull) else expected
            if not isinstance(plain, GraphQLScalarType) or not is_passed_on(by_name[name]):
                raise NoPlan
            if isinstance(argument.value, VariableNode):
                text = self._variable()
                # Left out of the variables it has the argument's default, which is looked up by
                # graphql-core: a KeyError is a surprise.
                self.opening.append(f"{text} = variables[{argument.value.name.value!r}]")
                if plain is not expected:
                    self.opening.append(f"if {text} is None: raise Surprise")
            else:
                text = self._constant(constant_of(argument.value, expected))
            given.append(f", {by_name[name].python_name}={text}")
        return "".join(given)

    def _constant(self, constant: object) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = constant
        return name

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"
