"""`python -m benchmarks.writes`: how fast a change is kept, beside hand-written transactions."""

import asyncio
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
import click

from benchmarks.asking import Went, WrongAnswer, keep_asking, message
from benchmarks.peers.ours import OURS
from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice
from benchmarks.processor import choose_cores, pinned
from benchmarks.scaling.store import (
    FOLDER,
    Scaled,
    kept_in_postgres,
    kept_in_sqlite,
    postgres,
    postgres_process,
)
from benchmarks.serving import NotServing, Server, running
from models.instants import to_text

ENGINES: Final = ("sqlite", "postgres")
KINDS: Final = ("status", "booking", "notes")

_SESSIONS: Final = 10_000
_AT_ONCE: Final = (1, 32)
_DONE: Final = "session { id version status } errors { __typename message }"
_MUTATIONS: Final = {
    "status": ("updateSessionStatus", "UpdateSessionStatusInput"),
    "booking": ("bookSession", "BookSessionInput"),
    "notes": ("updateSessionNotes", "UpdateSessionNotesInput"),
}
_FIRST_SLOT: Final = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Measured:
    """A server over a copy of the practice, and what is sent to it."""

    server: Server
    requests: dict[str, Iterator[bytes]]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--seconds", default=2.0, type=click.FloatRange(min=0.05), help="How long a round.")
