"""Documents that are known go a shorter way, to the same answers, refusals and charges."""

from collections.abc import Iterable
from typing import Any

import pytest
from graphql import get_introspection_query
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.admission import Policy
from execution.lane import Lane
from execution.layers import Layer
from execution.rates import Rates
from execution.trusted import TrustedDocuments
from resolvers.context import Context
from schema.build import practitioner_schema
from schema.served import ServedSchema
from tests.practice import NOW, Practice

ONLY = "{ viewer { name } }"
NAMED = "query A { viewer { name } } query B { services { name } }"
NEEDS = "query($id: ID!) { client(id: $id) { name } }"
LISTS = "query($s: [SessionStatus!]) { sessions(filter: {statuses: $s}) { totalCount } }"
PAGES = "query($n: Int) { sessions(first: $n) { nodes { id } } }"
WRITES = 'mutation { createClient(input: {name: ""}) { errors { message path } } }'
CASES: list[tuple[str, dict[str, Any] | None, str | None]] = [
    (ONLY, None, None),
    (ONLY, None, ""),
    (ONLY, {"n": 1}, "A"),
    (NAMED, None, "A"),
    (NAMED, None, None),
    (NAMED, None, "C"),
    (NEEDS, {"id": "cli_none"}, None),
    (NEEDS, {"id": None}, None),
    (NEEDS, {"id": ["x"]}, None),
    (NEEDS, None, None),
    (LISTS, {"s": ["PENDING"]}, None),
    (LISTS, {"s": ["PENDING"] * 300}, None),
    (LISTS, {"s": ["NEVER"]}, None),
    (PAGES, {"n": 3}, None),
    (PAGES, {"n": 1_000}, None),
    (WRITES, None, None),
    ("{ viewer { nam } }", None, None),
    ("{", None, None),
    (get_introspection_query(), None, None),
    ("{ viewer { name } __typename }", None, None),
    ("subscription { sessionChanged { kind } }", None, None),
]


class Clock:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def schema_of(**given: Any) -> ServedSchema:
    return practitioner_schema(Policy(**given))


async def told(
    schema: ServedSchema,
    practice: Practice,
    text: str,
    variables: dict[str, Any] | None = None,
    name: str | None = None,
    *,
    known: bool = True,
    allowed: Iterable[OperationType] | None = None,
) -> Any:
    """All of an answer: its data in their order, errors, and what it says of the cost."""
    principal = practice.principal() if known else None
    context = Context(database=practice.database, principal=principal, now=NOW, network="x")
    try:
        result = await schema.execute(
            text,
            variable_values=variables,
            context_value=context,
            operation_name=name,
            allowed_operation_types=allowed,
        )
    except InvalidOperationTypeError as error:
        return error.operation_type
    assert isinstance(result, ExecutionResult)
    errors = [(one.formatted, type(one.original_error)) for one in result.errors or ()]
    return str(result.data), errors, result.extensions


@pytest.mark.parametrize(("text", "variables", "name"), CASES)
@pytest.mark.parametrize("known", [True, False], ids=["known", "stranger"])
@pytest.mark.parametrize("engine", ["sqlite"])  # the way is the same on both
async def test_the_answer_is_that_of_the_usual_way(
    practice: Practice,
    text: str,
    variables: dict[str, Any] | None,
    name: str | None,
    known: bool,  # noqa: FBT001, RUF100
) -> None:
    given = {"rates": Rates(10_000, 100, clock=Clock())}
    short, usual = (
        schema_of(**given),
        schema_of(layers=frozenset({Layer.DOCUMENTS}), rates=Rates(10_000, 100, clock=Clock())),
    )

    for _ in range(3):
        answers = [
            await told(schema, practice, text, variables, name, known=known)
            for schema in (short, usual)
        ]
        assert answers[0] == answers[1]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_is_asked_too_often_is_refused(practice: Practice) -> None:
    clock = Clock()
    schema = schema_of(rates=Rates(40, 1, clock=clock))
    codes = []

    for _ in range(60):
        _, errors, extensions = await told(schema, practice, ONLY)
        codes.append(errors[0][0]["extensions"]["code"] if errors else extensions["cost"])
    clock.now += 30
    _, errors, _ = await told(schema, practice, ONLY)

    assert codes[-1] == "RATE_LIMITED"
    assert codes[0] != "RATE_LIMITED"
    assert not errors


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_is_not_persisted_does_not_run_where_nothing_else_does(
    practice: Practice,
) -> None:
    schema = schema_of(trusted=TrustedDocuments({"one": ONLY}), trusted_only=True)
    for _ in range(2):
        data, _, _ = await told(schema, practice, ONLY)
        assert practice.practitioner.name in data
        _, errors, _ = await told(schema, practice, NAMED, name="A")
        assert errors[0][0]["extensions"]["code"] == "PERSISTED_DOCUMENT_REQUIRED"


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_mutation_does_not_run_where_only_queries_do(practice: Practice) -> None:
    schema = schema_of()
    await told(schema, practice, WRITES)

    refused = await told(schema, practice, WRITES, allowed=[OperationType.QUERY])

    assert refused is OperationType.MUTATION


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_it_is_taken_from_the_second_time_on(
    practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[bool] = []
    execute = Lane.execute

    async def watched(self: Lane, *given: Any, **named: Any) -> ExecutionResult | None:
        result = await execute(self, *given, **named)
        taken.append(result is not None)
        return result

    monkeypatch.setattr(Lane, "execute", watched)
    schema = schema_of()
    for _ in range(3):
        await told(schema, practice, ONLY)

    assert taken == [False, True, True]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_fault_of_an_executor_is_masked_and_logged(
    practice: Practice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    schema = schema_of()
    await told(schema, practice, ONLY)
    assert schema.execution_context_class is not None

    def fail(*_: Any) -> None:
        raise RuntimeError("at a secret place")

    monkeypatch.setattr(schema.execution_context_class, "execute_operation", fail)
    data, errors, _ = await told(schema, practice, ONLY)

    assert (data, errors[0][1]) == ("None", RuntimeError)
    assert "a resolver failed" in caplog.text
