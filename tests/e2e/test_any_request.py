"""Anything sent to a running server: it answers as HTTP and GraphQL have it, and lives on."""

import json
import os
import re
import socket
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any, Final
from urllib.parse import quote_from_bytes, urlencode, urlsplit

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.e2e.conftest import Fuzzed
from tests.fuzzing.oracle import CODES, codes_of
from tests.fuzzing.values import TEXTS

EXAMPLES: Final = int(os.environ.get("EXAMPLES", "60"))
TYPENAME: Final = b'{"query": "{ __typename }"}'
JSON: Final = {b"Content-Type": b"application/json"}
PATHS: Final = ("/graphql", "/portal/graphql")
# What is no transport's to carry: JSON can write it, and no encoding has it.
HALVES: Final = ("\ud800", "half \udfff of it", "\udc00\ud800")
# What is refused before it gets to GraphQL.
_BARE: Final = re.compile(rb"Invalid HTTP request received\.|Not Found|Disallowed CORS .*")

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from((*TEXTS, *HALVES))
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
queries = st.sampled_from(
    (
        "{ __typename }",
        "query A { __typename } query B { viewer { id } }",
        "query ($id: ID!) { client(id: $id) { name } session(id: $id) { id } }",
        "mutation { signOut { ended } }",
        "subscription { nothing }",
        "{",
        "",
    )
)
beside = {
    "variables": st.fixed_dictionaries({}, optional={"id": anything, "x": anything}) | anything,
    "operationName": st.sampled_from(["A", "B", "C"]) | anything,
    "extensions": st.just({"persistedQuery": {"sha256Hash": "x"}}) | anything,
    "documentId": st.text(max_size=5) | anything,
}
requests = st.one_of(
    st.fixed_dictionaries({"query": queries}, optional={"variables": beside["variables"]}),
    st.fixed_dictionaries({"query": queries}, optional=beside),
    st.fixed_dictionaries({}, optional={**beside, "query": anything, "map": anything}),
)
jsons = (
    (requests | requests | st.lists(requests, max_size=3) | anything)
    .map(json.dumps)
    .map(str.encode)
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A request from which some bytes have been cut, and to which others have been added."""
    whole = draw(jsons)
    at, until = sorted(draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    return whole[:at] + draw(st.binary(max_size=8)) + whole[until:]


bodies = st.sampled_from([TYPENAME]) | jsons | damaged() | st.binary(max_size=200)
kinds = st.sampled_from(
    [
        b"application/json",
        b"application/json; charset=utf-8",
        b"application/graphql-response+json",
        b"text/event-stream",
        b"text/html",
        b"*/*",
        b"application/json;q=nan, */*;q=-1",
        b"multipart/form-data; boundary=x",
    ]
)
carried = st.one_of(
    kinds,
    st.sampled_from(
        [b"", b"null", b"-1", b"9" * 30, b"x" * 5_000, b"same-origin", b"websocket", b"gzip"]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"))
    .map(lambda text: text.encode("latin-1"))
    .flatmap(lambda value: st.sampled_from([value, b"Bearer " + value])),
    st.binary(max_size=10),
)
headers = st.dictionaries(
    st.sampled_from(
        [
            b"Accept",
            b"Authorization",
            b"Content-Type",
            b"Content-Encoding",
            b"Content-Length",
            b"Transfer-Encoding",
            b"Expect",
            b"Upgrade",
            b"Host",
            b"Origin",
            b"Access-Control-Request-Method",
            b"Sec-Fetch-Site",
            b"X-Request-ID",
            b"X-Forwarded-For",
            b"X-Forwarded-Proto",
            b"Cookie",
        ]
    ),
    carried,
    max_size=3,
).map(JSON.__or__)
targets = st.one_of(
    st.binary(max_size=30).map(lambda some: f"?{quote_from_bytes(some, safe='&=%+')}"),
    st.fixed_dictionaries(
        {},
        optional={
            "query": queries | st.text(max_size=20),
            "variables": anything.map(json.dumps) | st.text(max_size=20),
            "operationName": st.text(max_size=5),
            "extensions": anything.map(json.dumps) | st.text(max_size=20),
            "documentId": st.text(max_size=5),
        },
    ).map(lambda given: f"?{urlencode(given)}"),
)


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    kind: str
    body: bytes


def exchange(address: str, request: bytes, method: str = "POST") -> Reply | None:
    """The reply to these bytes, whatever they are; None when the connection is closed without."""
    port = urlsplit(address).port
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        reply = HTTPResponse(connection, method=method)
        try:
            reply.begin()
        except ConnectionError:
            return None
        return Reply(reply.status, reply.headers.get_content_type(), reply.read())


def written(method: str, target: str, fields: dict[bytes, bytes], body: bytes) -> bytes:
    """A request as its bytes."""
    lengths = {b"Content-Length", b"Transfer-Encoding"} & fields.keys()
    all_fields = {
        b"Host": b"127.0.0.1",
        b"Connection": b"close",
        **({} if lengths else {b"Content-Length": b"%d" % len(body)}),
        **fields,
    }
    head = b"".join(b"%b: %b\r\n" % field for field in all_fields.items())
    return f"{method} {target} HTTP/1.1\r\n".encode() + head + b"\r\n" + body


def check(reply: Reply | None, method: str = "POST") -> None:
    """Nothing may be our fault, and what is the caller's is told with a code."""
    if reply is None:
        return
    assert reply.status < httpx.codes.INTERNAL_SERVER_ERROR, reply
    if method == "HEAD" or _BARE.fullmatch(reply.body):
        return
    if reply.kind == "text/html":
        assert (reply.status, method) == (httpx.codes.OK, "GET")
        return
    for answer in answers(reply):
        assert set(codes_of(answer)) <= CODES, reply
        assert "data" in answer or answer["errors"]


def answers(reply: Reply) -> list[Any]:
    """The results in a reply: one, or those of a stream."""
    if reply.kind == "text/event-stream":
        found = re.findall(rb"^event: next\ndata: (.*)$", reply.body, re.MULTILINE)
        return [orjson.loads(one) for one in found]
    assert reply.kind in {"application/json", "application/graphql-response+json"}, reply
    return [orjson.loads(reply.body)]


def spliced(bits: bytes, where: float) -> bytes:
    """A whole request with other bytes in it somewhere."""
    whole = written("POST", "/graphql", JSON, TYPENAME)
    at = int(where * len(whole))
    return whole[:at] + bits + whole[at:]


@pytest.fixture(params=PATHS)
def path(request: pytest.FixtureRequest) -> str:
    """Where to send it."""
    chosen: str = request.param
    return chosen


@given(body=bodies)
@settings(max_examples=EXAMPLES)
def test_any_body_is_answered(fuzzed: Fuzzed, path: str, body: bytes) -> None:
    reply = exchange(fuzzed.address, written("POST", path, JSON, body))

    assert reply is not None
    check(reply)


@given(
    method=st.sampled_from(["POST", "POST", "POST", "GET", "GET", "HEAD", "OPTIONS", "BREW"]),
    target=targets,
    fields=headers,
    body=bodies,
)
@settings(max_examples=EXAMPLES)
def test_any_headers_are_answered(
    fuzzed: Fuzzed, path: str, method: str, target: str, fields: dict[bytes, bytes], body: bytes
) -> None:
    reply = exchange(fuzzed.address, written(method, f"{path}{target}", fields, body), method)

    check(reply, method)


@given(target=targets, accept=kinds)
@settings(max_examples=EXAMPLES)
def test_any_query_string_is_answered(
    fuzzed: Fuzzed, path: str, target: str, accept: bytes
) -> None:
    request = written("GET", f"{path}{target}", {b"Accept": accept}, b"")
    reply = exchange(fuzzed.address, request, "GET")

    assert reply is not None
    check(reply, "GET")


@given(request=st.binary(max_size=100) | st.builds(spliced, st.binary(max_size=8), st.floats(0, 1)))
@settings(max_examples=EXAMPLES)
def test_any_bytes_are_answered_or_hung_up_on(fuzzed: Fuzzed, request: bytes) -> None:
    check(exchange(fuzzed.address, request))


@pytest.mark.parametrize("half", HALVES, ids=ascii)
def test_half_a_character_gets_in_nowhere(fuzzed: Fuzzed, half: str) -> None:
    """So nothing behind the transports need reckon with text that has no encoding."""
    query = "query ($id: ID!) { node(id: $id) { id } }"
    escaped = json.dumps(half)
    tried = {
        "variable": json.dumps({"query": query, "variables": {"id": half}}),
        "text": json.dumps({"query": half}),
        "literal": json.dumps({"query": f"{{ node(id: {escaped}) {{ id }} }}"}),
        "name": json.dumps({"query": query, "operationName": half}),
    }

    replies = {
        place: exchange(fuzzed.address, written("POST", "/graphql", JSON, body.encode()))
        for place, body in tried.items()
    }
    parameters = urlencode({"query": query, "variables": f'{{"id": {escaped}}}'})
    replies["parameter"] = exchange(
        fuzzed.address, written("GET", f"/graphql?{parameters}", {}, b""), "GET"
    )

    told = {place: codes_of(orjson.loads(one.body)) for place, one in replies.items() if one}
    assert told.pop("literal") == ["GRAPHQL_PARSE_FAILED"]
    assert told == {place: ["BAD_REQUEST"] for place in ("variable", "text", "name", "parameter")}
