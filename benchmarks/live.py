"""`python -m benchmarks.live`: a thousand open subscriptions, on one worker or on several."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from benchmarks.peers.ours import OURS
from benchmarks.practice import Practice, database_in
from benchmarks.processor import choose_cores
from benchmarks.serving import Server, running
from models import Calendar, Client, Practitioner, Service, Session
from models.database import Database
from models.enums import SessionStatus
from models.folding import search_text, sort_key
from models.identifiers import Kind, new_id
from models.migrate import upgrade
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from server.settings import PREFIX

PRACTICES: Final = 10
SOCKETS_EACH: Final = 5  # as many as one caller may open
SUBSCRIPTIONS_EACH: Final = 20  # as many as go over one
SESSIONS_EACH: Final = 1_000

_SUBSCRIPTION: Final = (
    "subscription { sessionChanged { kind missed session { id status version startsAt "
    "clientName service { name } calendar { name } } } }"
)
_ONE: Final = """mutation ($ids: [ID!]!, $status: SessionStatus!) {
  updateSessionStatuses(input: {ids: $ids, status: $status}) { results { errors { message } } }
}"""
_AT_ONCE: Final = 50
_PATIENCE_SECONDS: Final = 120


@dataclass(frozen=True, slots=True)
class Owner:
    """A practitioner, a token to listen and to write with, and their sessions.

    `probe` is one more, which is changed until everybody listens.
    """

    token: str
    client_id: str
    practitioner_id: str
    probe: str
    sessions: list[str]


@dataclass(slots=True)
class Received:
    """What one socket was told: when, and which changes, by subscription."""

    at: list[float] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    missed: int = 0


async def _owner(database: Database, number: int) -> Owner:
    now = datetime.now(UTC).replace(microsecond=0)
    both: dict[str, Any] = {"created_at": now, "updated_at": now}
    address = f"owner{number}@example.com"
    practitioner = await Practitioner.create(
        name=f"Owner {number}",
        email=address,
        email_folded=address,
        password_hash="-",  # noqa: S106 - nobody signs in with it
        time_zone="UTC",
        currency="EUR",
        **both,
    )
    owned: dict[str, Any] = {"practitioner_id": practitioner.id, **both}
    service = await Service.create(
        name="Coaching",
        sort_name=sort_key("Coaching"),
        duration_minutes=50,
        price_minor=9000,
        currency="EUR",
        **owned,
    )
    calendar = await Calendar.create(
        name="Main", sort_name=sort_key("Main"), time_zone="UTC", **owned
    )
    client = await Client.create(
        name="Ada",
        time_zone="UTC",
        search_text=search_text("Ada", None, None),
        sort_name=sort_key("Ada"),
        **owned,
    )
    starts_at = now + timedelta(days=1)
    sessions = [
        Session(
            id=new_id(Kind.SESSION),
            client_id=client.id,
            service_id=service.id,
            calendar_id=calendar.id,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=50),
            duration_minutes=50,
            status=SessionStatus.PENDING,
            overlap_allowed=True,
            price_minor=9000,
            currency="EUR",
            **owned,
        )
        for _ in range(SESSIONS_EACH + 1)
    ]
    await Session.bulk_create(sessions, batch_size=500)

    async def work(transaction: Transaction) -> str:
        return await issue_token(transaction, practitioner.id, label="benchmarks", now=now)

    token = await write(database, work)
    probe, *ids = (one.id for one in sessions)
    return Owner(token, client.id, practitioner.id, probe, ids)


async def _owners(url: str) -> list[Owner]:
    await upgrade(url)
    async with Database(url) as database:
        return [await _owner(database, number) for number in range(PRACTICES)]


@asynccontextmanager
async def _socket(server: Server, owner: Owner, network: int) -> AsyncIterator[ClientConnection]:
    async with connect(
        f"ws://127.0.0.1:{server.port}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression=None,
        max_queue=None,
        ping_interval=None,
        # One network has twenty sockets; here is one for each practice.
        additional_headers={"X-Forwarded-For": f"192.0.2.{network}"},
    ) as socket:
        await _tell(socket, type="connection_init", payload={"authToken": owner.token})
        await socket.recv()
        yield socket


async def _tell(socket: ClientConnection, **message: Any) -> None:
    await socket.send(orjson.dumps(message).decode())


async def _receive(socket: ClientConnection, received: Received) -> None:
    async for message in socket:
        told = orjson.loads(message)
        if told["type"] != "next":
            raise click.ClickException(f"A subscription ended: {told}")
        change = told["payload"]["data"]["sessionChanged"]
        received.at.append(time.perf_counter())
        received.sessions.append(change["session"]["id"])
        received.missed += change["missed"]


async def _change(client: httpx.AsyncClient, owner: Owner, ids: Sequence[str], status: str) -> None:
    answer = await client.post(
        "/graphql",
        json={"query": _ONE, "variables": {"ids": ids, "status": status}},
        headers={"Authorization": f"Bearer {owner.token}"},
    )
    done = answer.json().get("data")
    if not done or any(one["errors"] for one in done["updateSessionStatuses"]["results"]):
        raise click.ClickException(f"A change was refused: {answer.text}")


async def _change_all(client: httpx.AsyncClient, owner: Owner) -> None:
    for start in range(0, SESSIONS_EACH, _AT_ONCE):
        await _change(client, owner, owner.sessions[start : start + _AT_ONCE], "CANCELLED")


async def _until(count: int, received: Sequence[Received]) -> None:
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while sum(len(one.at) for one in received) < count:  # noqa: ASYNC110 - counted, not told
            await asyncio.sleep(0.001)


async def _begun(
    client: httpx.AsyncClient, owner: Owner, received: Sequence[Received], subscriptions: int
) -> None:
    """Change something until every subscription was told of it."""
    statuses = ("CONFIRMED", "PENDING")  # which both hold the slot: neither has to take it
    rounds = 0
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            before = sum(len(one.at) for one in received)
            await _change(client, owner, [owner.probe], statuses[rounds % 2])
            rounds += 1
            await asyncio.sleep(0.5)
            if sum(len(one.at) for one in received) - before == subscriptions:
                break
    for one in received:
        one.at.clear()
        one.sessions.clear()


def _resident_kib(process_id: int) -> int:
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


async def _measure(server: Server, owners: Sequence[Owner], rounds: int, *, workers: int) -> None:
    base = f"http://127.0.0.1:{server.port}"
    async with (
        httpx.AsyncClient(base_url=base, timeout=60, verify=False) as client,  # noqa: S501 - no TLS here
        AsyncExitStack() as stack,
        asyncio.TaskGroup() as group,
    ):
        told: list[list[Received]] = []
        readers, opened = [], []
        for number, owner in enumerate(owners):
            mine = []
            for _ in range(SOCKETS_EACH):
                socket = await stack.enter_async_context(_socket(server, owner, number))
                opened.append(socket)
                mine.append(Received())
                readers.append(group.create_task(_receive(socket, mine[-1])))
            told.append(mine)
        before = _resident_kib(server.process_id)
        for socket in opened:
            for number in range(SUBSCRIPTIONS_EACH):
                payload = {"query": _SUBSCRIPTION}
                await _tell(socket, type="subscribe", id=str(number), payload=payload)
        each = SOCKETS_EACH * SUBSCRIPTIONS_EACH
        for owner, mine in zip(owners, told, strict=True):
            await _begun(client, owner, mine, each)
        after = _resident_kib(server.process_id)
        count = each * len(owners)
        click.echo(f"| open subscriptions | {count:,} |")
        if workers == 1:  # of several, none of which is this process, it would say nothing
            click.echo(f"| memory of each | {(after - before) / count:.1f} KiB |")
        await _latency(client, owners, told, rounds)
        for reader in readers:
            reader.cancel()


async def _latency(
    client: httpx.AsyncClient,
    owners: Sequence[Owner],
    told: Sequence[list[Received]],
    rounds: int,
) -> None:
    taken: list[float] = []
    first: list[float] = []
    each = SOCKETS_EACH * SUBSCRIPTIONS_EACH
    for number in range(rounds):
        for owner, mine in zip(owners, told, strict=True):
            began = time.perf_counter()
            await _change(client, owner, [owner.sessions[number]], "CONFIRMED")
            await _until(each, mine)
            arrived = sorted(at - began for one in mine for at in one.at)
            taken += arrived
            first.append(arrived[0])
            for one in mine:
                one.at.clear()
    ordered = sorted(taken)
    click.echo(f"| changes, each told {each} times | {rounds * len(owners):,} |")
    click.echo(f"| told | {len(taken):,} |")
    click.echo(f"| mutation sent to the first told, p50 | {median(first) * 1000:.1f} ms |")
    click.echo(f"| mutation sent to told, p50 | {median(ordered) * 1000:.1f} ms |")
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    click.echo(f"| mutation sent to told, p99 | {p99 * 1000:.1f} ms |")
    click.echo(f"| mutation sent to told, longest | {ordered[-1] * 1000:.1f} ms |")


async def _burst(server: Server, owners: Sequence[Owner]) -> None:
    """All sessions of all practices change at once, with one who listens at each."""
    base = f"http://127.0.0.1:{server.port}"
    async with (
        httpx.AsyncClient(base_url=base, timeout=120, verify=False) as client,  # noqa: S501 - no TLS here
        AsyncExitStack() as stack,
        asyncio.TaskGroup() as group,
    ):
        told, readers = [Received() for _ in owners], []
        for number, (owner, mine) in enumerate(zip(owners, told, strict=True)):
            socket = await stack.enter_async_context(_socket(server, owner, number))
            payload = {"query": _SUBSCRIPTION}
            await _tell(socket, type="subscribe", id="a", payload=payload)
            readers.append(group.create_task(_receive(socket, mine)))
            await _begun(client, owner, [mine], 1)
        began = time.perf_counter()
        await asyncio.gather(*(_change_all(client, owner) for owner in owners))
        written = time.perf_counter() - began
        with suppress(TimeoutError):  # what is not told by then is counted below
            await _until(SESSIONS_EACH * len(owners), told)
        seconds = time.perf_counter() - began
        for reader in readers:
            reader.cancel()
    lost = sum(
        len(set(owner.sessions) - set(one.sessions))
        for owner, one in zip(owners, told, strict=True)
    )
    click.echo(f"| changes in one burst | {SESSIONS_EACH * len(owners):,} in {written:.1f} s |")
    click.echo(f"| told | {sum(len(one.sessions) for one in told):,} in {seconds:.1f} s |")
    click.echo(f"| not told | {lost} |")
    click.echo(f"| said to be missed | {sum(one.missed for one in told)} |")


@click.command(context_settings={"show_default": True})
@click.option("--rounds", default=10, type=click.IntRange(1, 500), help="Changes of each practice.")
@click.option(
    "--workers",
    default=1,
    type=click.IntRange(1, 16),
    help="How many share the subscriptions, and the changes.",
)
@click.option("--database-url", help="An empty database, instead of an SQLite file of its own.")
def main(rounds: int, workers: int, database_url: str | None) -> None:
    """Measure what a thousand subscriptions cost, how soon they are told, and that all are."""
    cores = choose_cores()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = database_in(Path(folder))
        url = database_url or f"sqlite:///{path}"
        owners = asyncio.run(_owners(url))
        first = owners[0]
        practice = Practice(path, first.practitioner_id, first.token, [first.client_id], 1)
        environment = {
            **OURS.environment(practice),
            f"{PREFIX}DATABASE_URL": url,
            f"{PREFIX}RECHECK_SECONDS": "600",
            f"{PREFIX}WORKERS": str(workers),
        }
        peer = replace(OURS, environment=lambda _practice: environment)
        log = Path(folder) / "server.log"
        with running(peer, practice, core=cores.server, log=log) as server:
            click.echo("| | |")
            click.echo("| --- | ---: |")
            asyncio.run(_measure(server, owners, rounds, workers=workers))
            asyncio.run(_burst(server, owners))


if __name__ == "__main__":
    main()
