"""Documents made from a schema alone: they ask for every field of every type they come to.

Each field is asked for under an alias that says what it is, `Session__privateNotes`, so that an
answer and the paths of its errors tell which fields they are about.
"""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)


def root_type(schema: GraphQLSchema, name: str) -> GraphQLObjectType:
    named = schema.type_map[name]
    assert isinstance(named, GraphQLObjectType)
    return named


def document_of(
    schema: GraphQLSchema, given: dict[str, dict[str, Any]]
) -> tuple[str, dict[str, Any]]:
    """A document of some root fields, all of one root type, with these arguments; its variables."""
    asked: list[str] = []
    variables: dict[str, Any] = {}
    defined: list[str] = []
    seen: set[str] = set()
    for coordinate, arguments in given.items():
        kind, name = coordinate.split(".")
        field = root_type(schema, kind).fields[name]
        defined += [f"${name}_{one}: {field.args[one].type}" for one in arguments]
        variables |= {f"{name}_{one}": value for one, value in arguments.items()}
        passed = ", ".join(f"{one}: ${name}_{one}" for one in arguments)
        called = f"{name}({passed})" if passed else name
        asked.append(f"{kind}__{name}: {called}{_below(schema, field, seen)}")
    operation = next(iter(given)).split(".")[0].lower()
    head = f"{operation} ({', '.join(defined)})" if defined else operation
    return f"{head} {{ {' '.join(asked)} }}", variables


def _below(schema: GraphQLSchema, field: GraphQLField, seen: set[str]) -> str:
    return _selection(schema, get_named_type(field.type), seen)


def _selection(schema: GraphQLSchema, named: GraphQLNamedType, seen: set[str]) -> str:
    """All fields of a type where it is met first; later its name will do."""
    if isinstance(named, GraphQLInterfaceType):
        # Which of them it is shows in the answer only, so each is asked for in full.
        each = schema.get_possible_types(named)
        parts = [f"... on {one.name} {_selection(schema, one, {*seen})}" for one in each]
        return f" {{ __typename {' '.join(parts)} }}"
    if not isinstance(named, GraphQLObjectType):
        return ""
    if named.name in seen:
        return " { __typename }"
    seen.add(named.name)
    fields = [
        f"{named.name}__{name}: {name}{_below(schema, field, seen)}"
        for name, field in named.fields.items()
    ]
    return f" {{ __typename {' '.join(fields)} }}"


def read_fields(data: Any) -> Iterator[tuple[str, Any]]:
    """Every field in an answer, as `Type.field`, with its value."""
    if isinstance(data, list):
        for one in data:
            yield from read_fields(one)
    if isinstance(data, dict):
        for alias, value in data.items():
            if not alias.startswith("__"):
                yield alias.replace("__", "."), value
                yield from read_fields(value)


def id_places(field: GraphQLField) -> set[str]:
    """Where the arguments of a field take ids, as `input.clientId`."""
    found: set[str] = set()
    for name, about in field.args.items():
        named = get_named_type(about.type)
        if named.name == "ID":
            found.add(name)
        if isinstance(named, GraphQLInputObjectType):
            found |= {
                f"{name}.{one}"
                for one, inner in named.fields.items()
                if get_named_type(inner.type).name == "ID"
            }
    return found
