"""The ASGI application: what is reached under which path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from models.database import Database
from models.transaction import drain
from schema.build import practitioner_schema
from server import graphiql
from server.browsers import SecurityHeaders, cors
from server.callers import Callers
from server.graphql_http import GraphQLEndpoint
from server.health import health_routes
from server.logs import configure_logs
from server.request_log import RequestLog
from server.settings import Settings, read_settings
from server.transport import Transport


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; uvicorn calls this in every worker, with the settings of the environment."""
    settings = settings or read_settings()
    configure_logs(settings.log_level)
    database = Database(
        settings.database_url,
        pool_size=settings.database_pool_size,
        busy_seconds=settings.database_busy_seconds,
    )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with database:
            yield
            await drain()

    callers = Callers(lambda: database)
    transport = Transport(
        allowed_origins=settings.allowed_origins,
        operation_seconds=settings.operation_seconds,
        recheck_seconds=settings.recheck_seconds,
    )
    endpoint = GraphQLEndpoint(
        practitioner_schema(), callers, with_graphiql=settings.graphiql, transport=transport
    )
    return Starlette(
        routes=[
            Route("/", _home),
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            *health_routes(lambda: database),
            *([graphiql.assets()] if settings.graphiql else []),
        ],
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders),
            cors(settings.allowed_origins),
        ],
        lifespan=lifespan,
    )


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql")
