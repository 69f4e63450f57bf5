"""The ASGI application: what is reached under which path."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from execution.gate import Policy
from execution.limits import Limits
from execution.rates import Rates
from execution.trusted import read_manifest
from models.database import Database
from models.transaction import drain
from schema.build import practitioner_schema
from server import graphiql
from server.callers import Callers
from server.graphql_http import GraphQLEndpoint
from server.health import health_routes
from server.logs import configure_logs
from server.request_log import RequestLog
from server.settings import Settings, read_settings


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; uvicorn calls this in every worker, with the settings of the environment."""
    settings = settings or read_settings()
    configure_logs(settings.log_level)
    database = Database(settings.database_url, pool_size=settings.database_pool_size)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with database:
            yield
            await drain()

    callers = Callers(lambda: database)
    # GraphiQL sends what its user writes, and no manifest has that.
    with_graphiql = settings.graphiql and not settings.persisted_only
    policy = policy_of(settings)
    endpoint = GraphQLEndpoint(
        practitioner_schema(policy), callers, with_graphiql=with_graphiql, trusted=policy.trusted
    )
    return Starlette(
        routes=[
            Route("/", _home),
            Route("/graphql", endpoint),
            *health_routes(lambda: database),
            *([graphiql.assets()] if with_graphiql else []),
        ],
        middleware=[Middleware(RequestLog)],
        lifespan=lifespan,
    )


def policy_of(settings: Settings) -> Policy:
    """What the settings let in: one policy for all schemas, so that they share the rates."""
    manifest = settings.persisted_documents
    return Policy(
        limits=Limits(cost=settings.max_cost),
        introspection=settings.introspection,
        rates=Rates(settings.rate_capacity, settings.rate_restore)
        if settings.rate_capacity
        else None,
        trusted=read_manifest(manifest) if manifest is not None else None,
        trusted_only=settings.persisted_only,
    )


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql")
