"""Clocks that are put back or on by an hour, and servers whose clocks differ."""

from datetime import datetime, timedelta

import pytest

from models.database import Database
from models.instants import to_text
from models.transaction import Transaction, write
from resolvers.accounts.access import make_token, principal_of
from resolvers.accounts.attempts import Limit, count_attempt
from resolvers.errors import RateLimited
from tests.acts import act
from tests.practice import NOW, Practice

JUMPS = pytest.mark.parametrize(
    "jump",
    [timedelta(hours=-1), timedelta(hours=1), timedelta(seconds=-30), timedelta(seconds=30)],
    ids=["an hour back", "an hour on", "30 s back", "30 s on"],
)


@JUMPS
async def test_a_trail_is_in_the_order_of_what_was_done(
    practice: Practice, jump: timedelta
) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client, NOW + timedelta(days=1))
    for step, now in enumerate([NOW, NOW + jump, NOW + jump]):
        done = await act(
            practice, "updateSessionNotes", now=now, id=session.id, customerNotes=f"step {step}"
        )

        assert done.session["version"] == 2 + step
    changes = [event["changes"][0]["to"] for event in done.session["events"]]
    assert changes == ["step 0", "step 1", "step 2"]


@JUMPS
async def test_what_is_sent_again_after_a_jump_is_done_once(
    practice: Practice, jump: timedelta
) -> None:
    client = await practice.add_client()
    booking = {
        "clientId": client.id,
        "serviceId": practice.service.id,
        "calendarId": practice.calendar.id,
        "startsAt": to_text(NOW + timedelta(days=1)),
        "idempotencyKey": "the-one-key",
    }
    first = await act(practice, "bookSession", now=NOW, **booking)
    again = await act(practice, "bookSession", now=NOW + jump, **booking)

    assert again.session["id"] == first.session["id"]


@JUMPS
async def test_a_token_of_a_server_whose_clock_differs_is_good(
    practice: Practice, jump: timedelta
) -> None:
    """Until it ends, by the clock of whoever looks; within its idle time there is half an hour."""
    owner = practice.practitioner.id

    async def work(transaction: Transaction) -> str:
        made = await make_token(
            transaction, owner, label="t", now=NOW, expires_at=NOW + timedelta(hours=12)
        )
        return made.secret

    secret = await write(practice.database, work)

    assert await principal_of(practice.database, secret, now=NOW + jump) is not None


async def attempts(database: Database, who: str, *times: datetime) -> list[int]:
    """How long each of these attempts was told to wait; 0 when it counted."""
    waits = []
    for now in times:
        try:
            await count_attempt(database, LIMIT, who, now=now)
        except RateLimited as refused:
            waits.append(refused.retry_after_seconds)
        else:
            waits.append(0)
    return waits


LIMIT = Limit("looking at the clock", most=3, period=timedelta(minutes=15))


async def test_a_clock_that_is_put_back_locks_nobody_out(practice: Practice) -> None:
    """As many tries as ever are left, instead of none for an hour."""
    who, back = practice.practitioner.id, NOW - timedelta(hours=1)

    assert await attempts(practice.database, who, NOW, NOW, NOW) == [0, 0, 0]
    assert await attempts(practice.database, who, back, back, back, back) == [0, 0, 0, 300]


async def test_a_server_whose_clock_differs_grants_nothing_more(practice: Practice) -> None:
    who, behind = practice.practitioner.id, NOW - timedelta(seconds=30)

    assert await attempts(practice.database, who, NOW, behind, NOW) == [0, 0, 0]
    assert await attempts(practice.database, who, behind, NOW, behind) == [330, 300, 330]


async def test_a_clock_that_is_put_on_waits_less_and_never_more(practice: Practice) -> None:
    who, on = practice.practitioner.id, NOW + timedelta(hours=1)

    assert await attempts(practice.database, who, *[NOW] * 4) == [0, 0, 0, 300]
    assert await attempts(practice.database, who, *[on] * 4) == [0, 0, 0, 300]
