"""Limits, rates, introspection and persisted documents, as settings say, on a running server."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from tests.e2e.conftest import Served, running, small_practice
from tests.e2e.test_graphql_cop import codes

# None of this has to do with a database.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

LISTED = "query Listed { viewer { name } }"
WITH_VARIABLES = "query Paged($n: Int) { clients(first: $n) { nodes { id } } }"
IDENTIFIER = sha256(LISTED.encode()).hexdigest()


@pytest.fixture
def strict(url: str, tmp_path: Path) -> Iterator[Served]:
    """A server that runs the documents of a manifest only, and lets nobody ask for much."""
    token, log, manifest = asyncio.run(small_practice(url)), tmp_path / "log", tmp_path / "m.json"
    manifest.write_text(json.dumps([LISTED, WITH_VARIABLES]))
    settings = {
        "PERSISTED_DOCUMENTS": str(manifest),
        "PERSISTED_ONLY": "true",
        "MAX_COST": "60",
        "RATE_CAPACITY": "60",
        "RATE_RESTORE": "1",
    }
    with running(url, log=log, **settings) as address:
        yield Served(address, token, log)


def ask(
    served: Served, body: Mapping[str, object], accept: str = "application/json"
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {served.token}", "Accept": accept}
    return httpx.post(f"{served.address}/graphql", json=body, headers=headers)


def test_a_server_for_persisted_documents_only(strict: Served) -> None:
    address = f"{strict.address}/graphql"
    headers = {"Authorization": f"Bearer {strict.token}"}
    ways: list[dict[str, object]] = [
        {"documentId": f"sha256:{IDENTIFIER}"},
        {"documentId": IDENTIFIER},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": IDENTIFIER}}},
        {"query": LISTED},
        {"query": LISTED, "extensions": {"persistedQuery": {"sha256Hash": IDENTIFIER}}},
    ]
    for way in ways:
        assert ask(strict, way).json()["data"]["viewer"], way
    for wanted in (
        {"documentId": IDENTIFIER},
        {"extensions": json.dumps(ways[2]["extensions"])},
    ):
        answer = httpx.get(address, params=wanted, headers=headers)
        assert answer.json().get("data"), answer.text

    unknowns: list[object] = ["sha256:00", 5, {}]
    for unknown in unknowns:
        answer = ask(strict, {"documentId": unknown})
        assert answer.status_code == httpx.codes.BAD_REQUEST
        assert answer.json()["errors"] == [
            {
                "message": "PersistedQueryNotFound",
                "extensions": {"code": "PERSISTED_DOCUMENT_NOT_FOUND"},
            }
        ]
    for text in (f"{LISTED} ", "{ __typename }", "{ __schema { queryType { name } } }", "{"):
        assert codes(ask(strict, {"query": text})) == {"PERSISTED_DOCUMENT_REQUIRED"}
    assert codes(ask(strict, {})) == {"BAD_REQUEST"}
    page = httpx.get(address, headers={"Accept": "text/html"})
    assert "graphiql" not in page.text.lower()


def test_a_setting_says_what_an_operation_may_cost_and_how_often(strict: Served) -> None:
    def paged(size: int) -> httpx.Response:
        body = {"query": WITH_VARIABLES, "variables": {"n": size}}
        return ask(strict, body, "application/graphql-response+json")

    assert codes(paged(61)) == {"QUERY_TOO_COMPLEX"}
    first, second = paged(58), paged(58)

    status = first.json()["extensions"]["cost"]["throttleStatus"]
    assert status == {"maximumAvailable": 60, "currentlyAvailable": 1, "restoreRate": 1}
    assert second.status_code == httpx.codes.TOO_MANY_REQUESTS
    [error] = second.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert 50 <= error["extensions"]["retryAfterSeconds"] <= 58
