"""The floor: what the answer costs when nothing stands between HTTP, one statement and JSON."""

import sqlite3
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.query import PAGE, PATH

# LEFT keeps SQLite from reading a small table first and sorting (resolvers/sessions.py).
_SQL: Final = """
SELECT session.id, session.starts_at, session.duration_minutes, session.status,
  session.customer_notes, session.private_notes, service.id, service.name, calendar.id,
  calendar.name, client.id, client.name
FROM session
LEFT JOIN service ON service.practitioner_id = session.practitioner_id
  AND service.id = session.service_id
LEFT JOIN calendar ON calendar.practitioner_id = session.practitioner_id
  AND calendar.id = session.calendar_id
LEFT JOIN client ON client.practitioner_id = session.practitioner_id
  AND client.id = session.client_id
WHERE session.practitioner_id = ? AND session.client_id = ?
ORDER BY session.starts_at DESC, session.id DESC
LIMIT ?
"""


def create_app(database: str, practitioner_id: str) -> Starlette:
    """The application."""
    connection = _connect(database)

    async def history(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        # In the event loop: the statement takes less time than a thread would take to wake.
        rows = connection.execute(
            _SQL, (practitioner_id, asked["variables"]["clientId"], PAGE + 1)
        ).fetchall()
        page = {
            "nodes": [_session(row) for row in rows[:PAGE]],
            "pageInfo": {"hasNextPage": len(rows) > PAGE},
        }
        answer = {"data": {"client": {"sessions": page}}}
        return Response(orjson.dumps(answer), media_type="application/json")

    return Starlette(routes=[Route(PATH, history, methods=["POST"])])


def _connect(database: str) -> sqlite3.Connection:
    uri = f"{Path(database).as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    for pragma in ("cache_size=-65536", "mmap_size=268435456"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _session(row: tuple[Any, ...]) -> dict[str, Any]:
    return {
        "id": row[0],
        "startsAt": row[1],
        "durationMinutes": row[2],
        "status": row[3],
        "customerNotes": row[4],
        "privateNotes": row[5],
        "service": {"id": row[6], "name": row[7]},
        "calendar": {"id": row[8], "name": row[9]},
        "client": {"id": row[10], "name": row[11]},
    }
