"""One cache by the text of a document; what is refused is refused cheaply, with its limit."""

from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query

from execution.documents import Document, Rejected
from execution.limits import Limits
from tests.execution.clinic import documents

SMALL = Limits(
    characters=2_000,
    tokens=450,
    depth=3,
    fields=20,
    aliases=2,
    selected=15,
    fragments=2,
    root_fields=4,
    mutations=2,
    directives=3,
    cost=30,
    introspection=20,
    list_items=3,
    input_fields=1,
)


def errors_of(text: str, limits: Limits = SMALL, *, suggest: bool = False) -> list[GraphQLError]:
    found = documents(limits).find(text, suggest=suggest)
    assert isinstance(found, Rejected), text
    return found.errors


def told(errors: list[GraphQLError]) -> list[dict[str, Any]]:
    return [dict(error.extensions or {}) for error in errors]


BEYOND = {
    "characters": ("{ same" + " " * 2_000 + "}", 2_000, 2_007),
    "tokens": ("{ one {" + " id" * 500 + "} }", 450, 451),
    "nesting": ("{ one " * 210 + "}" * 210, 200, 201),
    "depth": ("{ one { one { one { id } } } }", 3, 4),
    "fields": ("{ a: one {" + " id" * 10 + "} one {" + " id" * 9 + "} }", 20, 21),
    "aliases": ("{ a: same b: same c: same }", 2, 3),
    "selected": (
        "{ one { id ...F ...F ... { id ...F } } } fragment F on Thing { id id id id id }",
        15,
        17,
    ),
    "fragments": (
        "{ same } " + " ".join(f"fragment F{n} on Query {{ same }}" for n in range(3)),
        2,
        3,
    ),
    "root_fields": ("{ same same same same same }", 4, 5),
    "mutations": ("mutation { change { id } change { id } change { id } }", 2, 3),
    "directives": ("{" + " same @skip(if: true)" * 4 + "}", 3, 4),
    "cost": ("{ page(first: 31) { nodes { id } } }", 30, 32),
    "introspection": ("{ __schema { types { fields { name } } } }", 20, 111),
    "list_items": ('{ same(texts: [["a", "b", "c", "d"]]) }', 3, 4),
    "input_fields": ("{ same(with: {texts: [], inner: {}}) }", 1, 2),
    "once": ("mutation { a: signIn { id } b: signIn { id } }", 1, 2),
}


@pytest.mark.parametrize("limit", BEYOND)
def test_an_error_names_the_limit_what_it_allows_and_what_there_is(limit: str) -> None:
    text, allowed, actual = BEYOND[limit]

    [extensions] = [one for one in told(errors_of(text)) if one["limit"] == limit]

    assert extensions == {
        "code": "QUERY_TOO_COMPLEX",
        "limit": limit,
        "allowed": allowed,
        "actual": actual,
    }


@pytest.mark.parametrize("limit", sorted(set(BEYOND) - {"nesting"}))
def test_what_just_reaches_a_limit_is_accepted(limit: str) -> None:
    within = {
        "characters": "{ same" + " " * 1_993 + "}",
        "tokens": "{ same(texts: []) " + "# all that stands in a comment is none\n" * 20 + "}",
        "depth": "{ one { one { id } } }",
        "fields": "{ a: one {" + " id" * 9 + "} b: one {" + " id" * 9 + "} }",
        "aliases": "{ a: same b: same }",
        "selected": "{ one { id id id id ...F ...F } } fragment F on Thing { id id id id id }",
        "fragments": "{ ...A ...B } fragment A on Query { same } fragment B on Query { same }",
        "root_fields": "{ same same same same }",
        "mutations": "mutation { change { id } signIn { id } }",
        "directives": "{" + " same @skip(if: true)" * 3 + "}",
        "cost": "{ page(first: 29) { nodes { id } } }",
        "introspection": "{ __schema { types { name } } }",
        "list_items": '{ same(texts: [["a", "b", "c"]]) }',
        "input_fields": "{ same(with: {inner: {}}) }",
        "once": "mutation { a: signIn { id } }",
    }
    roomy = Limits(depth=3)
    limits = roomy if limit == "introspection" else SMALL

    assert isinstance(documents(limits).find(within[limit], suggest=True), Document)


def test_several_limits_are_named_each_once() -> None:
    text = "query A { a: same b: same c: same same same } query B { a: same b: same c: same }"

    assert sorted(one["limit"] for one in told(errors_of(text))) == ["aliases", "root_fields"]


