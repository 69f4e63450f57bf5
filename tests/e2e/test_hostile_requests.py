"""Requests that are none, too much, or another page's: refused before anything is executed."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Served

JSON = {"content-type": "application/json"}
TYPENAME = b'{"query": "{ __typename }"}'
MUTATION = 'mutation { createCalendar(input: {name: "x"}) { calendar { id } } }'
APP = "https://app.example.com"


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {served.token}"}
    with httpx.Client(base_url=served.address, headers=headers, verify=False) as client:  # noqa: S501 - nothing here speaks TLS
        yield client


def codes(response: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([{"query": "{ __typename }"}] * 10, 400),  # a batch
        ([], 400),
        ({"query": "query A { __typename } query B { __typename }"}, 200),
        ({"query": "query A { __typename } query B { __typename }", "operationName": "C"}, 200),
        ({"query": "{ __typename }", "operationName": {}}, 400),
        ({"query": "{ __typename }", "operationName": ["A"]}, 400),
        ({"query": {}}, 400),
        ({"query": 1}, 400),
        ({"query": ""}, 400),
        ({"query": "{ __typename }", "variables": "x"}, 400),
        ({"query": "{ __typename }", "variables": [1]}, 400),
        ({"query": "{ __typename }", "extensions": []}, 400),
        ({"variables": {}}, 400),
    ],
    ids=lambda value: json.dumps(value)[:60],
)
def test_a_body_that_asks_for_nothing_is_told_so(
    client: httpx.Client, body: Any, status: int
) -> None:
    response = client.post("/graphql", json=body)

    assert response.status_code == status
    assert codes(response) == ["BAD_REQUEST"]
    assert response.json().get("data") is None


@pytest.mark.parametrize(
    "content",
    [
        b'{"query": "{ __typename }", "variables": {"a": NaN}}',
        b'{"query": "{ __typename }", "variables": {"a": 1e400}}',
        b'{"query": "{ __typename }", "variables": {"a": ' + b"1" * 5000 + b"}}",
        b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 100_000 + b"}}",
        b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 40_000,
        b'{"query": "\xff"}',
        b'{"query": "\\ud800"}',
        '{"query": "{ __typename }"}'.encode("utf-16"),
        b"\xef\xbb\xbf" + TYPENAME,
        TYPENAME + b"}",
        b"query={ __typename }",
    ],
    ids=lambda content: repr(content[:40]),
)
def test_what_is_no_json_is_a_400(client: httpx.Client, content: bytes) -> None:
    response = client.post("/graphql", content=content, headers=JSON)

    assert response.status_code == httpx.codes.BAD_REQUEST
    assert codes(response) == ["BAD_REQUEST"]


def test_a_key_that_comes_twice_is_taken_as_it_comes_last(client: httpx.Client) -> None:
    content = b'{"query": "{ nothing }", "query": "{ __typename }"}'

    answer = client.post("/graphql", content=content, headers=JSON).json()

    assert answer["data"] == {"__typename": "Query"}


def in_chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 65536):
        yield b" " * 65536


def test_a_body_that_is_too_large_is_not_read_on(client: httpx.Client) -> None:
    declared = client.post("/graphql", content=b" " * 1_000_000, headers=JSON)
    chunked = client.post("/graphql", content=in_chunks(1_048_576), headers=JSON)

    for response in (declared, chunked):
        assert response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE
        assert codes(response) == ["PAYLOAD_TOO_LARGE"]
        assert "262144 bytes" in response.json()["errors"][0]["message"]
    assert client.post("/graphql", content=TYPENAME, headers=JSON).status_code == httpx.codes.OK


def test_a_body_of_the_largest_size_is_read(client: httpx.Client) -> None:
    content = TYPENAME + b" " * (256 * 1024 - len(TYPENAME))

    assert client.post("/graphql", content=content, headers=JSON).status_code == httpx.codes.OK


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip"])
def test_a_compressed_body_is_refused(client: httpx.Client, encoding: str) -> None:
    response = client.post(
        "/graphql",
        content=gzip.compress(TYPENAME),
        headers={**JSON, "content-encoding": encoding},
    )

    assert response.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "text/plain; application/json",
        "application/graphql",
        "application/jsonp",
    ],
)
def test_what_a_form_can_send_is_refused(client: httpx.Client, content_type: str) -> None:
    response = client.post("/graphql", content=TYPENAME, headers={"content-type": content_type})

    assert response.status_code == httpx.codes.UNSUPPORTED_MEDIA_TYPE


def test_a_mutation_by_get_is_refused(client: httpx.Client) -> None:
    response = client.get("/graphql", params={"query": MUTATION})

    assert response.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert response.headers["allow"] == "POST"
    calendars = client.post("/graphql", json={"query": "{ calendars { name } }"}).json()
    assert {"name": "x"} not in calendars["data"]["calendars"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD"])
def test_other_methods_are_refused_with_those_that_are_not(
    client: httpx.Client, method: str
) -> None:
    response = client.request(method, "/graphql", headers=JSON)

    assert response.status_code == httpx.codes.METHOD_NOT_ALLOWED
    assert response.headers["allow"] == "GET, POST"
    assert b"authorization" not in response.content.lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "cookie": "session=1"},
    ],
    ids=repr,
)
def test_pages_of_foreign_origins_are_refused(
    client: httpx.Client, headers: dict[str, str]
) -> None:
    for response in (
        client.get("/graphql", params={"query": "{ __typename }"}, headers=headers),
        client.post("/graphql", content=TYPENAME, headers={**JSON, **headers}),
    ):
        assert response.status_code == httpx.codes.FORBIDDEN
        assert codes(response) == ["FORBIDDEN"]
        assert "access-control-allow-origin" not in response.headers


def test_our_own_pages_may_ask(client: httpx.Client, served: Served) -> None:
    for headers in ({"origin": served.address}, {"sec-fetch-site": "same-origin"}):
        response = client.post("/graphql", content=TYPENAME, headers={**JSON, **headers})

        assert response.status_code == httpx.codes.OK


@pytest.mark.parametrize("path", ["/graphql", "/healthz", "/nothing"])
def test_every_answer_tells_browsers_to_be_careful(client: httpx.Client, path: str) -> None:
    headers = client.get(path, params={"query": "{ __typename }"}).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"] == (
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert "origin" in headers["vary"].lower()
    assert "strict-transport-security" not in headers
    assert "server" not in headers


def test_answers_over_tls_are_to_be_asked_for_over_tls_for_a_year(client: httpx.Client) -> None:
    response = client.get("/healthz", headers={"x-forwarded-proto": "https"})

    assert response.headers["strict-transport-security"] == "max-age=31536000"


def test_a_debugging_header_or_parameter_shows_nothing(client: httpx.Client) -> None:
    response = client.post(
        "/graphql?debug=1&trace=1",
        json={"query": "{ nothing }", "extensions": {"tracing": True}},
        headers={"x-apollo-tracing": "1"},
    )

    assert "extensions" not in response.json()
    assert "Traceback" not in response.text
