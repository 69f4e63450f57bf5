"""The usual request is answered as any other is: what is read of it is the same."""

from typing import Any

import httpx
import orjson
import pytest

from schema.build import practitioner_schema
from server import usual
from server.usual import usual_headers
from tests.practice import Practice
from tests.server.reaching import Near, near

ONLY = "{ viewer { name } }"
BODIES: list[Any] = [
    {"query": ONLY},
    {"query": ONLY, "variables": {}, "operationName": None, "extensions": {}},
    {"query": ONLY, "variables": None, "extensions": None, "operationName": ""},
    {"query": "query A { viewer { name } }", "operationName": "A"},
    {"query": "query A { viewer { name } }", "operationName": "B"},
    {"query": "query A { viewer { name } }", "operationName": 1},
    {"query": ONLY, "variables": []},
    {"query": ONLY, "extensions": []},
    {"query": 1},
    {"query": ""},
    {"query": None},
    {},
    [],
    [{"query": ONLY}],
    None,
    "text",
    {"query": "{ viewer { nam } }"},
    {"query": "{"},
    {"query": "query($id: ID!) { client(id: $id) { name } }", "variables": {"id": "cli_none"}},
    {"query": "subscription { sessionChanged { kind } }"},
    {"documentId": "sha256:0"},
    {"query": ONLY, "documentId": "sha256:0"},
]
HEADERS: list[dict[str, str]] = [
    {},
    {"Accept": "application/graphql-response+json"},
    {"Accept": "application/json, text/event-stream"},
    {"Accept": "text/event-stream"},
    {"Accept": "image/png"},
    {"Content-Type": "application/json; charset=utf-8"},
    {"Content-Type": "text/plain"},
    {"Content-Encoding": "gzip"},
    {"Origin": "https://elsewhere.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Authorization": "Bearer sh_nobody"},
    {"Authorization": "Basic xyz"},
]


@pytest.fixture
def as_usual(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Which requests went the usual way; it is closed while the first is False."""
    went: list[bool] = [True]

    def watched(scope: Any, allowed: Any) -> Any:
        found = usual_headers(scope, allowed) if went[0] else None
        went.append(found is not None)
        return found

    monkeypatch.setattr("server.graphql_http.usual_headers", watched)
    return went


async def both(reached: Near, went: list[bool], content: bytes, headers: dict[str, str]) -> None:
    """Send the same both ways, and compare all of the answers."""
    answers = []
    for way in (True, False):
        went[0] = way
        sent = {"Authorization": f"Bearer {reached.token}", **headers}
        sent.setdefault("Content-Type", "application/json")
        response = await reached.client.post("/graphql", content=content, headers=sent)
        answers.append((response.status_code, _but_the_moment(response.headers), response.content))
    assert answers[0] == answers[1]


def _but_the_moment(headers: httpx.Headers) -> list[tuple[str, str]]:
    return sorted((k, v) for k, v in headers.items() if k not in {"date", "x-request-id"})


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_any_body_is_answered_the_same(practice: Practice, as_usual: list[bool]) -> None:
    async with near(practitioner_schema(), practice.database) as reached:
        for body in BODIES:
            await both(reached, as_usual, orjson.dumps(body), {})
        for content in (b"", b"{", b"\xff", b'{"query": NaN}', b"[" * 5_000, b" " * 300_000):
            await both(reached, as_usual, content, {})
    assert True in as_usual[1:]


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_any_headers_are_read_the_same(practice: Practice, as_usual: list[bool]) -> None:
    async with near(practitioner_schema(), practice.database) as reached:
        for headers in HEADERS:
            if headers.get("Accept") != "text/event-stream":
                await both(reached, as_usual, orjson.dumps({"query": ONLY}), headers)
    assert True in as_usual[1:]


def test_what_is_usual() -> None:
    def is_usual(*headers: tuple[bytes, bytes], method: str = "POST") -> bool:
        sent = [(b"content-type", b"application/json"), *headers]
        scope = {"type": "http", "method": method, "headers": sent}
        return usual.usual_headers(scope, ()) is not None

    assert is_usual()
    assert is_usual((b"accept", b"*/*"), (b"authorization", b"Bearer x"))
    assert not is_usual(method="GET")
    assert not is_usual((b"content-type", b"application/json"))
    assert not is_usual((b"accept", b"text/event-stream"))
    assert not is_usual((b"origin", b"https://elsewhere.example"))
    assert is_usual((b"origin", b"https://here.example"), (b"host", b"here.example"))


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_body_in_pieces_is_read_whole(practice: Practice) -> None:
    async def pieces() -> Any:
        for part in (b'{"query": "{ vie', b"wer { name ", b'} }"}'):
            yield part

    async with near(practitioner_schema(), practice.database) as reached:
        response = await reached.client.post(
            "/graphql",
            content=pieces(),
            headers={
                "Authorization": f"Bearer {reached.token}",
                "Content-Type": "application/json",
            },
        )

    assert response.json()["data"]["viewer"]["name"]
