"""The floor of writes: hand-written statements in one transaction, kept as safely as ours.

    python -m benchmarks.writing.floor DATABASE_URL PRACTITIONER PORT

It changes the row, and adds to the session's trail. No token, no rules, no GraphQL, no mail: what
is there to be reached, one transaction after the other.
"""

import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.query import PATH
from models.database import sqlite_path
from models.identifiers import Kind, new_id
from models.instants import from_text, to_text

_POOL: Final = 4  # as many as ours has

Statement = tuple[str, list[object]]
Write = Callable[[list[Statement]], Awaitable[list[list[Any]]]]

_STATUS: Final = (
    "UPDATE session SET status = $3, version = version + 1, updated_at = $4 "
    "WHERE practitioner_id = $1 AND id = $2 RETURNING version"
)
_NOTES: Final = (
    "UPDATE session SET customer_notes = $3, customer_notes_folded = lower($3), "
    "version = version + 1, updated_at = $4 "
    "WHERE practitioner_id = $1 AND id = $2 RETURNING version"
)
_BOOKING: Final = (
    "INSERT INTO session (practitioner_id, id, client_id, service_id, calendar_id, starts_at, "
    "ends_at, duration_minutes, status, overlap_allowed, price_minor, currency, rescheduled_count, "
    "created_at, updated_at, version) "
    "SELECT $1, $2, $3, $4, $5, $6, $7, 50, 'PENDING', {no}, price_minor, currency, 0, $8, $8, 1 "
    "FROM service WHERE practitioner_id = $1 AND id = $4 RETURNING version"
)
_EVENT: Final = (
    "INSERT INTO session_event (practitioner_id, id, session_id, session_version, kind, actor, "
    "changes, created_at) "
    "VALUES ($1, $2, $3, 1, $4, 'PRACTITIONER', '[]', $5) RETURNING session_version"
)


def _statements(owner: str, given: dict[str, Any], no: str) -> tuple[str, list[Statement]]:
    """The session that is changed or made, and what changes it."""
    now = to_text(datetime.now(UTC))
    session = given.get("id") or new_id(Kind.SESSION)
    if "status" in given:
        kind, one = "STATUS_CHANGED", (_STATUS, [owner, session, given["status"], now])
    elif "customerNotes" in given:
        kind, one = (
            "CUSTOMER_NOTES_CHANGED",
            (_NOTES, [owner, session, given["customerNotes"], now]),
        )
    else:
        ends_at = to_text(from_text(given["startsAt"]) + timedelta(minutes=50))
        of = [given[name] for name in ("clientId", "serviceId", "calendarId", "startsAt")]
        kind, one = "BOOKED", (_BOOKING.format(no=no), [owner, session, *of, ends_at, now])
    return session, [one, (_EVENT, [owner, new_id(Kind.SESSION_EVENT), session, kind, now])]


def create_app(url: str, owner: str) -> Starlette:
    """The application."""
    on_sqlite = url.startswith("sqlite")
    opened: dict[str, Write] = {}

    async def graphql(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        given = asked.get("variables", {}).get("input")
        if given is None:
            return Response(b"{}", media_type="application/json")  # is it there?
        session, statements = _statements(owner, given, "0" if on_sqlite else "FALSE")
        (versions, _) = await opened["write"](statements)
        done = {"session": {"id": session, "version": versions[0][0]}, "errors": []}
        return Response(orjson.dumps({"data": {"done": done}}), media_type="application/json")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with _sqlite(url) if on_sqlite else _postgres(url) as write:
            opened["write"] = write
            yield

    return Starlette(routes=[Route(PATH, graphql, methods=["POST"])], lifespan=lifespan)


@asynccontextmanager
async def _sqlite(url: str) -> AsyncIterator[Write]:
    connection = sqlite3.connect(sqlite_path(url), isolation_level=None)
    for pragma in (
        *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"),
        *("cache_size=-65536", "temp_store=MEMORY", "journal_size_limit=67108864"),
    ):
        connection.execute(f"PRAGMA {pragma}")

    async def write(statements: list[Statement]) -> list[list[Any]]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            done = [
                connection.execute(sql.replace("$", "?"), values).fetchall()
                for sql, values in statements
            ]
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return done

    yield write
    connection.close()


@asynccontextmanager
async def _postgres(url: str) -> AsyncIterator[Write]:
    async def speak_text(connection: Any) -> None:
        await connection.set_type_codec(
            "timestamptz", schema="pg_catalog", encoder=str, decoder=str, format="text"
        )

    async with asyncpg.create_pool(url, min_size=1, max_size=_POOL, init=speak_text) as pool:

        async def write(statements: list[Statement]) -> list[list[Any]]:
            async with pool.acquire() as connection, connection.transaction():
                return [await connection.fetch(sql, *values) for sql, values in statements]

        yield write


def main(url: str, owner: str, port: str) -> None:
    """Serve until stopped, with the settings of server/commands/serve.py."""
    uvicorn.run(
        create_app(url, owner),
        host="127.0.0.1",
        port=int(port),
        access_log=False,
        log_config=None,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
