"""Documents that somebody sends to bring the server down, each with the error that answers it."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Hostile:
    """A request, and the code (and the limit, if it is one) of its refusal."""

    query: str
    code: str
    limit: str | None = None
    variables: dict[str, Any] | None = None
    name: str | None = None


def bomb(fragments: int) -> str:
    """Fragments that each spread the next one twice: as many fields as two to the power of them."""
    inner = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(fragments)
    )
    return f"{{ ...F0 }} {inner} fragment F{fragments} on Query {{ __typename }}"


_COMPLEX: Final = "QUERY_TOO_COMPLEX"
_INVALID: Final = "GRAPHQL_VALIDATION_FAILED"


def _circle(rounds: int) -> str:
    inner = "fields { type { " * rounds + "name" + "} }" * rounds
    return f"{{ __schema {{ types {{ {inner} }} }} }}"


HOSTILE: Final[dict[str, Hostile]] = {
    "20,000 deep": Hostile("{a" * 20_000 + "}" * 20_000, _COMPLEX, "characters"),
    "16,000 deep": Hostile("{a" * 16_000 + "}" * 16_000, _COMPLEX, "nesting"),
    "13 deep": Hostile("{a" * 13 + "}" * 13, _COMPLEX, "depth"),
    "a list 50,000 deep": Hostile(f"{{a(a:{'[' * 50_000}", _COMPLEX, "characters"),
    "a list 20,000 deep": Hostile(f"{{a(a:{'[' * 20_000}", _COMPLEX, "nesting"),
    "10,000 aliases": Hostile(
        "{" + "".join(f"a{n}:id " for n in range(10_000)) + "}", _COMPLEX, "characters"
    ),
    "4,000 aliases": Hostile(
        "{" + "".join(f"a{n}:id " for n in range(4_000)) + "}", _COMPLEX, "tokens"
    ),
    "100 aliases": Hostile(
        "{ viewer {" + "".join(f"a{n}:id " for n in range(100)) + "} }", _COMPLEX, "aliases"
    ),
    "3,000 times a field": Hostile("{" + " __typename" * 3_000 + "}", _COMPLEX, "tokens"),
    "1,000 times a nested field": Hostile("{" + " viewer{id}" * 1_000 + "}", _COMPLEX, "tokens"),
    "600 times a field": Hostile("{viewer{" + " id" * 600 + "}}", _COMPLEX, "fields"),
    "a bomb of 30 fragments": Hostile(bomb(30), _COMPLEX, "fields"),
    "a bomb of 70 fragments": Hostile(bomb(70), _COMPLEX, "fields"),
    "pages of pages": Hostile(
        "{ clients(first: 100) { nodes { sessions(first: 100) { nodes { client { sessions("
        "first: 100) { nodes { id } } } } } } } }",
        _COMPLEX,
        "cost",
    ),
    "fragments in a circle": Hostile(
        "{...A} fragment A on Query {...B} fragment B on Query {...A}", _INVALID
    ),
    "a fragment that is not there": Hostile("{...Zed}", _INVALID),
    "nothing but a fragment": Hostile("fragment A on Query {__typename}", _INVALID),
    "an empty selection": Hostile("{ viewer { } }", "UNAUTHENTICATED"),
    "10,000 directives": Hostile(
        "{__typename" + "@skip(if:false)" * 10_000 + "}", _COMPLEX, "characters"
    ),
    "300 directives": Hostile("{__typename" + "@skip(if:false)" * 300 + "}", _COMPLEX, "tokens"),
    "60 directives": Hostile("{__typename" + "@a" * 60 + "}", _COMPLEX, "directives"),
    "@defer": Hostile("{ ... @defer { __typename } }", _INVALID),
    "@stream": Hostile("{ calendars @stream { id } }", _INVALID),
    "circular introspection": Hostile(_circle(3), _INVALID),
    "more circular introspection": Hostile(_circle(5), _COMPLEX, "introspection"),
    "introspection by a stranger": Hostile("{ __schema { types { name } } }", "UNAUTHENTICATED"),
    "operations without a name": Hostile(
        "query A {__typename} query B {__typename}", "BAD_REQUEST"
    ),
    "an operation that is not there": Hostile("query A {__typename}", "BAD_REQUEST", name="B"),
    "100,000 values": Hostile(
        "query ($ids: [ID!]) { sessions(filter: {serviceIds: $ids}) { totalCount } }",
        "BAD_USER_INPUT",
        "list_items",
        {"ids": ["x"] * 50_000},
    ),
    "300 values in the document": Hostile(
        f"{{ sessions(filter: {{serviceIds: [{'1,' * 300}]}}) {{ totalCount }} }}",
        _COMPLEX,
        "list_items",
    ),
    "300 parts of an input": Hostile(
        f"{{ sessions(filter: {{{'a:1 ' * 300}}}) {{ totalCount }} }}", _COMPLEX, "input_fields"
    ),
}
