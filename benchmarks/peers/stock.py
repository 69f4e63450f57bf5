"""Stock: the usual way of writing it, with Strawberry's types over Tortoise's models.

Relations are prefetched, each has an async resolver, and documents and their validation are cached.
Models name only the columns that are read.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypeAlias

import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from tortoise import fields
from tortoise.contrib.starlette import RegisterTortoise
from tortoise.functions import Count, Sum
from tortoise.models import Model

from benchmarks.peers.answers import statistics
from benchmarks.query import PATH
from models.enums import SessionStatus

Info: TypeAlias = strawberry.Info[dict[str, str], None]


class ServiceModel(Model):
    """A row of `service`."""

    id = fields.CharField(max_length=30, primary_key=True)
    name = fields.TextField()

    class Meta:
        table = "service"


class CalendarModel(Model):
    """A row of `calendar`."""

    id = fields.CharField(max_length=30, primary_key=True)
    name = fields.TextField()

    class Meta:
        table = "calendar"


class ClientModel(Model):
    """A row of `client`."""

    id = fields.CharField(max_length=30, primary_key=True)
    practitioner_id = fields.CharField(max_length=30)
    name = fields.TextField()

    class Meta:
        table = "client"


class SessionModel(Model):
    """A row of `session`."""

    id = fields.CharField(max_length=30, primary_key=True)
    practitioner_id = fields.CharField(max_length=30)
    client: fields.ForeignKeyNullableRelation[ClientModel] = fields.ForeignKeyField(
        "stock.ClientModel", related_name="sessions", null=True
    )
    service: fields.ForeignKeyRelation[ServiceModel] = fields.ForeignKeyField(
        "stock.ServiceModel", related_name="sessions"
    )
    calendar: fields.ForeignKeyRelation[CalendarModel] = fields.ForeignKeyField(
        "stock.CalendarModel", related_name="sessions"
    )
    starts_at = fields.DatetimeField()
    duration_minutes = fields.IntField()
    status = fields.CharEnumField(SessionStatus, max_length=16)
    price_minor = fields.IntField()
    currency = fields.CharField(max_length=3)
    customer_notes = fields.TextField(null=True)
    private_notes = fields.TextField(null=True)

    class Meta:
        table = "session"


strawberry.enum(SessionStatus)


@strawberry.type
class Service:
    """What was booked."""

    id: strawberry.ID
    name: str


@strawberry.type
class Calendar:
    """Where it was booked."""

    id: strawberry.ID
    name: str


@strawberry.type
class Session:
    """One appointment."""

    row: strawberry.Private[SessionModel]
    id: strawberry.ID
    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    customer_notes: str | None
    private_notes: str | None

    @classmethod
    def of(cls, row: SessionModel) -> Self:
        """The session of a row."""
        return cls(
            row=row,
            id=strawberry.ID(row.id),
            starts_at=row.starts_at,
            duration_minutes=row.duration_minutes,
            status=row.status,
            customer_notes=row.customer_notes,
            private_notes=row.private_notes,
        )

    @strawberry.field
    async def service(self) -> Service:
        """What was booked."""
        service = await self.row.service
        return Service(id=strawberry.ID(service.id), name=service.name)

    @strawberry.field
    async def calendar(self) -> Calendar:
        """Where it was booked."""
        calendar = await self.row.calendar
        return Calendar(id=strawberry.ID(calendar.id), name=calendar.name)

    @strawberry.field
    async def client(self) -> "Client | None":
        """Whose session it is."""
        if self.row.client is None:
            return None
        client = await self.row.client
        return Client(id=strawberry.ID(client.id), name=client.name)


@strawberry.type
class PageInfo:
    """How to go on."""

    has_next_page: bool


@strawberry.type
class Money:
    """An amount of a currency."""

    amount: Decimal
    currency: str


@strawberry.type
class SessionStats:
    """What became of all of a client's sessions."""

    total: int
    completed: int
    cancelled: int
    no_show: int
    revenue: list[Money]

    @classmethod
    def of(cls, tallies: Sequence[Any]) -> Self:
        """Rows of currency, status, count and sum of prices."""
        told = statistics(tallies)
        return cls(
            total=told["total"],
            completed=told["completed"],
            cancelled=told["cancelled"],
            no_show=told["noShow"],
            revenue=[Money(**one) for one in told["revenue"]],
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
        tallies = (
            await SessionModel.filter(
                practitioner_id=info.context["practitioner_id"], client_id=self.client_id
            )
            .annotate(count=Count("id"), price_sum=Sum("price_minor"))
            .group_by("currency", "status")
            .values_list("currency", "status", "count", "price_sum")
        )
        return SessionStats.of(tallies)


@strawberry.type
class Client:
    """Somebody who has sessions."""

    id: strawberry.ID
    name: str

    @strawberry.field
    async def sessions(self, info: Info, first: int) -> SessionConnection:
        """The history, newest first."""
        rows = (
            await SessionModel.filter(
                practitioner_id=info.context["practitioner_id"], client_id=self.id
            )
            .order_by("-starts_at", "-id")
            .limit(first + 1)
            .prefetch_related("service", "calendar", "client")
        )
        return SessionConnection(
            client_id=str(self.id),
            nodes=[Session.of(row) for row in rows[:first]],
            page_info=PageInfo(has_next_page=len(rows) > first),
        )


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def client(self, info: Info, id: strawberry.ID) -> Client | None:  # noqa: A002 - an argument of the query
        """One client."""
        row = await ClientModel.get_or_none(
            practitioner_id=info.context["practitioner_id"], id=str(id)
        )
        return Client(id=strawberry.ID(row.id), name=row.name) if row is not None else None


class View(GraphQL[dict[str, str], None]):
    """The view, for one practitioner."""

    def __init__(self, schema: strawberry.Schema, practitioner_id: str) -> None:
        super().__init__(schema, graphql_ide=None)
        self._practitioner_id = practitioner_id

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> dict[str, str]:
        """Whose record is asked."""
        return {"practitioner_id": self._practitioner_id}


def create_app(database: str, practitioner_id: str) -> Starlette:
    """The application."""
    schema = strawberry.Schema(
        query=Query,
        extensions=[ParserCache, ValidationCache],
        config=StrawberryConfig(scalar_map={datetime: _INSTANT}),
    )
    return on_tortoise(View(schema, practitioner_id), database)


def on_tortoise(view: View, database: str) -> Starlette:
    """An application of a view, and Tortoise with the models here."""
    connection = {
        "engine": "tortoise.backends.sqlite",
        "credentials": {
            "file_path": database,
            "cache_size": -65_536,
            "mmap_size": 268_435_456,
        },
    }
    config = {
        "connections": {"default": connection},
        "apps": {"stock": {"models": [__name__], "default_connection": "default"}},
    }

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with RegisterTortoise(app, config=config):
            yield

    return Starlette(routes=[Route(PATH, view)], lifespan=lifespan)


def _instant_text(value: Any) -> str:
    text: str = value.isoformat()
    return text.replace("+00:00", "Z")


# Strawberry's own writes +00:00, which is the same instant and another text.
_INSTANT = strawberry.scalar(name="DateTime", serialize=_instant_text)
