"""Live updates between processes: what one of them changes, those who listen at the others see."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect

from models import Session
from models.database import Database
from models.enums import SessionStatus
from models.identifiers import Kind, new_id
from schema.build import practitioner_schema
from tests.e2e.conftest import Raced
from tests.e2e.test_sockets import PROTOCOL
from tests.practice import Practice
from tests.server.live.listening import SECONDS, SUBSCRIPTION, Listener, ask
from tests.server.reaching import near, tell, token_of, told

CHANGES, AT_ONCE = 1_000, 50
CONFIRM = """mutation ($ids: [ID!]!, $status: SessionStatus!) {
  updateSessionStatuses(input: {ids: $ids, status: $status}) { results { errors { message } } }
}"""


async def many_sessions(practice: Practice, number: int) -> list[str]:
    """Sessions that wait to be confirmed."""
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    rows = [
        Session(
            practitioner_id=practice.practitioner.id,
            id=new_id(Kind.SESSION),
            service_id=practice.service.id,
            calendar_id=practice.calendar.id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            duration_minutes=50,
            status=SessionStatus.PENDING,
            overlap_allowed=True,
            price_minor=9000,
            currency="EUR",
            created_at=starts_at,
            updated_at=starts_at,
        )
        for _ in range(number)
    ]
    await Session.bulk_create(rows, batch_size=200)
    return [row.id for row in rows]


async def opened(address: str, token: str, stack: AsyncExitStack) -> ClientConnection:
    socket = await stack.enter_async_context(
        connect(address, subprotocols=[PROTOCOL], compression=None)
    )
    await tell(socket, "connection_init", payload={"authToken": token})
    assert await told(socket) == {"type": "connection_ack"}
    return socket


async def set_status(client: httpx.AsyncClient, token: str, ids: list[str], status: str) -> None:
    answer = await client.post(
        "/graphql",
        json={"query": CONFIRM, "variables": {"ids": ids, "status": status}},
        headers={"authorization": f"Bearer {token}"},
    )
    results = answer.json()["data"]["updateSessionStatuses"]["results"]
    assert [one for one in results if one["errors"]] == []


async def begun(
    listeners: list[Listener], client: httpx.AsyncClient, token: str, probe: str
) -> None:
    """Wait until everybody is told of changes; no protocol says when a subscription has begun."""

    async def change() -> None:
        while True:
            for status in ("CONFIRMED", "PENDING"):  # neither takes a slot that others hold
                await set_status(client, token, [probe], status)
            await asyncio.sleep(0.05)

    changing = asyncio.create_task(change())
    try:
        for listener in listeners:
            await listener.next()
    finally:
        changing.cancel()
        await asyncio.wait([changing])


@pytest.mark.parametrize("raced", ["4"], indirect=True, ids=["four workers"])
async def test_of_a_thousand_changes_on_four_workers_everybody_on_any_of_them_is_told_of_each(
    raced: Raced,
) -> None:
    """And in another process, which shares nothing with them but the database."""
    async with (
        Database(raced.url) as database,
        near(practitioner_schema(), database) as apart,
        AsyncExitStack() as stack,
        httpx.AsyncClient(base_url=raced.address, verify=False, timeout=60) as client,  # noqa: S501 - no TLS here
    ):
        practice = await Practice.of(database)
        probe, *ids = await many_sessions(practice, CHANGES + 1)
        token, writing = await token_of(practice), await token_of(practice)
        address = f"{raced.address.replace('http', 'ws')}/graphql"
        sockets = [await opened(address, token, stack) for _ in range(3)]
        sockets.append(await stack.enter_async_context(apart.socket(token)))
        listeners = [await ask(socket, SUBSCRIPTION) for socket in sockets]
        await begun(listeners, client, writing, probe)

        parts = [ids[start : start + AT_ONCE] for start in range(0, CHANGES, AT_ONCE)]
        told_to_all = [asyncio.create_task(all_of(one, set(ids))) for one in listeners]
        await asyncio.gather(*(set_status(client, writing, part, "CONFIRMED") for part in parts))
        async with asyncio.timeout(3 * SECONDS):
            everything: list[list[dict[str, Any]]] = await asyncio.gather(*told_to_all)

    for changes in everything:
        assert len(changes) == CHANGES
        assert {one["kind"] for one in changes} == {"STATUS_CHANGED"}
        assert {one["session"]["status"] for one in changes} == {"CONFIRMED"}
        assert not any(one["missed"] for one in changes)


async def all_of(listener: Listener, ids: set[str]) -> list[dict[str, Any]]:
    """What is told until each of these sessions was."""
    changes, left = [], set(ids)
    while left:
        change = await listener.next()
        if change["session"]["id"] in ids:
            changes.append(change)
            left.discard(change["session"]["id"])
    return changes
