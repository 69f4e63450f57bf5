"""Schemas that are configured in ways of their own, and documents that are unusual."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import strawberry
from graphql import (
    DocumentNode,
    OperationDefinitionNode,
    execute,
    parse,
)
from strawberry.extensions import SchemaExtension
from strawberry.types.field import StrawberryField

from execution.compiled import CompilingExecutor, Plans
from execution.quiet import QuietExecutor
from schema.over import over, read, resolved
from tests.execution.beasts import beast
from tests.execution.compared import (
    COMPILED,
    STOCK,
    VISITS,
    WatchedExecutor,
    everything_of,
    exactly,
    same,
    schema_with,
)
from tests.execution.menagerie import CONFIG, Subscription, rows
from tests.execution.odd_rows import Row


def both(**declared: Any) -> tuple[strawberry.Schema, strawberry.Schema]:
    """Such a schema, compiled and stock."""
    return schema_with(WatchedExecutor, **declared), schema_with(QuietExecutor, **declared)


@pytest.mark.parametrize("selected", ["secret", "shouted", "secret name", "a: secret id"])
async def test_what_needs_a_permission_is_not_read_past_its_check(selected: str) -> None:
    row = beast()

    await same(f"{{ few {{ {selected} }} beast {{ {selected} }} }}", lambda: [row])

    assert "secret" not in row.reads


async def test_a_resolver_of_plain_fields_is_asked() -> None:
    @over(Row, description="-")
    class Thing:  # of its own: Strawberry notes the resolver in a type's fields
        name: str = read("-")

    @strawberry.type
    class Things:
        all: list[Thing] = resolved(rows, description="-")

    config = replace(CONFIG, default_resolver=lambda row, name: f"{name} of {type(row).__name__}")
    schemas = both(query=Things, config=config)

    result = await same("{ all { name } }", lambda: [Row(name="a")], schemas=schemas)

    assert result.data == {"all": [{"name": "name of Row"}]}


async def test_a_field_that_gets_its_value_in_its_own_way_is_asked() -> None:
    class Loud(StrawberryField):
        def get_result(self, source: Any, info: Any, args: list[Any], kwargs: Any) -> Any:
            return str(super().get_result(source, info, args, kwargs)).upper()

    @over(Row, description="-")
    class Thing:
        name: str = Loud()  # type: ignore[assignment]  # as Strawberry has it

    @strawberry.type
    class Things:
        all: list[Thing] = resolved(rows, description="-")

    result = await same("{ all { name } }", lambda: [Row(name="a")], schemas=both(query=Things))

    assert result.data == {"all": [{"name": "A"}]}


async def test_a_row_that_is_a_failure_fails() -> None:
    class Failure(Exception):
        name = "what went wrong"

    @over(Failure, description="-")
    class Problem:
        name: str = read("-")

    @over(Row, description="-")
    class Thing:
        problem: Problem | None = read("-")

    @strawberry.type
    class Things:
        all: list[Thing] = resolved(rows, description="-")

    found = [Row(problem=Failure()), Row(problem=None)]
    result = await same("{ all { problem { name } } }", lambda: found, schemas=both(query=Things))

    assert result.data == {"all": [{"problem": None}, {"problem": None}]}


async def test_where_something_resolves_around_all_fields_nothing_is_compiled() -> None:
    class Around(SchemaExtension):
        def resolve(self, _next: Any, root: Any, info: Any, *_: Any, **given: Any) -> Any:
            found = _next(root, info, **given)
            return found.upper() if isinstance(found, str) else found

    compiled, stock = both()
    for one in (compiled, stock):
        one.extensions = (*one.extensions, Around)
    VISITS.clear()

    result = await same("{ few { name } }", lambda: [beast()], schemas=(compiled, stock))

    assert result.data == {"few": [{"name": "GRENDEL"}]}
    assert set(VISITS) == {"no plan"}


INCREMENTAL = [
    "query($y: Boolean!) { few { id ... @defer(if: $y) { name legs } } }",
    "query($y: Boolean!) { few { home { ...F @defer(if: $y) id } } } fragment F on Place { name }",
    "query($y: Boolean!) { beasts @stream(initialCount: 1, if: $y) { id } }",
    "query($y: Boolean!) { few { past @stream(initialCount: 1, if: $y) { id } } }",
    "query($y: Boolean!) { few { home { id } ... @defer(if: $y) { home { name } } } }",
]


@pytest.mark.parametrize("document", INCREMENTAL)
async def test_what_comes_later_comes_later(document: str) -> None:
    config = replace(CONFIG, enable_experimental_incremental_execution=True)
    found = [beast(past=[beast().home, beast().home]), beast(id="b2")]

    async def told(schema: strawberry.Schema, y: bool) -> Any:  # noqa: FBT001, RUF100
        result: Any = await schema.execute(
            document, variable_values={"y": y}, context_value=lambda: found
        )
        if not hasattr(result, "initial_result"):
            return everything_of(result)
        parts = [result.initial_result.formatted]
        parts += [one.formatted async for one in result.subsequent_results]
        return [exactly(one) for one in parts]

    compiled, stock = both(config=config)
    for y in (False, True, False, True):
        expected = await told(stock, y)
        assert isinstance(expected, list) is y
        assert await told(compiled, y) == expected


async def test_events_are_completed_as_answers_are() -> None:
    async def told(schema: strawberry.Schema) -> list[Any]:
        events: Any = await schema.subscribe(
            "subscription { told { id legs home { id } } }",
            context_value=lambda: [beast(), beast(legs=None)],
        )
        return [everything_of(event) async for event in events]

    compiled, stock = both(subscription=Subscription)
    VISITS.clear()

    assert await told(compiled) == await told(stock)
    assert VISITS == {"plan": 2, "surprise": 4}


def answer(
    executor: type[Any], document: DocumentNode, made: Callable[[], Any], **given: Any
) -> Any:
    """What graphql-core answers by itself."""
    schema = COMPILED if executor is CompilingExecutor else STOCK
    return execute(
        schema._schema,
        document,
        context_value=made,
        variable_values=given,
        executor_class=executor,
    )


def test_an_operation_that_is_put_together_with_other_fragments_selects_what_they_say() -> None:
    operation, *_ = parse("{ beasts { ...F } }").definitions
    assert isinstance(operation, OperationDefinitionNode)

    for selected in ("id", "name", "home { id }", "id"):
        fragment, *_ = parse(f"fragment F on Beast {{ {selected} }}").definitions
        document = DocumentNode(definitions=(operation, fragment))
        found, expected = (
            answer(one, document, lambda: [beast()]) for one in (CompilingExecutor, QuietExecutor)
        )
        assert exactly(found.data) == exactly(expected.data)


def test_variables_of_other_directives_are_no_conditions() -> None:
    document = parse("query($of: [String!]) { beasts @kept(of: $of) { id @kept(of: $of) name } }")

    found, expected = (
        answer(one, document, lambda: [beast()], of=["a"])
        for one in (CompilingExecutor, QuietExecutor)
    )

    assert exactly(found.data) == exactly(expected.data)


def test_who_tries_all_conditions_fills_no_memory() -> None:
    names = [f"v{number}" for number in range(6)]
    defined = ", ".join(f"${name}: Boolean!" for name in names)
    selected = " ".join(f"{name}: id @include(if: ${name})" for name in names)
    document = parse(f"query({defined}) {{ beasts {{ id {selected} }} }}")

    for number in range(64):
        given = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        found, expected = (
            answer(one, document, lambda: [beast()], **given)
            for one in (CompilingExecutor, QuietExecutor)
        )
        assert exactly(found.data) == exactly(expected.data)

    kept = document.definitions[0].__dict__["plans"]
    assert isinstance(kept, Plans)
    assert len(kept._ways) <= 16


def test_what_is_nested_too_deeply_for_a_plan_is_answered_without() -> None:
    row = beast()
    for _ in range(130):
        row = beast(parent=row)
    document = parse(f"{{ beasts {{ {'parent { ' * 120} id {'}' * 120} }} }}")

    found, expected = (
        answer(one, document, lambda: [row]) for one in (CompilingExecutor, QuietExecutor)
    )

    assert exactly(found.data) == exactly(expected.data)
