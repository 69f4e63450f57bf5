"""The server as it is used: over HTTP, in a process of its own, on both engines."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import running, small_practice

QUERY = "{ viewer { name } clients { nodes { name sessions { totalCount nodes { id } } } } }"


def post(address: str, token: str | None, query: str, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return httpx.post(f"{address}/graphql", json={"query": query, **body}, headers=headers)


def test_a_query_with_a_token_is_answered(server_address: str, token: str) -> None:
    response = post(server_address, token, QUERY)

    assert response.status_code == httpx.codes.OK
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert "errors" not in answer
    assert answer["data"]["clients"]["nodes"][0]["sessions"]["totalCount"] == 2


@pytest.mark.parametrize("wrong", [None, "sh_", "sh_" + "x" * 43, "x" * 5000, "sh_é"])
def test_without_a_valid_token_nothing_is_answered(server_address: str, wrong: str | None) -> None:
    headers = [(b"Authorization", f"Bearer {wrong}".encode())] if wrong is not None else []
    response = httpx.post(
        f"{server_address}/graphql",
        json={"query": "{ __typename calendars { id } }"},
        headers=headers,
    )

    assert response.json()["data"] is None
    assert [e["extensions"]["code"] for e in response.json()["errors"]] == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("method", "headers", "content", "status"),
    [
        ("POST", {"content-type": "application/json"}, b"null", 400),
        ("POST", {"content-type": "application/json"}, b"1", 400),
        ("POST", {"content-type": "application/json"}, b'"x"', 400),
        ("POST", {"content-type": "application/json"}, b"[1]", 400),
        ("POST", {"content-type": "application/json"}, b"{}", 400),
        ("POST", {"content-type": "application/json"}, b"", 400),
        ("POST", {"content-type": "application/json"}, b"\xff\xfe", 400),
        ("POST", {"content-type": "application/json"}, b"[" * 100_000, 400),
        ("POST", {"content-type": "text/plain"}, b'{"query": "{ __typename }"}', 415),
        ("POST", {}, b'{"query": "{ __typename }"}', 415),
        ("PUT", {"content-type": "application/json"}, b'{"query": "{ __typename }"}', 405),
        ("POST", {"content-type": "application/json", "accept": "image/png"}, b"{}", 406),
    ],
)
def test_a_request_that_is_none_gets_a_4xx_with_errors(
    server_address: str, method: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    response = httpx.request(method, f"{server_address}/graphql", headers=headers, content=content)

    assert response.status_code == status
    assert response.json()["errors"][0]["message"]
    assert response.json()["errors"][0]["extensions"]["code"]


def test_a_document_that_does_not_fit_is_a_400_where_the_media_type_says_so(
    server_address: str, token: str
) -> None:
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/graphql-response+json",
    }
    for query in ("{", "{ nothing }", "query ($id: ID!) { client(id: $id) { id } }"):
        response = httpx.post(f"{server_address}/graphql", json={"query": query}, headers=headers)

        assert response.status_code == httpx.codes.BAD_REQUEST
        assert "data" not in response.json()
        assert response.headers["content-type"].startswith("application/graphql-response+json")


def test_health_and_readiness(server_address: str) -> None:
    assert httpx.get(f"{server_address}/healthz").json() == {"status": "ok"}
    assert httpx.get(f"{server_address}/readyz").json() == {"status": "ok"}


def test_logs_are_json_lines_with_request_ids_and_without_notes_or_tokens(
    server_address: str, token: str, server_log: Path
) -> None:
    query = '{ sessions(filter: {text: "notebook"}) { nodes { customerNotes privateNotes } } }'
    own = httpx.post(
        f"{server_address}/graphql?secret=in-the-query-string",
        json={"query": query},
        headers={"Authorization": f"Bearer {token}", "X-Request-ID": "from-the-proxy"},
    )
    made = post(server_address, token, query)
    evil = httpx.get(f"{server_address}/healthz", headers={"X-Request-ID": "a b\tc{}"})

    assert own.headers["x-request-id"] == "from-the-proxy"
    assert len(made.headers["x-request-id"]) == 32
    assert " " not in evil.headers["x-request-id"]
    lines = [line for line in server_log.read_text().splitlines() if line.startswith("{")]
    logged = [json.loads(line) for line in lines]
    assert {"from-the-proxy", made.headers["x-request-id"]} <= {one["request_id"] for one in logged}
    requests = [one for one in logged if one["message"] == "request"]
    assert {"method", "path", "status", "milliseconds", "timestamp"} <= set(requests[-1])
    for secret in (token, "notebook", "Went well", "in-the-query-string", "Lovelace"):
        assert secret not in server_log.read_text()


def test_not_even_debugging_logs_notes_or_tokens(url: str, tmp_path: Path) -> None:
    token, log = asyncio.run(small_practice(url)), tmp_path / "server.log"
    with running(url, log=log, LOG_LEVEL="DEBUG") as address:
        query = (
            "query ($id: ID!) "
            "{ sessions { nodes { customerNotes privateNotes } } client(id: $id) { id } }"
        )
        post(address, token, query, variables={"id": "notebook"})

    written = log.read_text()
    assert "request" in written
    for secret in (token, "notebook", "Went well", "Lovelace"):
        assert secret not in written


def test_several_workers_answer(url: str, tmp_path: Path) -> None:
    token = asyncio.run(small_practice(url))
    with running(url, "--workers", "2", log=tmp_path / "server.log") as address:
        counts = [
            post(address, token, "{ sessions { totalCount } }").json()["data"]["sessions"]
            for _ in range(20)
        ]

    assert counts == [{"totalCount": 2}] * 20


def test_a_server_stops_when_asked(url: str, tmp_path: Path) -> None:
    token, log = asyncio.run(small_practice(url)), tmp_path / "server.log"
    with running(url, log=log) as address:
        assert post(address, token, "{ viewer { id } }").status_code == httpx.codes.OK

    with pytest.raises(httpx.TransportError):
        httpx.get(f"{address}/healthz")
    assert "Traceback" not in log.read_text()


def test_curl_gets_json_and_a_browser_the_explorer(server_address: str, token: str) -> None:
    answered = subprocess.run(
        [
            "curl",
            "-s",
            f"{server_address}/graphql?query=%7B__typename%7D",
            "-H",
            f"Authorization: Bearer {token}",
        ],
        capture_output=True,
        check=True,
    )
    page = httpx.get(f"{server_address}/graphql", headers={"Accept": "text/html,*/*;q=0.8"})

    assert json.loads(answered.stdout)["data"] == {"__typename": "Query"}
    assert page.headers["content-type"].startswith("text/html")
    assert httpx.get(server_address).headers["location"] == "/graphql"
