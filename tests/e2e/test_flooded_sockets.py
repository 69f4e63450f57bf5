"""Sockets that ask for too much: each is bounded, and others are answered."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from models.database import Database
from schema.build import practitioner_schema
from server.transport import Transport
from tests.e2e.conftest import Raced, locked, small_practice
from tests.e2e.test_sockets import MUTATION, PROTOCOL, closed_with
from tests.server.reaching import near, tell, told

ONE_WORKER = pytest.mark.parametrize("raced", ["1"], indirect=True, ids=["one worker"])


@asynccontextmanager
async def opened(raced: Raced) -> AsyncIterator[ClientConnection]:
    """A socket that has been let in, of a practice of its own."""
    token = await small_practice(raced.url)
    address = f"{raced.address.replace('http', 'ws')}/graphql"
    async with (
        asyncio.timeout(60),
        connect(address, subprotocols=[PROTOCOL], compression=None) as socket,
    ):
        await tell(socket, "connection_init", payload={"authToken": token})
        assert await told(socket) == {"type": "connection_ack"}
        yield socket


async def typename(address: str) -> str:
    async with httpx.AsyncClient(base_url=address, verify=False) as client:  # noqa: S501 - no TLS here
        answer = await client.post("/graphql", json={"query": "{ __typename }"})
        name: str = answer.json()["data"]["__typename"]
        return name


async def test_who_never_says_who_they_are_is_closed(database: Database) -> None:
    transport = Transport(greeting_seconds=0.05)
    async with (
        near(practitioner_schema(), database, transport) as server,
        server.stranger() as socket,
    ):
        assert await closed_with(socket) == 4408


@ONE_WORKER
async def test_of_a_hundred_and_one_operations_in_a_socket_twenty_run(raced: Raced) -> None:
    """They are writes that wait for another one, so that none is over before the last is sent."""
    async with opened(raced) as socket:
        async with locked(raced.url):
            for number in range(101):
                payload = {"query": MUTATION, "variables": {"name": f"Calendar {number}"}}
                await tell(socket, "subscribe", id=str(number), payload=payload)
            refused = [await told(socket) for _ in range(81)]
            assert await typename(raced.address) == "Query"
        run = Counter([(await told(socket))["type"] for _ in range(40)])

    assert {message["type"] for message in refused} == {"error"}
    assert {one["extensions"]["code"] for message in refused for one in message["payload"]} == {
        "RATE_LIMITED"
    }
    assert run == {"next": 20, "complete": 20}


@ONE_WORKER
async def test_the_id_of_an_operation_that_runs_is_not_given_twice(raced: Raced) -> None:
    payload = {"query": MUTATION, "variables": {"name": "Once"}}
    async with opened(raced) as socket, locked(raced.url):
        await tell(socket, "subscribe", id="a", payload=payload)
        await tell(socket, "subscribe", id="a", payload=payload)

        assert await closed_with(socket) == 4409


@ONE_WORKER
@pytest.mark.parametrize("how", ["of the protocol's", "of WebSocket's"])
async def test_a_thousand_pings_are_answered_and_others_too(raced: Raced, how: str) -> None:
    async with opened(raced) as socket:
        if how == "of WebSocket's":
            waiting = [await socket.ping() for _ in range(1000)]
            assert await typename(raced.address) == "Query"
            await asyncio.gather(*waiting)
        else:
            for _ in range(1000):
                await tell(socket, "ping")
            assert await typename(raced.address) == "Query"
            assert [await told(socket) for _ in range(1000)] == [{"type": "pong"}] * 1000


@ONE_WORKER
async def test_a_message_without_an_end_closes_the_socket(raced: Raced) -> None:
    """17 MB in pieces, none of which is too large by itself."""

    async def pieces() -> AsyncIterator[str]:
        for _ in range(136):
            yield "x" * 131_072

    async with opened(raced) as socket:
        with suppress(ConnectionClosed):  # it does not want the rest
            await socket.send(pieces())

        # Who still sends may lose the code with the connection.
        assert await closed_with(socket) in {1006, 1009}
    assert await typename(raced.address) == "Query"
