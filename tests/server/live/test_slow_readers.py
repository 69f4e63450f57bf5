"""Who does not read costs a bounded amount of memory, and is told that they missed something."""

from typing import Any

import pytest

from models.following.followers import Followers
from schema.build import practitioner_schema
from tests.practice import Practice
from tests.server.live.listening import TRANSPORTS, until
from tests.server.reaching import near, token_of

MOST = 20
# Some 300 kB for each change, so that a few of them fill what lies between server and reader.
QUERY = f"""subscription {{
  sessionChanged {{
    kind missed session {{ id {" ".join(f"n{number}: customerNotes" for number in range(30))} }}
  }}
}}"""


@pytest.mark.parametrize("over", TRANSPORTS.values(), ids=TRANSPORTS)
async def test_who_does_not_read_is_told_of_the_newest_and_that_they_missed_something(
    practice: Practice, over: Any
) -> None:
    database = practice.database
    database.followers = Followers(database, folds_at=10, most=MOST)
    sessions = [await practice.add_session(customer_notes="x" * 10_000) for _ in range(60)]
    owner = practice.practitioner.id
    async with (
        near(practitioner_schema(), database) as server,
        over(server, await token_of(practice), QUERY) as listener,
    ):
        await until(lambda: len(database.followers) == 1)
        (follower,) = database.followers._of[owner]
        held: list[int] = []
        while held[-len(sessions) :] != [MOST] * len(sessions):
            for session in sessions:
                await practice.add_event(session)
                held.append(len(follower._backlog))
        last = sessions[0]
        await practice.add_event(last)
        told = [await listener.next()]
        while not any(one["missed"] for one in told):
            told.append(await listener.next())
        while told[-1]["session"]["id"] != last.id or len(follower._backlog):
            told.append(await listener.next())

    assert max(held) <= MOST
    assert len(told) < len(held), "it was not told of all, and did not have to be"
