"""Many at once, over HTTP, against a running server: the record stays true."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.database import Database
from models.instants import to_text
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.acts import document_of
from tests.e2e.conftest import (
    ROOT,
    Raced,
    environment,
    free_port,
    running,
    wait_until_ready,
)
from tests.practice import Practice

START = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)


@dataclass(frozen=True)
class Opened:
    """A practice, a token of it, and what a booking in it needs."""

    practitioner_id: str
    token: str
    client_id: str
    service_id: str
    calendar_id: str

    def booking(self, starts_at: datetime, **more: Any) -> dict[str, Any]:
        return {
            "clientId": self.client_id,
            "serviceId": self.service_id,
            "calendarId": self.calendar_id,
            "startsAt": to_text(starts_at),
            **more,
        }


async def _open(url: str) -> Opened:
    async with Database(url) as database:
        practice = await Practice.of(database)
        client = await practice.add_client(email="ada@example.com")

        async def work(transaction: Transaction) -> str:
            now = datetime.now(UTC)
            return await issue_token(transaction, practice.practitioner.id, label="t", now=now)

        return Opened(
            practice.practitioner.id,
            await write(database, work),
            client.id,
            practice.service.id,
            practice.calendar.id,
        )


@pytest.fixture
def opened(url: str) -> Opened:
    return asyncio.run(_open(url))


@pytest.fixture
def racing(raced: Raced) -> Opened:
    """A practice of the test's own on a server that tests share."""
    return asyncio.run(_open(raced.url))


@asynccontextmanager
async def caller(address: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=address,
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
        verify=False,  # noqa: S501 - nothing here speaks TLS, and loading certificates takes long
        limits=httpx.Limits(max_connections=200),
    ) as client:
        yield client


