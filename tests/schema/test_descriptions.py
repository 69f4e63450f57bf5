"""Whoever has nothing but the schema can use it: everything in it is described."""

from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
)

from schema.build import practitioner_schema

BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}


def described() -> Iterator[tuple[str, str | None]]:
    """Every type, field, argument and value of the schema, with its description."""
    schema = build_schema(practitioner_schema().as_str())
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


def test_every_type_field_argument_and_value_is_described() -> None:
    everything = list(described())

    assert [name for name, text in everything if not text] == []
    assert len(everything) > 150


def test_descriptions_are_sentences() -> None:
    endings = [name for name, text in described() if text and text.strip()[-1] not in ".`)"]

    assert endings == []
