"""What is compiled answers as the stock executor does: what no resolver should return, first."""

from typing import Any, Final

import pytest
from graphql import GraphQLObjectType
from graphql.pyutils import Undefined

from tests.execution.beasts import POISONS, Later, Told, beast, place, plant
from tests.execution.compared import COMPILED, VISITS, same, these
from tests.execution.odd_rows import Made

_BELOW: Final = {
    "friend": "{ __typename id name }",
    "prey": "{ __typename ... on Named { id name } }",
    "loose": "{ __typename name args }",
    "parent": "{ id name }",
    "young": "{ id legs parent { id } }",
    **dict.fromkeys(("home", "place", "past", "grid"), "{ __typename id name area }"),
}
_TYPE: Final = COMPILED._schema.type_map["Beast"]
assert isinstance(_TYPE, GraphQLObjectType)
FIELDS: Final = [f"{name} {_BELOW.get(name, '')}".strip() for name in _TYPE.fields]


@pytest.mark.parametrize("selected", FIELDS)
async def test_a_field_is_whatever_the_stock_executor_makes_of_its_value(selected: str) -> None:
    name = selected.split(maxsplit=1)[0]
    found = [beast(**{name: poison}) for poison in POISONS]

    await same(f"{{ few {{ {selected} }} }}", lambda: found)


@pytest.mark.parametrize("listed", ["few", "named", "living", "herds", "beasts", "beast", "whole"])
async def test_a_row_is_whatever_the_stock_executor_makes_of_it(listed: str) -> None:
    selected = "__typename ... on Named { id name } ... on Beast { legs home { id } }"

    await same(f"{{ {listed} {{ {selected} }} }}", lambda: list(POISONS))
    for poison in POISONS:
        await same(f"{{ {listed} {{ {selected} }} }}", these(poison))
        await same(f"{{ {listed} {{ __typename }} }}", these([beast(), poison]))


@pytest.mark.parametrize("value", [ValueError("no text"), Later("1"), Undefined, object], ids=repr)
async def test_a_serializer_of_anything_is_given_no_failure_and_nothing_to_wait_for(
    value: Any,
) -> None:
    rows = these([beast(price=value, worth=value, seen=value)])

    await same("{ few { price } }", rows)
    await same("{ few { worth } }", rows)
    await same("{ few { seen } }", rows)


@pytest.mark.parametrize("value", [Told("a failure"), Later(None), Undefined], ids=repr)
async def test_a_type_over_nothing_has_no_plan(value: Any) -> None:
    for selected in ("__typename", "name", "args"):
        await same(f"{{ few {{ loose {{ {selected} }} }} }}", lambda: [beast(loose=value)])


async def test_a_list_is_read_once_where_it_can_be_read_only_once() -> None:
    def rows() -> Any:
        kept = iter([place(), place(name=7)])
        return [beast(past=kept), beast(past=Made(lambda: iter([place()])))]

    await same("{ few { past { name } } }", rows)


CONDITIONS: Final = [
    ("{ beasts { id @skip(if: $some) } }", []),
    ("{ beasts { young { id @skip(if: $some) } } }", [beast()]),
    ("{ few { young { id @skip(if: $some) } } }", [beast(young=[beast()]), beast()]),
    ("{ few { id ... @include(if: $some) { home { id } } } }", [beast(), plant()]),
    ("{ herds { home { id @include(if: $some) } } }", [beast(home=None), beast()]),
    ("{ few { past { ...F } } } fragment F on Place { id name @skip(if: $some) }", [beast()]),
]


@pytest.mark.parametrize(("asked", "found"), CONDITIONS)
async def test_a_condition_that_is_null_fails_where_it_is_met(asked: str, found: Any) -> None:
    document = f"query($some: Boolean = true) {asked}"

    for given in ({"some": None}, {}, {"some": True}, {"some": False}, {"some": None}):
        await same(document, lambda: found, given, times=2)


