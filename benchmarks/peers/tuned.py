"""Stock, tuned: what one can do to it without leaving its documents.

Plain fields instead of resolvers, one statement for the page on Tortoise's connection, instants
and statuses as the text that they are in the database, orjson, and caches of documents and of their
validation.
"""

from typing import Any, NewType, Self

import orjson
import strawberry
from starlette.applications import Starlette
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from tortoise.connection import get_connection

from benchmarks.peers.statements import STATEMENTS
from benchmarks.peers.stock import (
    Calendar,
    Info,
    PageInfo,
    Service,
    SessionStats,
    View,
    on_tortoise,
)
from models.enums import SessionStatus

Instant = NewType("Instant", str)

_STATEMENTS = STATEMENTS["sqlite"]


@strawberry.type
class Client:
    """Whose session it is."""

    id: strawberry.ID
    name: str


@strawberry.type
class Session:
    """One appointment."""

    id: strawberry.ID
    starts_at: Instant
    duration_minutes: int
    status: SessionStatus
    customer_notes: str | None
    private_notes: str | None
    service: Service
    calendar: Calendar
    client: Client | None

    @classmethod
    def of(cls, row: Any) -> Self:
        """The session of a row of the statement."""
        return cls(
            id=row[0],
            starts_at=row[1],
            duration_minutes=row[2],
            status=row[3],
            customer_notes=row[4],
            private_notes=row[5],
            service=Service(id=row[6], name=row[7]),
            calendar=Calendar(id=row[8], name=row[9]),
            client=None if row[10] is None else Client(id=row[10], name=row[11]),
        )


@strawberry.type
class SessionConnection:
    """A page of sessions, and statistics of all of them."""

    client_id: strawberry.Private[str]
    nodes: list[Session]
    page_info: PageInfo

    @strawberry.field
    async def stats(self, info: Info) -> SessionStats:
        """Statistics, counted by the database."""
        return SessionStats.of(await _read(info, "statistics", self.client_id))


@strawberry.type
class History:
    """What a client has behind and before them. The client itself is not looked up."""

    client_id: strawberry.Private[str]

    @strawberry.field
    async def sessions(self, info: Info, first: int) -> SessionConnection:
        """The history, newest first."""
        rows = await _read(info, "history", self.client_id, first + 1)
        return SessionConnection(
            client_id=self.client_id,
            nodes=[Session.of(row) for row in rows[:first]],
            page_info=PageInfo(has_next_page=len(rows) > first),
        )


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def client(self, id: strawberry.ID) -> History:  # noqa: A002 - an argument of the query
        """The history of one client."""
        return History(client_id=str(id))


class _View(View):
    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)


async def _read(info: Info, statement: str, *values: object) -> Any:
    given = [info.context["practitioner_id"], *values]
    _, rows = await get_connection("default").execute_query(_STATEMENTS[statement], given)
    return rows


def create_app(database: str, practitioner_id: str) -> Starlette:
    """The application."""
    schema = strawberry.Schema(
        query=Query,
        extensions=[ParserCache, ValidationCache],
        config=StrawberryConfig(scalar_map={Instant: strawberry.scalar(name="DateTime")}),
    )
    return on_tortoise(_View(schema, practitioner_id), database)
