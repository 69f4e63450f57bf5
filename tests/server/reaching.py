"""A server in the test's own process: the real uvicorn and our protocols, over any schema."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from models.database import Database
from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from resolvers.accounts.policy import AccessPolicy
from schema.served import ServedSchema
from server.app import create_app
from server.callers import Callers
from server.graphql_http import GraphQLEndpoint
from server.request_log import RequestLog
from server.settings import Settings
from server.transport import Transport
from tests.practice import Practice


def app_of(settings: Settings) -> Starlette:
    """The whole application; its logs are for processes of its own, so the test's stay."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    app = create_app(settings)
    root.handlers, root.level = handlers, level
    return app


@dataclass(frozen=True)
class Near:
    """A server that is near enough to look into."""

    client: httpx.AsyncClient
    port: int
    token: str
    server: uvicorn.Server

    async def post(self, query: str, **headers: str) -> httpx.Response:
        """The answer to an operation."""
        return await self.client.post("/graphql", json={"query": query}, headers=headers)

    def stranger(self) -> connect:
        """A socket that nobody has been let in at."""
        protocols = [Subprotocol("graphql-transport-ws")]
        address = f"ws://127.0.0.1:{self.port}/graphql"
        return connect(address, subprotocols=protocols, compression=None)

    @asynccontextmanager
    async def socket(self, token: str | None = None) -> AsyncIterator[ClientConnection]:
        """A socket whose token has been accepted."""
        async with self.stranger() as socket:
            await tell(socket, "connection_init", payload={"authToken": token or self.token})
            assert (await told(socket))["type"] == "connection_ack"
            yield socket


async def tell(socket: ClientConnection, kind: str, **message: Any) -> None:
    """Send one message of the protocol."""
    await socket.send(orjson.dumps({"type": kind, **message}).decode())


async def told(socket: ClientConnection) -> dict[str, Any]:
    """The next message of the protocol."""
    message: dict[str, Any] = orjson.loads(await socket.recv(decode=True))
    return message


async def token_of(practice: Practice, kind: AccessTokenKind = AccessTokenKind.PRACTITIONER) -> str:
    """A new token of a practitioner's."""
    now = datetime.now(UTC)

    async def work(transaction: Transaction) -> str:
        return await issue_token(
            transaction, practice.practitioner.id, label="t", now=now, kind=kind
        )

    return await write(practice.database, work)


@asynccontextmanager
async def near(
    schema: ServedSchema, database: Database, transport: Transport | None = None
) -> AsyncIterator[Near]:
    """A server of this schema, until the block ends."""
    endpoint = GraphQLEndpoint(
        schema,
        Callers(lambda: database, policy=AccessPolicy()),
        with_graphiql=False,
        transport=transport,
    )
    app = Starlette(
        routes=[Route("/graphql", endpoint), WebSocketRoute("/graphql", endpoint)],
        middleware=[Middleware(RequestLog)],
    )
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            http="server.receiving:HttpProtocol",
            ws="server.receiving:WebSocketProtocol",
            log_config=None,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
    )
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - see below
        await asyncio.sleep(0.005)  # uvicorn tells it in no other way
    port = server.servers[0].sockets[0].getsockname()[1]
    token = await token_of(await Practice.of(database))
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {token}"},
            verify=False,  # noqa: S501 - nothing here speaks TLS
        ) as client:
            yield Near(client, port, token, server)
    finally:
        server.should_exit = True
        await running
