"""The floor: what the answer costs when nothing stands between HTTP, one statement and JSON."""

import sqlite3
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.peers.answers import answer
from benchmarks.peers.statements import STATEMENTS
from benchmarks.query import PAGE, PATH, asks_for_statistics


def create_app(database: str, practitioner_id: str) -> Starlette:
    """The application."""
    connection = connect(database)
    statements = STATEMENTS["sqlite"]

    async def history(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        client_id = asked["variables"]["clientId"]
        # In the event loop: the statement takes less time than a thread would take to wake.
        rows = connection.execute(
            statements["history"], (practitioner_id, client_id, PAGE + 1)
        ).fetchall()
        tallies: list[Any] | None = None
        if asks_for_statistics(asked):
            tallies = connection.execute(
                statements["statistics"], (practitioner_id, client_id)
            ).fetchall()
        return Response(orjson.dumps(answer(rows, tallies)), media_type="application/json")

    return Starlette(routes=[Route(PATH, history, methods=["POST"])])


def connect(database: str) -> sqlite3.Connection:
    """The database, for reading, with the cache that everybody has."""
    uri = f"{Path(database).as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    for pragma in ("cache_size=-65536", "mmap_size=268435456"):
        connection.execute(f"PRAGMA {pragma}")
    return connection
