"""A server that is asked to stop: what it has begun it finishes, and it takes nothing new."""

import asyncio
import signal
from pathlib import Path

import httpx
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from models.database import Database
from tests.e2e.conftest import locked, small_practice, started
from tests.server.reaching import tell, told

MUTATION = "mutation ($name: String!) { createCalendar(input: {name: $name}) { calendar { id } } }"
PROTOCOL = Subprotocol("graphql-transport-ws")


async def test_writes_in_flight_are_finished_when_the_server_stops(
    url: str, tmp_path: Path
) -> None:
    """They wait for another one, so that the server is asked to stop in the middle of them."""
    token, log = await small_practice(url), tmp_path / "server.log"
    bearer = {"authorization": f"Bearer {token}"}
    with started(url, log=log) as (address, process):
        async with (
            httpx.AsyncClient(base_url=address, headers=bearer, timeout=30, verify=False) as client,  # noqa: S501 - nothing here speaks TLS
            connect(f"{address.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL]) as socket,
        ):
            await tell(socket, "connection_init", payload={"authToken": token})
            await told(socket)
            async with locked(url):
                payload = {"query": MUTATION, "variables": {"name": "By socket"}}
                await tell(socket, "subscribe", id="a", payload=payload)
                writes = [
                    asyncio.create_task(
                        client.post(
                            "/graphql",
                            json={"query": MUTATION, "variables": {"name": f"By HTTP {number}"}},
                        )
                    )
                    for number in range(10)
                ]
                # Read after them: the answers of both tell that they have been taken.
                await tell(socket, "ping")
                assert (await told(socket))["type"] == "pong"
                await client.get("/healthz")
                process.send_signal(signal.SIGTERM)
                await refused(address)
                assert not any(write.done() for write in writes)
            answers = await asyncio.gather(*writes)
            await asyncio.wait_for(socket.wait_closed(), 20)
        assert process.wait(timeout=20) in {0, -signal.SIGTERM}

    assert [one.json() for one in answers if "errors" in one.json()] == []
    assert socket.close_code == 1012
    assert {"By socket", *(f"By HTTP {number}" for number in range(10))} <= await calendars(url)
    written = log.read_text()
    assert "Traceback" not in written
    assert "Cancel" not in written


async def refused(address: str) -> None:
    """Wait until the server takes no connection any more."""
    host, port = address.removeprefix("http://").split(":")
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, int(port))
            except ConnectionRefusedError:
                return
            except ConnectionResetError:  # it came while the door was being closed
                continue
            writer.close()
            await asyncio.sleep(0.01)


async def calendars(url: str) -> set[str]:
    async with Database(url) as database:
        return {name for (name,) in await database.fetch("SELECT name FROM calendar")}