def test_a_fragment_that_is_spread_nowhere_is_limited_too() -> None:
    """Validation, which would say so, takes longer than that for it."""
    text = "{ same } fragment F on Thing { one {" + " id" * 14 + "}" + " id" * 8 + "}"

    assert [one["limit"] for one in told(errors_of(text))] == ["fields"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("", "GRAPHQL_PARSE_FAILED"),
        ('{ same(texts: "', "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...Zed }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment A on Query { same }", "GRAPHQL_VALIDATION_FAILED"),
        ("type Query { same: Int }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ... @defer { same } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ all @stream { id } }", "GRAPHQL_VALIDATION_FAILED"),
        ("query A { same } query A { same }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ same } query A { same }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_what_is_no_document_of_the_schema_says_so(text: str, code: str) -> None:
    errors = errors_of(text)

    assert {one["code"] for one in told(errors)} == {code}
    assert all(error.message for error in errors)


def test_at_most_a_few_errors_are_told() -> None:
    assert len(errors_of("{ one {" + " nothing" * 15 + "} }")) == 11  # the last says that it ends


@pytest.mark.parametrize("text", ["{ sam }", "{ same(how: WELLL) }", "{ same(tex: []) }"])
def test_names_are_suggested_to_whoever_may_see_them(text: str) -> None:
    assert any("Did you mean" in error.message for error in errors_of(text, suggest=True))
    assert not any("Did you mean" in error.message for error in errors_of(text, suggest=False))


def test_who_may_not_see_suggestions_gets_none_that_were_made_for_another() -> None:
    cache = documents()
    for suggest in (True, False, True):
        found = cache.find("{ sam }", suggest=suggest)
        assert isinstance(found, Rejected)
        assert ("Did you mean" in found.errors[0].message) is suggest


def test_circular_introspection_is_refused() -> None:
    text = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"

    [error] = errors_of(text, Limits())

    assert error.message == "Maximum introspection depth exceeded"


@pytest.mark.parametrize("everything", [True, False])
def test_the_standard_introspection_is_accepted(everything: bool) -> None:
    text = get_introspection_query(
        specified_by_url=everything,
        directive_is_repeatable=everything,
        schema_description=everything,
        input_value_deprecation=everything,
    )

    assert isinstance(documents().find(text, suggest=True), Document)


def test_a_document_is_prepared_once() -> None:
    cache = documents()

    found = cache.find("{ same }", suggest=True)

    assert cache.find("{ same }", suggest=False) is found
    assert cache.find("{  same }", suggest=False) is not found


def test_the_cache_lets_go_of_what_was_not_used_for_longest() -> None:
    cache = documents(most_bytes=30_000)
    first = cache.find("{ a1: same }", suggest=True)
    for number in range(2, 200):
        cache.find(f"{{ a{number}: same }}", suggest=True)
        assert cache.find("{ a1: same }", suggest=True) is first
        assert cache.accepted.bytes <= 30_000

    assert 1 < len(cache.accepted) < 10


def test_refused_documents_push_out_no_accepted_one_and_are_bounded_themselves() -> None:
    cache = documents(most_bytes=80_000)
    kept = cache.find("{ same }", suggest=True)
    for number in range(30):
        cache.find(f"{{ nothing{number} }}", suggest=True)
        cache.find(f"{{ nothing{number} ", suggest=True)
        cache.find("{" + f" a{number}: same" * 600 + "}", suggest=True)

    assert cache.find("{ same }", suggest=True) is kept
    assert len(cache.accepted) == 1
    assert cache.rejected.bytes <= 10_000


@pytest.mark.parametrize(
    "text", ["{", "{ nothing }", "{ a: same b: same c: same }", "{ one " * 210]
)
def test_what_is_kept_of_a_refusal_holds_on_to_nothing_else(text: str) -> None:
    for error in errors_of(text):
        assert (error.__traceback__, error.__context__, error.__cause__) == (None, None, None)


def cost(text: str, variables: dict[str, Any], name: str | None = None) -> int:
    cache = documents()
    found = cache.find(text, suggest=True)
    assert isinstance(found, Document)
    return cache.cost(found, found.operations[name], variables)


PAGED = "query ($n: Int) { page(first: $n) { nodes { id } } }"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"n": 7}, 8),
        ({"n": 0}, 1),
        ({"n": -5}, 1),
        ({"n": 10**30}, 101),
        ({"n": "many"}, 101),
        ({"n": [1]}, 101),
        ({"n": None}, 26),
        ({}, 26),
    ],
)
def test_a_cost_is_reckoned_with_the_page_that_a_variable_asks_for(
    variables: dict[str, Any], expected: int
) -> None:
    assert cost(PAGED, variables) == expected


def test_a_variable_that_is_left_out_has_its_default() -> None:
    text = PAGED.replace("$n: Int", "$n: Int = 4")

    assert cost(text, {}) == 5
    assert cost(text, {"n": None}) == 26
    assert cost(PAGED.replace("$n: Int", f"$n: Int = {2**31 - 1}"), {}) == 101


def test_operations_of_one_document_cost_each_their_own() -> None:
    text = f"{PAGED.replace('query', 'query A')} query B {{ one {{ id }} }} query C {{ same }}"

    assert cost(text, {"n": 3}, "A") == 4
    assert cost(text, {"n": 3}, "B") == 1
    assert cost(text, {"n": 3}, "C") == 1


def test_few_lengths_of_pages_are_remembered() -> None:
    cache = documents()
    found = cache.find(PAGED, suggest=True)
    assert isinstance(found, Document)
    operation = found.operations[None]

    for length in (*range(101), *range(101)):
        assert cache.cost(found, operation, {"n": length}) == 1 + length
        assert len(operation.costs) <= 64
