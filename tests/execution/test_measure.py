"""What a document comes to: as the plainest telling has it, in one pass over its nodes."""

import sys
from typing import Any

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from execution.limits import Assumptions
from execution.measure import MOST, Measures, measure
from tests.execution.clinic import ASSUMPTIONS, SCHEMA
from tests.execution.naive import Naive


def measured(text: str, **pages: int) -> Measures:
    return measure(parse(text), SCHEMA, ASSUMPTIONS, pages).operations[0]


def bomb(fragments: int, *, spread: int = 2, body: str = "one { id }") -> str:
    """Fragments that each spread the next one several times."""
    inner = " ".join(
        f"fragment F{n} on Query {{ {f'...F{n + 1} ' * spread}}}" for n in range(fragments)
    )
    return f"{{ ...F0 }} {inner} fragment F{fragments} on Query {{ {body} }}"


TYPES = {
    "Query": (["same"], ["one:Thing", "all:Thing", "page:Things"]),
    "Things": (["total"], ["nodes:Thing", "edges:Edge", "summary:Thing"]),
    "Edge": ([], ["node:Thing"]),
    "Thing": (["id", "name"], ["one:Thing", "all:Thing", "few:Thing", "page:Things"]),
}
PAGES = ["", "(first: 3)", "(last: 0)", "(first: 500)", "(first: -4)", "(first: $n)", "(last: 7)"]
DIRECTIVES = ["", "", "", " @skip(if: false)", " @skip(if: false) @include(if: true)"]


