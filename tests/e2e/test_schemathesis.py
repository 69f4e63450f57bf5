"""Schemathesis against a running server: what it learns by introspection, it asks for."""

import asyncio
import os
from random import Random
from typing import Any, Final

import httpx
import pytest
import schemathesis
from graphql import DocumentNode
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import Case, CheckContext, GenerationMode, HookContext, Response
from schemathesis.specs.graphql.schemas import GraphQLSchema

from models.database import Database
from tests.e2e.conftest import Fuzzed
from tests.fuzzing.documents import ANYTHING, with_literals
from tests.fuzzing.oracle import CODES, codes_of
from tests.fuzzing.record import Record
from tests.fuzzing.values import Known

EXAMPLES: Final = int(os.environ.get("EXAMPLES", "30"))

for _name, _strategy in ANYTHING.items():
    schemathesis.graphql.scalar(_name, _strategy)


def schema_at(url: str, token: str, known: Known) -> GraphQLSchema:
    """The schema as the server tells it; documents over it get values that mean something."""
    schema = schemathesis.graphql.from_url(url, headers={"Authorization": f"Bearer {token}"})

    @schema.hook
    def flatmap_body(context: HookContext, body: DocumentNode) -> st.SearchStrategy[DocumentNode]:
        seeds = st.integers(0, 2**32 - 1).map(Random)
        return seeds.map(lambda random: with_literals(body, schema.client_schema, random, known))

    # Whoever signs out is answered nothing else from then on.
    asked = schema.exclude(name="Mutation.signOut")
    assert isinstance(asked, GraphQLSchema)
    return asked


def is_an_answer(context: CheckContext, response: Response, case: Case[Any]) -> None:
    """Schemathesis itself takes any error for a failure; ours are answers, but for some."""
    assert response.status_code == httpx.codes.OK
    assert response.headers["content-type"] == ["application/json; charset=utf-8"]
    body: dict[str, Any] = response.json()
    assert set(codes_of(body)) <= CODES, body
    assert "data" in body or "errors" in body


async def new_record(url: str, path: str) -> tuple[str, Known]:
    """A token for this path, and what there is to name with it."""
    async with Database(url) as database:
        record = await Record.of(database)
        known = record.known_at_the_portal if path.startswith("/portal") else record.known
        return (await record.tokens())[path], known


@pytest.mark.parametrize("path", ["/graphql", "/portal/graphql"])
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_whatever_schemathesis_asks_it_is_answered(
    fuzzed: Fuzzed, path: str, mode: GenerationMode
) -> None:
    token, known = asyncio.run(new_record(fuzzed.url, path))
    schema = schema_at(f"{fuzzed.address}{path}", token, known)

    @settings(max_examples=EXAMPLES)
    @given(case=schema.as_strategy(mode))
    def ask(case: Case[Any]) -> None:
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(response, checks=[is_an_answer])

    ask()
