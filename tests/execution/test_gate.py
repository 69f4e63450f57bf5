"""What is let in, and what is answered to what is not: through a Strawberry schema."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import get_introspection_query
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.admission import Admission, Policy, longest_list
from execution.documents import Documents
from execution.gate import Gate
from execution.limits import Assumptions, Limits
from execution.quiet import QuietExecutor
from execution.rates import Rates
from execution.trusted import TrustedDocuments

ASKED: list[str] = []


@strawberry.enum
class How(Enum):
    """Only to have a value that can be misspelt."""

    WELL = "WELL"


@strawberry.type
class Thing:
    name: str = "thing"


@strawberry.type
class Query:
    @strawberry.field
    def things(self, first: int | None = None) -> list[Thing]:
        ASKED.append("things")
        return [Thing()] * (first or 1)

    @strawberry.field
    def fine(self, how: list[How] | None = None) -> bool:
        ASKED.append("fine")
        return True


@strawberry.type
class Mutation:
    @strawberry.mutation
    def sign_in(self) -> Thing:
        ASKED.append("sign_in")
        return Thing()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def ticks(self) -> AsyncIterator[int]:
        for tick in range(3):
            yield tick


@dataclass(frozen=True)
class Caller:
    """Somebody who asks."""

    rate_key: str | None = "a"
    is_known: bool = True


STRANGER = Caller(None, is_known=False)


def served(policy: Policy) -> strawberry.Schema:
    documents: list[Documents] = []
    schema = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        extensions=[lambda: Gate(Admission(policy, documents[0]))],
        execution_context_class=QuietExecutor,
    )
    once = Assumptions(once=frozenset({"signIn"}))
    documents.append(Documents(schema._schema, policy.limits, once))
    return schema


DEFAULT = served(Policy())


async def ask(
    text: str, schema: strawberry.Schema = DEFAULT, caller: Caller | None = Caller(), **more: Any
) -> ExecutionResult:
    ASKED.clear()
    return await schema.execute(text, context_value=caller, **more)


def codes(result: ExecutionResult) -> list[Any]:
    return [(error.extensions or {}).get("code") for error in result.errors or []]


async def test_an_answer_says_what_it_cost() -> None:
    answer = await ask("{ things(first: 3) { name } fine }")

    assert answer.errors is None
    assert answer.extensions == {"cost": {"requestedQueryCost": 3, "maximumQueryCost": 10_000}}


async def test_nothing_is_executed_of_what_is_refused_and_no_cost_is_told() -> None:
    answer = await ask("{ fine nothing }")

    assert codes(answer) == ["GRAPHQL_VALIDATION_FAILED"]
    assert (answer.data, answer.extensions, ASKED) == (None, {}, [])


TWO = "query A { fine } query B { things { name } }"


@pytest.mark.parametrize("name", [None, ""])
async def test_of_several_operations_one_must_be_named(name: str | None) -> None:
    answer = await ask(TWO, operation_name=name)

    assert [error.message for error in answer.errors or []] == [
        "Name the operation to run: the document has several."
    ]
    assert codes(answer) == ["BAD_REQUEST"]
    assert ASKED == []


@pytest.mark.parametrize("name", ["C", "a", {}, 5, ["A"], True])
async def test_an_operation_that_is_not_there_is_refused(name: Any) -> None:
    answer = await ask(TWO, operation_name=name)

    assert codes(answer) == ["BAD_REQUEST"]
    assert ASKED == []


@pytest.mark.parametrize(("name", "asked"), [("A", ["fine"]), ("B", ["things"])])
async def test_the_operation_that_is_named_is_run(name: str, asked: list[str]) -> None:
    answer = await ask(TWO, operation_name=name)

    assert answer.errors is None
    assert asked == ASKED


@pytest.mark.parametrize("name", [None, "", "Only"])
async def test_an_only_operation_needs_no_name(name: str | None) -> None:
    assert (await ask("query Only { fine }", operation_name=name)).errors is None


INTROSPECTIONS = (
    get_introspection_query(),
    "{ __schema { queryType { name } } }",
    '{ fine a: __type(name: "Query") { name } }',
    "{ ...F } fragment F on Query { ... { __schema { queryType { name } } } }",
)


@pytest.mark.parametrize("text", INTROSPECTIONS)
async def test_the_schema_is_told_to_whom_the_setting_says(text: str) -> None:
    on, off = served(Policy(introspection="on")), served(Policy(introspection="off"))

    assert (await ask(text, on, STRANGER)).errors is None
    assert (await ask(text, DEFAULT, Caller())).errors is None
    assert codes(await ask(text, DEFAULT, STRANGER)) == ["UNAUTHENTICATED"]
    assert codes(await ask(text, DEFAULT, None)) == ["UNAUTHENTICATED"]
    assert codes(await ask(text, off, Caller())) == ["FORBIDDEN"]


async def test_only_the_operation_that_runs_must_be_allowed_to_introspect() -> None:
    text = "query A { fine } query B { __schema { queryType { name } } }"

    assert (await ask(text, caller=STRANGER, operation_name="A")).errors is None
    assert codes(await ask(text, caller=STRANGER, operation_name="B")) == ["UNAUTHENTICATED"]


async def test_a_type_name_is_no_secret() -> None:
    assert (await ask("{ __typename }", caller=STRANGER)).errors is None


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("{ fin }", {}),
        ("{ fine(how: WEL) }", {}),
        ("{ fine(haw: WELL) }", {}),
        ("{ things { ... on Thin { name } } }", {}),
        ("query ($how: [Haw!]) { fine(how: $how) }", {}),
        ("query ($how: [How!]) { fine(how: $how) }", {"how": ["WEL"]}),
    ],
)
async def test_a_stranger_is_told_no_names_that_were_not_guessed(
    text: str, variables: dict[str, Any]
) -> None:
    known = await ask(text, variable_values=variables)
    stranger = await ask(text, caller=STRANGER, variable_values=variables)

    assert known.errors
    assert stranger.errors
    assert not any("Did you mean" in error.message for error in stranger.errors)


async def test_lists_in_variables_are_bounded_however_deep_they_stand() -> None:
    text = "query ($how: [How!]) { fine(how: $how) }"

    allowed = await ask(text, variable_values={"how": ["WELL"] * 200})
    refused = await ask(text, variable_values={"how": ["WELL"] * 100_000})
    unused = await ask(text, variable_values={"x": {"y": [[0] * 201]}})

    assert allowed.errors is None
    assert codes(refused) == codes(unused) == ["BAD_USER_INPUT"]
    [error] = unused.errors or []
    assert error.extensions == {
        "code": "BAD_USER_INPUT",
        "limit": "list_items",
        "allowed": 200,
        "actual": 201,
    }


def test_variables_of_any_depth_are_looked_through() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    assert longest_list({"deep": deep}, 200) == 1


async def test_a_cost_that_only_the_variables_tell_is_bounded() -> None:
    schema = served(Policy(limits=Limits(cost=50)))
    text = "query ($n: Int) { things(first: $n) { name } }"

    assert (await ask(text, schema, variable_values={"n": 50})).errors is None
    refused = await ask(text, schema, variable_values={"n": 51})

    assert codes(refused) == ["QUERY_TOO_COMPLEX"]
    assert ASKED == []


async def test_signing_in_is_done_once_in_an_operation() -> None:
    refused = await ask(
        "mutation { a: signIn { name } ...M } fragment M on Mutation { signIn { name } }"
    )

    assert codes(refused) == ["QUERY_TOO_COMPLEX"]
    assert ASKED == []
    assert (await ask("mutation { signIn { name } }")).errors is None


class TestRates:
    async def schema(self, *known: str) -> strawberry.Schema:
        """A schema to which some texts are no news: somebody asked whom nobody charges."""
        self.now = 0.0
        rates = Rates(100, 10, clock=lambda: self.now)
        schema = served(Policy(limits=Limits(cost=100), rates=rates))
        for text in known:
            await ask(text, schema, STRANGER)
        return schema

    async def test_every_answer_says_what_is_left(self) -> None:
        schema = await self.schema("{ things(first: 30) { name } }")

        await ask("{ things(first: 30) { name } }", schema)
        answer = await ask("{ things(first: 30) { name } }", schema)

        assert answer.extensions == {
            "cost": {
                "requestedQueryCost": 30,
                "maximumQueryCost": 100,
                "throttleStatus": {
                    "maximumAvailable": 100,
                    "currentlyAvailable": 40,
                    "restoreRate": 10,
                },
            }
        }

    async def test_who_asks_for_too_much_is_told_when_to_come_back(self) -> None:
        schema = await self.schema(
            "{ things(first: 90) { name } }", "{ things(first: 30) { name } }"
        )
        await ask("{ things(first: 90) { name } }", schema)

        refused = await ask("{ things(first: 30) { name } }", schema)
        assert [error.extensions for error in refused.errors or []] == [
            {"code": "RATE_LIMITED", "retryAfterSeconds": 2}
        ]
        assert ASKED == []
        assert refused.extensions is not None
        assert refused.extensions["cost"]["throttleStatus"]["currentlyAvailable"] == 10

        self.now = 2.0
        assert (await ask("{ things(first: 30) { name } }", schema)).errors is None

    async def test_looking_at_a_new_text_is_charged_whatever_comes_of_it(self) -> None:
        schema = await self.schema("{ fine }")
        for text in ("{" + " " * 39, "{ things { nothing } }".ljust(40)):
            await ask(text, schema)
            await ask(text, schema)

        answer = await ask("{ fine }", schema)

        assert answer.extensions is not None
        # Twice 10 for a text and 2 for its 40 characters, and 1 for what was asked.
        assert answer.extensions["cost"]["throttleStatus"]["currentlyAvailable"] == 75

    async def test_who_sends_new_texts_only_is_refused_before_they_are_looked_at(self) -> None:
        schema = await self.schema("{ fine }")
        refused = [codes(await ask("{" + " " * n, schema)) for n in range(12)]

        assert refused == [["GRAPHQL_PARSE_FAILED"]] * 10 + [["RATE_LIMITED"]] * 2
        assert codes(await ask("{ fine }", schema)) == ["RATE_LIMITED"]
        assert codes(await ask("{ fine }", schema, Caller("b"))) == []

    async def test_looking_at_a_trusted_document_is_not_charged(self) -> None:
        rates, trusted = Rates(1, 1), TrustedDocuments({"a": "{ fine }"})
        schema = served(Policy(rates=rates, trusted=trusted))

        assert (await ask("{ fine }", schema)).errors is None

    async def test_a_text_that_is_too_long_to_be_looked_at_is_not_charged(self) -> None:
        schema = await self.schema()

        assert codes(await ask("{ fine }" + " " * 50_000, schema)) == ["QUERY_TOO_COMPLEX"]

    async def test_another_caller_is_not_held_up(self) -> None:
        schema = await self.schema("{ things(first: 100) { name } }", "{ fine }")
        await ask("{ things(first: 100) { name } }", schema)

        assert codes(await ask("{ fine }", schema)) == ["RATE_LIMITED"]
        assert (await ask("{ fine }", schema, Caller("b"))).errors is None
        assert (await ask("{ fine }", schema, STRANGER)).errors is None


class TestOnlyTrusted:
    SCHEMA = served(Policy(trusted=TrustedDocuments({"a": "{ fine }"}), trusted_only=True))

    async def test_the_very_text_of_a_document_runs(self) -> None:
        assert (await ask("{ fine }", self.SCHEMA)).errors is None

    @pytest.mark.parametrize(
        "text", ["{ fine  }", "{ __typename }", "{", get_introspection_query()]
    )
    async def test_nothing_else_does(self, text: str) -> None:
        assert codes(await ask(text, self.SCHEMA)) == ["PERSISTED_DOCUMENT_REQUIRED"]
        assert ASKED == []


async def first_of(schema: strawberry.Schema, text: str, **more: Any) -> Any:
    """The first that a streaming transport gets."""
    async for one in await schema.stream(text, context_value=Caller(), **more):
        return one
    raise AssertionError("nothing came")


async def all_of(schema: strawberry.Schema, text: str) -> list[Any]:
    """All that a streaming transport gets."""
    return [one async for one in await schema.stream(text, context_value=Caller())]


@pytest.mark.parametrize(
    "text", ["{", "{ nothing }", "{" + "fine " * 600 + "}", "subscription { nothing }"]
)
async def test_a_streaming_transport_gets_the_errors_too(text: str) -> None:
    """WebSockets may allow nothing but subscriptions."""
    streamed = await first_of(DEFAULT, text, allowed_operation_types=[OperationType.SUBSCRIPTION])

    assert streamed.errors
    assert codes(streamed) == codes(await ask(text))


async def test_a_subscription_is_let_in_and_says_what_it_costs() -> None:
    streamed = await first_of(DEFAULT, "subscription { ticks }")

    assert streamed.data == {"ticks": 0}
    assert streamed.extensions["cost"]["requestedQueryCost"] == 1


async def test_each_event_is_charged_and_waits_rather_than_empty_more_than_half_a_bucket() -> None:
    tenths = iter(range(1_000))
    schema = served(Policy(rates=Rates(24, 1, clock=lambda: next(tenths) / 10)))
    text = "subscription { ticks }"

    left = [
        one.extensions["cost"]["throttleStatus"]["currentlyAvailable"]
        for one in await all_of(schema, text)
    ]

    # 11 for the new text and 1 for the operation; then 1 for each event, when a second is over.
    assert left == [12, 12, 12]
    assert next(tenths) > 20


async def test_events_wait_for_nothing_where_there_are_no_rates() -> None:
    ticks = [one.data["ticks"] for one in await all_of(DEFAULT, "subscription { ticks }")]

    assert ticks == [0, 1, 2]
