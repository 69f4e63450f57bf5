"""Documents that nobody thought of, executed with plans and without: the same answers."""

import asyncio
import logging
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest
from graphql import DocumentNode
from graphql.execution import Executor
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from strawberry.types import ExecutionResult

from execution.admission import Policy
from execution.limits import Limits
from execution.quiet import QuietExecutor
from models import Session
from resolvers.context import Context
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from schema.served import ServedSchema
from tests.execution.compared import VISITS, WatchedExecutor, everything_of
from tests.fuzzing.documents import filled, shapes
from tests.fuzzing.record import Record
from tests.fuzzing.reshaping import reshaped
from tests.fuzzing.test_documents import APIS, GRAPHQL, SHAPES, Api
from tests.practice import NOW, new_network

_MUCH: Final = 1_000_000
_POLICY: Final = Policy(
    limits=Limits(
        **dict.fromkeys(("tokens", "fields", "selected", "aliases", "fragments"), _MUCH),
        **dict.fromkeys(("directives", "root_fields", "list_items", "cost"), _MUCH),
        depth=100,
    )
)
FILLINGS: Final = 6


class InTurn(Executor[Any]):
    """Executes one field after the other: side by side, either of two may be the first to fail."""

    def execute_fields(self, *given: Any) -> Any:
        """As of a mutation's root."""
        return self.execute_fields_serially(*given)


class Compiled(InTurn, WatchedExecutor):
    """With plans."""


class Stock(InTurn, QuietExecutor):
    """Without."""


def schema_with(api: Api, executor: type[Any]) -> ServedSchema:
    """A schema of its own, executed in this way; its limits are out of the way."""
    build: Any = practitioner_schema if api is GRAPHQL else portal_schema
    schema: ServedSchema = build.__wrapped__(_POLICY)
    schema.execution_context_class = executor
    return schema


@dataclass(frozen=True)
class Both:
    """One record, asked through both."""

    record: Record
    compiled: ServedSchema
    stock: ServedSchema

    async def ask(self, document: str, variables: dict[str, Any], asker: str) -> None:
        """Ask the same of both, and of the compiled one once more."""
        expected = await self._answer(self.stock, document, variables, asker)
        for _ in range(2):
            found = await self._answer(self.compiled, document, variables, asker)
            assert everything_of(found) == everything_of(expected), (
                f"{asker} sent {document}\nwith {variables}"
            )

    async def _answer(
        self, schema: ServedSchema, document: str, variables: dict[str, Any], asker: str
    ) -> ExecutionResult:
        context = Context(
            database=self.record.practice.database,
            principal=self.record.principals[asker],
            now=NOW,
            network=new_network(),
        )
        result = await schema.execute(
            document, variable_values=dict(variables), context_value=context
        )
        assert isinstance(result, ExecutionResult)
        return result


@APIS
def test_any_query_is_answered_the_same_with_plans_and_without(
    runner: asyncio.Runner, record: Record, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    both = Both(record, schema_with(api, Compiled), schema_with(api, Stock))
    runner.run(_damage(record))
    VISITS.clear()
    known = api.known(record)

    @settings(max_examples=max(1, SHAPES // 2), phases=[Phase.reuse, Phase.generate])
    @given(
        shape=shapes(api.schema, api.fields("Query"), changing=False),
        seed=st.integers(0, 2**32 - 1),
    )
    def ask(shape: DocumentNode, seed: int) -> None:
        random = Random(seed)

        async def fill_and_ask() -> None:
            for _ in range(FILLINGS):
                document, variables = filled(shape, api.schema, random, known)
                asker = random.choice([*api.withheld, api.writer])
                await both.ask(document, variables, asker)
                other = reshaped(document, api.schema, random)
                given = {**variables, "yes": True, "no": False}
                await both.ask(other, given, asker)
                await both.ask(other, {**given, "yes": False}, asker)

        runner.run(fill_and_ask())

    ask()

    assert VISITS["plan"] > 20


@pytest.mark.parametrize("asker", ["practitioner", "read-only"])
def test_failures_among_the_values_of_a_page_are_told_the_same(
    runner: asyncio.Runner, record: Record, asker: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    both = Both(record, schema_with(GRAPHQL, Compiled), schema_with(GRAPHQL, Stock))
    runner.run(_damage(record))
    VISITS.clear()

    document = "{ sessions(first: 100) { nodes { id privateNotes notesPreview service { id } } } }"
    runner.run(both.ask(document, {}, asker))

    assert VISITS["surprise"] > 1


async def _damage(record: Record) -> None:
    """Make private notes of some sessions that do not open: failures among the values of a row."""
    await Session.filter(
        practitioner_id=record.practice.practitioner.id, id__in=record.known.own["session"][::9]
    ).update(private_notes="no notes")
