"""Whoever listens to changes in a test, and who makes them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection

from tests.server.reaching import Near, tell, told

FIELDS = "kind missed session { id status version clientName client { id } }"
SUBSCRIPTION = f"""subscription ($clientId: ID) {{
  sessionChanged(clientId: $clientId) {{ {FIELDS} }}
}}"""
SECONDS = 20  # a deadline, which nothing waits for that comes


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.002)


@dataclass
class Listener:
    """What one subscription is told."""

    messages: AsyncIterator[dict[str, Any]]
    changes: list[dict[str, Any]] = field(default_factory=list)

    async def next(self) -> dict[str, Any]:
        """The next change."""
        message = await self.message()
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        change: dict[str, Any] = message["payload"]["data"]["sessionChanged"]
        self.changes.append(change)
        return change

    async def message(self) -> dict[str, Any]:
        """The next message, whatever it is."""
        async with asyncio.timeout(SECONDS):
            return await anext(self.messages)


async def _of_socket(socket: ClientConnection, identifier: str) -> AsyncIterator[dict[str, Any]]:
    while True:
        message = await told(socket)
        if message.get("id") == identifier:
            yield message


async def ask(
    socket: ClientConnection, query: str = SUBSCRIPTION, identifier: str = "a", **variables: Any
) -> Listener:
    """Begin to listen over a socket; to one subscription at a time."""
    payload = {"query": query, "variables": variables}
    await tell(socket, "subscribe", id=identifier, payload=payload)
    return Listener(_of_socket(socket, identifier))


@asynccontextmanager
async def over_socket(
    server: Near, token: str, query: str = SUBSCRIPTION, **variables: Any
) -> AsyncIterator[Listener]:
    async with server.socket(token) as socket:
        yield await ask(socket, query, **variables)


@asynccontextmanager
async def over_stream(
    server: Near, token: str, query: str = SUBSCRIPTION, **variables: Any
) -> AsyncIterator[Listener]:
    async with (
        server.client.stream(
            "POST",
            "/graphql",
            json={"query": query, "variables": variables},
            headers={"accept": "text/event-stream", "authorization": f"Bearer {token}"},
            timeout=None,
        ) as response,
        aclosing(_of_stream(response.aiter_lines())) as messages,
    ):
        yield Listener(messages)


async def _of_stream(lines: AsyncIterator[str]) -> AsyncGenerator[dict[str, Any], None]:
    kind = ""
    async for line in lines:
        if line.startswith("event: "):
            kind = line.removeprefix("event: ")
        elif line.startswith("data: "):
            given = line.removeprefix("data: ")
            yield {"type": kind, "payload": orjson.loads(given) if given else None}
    yield {"type": "end"}


TRANSPORTS = {"socket": over_socket, "stream": over_stream}
