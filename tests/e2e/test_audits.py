"""What others wrote to judge a GraphQL server, and to speak with one: npm packages, pinned.

Needs Node and npm; `npm ci` fetches the packages once, by their hashes, and nothing is kept here.
"""

import asyncio
import itertools
import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Reached, Served, small_practice


def run(packages: Path, *arguments: str) -> Any:
    done = subprocess.run(
        ["node", *arguments],
        cwd=packages,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_audit_of_graphql_http_is_passed(packages: Path, served: Served) -> None:
    results = run(packages, "audit.mjs", f"{served.address}/graphql", served.token)

    assert [one for one in results if one["status"] != "ok"] == []
    assert len(results) == 61


def test_graphql_ws_and_graphql_sse_are_answered_alike(packages: Path, reached: Reached) -> None:
    token = asyncio.run(small_practice(reached.url))
    answers = run(packages, "clients.mjs", f"{reached.address}/graphql", token)

    for result in itertools.chain(*answers["sockets"], *answers["streams"]):
        # What is left of the caller's cost is another number each time.
        result.pop("extensions", None)
    assert answers["sockets"] == answers["streams"]
    query, mutation, mistaken = answers["sockets"]
    assert query[0]["data"]["viewer"]["id"]
    assert mutation == [
        {"data": {"createCalendar": {"errors": [{"__typename": "InvalidInputError"}]}}}
    ]
    assert [error["extensions"]["code"] for error in mistaken[0]["errors"]] == [
        "GRAPHQL_VALIDATION_FAILED"
    ]