@click.option("--rounds", default=5, type=click.IntRange(min=1), help="How many of each.")
@click.option("--engine", "engines", multiple=True, default=ENGINES, type=click.Choice(ENGINES))
@click.option("--kind", "kinds", multiple=True, default=KINDS, type=click.Choice(KINDS))
def main(*, seconds: float, rounds: int, engines: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    """Measure a status update, a booking and an edit of notes, each beside its floor."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for engine in engines:
            _report(engine, kinds, seconds=seconds, rounds=rounds)
    except (NotServing, WrongAnswer) as error:
        raise click.ClickException(str(error)) from None


def _report(engine: str, kinds: tuple[str, ...], *, seconds: float, rounds: int) -> None:
    cores = choose_cores()
    taken: dict[tuple[str, int, str], list[Went]] = {}
    with ExitStack() as stack:
        copies, processes = stack.enter_context(_copies(engine))
        measured = {
            name: stack.enter_context(_serving(peer(copies[name].url), copies[name], cores.server))
            for name, peer in _SERVERS.items()
        }
        stack.enter_context(pinned(cores.load))
        for number, kind, at_once, name in product(range(rounds + 1), kinds, _AT_ONCE, measured):
            one = measured[name]
            went = keep_asking(
                one.server.port,
                one.requests[kind],
                connections=at_once,
                seconds=seconds if number else min(seconds, 0.5),
                processes=[one.server.process_id, *processes],
            )
            if number:  # the first is to warm up
                taken.setdefault((kind, at_once, name), []).append(went)
                _tell(f"{engine}, {kind}, {at_once} at once, {name}: {went.per_second:,.0f}/s")
    _write(engine, {which: Went.medians(of) for which, of in taken.items()}, rounds)


@contextmanager
def _copies(engine: str) -> Iterator[tuple[dict[str, Scaled], list[int]]]:
    """A practice for each to write to, and the processes that answer for their database."""
    if engine == "sqlite":
        kept = kept_in_sqlite(_SESSIONS, tell=_tell)
        # Beside the other: a temporary folder may be in memory, where nothing waits for a disk.
        with TemporaryDirectory(dir=FOLDER) as folder:
            yield {name: _copied(kept, Path(folder) / name) for name in _SERVERS}, []
        return
    with postgres() as uri:
        kept = kept_in_postgres(_SESSIONS, uri, tell=_tell)
        for name in _SERVERS:
            asyncio.run(_clone(uri, kept.practice.folder.name, name))
        copies = {
            name: replace(kept, url=uri.replace("/postgres?", f"/{name}?")) for name in _SERVERS
        }
        yield copies, [postgres_process()]


def _copied(kept: Scaled, folder: Path) -> Scaled:
    folder.mkdir()
    path = Path(shutil.copy(kept.practice.database, folder))
    return Scaled(replace(kept.practice, database=path), f"sqlite:///{path}", kept.shares)


async def _clone(uri: str, source: str, name: str) -> None:
    connection = await asyncpg.connect(uri)
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    finally:
        await connection.close()


def _ours(url: str) -> Peer:
    return replace(
        OURS,
        environment=lambda practice: {
            **OURS.environment(practice),
            "SESSION_HISTORY_DATABASE_URL": url,
        },
    )


def _floor(url: str) -> Peer:
    def command(practice: Practice, port: int) -> list[str]:
        module = "benchmarks.writing.floor"
        return [sys.executable, "-m", module, url, practice.practitioner_id, str(port)]

    return Peer(name="floor", is_what="hand-written transactions", command=command)


_SERVERS: Final = {"floor": _floor, "ours": _ours}


@contextmanager
def _serving(peer: Peer, scaled: Scaled, core: int | None) -> Iterator[Measured]:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with running(peer, scaled.practice, core=core, log=log) as server:
            yield Measured(server, _requests(scaled))


def _requests(scaled: Scaled) -> dict[str, Iterator[bytes]]:
    """Changes of one session after the other: no two of those on their way touch the same."""
    rows = sqlite3.connect(kept_in_sqlite(_SESSIONS, tell=_tell).practice.database)
    over = [
        one
        for (one,) in rows.execute("SELECT id FROM session WHERE status = 'COMPLETED' ORDER BY id")
    ]
    (service,) = rows.execute("SELECT id FROM service ORDER BY id LIMIT 1").fetchone()
    calendars = [one for (one,) in rows.execute("SELECT id FROM calendar ORDER BY id")]
    rows.close()

    def send(kind: str, given: dict[str, object]) -> bytes:
        mutation, input_type = _MUTATIONS[kind]
        document = (
            f"mutation ($input: {input_type}!) {{ done: {mutation}(input: $input) {{ {_DONE} }} }}"
        )
        return message(scaled.practice, document, {"input": given})

    def statuses() -> Iterator[bytes]:
        for status in cycle(("NO_SHOW", "COMPLETED")):
            for session in over:
                given = {"id": session, "status": status, "allowOverlap": True}
                yield send("status", {**given, "notifyClient": False})

    def bookings() -> Iterator[bytes]:
        clients = cycle(scaled.practice.clients)
        for number in count():
            calendar = calendars[number % len(calendars)]
            starts_at = to_text(_FIRST_SLOT + timedelta(hours=number // len(calendars)))
            given = {"clientId": next(clients), "serviceId": service, "calendarId": calendar}
            yield send("booking", {**given, "startsAt": starts_at, "durationMinutes": 50})

    def notes() -> Iterator[bytes]:
        for number in count():
            text = f"Slept better this week and would like to go on with it. ({number})"
            for session in over:
                yield send("notes", {"id": session, "customerNotes": text})

    return {"status": statuses(), "booking": bookings(), "notes": notes()}


def _write(engine: str, went: dict[tuple[str, int, str], Went], rounds: int) -> None:
    click.echo(f"\n{engine}: changes, medians of {rounds}\n")
    click.echo("| change | at once | server | changes/s | × floor | p50 ms | p99 ms | CPU ms |")
    click.echo("| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: |")
    for (kind, at_once, name), one in went.items():
        cells = [
            kind,
            str(at_once),
            name,
            f"{one.per_second:,.0f}",
            f"{one.per_second / went[kind, at_once, 'floor'].per_second:.2f}",
            f"{one.p50_ms:.1f}",
            f"{one.p99_ms:.1f}",
            f"{one.cpu_ms:.2f}",
        ]
        click.echo(f"| {' | '.join(cells)} |")


def _tell(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
