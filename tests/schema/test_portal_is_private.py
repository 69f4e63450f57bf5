"""Nothing in the portal's schema is named after what is not for clients (product.md, Access)."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    parse,
    validate,
)

from resolvers.portal.rows import OwnSessionRow, ViewerRow
from schema.build import practitioner_schema
from schema.portal.build import portal_schema

NOT_FOR_CLIENTS = re.compile(
    r"private|internal|preview|revenue|stat(s|istic)|rate|income"  # what is the practitioner's own
    r"|practitioner|staff|tenant|owner|clients|phone"  # who else there is
    r"|event|audit|trail|actor|origin|createdat|updatedat|rescheduled"  # how it came about
    r"|calendar|service|followup|node"  # what else there is, and ways to it
    r"|action|book|update|delete|create|duplicate|reschedule|export|import|overlap|slot"
    r"|token|secret|password|hash|idempotency|signup|signin|revoke",
    re.IGNORECASE,
)
# Names that the portal's contract has, although they look like it.
MEANT_FOR_CLIENTS = {"Client.practitionerName", "Session.serviceName"}
BUILT_IN = re.compile(r"__|(String|Int|Float|Boolean|ID)$")

# A Cursor Connections connection holds nodes, which are no Node.
OF_CONNECTIONS = {"SessionConnection.nodes", "SessionEdge.node"}


def portal() -> GraphQLSchema:
    return build_schema(portal_schema().as_str())


def names(schema: GraphQLSchema) -> Iterator[tuple[str, str]]:
    """Where it stands and what it is called: every type, field, argument, input field and value."""
    for kind, named in schema.type_map.items():
        if BUILT_IN.match(kind):
            continue
        yield kind, kind
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            for field, meaning in named.fields.items():
                yield f"{kind}.{field}", field
                for argument in meaning.args:
                    yield f"{kind}.{field}({argument})", argument
        if isinstance(named, GraphQLInputObjectType):
            for field in named.fields:
                yield f"{kind}.{field}", field
        if isinstance(named, GraphQLEnumType):
            for value in named.values:
                yield f"{kind}.{value}", value


def test_no_type_field_argument_or_value_is_named_after_what_is_not_for_clients() -> None:
    found = [
        place
        for place, name in names(portal())
        if NOT_FOR_CLIENTS.search(name) and place not in MEANT_FOR_CLIENTS | OF_CONNECTIONS
    ]

    assert found == []


def test_the_walk_comes_everywhere_and_would_find_it() -> None:
    places = {place for place, _ in names(portal())}
    of_the_practitioner = names(build_schema(practitioner_schema().as_str()))

    assert {"Session.customerNotes", "Client.sessions(from)", "CancelSessionInput.reason"} <= places
    assert {"SessionStatus.NO_SHOW", "StaleVersionError.current"} <= places
    assert sum(bool(NOT_FOR_CLIENTS.search(name)) for _, name in of_the_practitioner) > 100


def test_its_rows_hold_nothing_of_the_kind_either() -> None:
    """A field that is declared by mistake would find nothing to read."""
    columns = {*OwnSessionRow._fields, *ViewerRow._fields}

    found = {one for one in columns if NOT_FOR_CLIENTS.search(one.replace("_", ""))}
    assert found == {"practitioner_name", "service_name"}


@pytest.mark.parametrize(
    "document",
    [
        "{ session(id: 1) { privateNotes } }",
        "{ session(id: 1) { notesPreview } }",
        "{ session(id: 1) { client { id } } }",
        "{ session(id: 1) { events { kind } } }",
        "{ viewer { phone } }",
        "{ viewer { stats { revenue { amount } } } }",
        "{ viewer { sessions { stats { total } } } }",
        '{ viewer { sessions(filter: {text: "x"}) { totalCount } } }',
        "{ client(id: 1) { name } }",
        "{ clients { totalCount } }",
        "{ sessions { totalCount } }",
        "{ node(id: 1) { id } }",
        "{ services { id } }",
        "{ calendars { id } }",
        "mutation { deleteClient(id: 1) { keptSessions } }",
        "mutation { cancelSession(input: {id: 1, notifyClient: false}) { session { id } } }",
        'mutation { updateSessionNotes(input: {id: 1, customerNotes: ""}) { session { id } } }',
    ],
)
def test_what_a_practitioner_asks_is_unknown_here(document: str) -> None:
    assert validate(portal(), parse(document)) != []


async def test_a_document_that_fits_the_other_schema_is_still_checked_against_this_one() -> None:
    document = "{ viewer { currency } }"

    async def messages(schema: GraphQLSchema) -> list[str]:
        return [error.message for error in validate(schema, parse(document))]

    assert await messages(build_schema(practitioner_schema().as_str())) == []
    await practitioner_schema().execute(document)
    answer = await portal_schema().execute(document)

    assert [error.message for error in answer.errors or []] == await messages(portal())
