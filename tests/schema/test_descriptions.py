"""Whoever has nothing but the schema can use it: everything in it is described."""

from collections.abc import Callable, Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
)

from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from schema.served import ServedSchema

BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


SCHEMAS = pytest.mark.parametrize(
    "served", [practitioner_schema, portal_schema], ids=["graphql", "portal"]
)


def described(served: Callable[[], ServedSchema]) -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument and value of the schema, with its description."""
    schema = build_schema(served().as_str())
    for name, named in schema.type_map.items():
        if name.startswith("__") or name in BUILT_IN:
            continue
        yield name, named.description
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for field, meaning in named.fields.items():
                yield f"{name}.{field}", meaning.description
                for argument, about in meaning.args.items():
                    yield f"{name}.{field}({argument})", about.description
        if isinstance(named, GraphQLInputObjectType):
            for field, about_input in named.fields.items():
                yield f"{name}.{field}", about_input.description
        if isinstance(named, GraphQLEnumType):
            for value, about_value in named.values.items():
                yield f"{name}.{value}", about_value.description


@SCHEMAS
def test_every_type_field_argument_and_value_is_described(
    served: Callable[[], ServedSchema],
) -> None:
    everything = list(described(served))

    assert [name for name, text in everything if not text] == []
    assert len(everything) > 80


@SCHEMAS
def test_descriptions_are_sentences(served: Callable[[], ServedSchema]) -> None:
    endings = [name for name, text in described(served) if text and text.strip()[-1] not in ".`)"]

    assert endings == []
