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
    value_from_ast,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails
from strawberry.types.field import StrawberryField

from execution.flat import FlatLoops, Surprise
from execution.leaves import NoPlan, leaf

# The value, and the operation's variables.
Plan: TypeAlias = Callable[[Any, Mapping[str, Any]], Any]

# In the metadata of a field whose resolver takes the row and plain arguments, and only reads.
ONLY_READS: Final = "only reads"

_INCLUSION: Final = frozenset({"skip", "include"})
_TYPE_NAME: Final = "__typename"


def plan_of(
    executor: Executor[Any], completed: GraphQLOutputType, details: list[FieldDetails]
) -> Plan:
    """A plan for values of this type, never null, with what is selected of them.

    Raises:
        NoPlan: something below is not just read: it has a resolver that may wait, or is deferred.
    """
    writer = _Writer(executor)
    lines = writer.present(completed, details, "x", 1)
    source = "\n".join(["def plan(x, variables):", *lines, "    return xd"])
    try:
        exec(compile(source, "<plan>", "exec"), writer.names)  # noqa: S102 - of names that GraphQL allows
    except (SyntaxError, RecursionError, MemoryError):  # nested more deeply than Python allows
        raise NoPlan from None
    plan: Plan = writer.names["plan"]
    return plan


class _Writer:
    """Writes the source of one plan; `names` are the constants in it."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._variables = 0
        self.names: dict[str, Any] = {"Surprise": Surprise}

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
        row = _row_of(selected)
        check = (
            f"{value} is None" if row is None else f"{value}.__class__ is not {self._constant(row)}"
        )
        lines = [f"{indent}if {check}: raise Surprise"]
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
            _only_inclusion(of_field)
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
        reads: dict[str, str] = {}
        try:
            body = self._flat_object(item_type, details, "", reads, "made", 0)
        except NoPlan:
            return None
        return FlatLoops(_row_of(item_type), reads, body, self.names)

    def _flat_object(
        self,
        selected: GraphQLObjectType,
        details: list[FieldDetails],
        prefix: str,
        reads: dict[str, str],
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
                    expected, of_field, f"{column}.", reads, below, depth + nullable
                )
                if nullable:
                    there = reads.setdefault(column, self._variable())
                    lines.append(f"{indent}if {there} is None: {below} = None")
                    lines.append(f"{indent}else:")
                lines += inner
                entries.append(f"{key!r}: {below}")
                continue
            read = reads.setdefault(column, self._variable())
            # Read once and completed anew for each key: a column has one type.
            lines += self.value(field.type, of_field, read, depth)
            entries.append(f"{key!r}: {read}d")
        lines.append(f"{indent}{made} = {{{', '.join(entries)}}}")
        return lines

    def _read(self, field: GraphQLField, details: list[FieldDetails], value: str) -> str:
        """The expression that reads a field off the variable `value`."""
        declared = _declared(field)
        if not declared.metadata.get(ONLY_READS):
            return f"{value}.{attribute_of(field)}"
        resolver = declared.base_resolver
        if resolver is None or declared.extensions or resolver.is_async:
            raise NoPlan
        arguments = self._arguments(field, declared, details[0].node)
        return f"{self._constant(resolver.wrapped_func)}({value}{arguments})"

    def _arguments(self, field: GraphQLField, declared: StrawberryField, node: FieldNode) -> str:
        python_names = {
            name: one.python_name for name, one in zip(field.args, declared.arguments, strict=True)
        }
        given = []
        for argument in node.arguments or ():
            name = argument.name.value
            expected: GraphQLInputType = field.args[name].type
            plain = expected.of_type if isinstance(expected, GraphQLNonNull) else expected
            if not isinstance(plain, GraphQLScalarType):
                raise NoPlan
            if isinstance(argument.value, VariableNode):
                # Left out of the variables it has the argument's default, which is looked up by
                # graphql-core: a KeyError is a surprise.
                text = f"variables[{argument.value.name.value!r}]"
            else:
                text = self._constant(value_from_ast(argument.value, expected))
            given.append(f", {python_names[name]}={text}")
        return "".join(given)

    def _constant(self, constant: object) -> str:
        name = f"c{len(self.names)}"
        self.names[name] = constant
        return name

    def _variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"


def attribute_of(field: GraphQLField) -> str:
    """The attribute that a field is.

    Raises:
        NoPlan: it is more: it has a resolver, a permission, an extension or arguments.
    """
    declared = _declared(field)
    # Not `_is_default` of the resolver: that is set too where a permission is asked for
    # (Strawberry 0.341.2).
    plain = getattr(field.resolve, "__name__", "") == "_get_basic_result"
    if not declared.is_basic_field or field.args or not plain:
        raise NoPlan
    name: str = declared.python_name
    return name


def _declared(field: GraphQLField) -> StrawberryField:
    declared = field.extensions.get("strawberry-definition")
    if not isinstance(declared, StrawberryField):
        raise NoPlan
    return declared


def _row_of(selected: GraphQLObjectType) -> type[Any] | None:
    """What the values of a type have to be; None for anything but nothing.

    Raises:
        NoPlan: only its own predicate knows.
    """
    if selected.is_type_of is None:
        return None
    row: type[Any] | None = getattr(selected.is_type_of, "row", None)
    if row is None:
        raise NoPlan
    return row


def _only_inclusion(details: list[FieldDetails]) -> None:
    if any(
        directive.name.value not in _INCLUSION
        for one in details
        for directive in one.node.directives or ()
    ):
        raise NoPlan
