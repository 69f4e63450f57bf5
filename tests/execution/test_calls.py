"""Resolvers are called with what graphql-core and Strawberry call them with, or by those two."""

from datetime import date
from enum import Enum
from typing import Annotated, Any

import graphql.execution.executor
import pytest
import strawberry
from graphql import get_argument_values
from strawberry import UNSET
from strawberry.extensions import FieldExtension, ParserCache
from strawberry.types import ExecutionResult

from execution.compiled import CompilingExecutor
from execution.quiet import QuietExecutor

CALLS: list[Any] = []
NONE = strawberry.ID("none")


@strawberry.enum
class Size(Enum):
    """A choice."""

    SMALL = "small"
    LARGE = "large"


@strawberry.input
class Wish:
    """An object of arguments."""

    size: Size = Size.SMALL
    on: date | None = UNSET
    names: list[str] | None = UNSET


class Twice(FieldExtension):
    """Says what it was given."""

    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        """Say it twice."""
        return next_(source, info, **given) * 2


@strawberry.type
class Thing:
    """What is found."""

    name: str

    @strawberry.field
    def itself(self, word: str = "I") -> str:
        CALLS.append(("itself", type(self).__name__, word))
        return f"{word} am {self.name}"

    @strawberry.field
    async def later(self, root: strawberry.Parent["Thing"], n: int | None = None) -> str:
        CALLS.append(("later", root.name, n))
        return f"{root.name} {n}"


def everything(
    root: Any,
    info: strawberry.Info,
    n: int = 3,
    f: float | None = UNSET,
    word: Annotated[str | None, strawberry.argument(name="called")] = UNSET,
    size: Size = Size.LARGE,
    wish: Wish | None = UNSET,
    wishes: list[Wish] | None = None,
    id_: Annotated[strawberry.ID, strawberry.argument(name="id")] = NONE,
    perhaps: strawberry.Maybe[int | None] = None,
) -> list[Thing]:
    CALLS.append((root, info.field_name, n, f, word, size, wish, wishes, id_, perhaps))
    if n < 0:
        raise ValueError("fewer than none")
    return [Thing(name=str(number)) for number in range(n)]


@strawberry.type
class Query:
    """The root."""

    all: list[Thing] = strawberry.field(resolver=everything)
    twice: list[Thing] = strawberry.field(resolver=everything, extensions=[Twice()])

    @strawberry.field
    def needs(self, wish: Wish, n: int) -> int | None:
        CALLS.append(("needs", wish, n))
        return n


def schema_with(executor: type[Any]) -> strawberry.Schema:
    return strawberry.Schema(
        Query, execution_context_class=executor, extensions=[lambda: ParserCache(maxsize=64)]
    )


COMPILED, STOCK = schema_with(CompilingExecutor), schema_with(QuietExecutor)

DOCUMENTS: list[tuple[str, list[dict[str, Any]]]] = [
    ("{ all { name } }", [{}]),
    ('{ all(n: 1, f: 2, called: "x", size: SMALL, id: 7) { name } }', [{}]),
    ("{ all(n: -1) { name } }", [{}]),
    ("{ all(n: null) { name } }", [{}]),
    ("{ all(called: null, wish: null, wishes: null, perhaps: null) { name } }", [{}]),
    ('{ all(wish: {size: LARGE, on: "2026-05-01", names: ["a"]}) { name } }', [{}]),
    ("{ all(wishes: [{}, {size: LARGE}], perhaps: 4) { name } }", [{}]),
    (
        "query($n: Int = 2, $s: Size, $c: String) { all(n: $n, size: $s, called: $c) { name } }",
        [{}, {"n": 1}, {"n": None}, {"s": "SMALL"}, {"s": None}, {"c": None}, {"c": "x", "n": 0}],
    ),
    (
        "query($w: Wish, $l: [Wish!], $p: Int) { all(wish: $w, wishes: $l, perhaps: $p) { name } }",
        [{}, {"w": {}}, {"w": None}, {"l": []}, {"l": [{"size": "LARGE"}]}, {"p": 1}, {"p": None}],
    ),
    (
        "query($on: Date, $name: String!) { all(wish: {on: $on, names: [$name]}) { name } }",
        [{"name": "x"}, {"name": "y", "on": "2026-05-01"}],
    ),
    ("query($n: Int!) { a: all(n: $n) { name } b: all(n: 1) { name } }", [{"n": 2}, {"n": -1}]),
    ("query($n: Int) { needs(wish: {}, n: $n) }", [{"n": 1}]),
    ("query($w: Wish!, $n: Int!) { needs(wish: $w, n: $n) }", [{"w": {}, "n": 1}]),
    ("query($n: Int) { all(n: $n) { itself later(n: $n) } }", [{"n": 2}, {"n": None}, {}]),
    ('{ all { itself(word: "You") l: later(n: 4) later } }', [{}]),
    ("query($w: String!) { all { itself(word: $w) } }", [{"w": "We"}]),
    ("{ twice(n: 1) { name } all(n: 1) { name } }", [{}]),
    ("query($y: Boolean!) { all @include(if: $y) { itself @skip(if: $y) name } }", [{"y": True}]),
]


def told(result: ExecutionResult) -> Any:
    return str(result.data), [
        (error.message, error.path, error.locations, type(error.original_error))
        for error in result.errors or ()
    ]


@pytest.mark.parametrize(("document", "every"), DOCUMENTS, ids=[one for one, _ in DOCUMENTS])
async def test_a_resolver_is_called_as_the_stock_executor_calls_it(
    document: str, every: list[dict[str, Any]]
) -> None:
    for variables in every * 3:
        CALLS.clear()
        expected = told(await STOCK.execute(document, variable_values=variables))
        by_stock = [*CALLS]
        CALLS.clear()

        found = told(await COMPILED.execute(document, variable_values=variables))

        assert found == expected
        assert str(by_stock) == str(CALLS)
        assert by_stock == CALLS


async def test_each_call_is_given_objects_of_its_own() -> None:
    document = '{ all(n: 0, wish: {names: ["a"]}) { name } }'
    CALLS.clear()

    await COMPILED.execute(document)
    CALLS[0][6].names.append("b")
    await COMPILED.execute(document)

    assert CALLS[1][6].names == ["a"]


async def test_what_is_constant_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by graphql-core's own function for arguments, which is asked for each field."""
    document = "query($n: Int!) { all(n: $n, size: SMALL) { name itself } }"
    asked: list[str] = []

    def counting(field: Any, node: Any, *rest: Any) -> Any:
        asked.append(node.name.value)
        return get_argument_values(field, node, *rest)

    monkeypatch.setattr(graphql.execution.executor, "get_argument_values", counting)
    await STOCK.execute(document, variable_values={"n": 5})
    assert asked == ["all", *["itself"] * 5]
    await COMPILED.execute(document, variable_values={"n": 5})
    asked.clear()

    await COMPILED.execute(document, variable_values={"n": 5})

    assert asked == []