ARGUMENTS: Final = [
    "greeting",
    "greeting(length: 2)",
    "greeting(length: -1)",
    "greeting(length: $n)",
    "greeting(length: $m, word: $w)",
    'greeting(word: "Hi", loud: true)',
    "greeting(word: null, loud: $b)",
    "greeting(length: $n) b: greeting(length: 4) c: greeting",
    "echoed(value: 1)",
    "echoed(value: {a: $n, b: [$w]})",
    "echoed(value: [$n])",
    "echoed(value: $j)",
    "turned",
    "turned(times: 2)",
    "turned(times: $n)",
    "alone(times: 2)",
    "informed",
    "told",
    "told(number: 1)",
    "told(number: $n)",
    'pointed(at: "Tm9kZTox")',
    "pointed(at: $w)",
]


@pytest.mark.parametrize("selected", ARGUMENTS)
async def test_what_is_reckoned_is_given_the_same_arguments(selected: str) -> None:
    defined = "$n: Int, $m: Int! = 2, $w: String, $b: Boolean = true, $j: JSON"
    document = f"query({defined}) {{ few {{ id {selected} }} }}"
    every: tuple[dict[str, Any], ...] = (
        {},
        {"n": 1, "m": 1, "w": "Hello", "b": False, "j": {"a": 1}},
        {"n": None, "w": None, "b": None, "j": None},
        {"n": 5, "w": "Tm9kZTox"},
    )

    for given in (*every, *every):
        await same(document, lambda: [beast(), beast(name="B"), beast(name=None)], given, times=1)


DOCUMENTS: Final = [
    "{ a: few { id } few { legs } a: few { name home { id } } }",
    "{ few { home { id } home { name } ...F ...F } } fragment F on Beast { home { area } legs }",
    "{ few { ...N } living { ...N } } fragment N on Named { ...M } fragment M on Beast { legs }",
    "{ few { ... on Living { ... on Beast { t: __typename legs } } ... on Plant { height } } }",
    "{ few { id @skip(if: true) legs @include(if: false) } beasts { id @include(if: true) } }",
    "{ few { past { a: name name b: id id } grid { id } table moods } }",
    "{ few { parent { parent { parent { id name parent { id } } } } } }",
    "{ few { id slow } beasts { slow answered name } }",
    "{ few { friend { id ... on Plant { place { id } } } prey { __typename } } }",
    "{ few { id unknown { below } } beast { nowhere } }",
    "{ few { __typename } whole { __typename } herds { __typename } }",
]


@pytest.mark.parametrize("document", DOCUMENTS)
async def test_the_same_is_selected_in_the_same_order(document: str) -> None:
    def rows() -> Any:
        return [
            beast(young=[beast(id="b2"), beast(id="b3", name=None)], prey=plant()),
            beast(parent=beast(parent=beast(parent=beast())), past=None, table=None),
            plant(),
            None,
        ]

    await same(document, rows)
    await same(document, lambda: [beast(), beast(young=[beast()])])
    await same(document, list)


async def test_operations_of_one_document_have_plans_of_their_own() -> None:
    document = (
        "query A($yes: Boolean!) { few { ...F legs } } query B($yes: Boolean!) { few { ...F } } "
        "fragment F on Beast { id name @skip(if: $yes) home { id @include(if: $yes) } }"
    )

    for operation in "ABAB":
        for yes in (True, False):
            await same(document, lambda: [beast()], {"yes": yes}, operation=operation)


async def test_plans_are_used_given_up_and_not_made() -> None:
    VISITS.clear()

    await same("{ few { id home { id } } }", lambda: [beast(), beast()])
    assert VISITS == {"plan": 3}
    await same("{ few { id legs } }", lambda: [beast(), beast(legs="two")])
    assert VISITS == {"plan": 6, "surprise": 6}  # the list, and the second row; the first is fine
    await same("{ few { id secret } }", lambda: [beast()])
    assert VISITS == {"plan": 6, "surprise": 6, "no plan": 6}
