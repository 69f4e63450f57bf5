"""The schemas keep their contracts with front ends: contract.graphql, portal_contract.graphql."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

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
from schema.portal.build import portal_schema
from schema.served import ServedSchema

FOLDER = Path(__file__).parent


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


@dataclass(frozen=True)
class Contract:
    """What is promised of one of our schemas, and the schema; `later` is not there yet."""

    promised: GraphQLSchema
    schema: GraphQLSchema
    later: frozenset[str]

    @classmethod
    def of(cls, file: str, schema: ServedSchema, *later: str) -> Self:
        promised = build_schema((FOLDER / file).read_text("utf-8"))
        return cls(promised, build_schema(schema.as_str()), frozenset(later))

    @cached_property
    def types(self) -> list[GraphQLNamedType]:
        """The types that are promised now, by name."""
        mutation = self.promised.type_map["Mutation"]
        assert isinstance(mutation, GraphQLObjectType)
        for name in self.later:
            del mutation.fields[name]
        roots = [self.promised.type_map["Query"], mutation]
        if self.promised.subscription_type is not None:
            roots.append(self.promised.subscription_type)
        error = self.promised.type_map["UserError"]
        assert isinstance(error, GraphQLInterfaceType)
        errors = self.promised.get_possible_types(error)
        found = {
            one.name: one for root in [*roots, *errors] for one in reachable(self.promised, root)
        }
        return [found[name] for name in sorted(found)]


CONTRACTS = {
    "graphql": Contract.of("contract.graphql", practitioner_schema()),
    "portal": Contract.of("portal_contract.graphql", portal_schema()),
}
PROMISED = [
    pytest.param(contract, one, id=f"{path} {one.name}")
    for path, contract in CONTRACTS.items()
    for one in contract.types
]


@pytest.mark.parametrize(("contract", "promised"), PROMISED)
def test_the_schema_contains_what_the_contract_promises(
    contract: Contract, promised: GraphQLNamedType
) -> None:
    ours = contract.schema.type_map[promised.name]

    assert type(ours) is type(promised)
    assert said_of(promised).items() <= said_of(ours).items()


def test_what_is_compared_is_all_that_can_be_asked_and_done() -> None:
    names = {named.name for named in CONTRACTS["graphql"].types}

    assert {"Query", "Session", "Client", "SessionStats", "SessionFilter", "FieldChange"} <= names
    assert {"Mutation", "SlotTakenError", "BookSessionInput", "BulkStatusPayload"} <= names
    assert {"Subscription", "SessionChange"} <= names
    assert len(names) > 70
    of_the_portal = {named.name for named in CONTRACTS["portal"].types}
    assert {"Query", "Session", "Client", "Mutation", "StaleVersionError"} <= of_the_portal
    assert len(of_the_portal) > 25


def test_the_portal_has_nothing_beside_what_its_contract_promises() -> None:
    """Adding to it is a decision about what clients see, so it starts with the contract."""
    portal = CONTRACTS["portal"]

    def everything(types: Iterable[GraphQLNamedType]) -> set[str]:
        return {f"{one.name}.{said}" for one in types for said in said_of(one)}

    ours = [one for one in portal.schema.type_map.values() if not one.name.startswith("__")]
    assert everything(ours) == everything(portal.types)


@pytest.mark.parametrize(
    ("file", "schema"),
    [("schema.graphql", practitioner_schema), ("portal.graphql", portal_schema)],
    ids=["graphql", "portal"],
)
def test_the_snapshot_is_the_schema(file: str, schema: Callable[[], ServedSchema]) -> None:
    """A change of the schema shows in a review; `make schema` writes the snapshot."""
    snapshot = (FOLDER / file).read_text("utf-8")

    assert snapshot == schema().as_str() + "\n"
