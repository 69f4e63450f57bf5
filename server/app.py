"""The ASGI application: what is reached under which path."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from models.transaction import drain
from schema.build import practitioner_schema
from server import graphiql
from server.callers import Callers
from server.graphql_http import GraphQLEndpoint
from server.health import health_routes
from server.logs import configure_logs
from server.opening import checked, database_of
from server.request_log import RequestLog
from server.settings import Settings, read_settings

logger = logging.getLogger("session_history.server")


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; uvicorn calls this in every worker, with the settings of the environment."""
    settings = settings or read_settings()
    configure_logs(settings.log_level)
    database = database_of(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with checked(database):
            if database.keyring.active_id is None:
                logger.warning("private notes are kept as plain text: there is no key to seal with")
            yield
            await drain()

    callers = Callers(lambda: database)
    endpoint = GraphQLEndpoint(practitioner_schema(), callers, with_graphiql=settings.graphiql)
    return Starlette(
        routes=[
            Route("/", _home),
            Route("/graphql", endpoint),
            *health_routes(lambda: database),
            *([graphiql.assets()] if settings.graphiql else []),
        ],
        middleware=[Middleware(RequestLog)],
        lifespan=lifespan,
    )


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql")
