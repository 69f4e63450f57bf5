"""How large a document may be, and what its cost is reckoned from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from graphql import GraphQLError

TOO_COMPLEX: Final = "QUERY_TOO_COMPLEX"

# What graphql-core's parser stops at (graphql.language.parser.MAX_NESTING_DEPTH).
MOST_NESTED: Final = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of each that a document may have; fragments count wherever they are spread.

    Attributes:
        characters: of its text, comments and white space included.
        tokens: of its text; as many comments are allowed besides. Parsing takes some 10 µs for
            each, during which a worker answers nobody else.
        depth: fields within fields. What stands in `__schema` and `__type` does not count.
        fields: fields that are selected.
        aliases: fields that are given another name.
        selected: fields of any one object, one that is selected twice counted twice. Validation
            compares each with each.
        fragments: fragments that are defined, for the same reason.
        root_fields: fields that the operation itself selects.
        mutations: the same, of a mutation: each is a transaction.
        directives: `@skip`, `@include` and the like.
        cost: objects that it may come to (see `Assumptions`).
        introspection: the same, of what stands in `__schema` and `__type`.
        list_items: values in any one list, written in the document or sent as a variable.
        input_fields: fields in any one object that is written in the document.
    """

    characters: int = 50_000
    tokens: int = 1_000
    depth: int = 12
    fields: int = 500
    aliases: int = 30
    selected: int = 100
    fragments: int = 60
    root_fields: int = 10
    mutations: int = 5
    directives: int = 50
    cost: int = 10_000
    introspection: int = 50_000
    list_items: int = 200
    input_fields: int = 50


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the schema says of lists and fields, for a cost to be reckoned before anything runs.

    An object costs 1, a scalar nothing (as at Shopify); what stands in a list costs as often as
    the list is long. `@skip` and `@include` make nothing cheaper.

    Attributes:
        page: how long a page is when neither `first` nor `last` says so.
        largest_page: how long a page can be; nothing larger is ever answered.
        list_length: how long a list without page arguments is taken to be.
        list_lengths: the same, of lists that are known better, by the name of their field.
        mutation: what a mutation costs besides its answer.
        introspection: what each `__schema` and `__type` costs.
        once: root fields that an operation may have once at most, whatever their alias.
    """

    page: int = 25
    largest_page: int = 100
    list_length: int = 10
    list_lengths: Mapping[str, int] = field(default_factory=dict)
    mutation: int = 10
    introspection: int = 100
    once: frozenset[str] = frozenset()


_CALLED: Final = {
    "selected": "fields of one object",
    "root_fields": "root fields",
    "list_items": "values in one list",
    "input_fields": "fields in one input object",
}


def exceeded(limit: str, allowed: int, actual: int, called: str | None = None) -> GraphQLError:
    """The error that names a limit.

    `actual` is as far as it was counted: nothing is counted on once it is too much.
    """
    name = called or _CALLED.get(limit, limit)
    return GraphQLError(
        f"Over the limit of {name}: {actual:,}; at most {allowed:,}.",
        extensions={"code": TOO_COMPLEX, "limit": limit, "allowed": allowed, "actual": actual},
    )
