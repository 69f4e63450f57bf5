"""The schema keeps the contract with front ends: tests/schema/contract.graphql is a copy of it."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
)

from schema.build import practitioner_schema

FOLDER = Path(__file__).parent
CONTRACT = build_schema((FOLDER / "contract.graphql").read_text("utf-8"))


def reachable(schema: GraphQLSchema, root: GraphQLNamedType) -> list[GraphQLNamedType]:
    """Every type that a document can come to from `root`, the implementations of Node included."""
    found: dict[str, GraphQLNamedType] = {}
    waiting: list[GraphQLNamedType] = [root]
    while waiting:
        named = waiting.pop()
        if named.name in found:
            continue
        found[named.name] = named
        if isinstance(named, GraphQLInterfaceType):
            waiting += schema.get_possible_types(named)
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            waiting += named.interfaces
            for field in named.fields.values():
                waiting.append(get_named_type(field.type))
                waiting += [get_named_type(argument.type) for argument in field.args.values()]
        if isinstance(named, GraphQLInputObjectType):
            waiting += [get_named_type(field.type) for field in named.fields.values()]
    return list(found.values())


def said_of(named: GraphQLNamedType) -> dict[str, str]:
    """All that the contract says of a type, by name, as text that can be compared."""
    said: dict[str, str] = {}
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        said |= {f"implements {one.name}": "" for one in named.interfaces}
        for name, field in named.fields.items():
            said[name] = str(field.type)
            for argument, meaning in field.args.items():
                said[f"{name}({argument})"] = f"{meaning.type} = {meaning.default_value!r}"
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            said[name] = f"{field.type} = {field.default_value!r}"
    if isinstance(named, GraphQLEnumType):
        said |= {f"value {name}": "" for name in named.values}
    return said


QUERY_PART = sorted(reachable(CONTRACT, CONTRACT.type_map["Query"]), key=lambda one: one.name)


@pytest.mark.parametrize("promised", QUERY_PART, ids=lambda one: one.name)
def test_the_schema_contains_what_the_contract_promises(promised: GraphQLNamedType) -> None:
    ours = build_schema(practitioner_schema().as_str()).type_map[promised.name]

    assert type(ours) is type(promised)
    assert said_of(promised).items() <= said_of(ours).items()


def test_the_query_part_of_the_contract_is_all_there_is_to_compare() -> None:
    names = {named.name for named in QUERY_PART}

    assert {"Query", "Session", "Client", "SessionStats", "SessionFilter", "FieldChange"} <= names
    assert len(names) > 40


def test_the_snapshot_is_the_schema() -> None:
    """A change of the schema shows in a review; `make schema` writes the snapshot."""
    snapshot = (FOLDER / "schema.graphql").read_text("utf-8")

    assert snapshot == practitioner_schema().as_str() + "\n"
