"""The ASGI application: what is reached under which path."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from execution.admission import Policy
from execution.layers import Layer
from execution.limits import Limits
from execution.rates import Rates
from execution.trusted import read_manifest
from models.transaction import drain
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from server import graphiql
from server.browsers import SecurityHeaders, cors
from server.callers import Callers
from server.downloads import Downloads
from server.exporter import exporting
from server.feeds import Feeds
from server.graphql_http import GraphQLEndpoint
from server.health import health_routes
from server.housekeeping import housekeeping
from server.interpreter import settle
from server.logs import configure_logs
from server.mailer import mailing
from server.opening import LONGEST_RESTART_SECONDS, checked, database_of
from server.request_log import RequestLog
from server.settings import Settings, read_settings
from server.straight import Straight
from server.transport import Transport

if TYPE_CHECKING:
    from server.identity_provider.provider import IdentityProvider

logger = logging.getLogger("session_history.server")


def create_app(settings: Settings | None = None) -> Starlette:
    """The application; uvicorn calls this in every worker, with the settings of the environment."""
    settings = settings or read_settings()
    configure_logs(settings.log_level)
    database = database_of(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with checked(database, waits_seconds=LONGEST_RESTART_SECONDS):
            if database.keyring.active_id is None:
                logger.warning("private notes are kept as plain text: there is no key to seal with")
            settle()
            async with (
                housekeeping(database),
                exporting(database, settings.access_policy, at_most=settings.export_workers),
                mailing(database, settings),
            ):
                yield
            await drain()

    callers = Callers(
        lambda: database,
        policy=settings.access_policy,
        provider=_identity_provider(settings),
        reads_flat=Layer.ROWS in settings.fast_path,
    )
    transport = Transport(
        allowed_origins=settings.allowed_origins,
        public_url=settings.public_url,
        operation_seconds=settings.operation_seconds,
        recheck_seconds=settings.recheck_seconds,
    )
    downloads = Downloads(
        lambda: database,
        recheck_seconds=settings.recheck_seconds,
        places=transport.downloads_of_practice,
    )
    # GraphiQL sends what its user writes, and no manifest has that.
    with_graphiql = settings.graphiql and not settings.persisted_only
    policy = policy_of(settings)
    is_straight = Layer.REQUESTS in settings.fast_path
    endpoint, portal = (
        GraphQLEndpoint(
            schema,
            callers,
            with_graphiql=with_graphiql,
            transport=transport,
            trusted=policy.trusted,
            reads_usual=is_straight,
        )
        for schema in (practitioner_schema(policy), portal_schema(policy))
    )
    return Starlette(
        routes=[
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            Route("/", _home),
            Route("/portal/graphql", portal),
            WebSocketRoute("/portal/graphql", portal),
            downloads.route(),
            Feeds(lambda: database).route(),
            *health_routes(lambda: database),
            *([graphiql.assets()] if with_graphiql else []),
        ],
        middleware=[
            Middleware(RequestLog),
            Middleware(SecurityHeaders),
            cors(settings.allowed_origins),
            Middleware(
                Straight,
                to={"/graphql": endpoint, "/portal/graphql": portal} if is_straight else {},
            ),
        ],
        lifespan=lifespan,
    )


def _identity_provider(settings: Settings) -> "IdentityProvider | None":
    if settings.oidc_issuer is None or settings.oidc_audience is None:
        return None
    # Here and not above: its libraries take a tenth of a start, which most servers can spare.
    from server.identity_provider.provider import identity_provider  # noqa: PLC0415

    return identity_provider(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        jwks_url=settings.oidc_jwks_url,
        read_only_scope=settings.oidc_read_only_scope,
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
        layers=settings.fast_path,
    )


async def _home(_request: Request) -> Response:
    return RedirectResponse("/graphql")
