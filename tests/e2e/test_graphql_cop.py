"""What graphql-cop 1.15 tries on a server, and the documents it knows nothing of, over HTTP."""

from typing import Any

import httpx
import pytest

from tests.e2e.test_server import post
from tests.schema.hostile import HOSTILE, Hostile


def codes(response: httpx.Response) -> set[str]:
    return {error["extensions"]["code"] for error in response.json()["errors"]}


def test_alias_overloading_is_refused(server_address: str) -> None:
    """graphql-cop: 101 aliases of `__typename` in one query."""
    aliases = " ".join(f"alias{number}: __typename" for number in range(101))

    answer = post(server_address, None, f"query cop {{ {aliases} }}")

    assert codes(answer) == {"QUERY_TOO_COMPLEX"}
    assert "data" not in answer.json()


def test_an_array_of_queries_is_refused(server_address: str) -> None:
    """graphql-cop: batching of ten."""
    answer = httpx.post(f"{server_address}/graphql", json=[{"query": "{ __typename }"}] * 10)

    assert answer.status_code == httpx.codes.BAD_REQUEST
    assert codes(answer) == {"BAD_REQUEST"}


def test_directive_overloading_is_refused(server_address: str) -> None:
    """graphql-cop: ten directives of no meaning in a row; one is one too many for us."""
    answer = post(server_address, None, f"query cop {{ __typename {'@aa' * 10} }}")

    assert codes(answer) == {"GRAPHQL_VALIDATION_FAILED"}
    # It takes as many errors as there are directives for a server that looks at them all.
    assert len(answer.json()["errors"]) <= 11


def test_circular_introspection_is_refused(server_address: str, token: str) -> None:
    """graphql-cop: fields of types of fields, which is refused to those who may introspect too."""
    circle = "fields { type { " * 4 + "fields { name }" + "} }" * 4

    answer = post(server_address, token, f"query cop {{ __schema {{ types {{ {circle} }} }} }}")

    assert codes(answer) == {"QUERY_TOO_COMPLEX"}


def test_a_stranger_gets_no_introspection(server_address: str, token: str) -> None:
    query = "query cop { __schema { types { name fields { name } } } }"

    assert codes(post(server_address, None, query)) == {"UNAUTHENTICATED"}
    assert post(server_address, token, query).json()["data"]["__schema"]["types"]


def test_field_duplication_is_refused(server_address: str) -> None:
    """graphql-cop: 500 times one field."""
    answer = post(server_address, None, f"query cop {{ {'__typename ' * 500} }}")

    assert codes(answer) == {"QUERY_TOO_COMPLEX"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query cop { __schema { directive } }", {}),
        ("query cop { viewr { id } }", {}),
        ("query cop { clients(fist: 1) { totalCount } }", {}),
        ("query cop { clients(sort: NAM) { totalCount } }", {}),
        ("query cop ($filter: SesionFilter) { sessions(filter: $filter) { totalCount } }", {}),
        (
            "query cop ($filter: SessionFilter) { sessions(filter: $filter) { totalCount } }",
            {"filter": {"statuss": ["PENDIN"]}},
        ),
    ],
)
def test_a_stranger_gets_no_suggestions(
    server_address: str, query: str, variables: dict[str, Any]
) -> None:
    answer = post(server_address, None, query, variables=variables)

    assert answer.json()["errors"]
    assert "Did you mean" not in answer.text


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_document_is_refused_and_the_server_stays_well(
    server_address: str, hostile: Hostile
) -> None:
    headers = {"accept": "application/graphql-response+json"}
    body = {
        "query": hostile.query,
        "variables": hostile.variables,
        "operationName": hostile.name,
    }

    refused = httpx.post(f"{server_address}/graphql", json=body, headers=headers)

    assert refused.status_code in {httpx.codes.OK, httpx.codes.BAD_REQUEST}
    assert codes(refused) == {hostile.code}
    assert not refused.json().get("data")
    assert post(server_address, None, "{ __typename }").json()["data"] == {"__typename": "Query"}


def test_an_operation_name_that_is_no_text_is_refused(server_address: str) -> None:
    answer = post(server_address, None, "{ __typename }", operationName={})

    assert codes(answer) == {"BAD_REQUEST"}
    assert "data" not in answer.json()