@st.composite
def selections(draw: st.DrawFn, of: str, depth: int, fragments: list[tuple[str, str]]) -> str:
    """A selection set of a type, which may spread these fragments."""
    parts = []
    scalars, objects = TYPES[of]
    usable = [name for name, on in fragments if on == of]
    for _ in range(draw(st.integers(1, 3))):
        kinds = ["scalar"] * bool(scalars) + ["object", "inline"] * (depth > 0)
        kind = draw(st.sampled_from(kinds + ["spread"] * bool(usable) or ["object"]))
        directive = draw(st.sampled_from(DIRECTIVES))
        if kind == "scalar":
            alias = draw(st.sampled_from(["", "", "a: ", "b: "]))
            parts.append(f"{alias}{draw(st.sampled_from(scalars))}{directive}")
        elif kind == "spread":
            parts.append(f"...{draw(st.sampled_from(usable))}{directive}")
        elif kind == "inline":
            on = draw(st.sampled_from(["", f" on {of}"]))
            parts.append(f"...{on}{directive} {draw(selections(of, depth - 1, fragments))}")
        else:
            name, _, inner = draw(st.sampled_from(objects)).partition(":")
            page = draw(st.sampled_from(PAGES)) if name == "page" else ""
            within = draw(selections(inner, max(0, depth - 1), fragments))
            parts.append(f"{name}{page}{directive} {within}")
    return f"{{ {' '.join(parts)} }}"


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A document of one operation and some fragments, which spread those before them."""
    fragments: list[tuple[str, str]] = []
    definitions = []
    for number in range(draw(st.integers(0, 4))):
        of = draw(st.sampled_from(sorted(TYPES)))
        within = draw(selections(of, 2, list(fragments)))
        definitions.append(f"fragment F{number} on {of} {within}")
        fragments.append((f"F{number}", of))
    query = draw(selections("Query", 3, fragments))
    # In any order: a fragment may stand before those that it spreads, or after them.
    return " ".join([f"query Q($n: Int) {query}", *draw(st.permutations(definitions))])


@given(texts())
def test_the_pass_agrees_with_walking_every_fragment_at_every_spread(text: str) -> None:
    document = parse(text)
    naive = Naive(document, ASSUMPTIONS)

    ours = measure(document, SCHEMA, ASSUMPTIONS).operations[0]

    assert ours.depth == naive.depth
    assert ours.fields == naive.fields
    assert ours.aliases == naive.aliases
    assert ours.root_fields == naive.root_fields
    assert max(ours.root_fields, ours.selected) == naive.selected
    assert ours.directives == naive.directives
    assert ours.cost == min(naive.cost, MOST)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ same }", 0),
        ("{ one { id name } }", 1),
        ("{ one { id one { id } } }", 2),
        ("{ all { id } }", 10),
        ("{ one { few { id } } }", 3),
        ("{ page { total } }", 1),
        ("{ page { nodes { id } } }", 26),
        ("{ page(first: 5) { nodes { one { id } } } }", 11),
        ("{ page(first: 5) { edges { node { id } } } }", 11),
        ("{ page(first: 5) { nodes { id } edges { node { id } } } }", 16),
        # What stands beside the rows of a page is there once.
        ("{ page(first: 5) { summary { all { id } } total } }", 12),
        ("{ page(first: 5) { nodes { page(first: 4) { nodes { id } } } } }", 31),
        ("{ page(first: 5) { ...P } } fragment P on Things { nodes { id } }", 6),
        ("{ page(first: null) { nodes { id } } }", 26),
        ("{ page(first: 999999999999) { nodes { id } } }", 101),
        ("mutation { change { id } }", 11),
        ("mutation { a: change { id } b: change { id } }", 22),
        ("mutation { ...M } fragment M on Mutation { change { id } }", 11),
    ],
)
def test_an_object_costs_one_as_often_as_its_lists_are_long(text: str, cost: int) -> None:
    assert measured(text).cost == cost


def test_a_page_that_a_variable_asks_for_is_reckoned_with_its_value() -> None:
    text = "query ($n: Int) { page(first: $n) { nodes { id } } }"

    assert measured(text).cost == 101
    assert measured(text, n=7).cost == 8


def test_introspection_counts_neither_for_depth_nor_for_cost_but_for_itself() -> None:
    deep = "{ __schema { types { fields { type { ofType { ofType { name } } } } } } one { id } }"

    measures = measured(deep)

    assert measures.depth == 2
    assert measures.cost == 1 + ASSUMPTIONS.introspection
    assert measures.introspection == 1 + 10 * (1 + 10 * (1 + 3))


def test_root_fields_that_may_stand_once_are_counted_under_any_alias_and_in_any_fragment() -> None:
    text = """
    mutation { a: signIn { id } ... { signIn { id } } ...M ...M change { id } }
    fragment M on Mutation { b: signIn { id } }
    """

    assert measured(text).named == {"signIn": 4}


def test_a_field_further_in_is_no_root_field() -> None:
    of_that_name = Assumptions(once=frozenset({"name"}))

    measures = measure(parse("{ one { name a: name } }"), SCHEMA, of_that_name).operations[0]

    assert measures.named == {}
    assert measures.root_fields == 1


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("{ same }", 0),
        ('{ same(texts: ["a", "b"]) }', 2),
        ('{ same(texts: [["a", "b", "c"], []]) }', 3),
        ("{ same(with: {inner: {texts: [null, null, null]}}) }", 3),
        ('query ($t: [String] = ["a", "b"]) { same(texts: [$t]) }', 2),
        ('{ same @skip(if: ["a", "b", "c"]) }', 3),
    ],
)
def test_lists_are_found_wherever_they_are_written(text: str, length: int) -> None:
    assert measure(parse(text), SCHEMA, ASSUMPTIONS).longest_list == length


def test_the_largest_object_is_found() -> None:
    text = "{ same(with: [{a: 1}, {b: {a: 1, b: 2, c: 3}}]) }"

    assert measure(parse(text), SCHEMA, ASSUMPTIONS).largest_object == 3


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...A } fragment A on Query { ...A one { id } }",
        "{ ...Nobody }",
        "{ nothing { of { this } } }",
        "fragment A on Query { same }",
        "{ ... on Nothing { same } }",
        "{ ...A } fragment A on Nothing { same { same } }",
        "{ one { } }",
        "subscription { one { id } }",
        "type Query { one: Int }",
        "{ same { same } id { __typename } }",
        "{ __typename { __schema { types { name } } } }",
    ],
)
def test_what_does_not_fit_the_schema_is_measured_too(text: str) -> None:
    measure(parse(text), SCHEMA, ASSUMPTIONS)


def test_sums_stop_growing() -> None:
    assert measured(bomb(200)).fields == MOST


def calls_of(text: str) -> int:
    """How many functions are called to measure a document: work, without a clock."""
    document, count = parse(text), 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        measure(document, SCHEMA, ASSUMPTIONS)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (bomb(30), bomb(60)),
        (bomb(30, spread=5), bomb(60, spread=5)),
        (
            "{" + " ".join(f"a{n}: same" for n in range(5_000)) + "}",
            "{" + " ".join(f"a{n}: same" for n in range(10_000)) + "}",
        ),
        ("{" + "one {" * 80 + "id" + "}" * 81, "{" + "one {" * 160 + "id" + "}" * 161),
        (f"{{ same(texts: [{'1 ' * 500}]) }}", f"{{ same(texts: [{'1 ' * 1000}]) }}"),
    ],
    ids=["a bomb of fragments", "a bomb of more", "aliases", "depth", "a long list"],
)
def test_a_document_twice_as_large_takes_at_most_twice_the_work(small: str, large: str) -> None:
    assert calls_of(large) <= 2.1 * calls_of(small)


def test_a_kilobyte_of_fragments_takes_less_work_than_it_has_letters_fivefold() -> None:
    text = bomb(30, body="same")

    assert len(text) < 1_300
    assert calls_of(text) < 5 * len(text)


def test_no_call_goes_as_deep_as_the_fragments_do() -> None:
    spread_by_each_other = "{ ...F0 } " + " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(5_000)
    )

    assert measured(spread_by_each_other + " fragment F5000 on Query { same }").fields == 1
