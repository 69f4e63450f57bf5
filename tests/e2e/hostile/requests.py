"""Rows 1 to 10, 12, 42 and 43: documents, bodies, and requests of other people's pages."""

import gzip
import json
from typing import Final

from tests.e2e.hostile.attempts import (
    ANSWERED,
    BAD_REQUEST,
    COMPLEX,
    INVALID,
    Attempt,
    document,
    documents,
    sent,
)

TYPENAME: Final = b'{"query": "{ __typename }"}'
MUTATION: Final = 'mutation { createCalendar(input: {name: "x"}) { calendar { id } } }'
AS_JSON: Final = json.dumps({"query": MUTATION}).encode()
GUESS: Final = 'signIn(input: {email: "ada@example.com", password: "guess"}) { token }'
NO_REQUESTS: Final = (b"null", b"1", b'"x"', b"[1]", b"", b"{}")
NO_NUMBERS: Final = (b"NaN", b"1e400", b"1" * 5_000)
FORMS: Final = {
    "application/x-www-form-urlencoded": b"query=" + MUTATION.encode(),
    "multipart/form-data; boundary=x": b"--x--",
    "text/plain": AS_JSON,
    "text/plain; application/json": AS_JSON,
}
FOREIGN: Final = {
    "a cookie from elsewhere": {"sec-fetch-site": "cross-site", "cookie": "s=1"},
    "a foreign origin": {"origin": "https://evil.example"},
    "no origin at all": {"origin": "null"},
}

ROWS: Final[dict[int, dict[str, Attempt]]] = {
    1: documents("20,000 deep", "16,000 deep", "a list 50,000 deep", "a list 20,000 deep"),
    2: documents("10,000 aliases", "4,000 aliases", "100 aliases"),
    3: documents("3,000 times a field", "1,000 times a nested field", "600 times a field"),
    4: documents("a bomb of 30 fragments", "a bomb of 70 fragments"),
    5: documents("fragments in a circle", "a fragment that is not there", "nothing but a fragment"),
    6: documents("10,000 directives", "300 directives", "60 directives", "@defer", "@stream"),
    7: {
        **documents(
            "circular introspection", "more circular introspection", "introspection by a stranger"
        ),
        "a name that is nearly one": Attempt({"query": "{ viewr { id } }"}, INVALID, 400),
    },
    8: {
        "a batch": Attempt([{"query": "{ __typename }"}] * 10, BAD_REQUEST, 400),
        "operations without a name": document("operations without a name"),
        "an operation that is not there": document("an operation that is not there"),
        "a name that is none": Attempt(
            {"query": "{ __typename }", "operationName": {}}, BAD_REQUEST, 400
        ),
    },
    9: {
        **{repr(content): sent(content) for content in NO_REQUESTS},
        "UTF-16": sent(TYPENAME.decode().encode("utf-16")),
        "a byte order mark": sent(b"\xef\xbb\xbf" + TYPENAME),
        "a key that comes twice": Attempt(
            b'{"query": "{ nothing }", "query": "{ __typename }"}', ANSWERED
        ),
    },
    10: {
        "what is no UTF-8": sent(b'{"query": "\xff"}'),
        "200,000 brackets": sent(b'{"query": "{ __typename }", "variables": ' + b"[" * 200_000),
        **{
            repr(value[:9]): sent(b'{"query": "{ a }", "variables": {"a": ' + value + b"}}")
            for value in NO_NUMBERS
        },
    },
    12: {
        "10 MB": Attempt(b" " * 10_000_000, "PAYLOAD_TOO_LARGE", 413),
        "compressed": sent(gzip.compress(TYPENAME), 415, **{"content-encoding": "gzip"}),
    },
    42: {
        **{
            kind: Attempt(content, BAD_REQUEST, 415, "practitioner", headers={"content-type": kind})
            for kind, content in FORMS.items()
        },
        "no content type": Attempt(AS_JSON, BAD_REQUEST, 415, "practitioner", headers={}),
        "a mutation by GET": Attempt(
            {"query": MUTATION}, BAD_REQUEST, 405, "practitioner", method="GET"
        ),
        **{
            f"{method} with {name}": Attempt(
                {"query": query}, "FORBIDDEN", 403, "practitioner", method, headers=given
            )
            for method, query in (("GET", "{ __typename }"), ("POST", MUTATION))
            for name, given in FOREIGN.items()
        },
    },
    43: {
        "several guesses": Attempt(
            {"query": f"mutation {{ a: {GUESS} b: {GUESS} }}"}, COMPLEX, 400
        ),
        "one of them in a fragment": Attempt(
            {"query": f"mutation {{ a: {GUESS} ...F }} fragment F on Mutation {{ b: {GUESS} }}"},
            COMPLEX,
            400,
        ),
    },
}
