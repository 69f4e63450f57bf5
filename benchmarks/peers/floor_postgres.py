"""The floor on PostgreSQL: the same statement through asyncpg."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.peers.answers import answer
from benchmarks.peers.statements import STATEMENTS
from benchmarks.query import PAGE, PATH, asks_for_statistics


class _Connection(asyncpg.connection.Connection):
    """One whose state nobody changes, so that nothing has to be reset between two statements."""

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


def create_app(url: str, practitioner_id: str) -> Starlette:
    """The application."""
    statements = STATEMENTS["postgresql"]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, connection_class=_Connection, init=_speak_text) as pool:
            app.state.pool = pool
            yield

    async def history(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        client_id = asked["variables"]["clientId"]
        async with request.app.state.pool.acquire() as connection:
            rows = await connection.fetch(
                statements["history"], practitioner_id, client_id, PAGE + 1
            )
            tallies = None
            if asks_for_statistics(asked):
                tallies = await connection.fetch(
                    statements["statistics"], practitioner_id, client_id
                )
        return Response(orjson.dumps(answer(rows, tallies)), media_type="application/json")

    return Starlette(routes=[Route(PATH, history, methods=["POST"])], lifespan=lifespan)


async def _speak_text(connection: asyncpg.Connection) -> None:
    # Instants as they are sent, of the text that PostgreSQL sends.
    await connection.set_type_codec(
        "timestamptz",
        schema="pg_catalog",
        encoder=str,
        decoder=lambda text: f"{text[:10]}T{text[11:19]}Z",
        format="text",
    )