async def do(client: httpx.AsyncClient, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
    response = await client.post(
        "/graphql", json={"query": document_of(mutation), "variables": {"input": given}}
    )
    answer = response.json()
    assert "errors" not in answer, answer
    done: dict[str, Any] = answer["data"]["done"]
    return done


async def all_at_once(
    address: str, opened: Opened, acts: list[tuple[str, dict[str, Any]]]
) -> list[dict[str, Any]]:
    async with caller(address, opened.token) as client:
        return list(await asyncio.gather(*(do(client, *one) for one in acts)))


def outcomes(answers: list[dict[str, Any]]) -> Counter[str]:
    return Counter(one["errors"][0]["__typename"] if one["errors"] else "done" for one in answers)


async def count(url: str, opened: Opened, table: str) -> int:
    async with Database(url) as database:
        rows = await database.fetch(
            f"SELECT count(*) FROM {table} WHERE practitioner_id = $1", [opened.practitioner_id]
        )
        number: int = rows[0][0]
        return number


def test_of_a_hundred_bookings_of_one_slot_one_succeeds(raced: Raced, racing: Opened) -> None:
    answers = asyncio.run(
        all_at_once(raced.address, racing, [("bookSession", racing.booking(START))] * 100)
    )

    assert outcomes(answers) == {"done": 1, "SlotTakenError": 99}
    booked = next(one["session"]["id"] for one in answers if one["session"])
    for one in answers:
        if one["errors"]:
            assert [held["id"] for held in one["errors"][0]["sessions"]] == [booked]
            assert one["errors"][0]["nearestFree"]
    assert asyncio.run(count(raced.url, racing, "session")) == 1
    assert asyncio.run(count(raced.url, racing, "session_event")) == 1


def test_partly_overlapping_bookings_and_moves_onto_a_slot_never_overlap(
    raced: Raced, racing: Opened
) -> None:
    async def race() -> list[dict[str, Any]]:
        async with caller(raced.address, racing.token) as client:
            waiting = [
                await do(
                    client, "bookSession", racing.booking(START + timedelta(days=1, hours=hour))
                )
                for hour in range(10)
            ]
            moves = [
                (
                    "rescheduleSession",
                    {"id": one["session"]["id"], "startsAt": to_text(START + timedelta(minutes=7))},
                )
                for one in waiting
            ]
            bookings = [
                ("bookSession", racing.booking(START + timedelta(minutes=minute % 40)))
                for minute in range(90)
            ]
            acts = [*moves, *bookings]
            random.Random(3).shuffle(acts)
            return list(await asyncio.gather(*(do(client, *one) for one in acts)))

    answers = asyncio.run(race())

    assert outcomes(answers) == {"done": 1, "SlotTakenError": 99}
    assert asyncio.run(overlapping(raced.url, racing)) == 0


async def overlapping(url: str, opened: Opened) -> int:
    async with Database(url) as database:
        rows = await database.fetch(
            "SELECT count(*) FROM session a JOIN session b ON a.calendar_id = b.calendar_id "
            "AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at "
            "WHERE a.practitioner_id = $1",
            [opened.practitioner_id],
        )
        number: int = rows[0][0]
        return number


def test_a_hundred_sends_of_one_booking_with_its_key_make_one_session(
    raced: Raced, racing: Opened
) -> None:
    booking = racing.booking(START, idempotencyKey="the-one-key", privateNotes="once")
    acts = [("bookSession", booking)] * 100

    answers = asyncio.run(all_at_once(raced.address, racing, acts))
    other = asyncio.run(
        all_at_once(
            raced.address,
            racing,
            [("bookSession", {**booking, "startsAt": to_text(START + timedelta(1))})],
        )
    )

    assert outcomes(answers) == {"done": 100}
    assert all(one == answers[0] for one in answers)
    assert outcomes(other) == {"IdempotencyMismatchError": 1}
    assert asyncio.run(count(raced.url, racing, "session")) == 1
    assert asyncio.run(count(raced.url, racing, "session_event")) == 1


def test_of_fifty_note_edits_from_one_version_one_succeeds(raced: Raced, racing: Opened) -> None:
    async def race() -> list[dict[str, Any]]:
        async with caller(raced.address, racing.token) as client:
            booked = await do(client, "bookSession", racing.booking(START))
            edits = [
                {"id": booked["session"]["id"], "customerNotes": f"{n}", "expectedVersion": 1}
                for n in range(50)
            ]
            return list(
                await asyncio.gather(*(do(client, "updateSessionNotes", one) for one in edits))
            )

    answers = asyncio.run(race())

    assert outcomes(answers) == {"done": 1, "StaleVersionError": 49}
    won = next(one["session"]["customerNotes"] for one in answers if one["session"])
    stale = [one["errors"][0]["current"] for one in answers if one["errors"]]
    assert {(one["version"], one["customerNotes"]) for one in stale} == {(2, won)}


def test_requests_cut_off_and_sent_again_with_their_keys_are_done_once(
    url: str, opened: Opened, tmp_path: Path
) -> None:
    """300 of them, each cut off at a random moment."""
    chance = random.Random(11)

    async def send_and_leave(client: httpx.AsyncClient, given: dict[str, Any]) -> None:
        task = asyncio.create_task(do(client, "bookSession", given))
        await asyncio.sleep(chance.random() * 0.03)
        task.cancel()
        await asyncio.wait([task])

    async def storm(address: str) -> list[dict[str, Any]]:
        bookings = [
            opened.booking(START + timedelta(hours=number), idempotencyKey=f"key-{number}")
            for number in range(300)
        ]
        for number in range(0, 300, 20):
            # A client of their own for each batch: what is cut off takes its connection with it.
            async with caller(address, opened.token) as client:
                batch = bookings[number : number + 20]
                await asyncio.gather(*(send_and_leave(client, one) for one in batch))
        async with caller(address, opened.token) as client:
            return [await do(client, "bookSession", one) for one in bookings]

    with running(url, log=tmp_path / "server.log") as address:
        answers = asyncio.run(storm(address))

    assert outcomes(answers) == {"done": 300}
    assert len({one["session"]["id"] for one in answers}) == 300
    assert asyncio.run(count(url, opened, "session")) == 300
    assert asyncio.run(count(url, opened, "session_event")) == 300
    assert asyncio.run(count(url, opened, "idempotency_key")) == 300
    written = (tmp_path / "server.log").read_text()
    assert "Traceback" not in written


def test_a_server_killed_in_the_middle_of_writes_loses_nothing_acknowledged(
    url: str, opened: Opened, tmp_path: Path
) -> None:
    """Twenty times. What is there is whole: session, event and message, or none of them."""
    chance, acknowledged = random.Random(5), list[str]()

    async def write_until_killed(address: str, server: int, run: int) -> None:
        wanted, enough = len(acknowledged) + chance.randrange(1, 25), asyncio.Event()
        async with caller(address, opened.token) as client:

            async def one(number: int) -> None:
                at = START + timedelta(days=run, minutes=number)
                given = opened.booking(at, status="CONFIRMED", durationMinutes=1)
                try:
                    done = await do(client, "bookSession", given)
                except httpx.TransportError:
                    return
                acknowledged.append(done["session"]["id"])
                if len(acknowledged) >= wanted:
                    enough.set()

            writes = [asyncio.create_task(one(number)) for number in range(40)]
            await enough.wait()
            await asyncio.sleep(chance.random() * 0.01)
            os.kill(server, signal.SIGKILL)
            await asyncio.gather(*writes)

    with subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.forking"],
        env=environment(url),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as forking:
        assert forking.stdin is not None
        assert forking.stdout is not None
        for run in range(20):
            port, log = free_port(), tmp_path / f"{run}.log"
            address = f"http://127.0.0.1:{port}"
            print(port, log, file=forking.stdin, flush=True)
            server = int(forking.stdout.readline())
            wait_until_ready(address, forking, log)
            asyncio.run(write_until_killed(address, server, run))
        forking.stdin.close()

    async def kept() -> tuple[set[str], set[str], set[str]]:
        async with Database(url) as database:
            columns = (("session", "id"), ("session_event", "session_id"))
            sessions, events = [
                {one for (one,) in await database.fetch(f"SELECT {column} FROM {table}")}
                for table, column in columns
            ]
            messages = await database.fetch("SELECT session_id FROM outbox_message")
            if database.engine_name == "sqlite":
                assert (await database.fetch("PRAGMA integrity_check"))[0][0] == "ok"
            return sessions, events, {one for (one,) in messages}

    sessions, events, messages = asyncio.run(kept())
    assert 20 <= len(acknowledged) < 20 * 40
    assert set(acknowledged) <= sessions
    assert sessions == events == messages
