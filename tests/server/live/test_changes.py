"""Who listens is told of every change that is theirs to see, over sockets and event streams."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from models.database import Database
from models.enums import SessionStatus
from schema.build import practitioner_schema
from server.transport import Transport
from tests.practice import NOW, Practice
from tests.server.live.listening import TRANSPORTS, until
from tests.server.reaching import Near, near, token_of

OVER = pytest.mark.parametrize("over", TRANSPORTS.values(), ids=TRANSPORTS)
CANCEL = "mutation ($id: ID!) { cancelSession(input: {id: $id}) { errors { message } } }"
DELETE = "mutation ($id: ID!) { deleteClient(id: $id) { errors { message } } }"


@pytest.fixture
async def reached(database: Database) -> AsyncIterator[Near]:
    async with near(practitioner_schema(), database, Transport(recheck_seconds=0.05)) as server:
        yield server
    await until(lambda: database.followers.is_at_rest)


async def change(practice: Practice, mutation: str, identifier: str) -> None:
    answer = await practice.ask(mutation, {"id": identifier})
    assert answer.errors == []
    assert all(one["errors"] == [] for one in answer.data.values())


async def upcoming(practice: Practice, client: Any, number: int = 1) -> Any:
    return await practice.add_session(client, NOW + timedelta(days=number), SessionStatus.CONFIRMED)


@OVER
async def test_who_listens_is_told_of_a_change_and_shown_the_session(
    reached: Near, practice: Practice, over: Any
) -> None:
    client = await practice.add_client()
    session = await upcoming(practice, client)
    async with over(reached, await token_of(practice)) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        await change(practice, CANCEL, session.id)

        assert await listener.next() == {
            "kind": "STATUS_CHANGED",
            "missed": False,
            "session": {
                "id": session.id,
                "status": "CANCELLED",
                "version": 2,
                "clientName": "Ada Lovelace",
                "client": {"id": client.id},
            },
        }
