"""`python -m benchmarks.hostile`: an ordinary page's latency while hostile documents are sent."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any, Final

import click
import orjson

from benchmarks.peers.ours import OURS
from benchmarks.processor import choose_cores
from benchmarks.query import PATH, headers
from benchmarks.serving import Server, running
from benchmarks.store import kept_practice

_ORDINARY: Final = "an ordinary { __typename }"

# The limit on rates is on here, unlike where peers are compared: it is part of what holds.
_AS_ANYBODY_STARTS_IT: Final = replace(
    OURS,
    environment=lambda practice: {
        name: value for name, value in OURS.environment(practice).items() if "RATE" not in name
    },
)
# The pages are asked for by several tokens in turn, as many as one alone would be too fast for.
_TOKENS: Final = 60
_EMPTIED_SECONDS: Final = 10
_MAKE: Final = """mutation {
  createAccessToken(input: {label: "benchmark", kind: READ_ONLY}) { token accessToken { id } }
}"""
_END: Final = "mutation ($id: ID!) { revokeAccessToken(id: $id) { errors { message } } }"


def _bomb(fragments: int) -> str:
    """Fragments that each spread the next one twice."""
    inner = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(fragments)
    )
    return f"{{ ...F0 }} {inner} fragment F{fragments} on Query {{ __typename }}"


DOCUMENTS: Final = {
    _ORDINARY: "{ __typename }",
    "30 fragments, 1.2 kB": _bomb(30),
    "70 fragments, 3 kB": _bomb(70),
    "10,000 aliases, 88 kB": "{" + "".join(f"a{n}:id " for n in range(10_000)) + "}",
    "4,000 aliases, 33 kB": "{" + "".join(f"a{n}:id " for n in range(4_000)) + "}",
    "3,000 times a field, 36 kB": "{" + " __typename" * 3_000 + "}",
    "990 times a field, 12 kB": "{" + " __typename" * 990 + "}",
    "16,000 deep, 48 kB": "{a" * 16_000 + "}" * 16_000,
}


@dataclass(slots=True)
class Taken:
    """Seconds that answers took: to the page, and to what was sent beside it."""

    page: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)


@contextmanager
def _sent_beside(server: Server, document: str | None, taken: list[float]) -> Iterator[None]:
    """Send a document again and again on a connection of its own, until the block ends."""
    over = Event()

    def send(text: str) -> None:
        with server.connection() as connection:
            while not over.is_set():
                # Another text every time: one that was refused before is refused at a glance.
                sent = orjson.dumps({"query": f"{text}#{time.monotonic_ns()}"})
                began = time.perf_counter()
                connection.request("POST", PATH, sent, {"Content-Type": "application/json"})
                connection.getresponse().read()
                taken.append(time.perf_counter() - began)

    thread = Thread(target=send, args=(document,)) if document is not None else None
    if thread is not None:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if thread is not None:
            thread.join()


@contextmanager
def _several_holders(server: Server) -> Iterator[list[Server]]:
    """The server as several apps of the practitioner's reach it, each with a token of its own."""
    made = [_told(server, {"query": _MAKE})["createAccessToken"] for _ in range(_TOKENS)]
    try:
        yield [
            replace(server, practice=replace(server.practice, token=one["token"])) for one in made
        ]
    finally:
        for one in made:
            _told(server, {"query": _END, "variables": {"id": one["accessToken"]["id"]}})


def _told(server: Server, sent: dict[str, Any]) -> Any:
    with server.connection() as connection:
        connection.request("POST", PATH, orjson.dumps(sent), headers(server.practice))
        return orjson.loads(connection.getresponse().read())["data"]


def _measure(holders: list[Server], document: str | None, seconds: float, taken: Taken) -> None:
    clients, asking = cycle(holders[0].practice.clients), cycle(holders)
    with _sent_beside(holders[0], document, taken.beside), holders[0].connection() as connection:
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until:
            status, answer = next(asking).ask(connection, next(clients))
            taken.page.append(time.perf_counter() - began)
            if status != HTTPStatus.OK or b"RATE_LIMITED" in answer:
                raise click.ClickException("The pages themselves are too many for their tokens.")


def _at(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _line(name: str, alone: Taken, taken: Taken) -> str:
    p50, p99 = median(taken.page), _at(taken.page, 0.99)
    cells = [
        name,
        f"{p50 * 1000:.1f}",
        f"{p50 / median(alone.page):.2f}",
        f"{p99 * 1000:.1f}",
        f"{p99 / _at(alone.page, 0.99):.2f}",
        f"{median(taken.beside) * 1000:.1f}" if taken.beside else "",
    ]
    return f"| {' | '.join(cells)} |"


@click.command(context_settings={"show_default": True})
@click.option("--seconds", default=2.0, type=click.FloatRange(min=0.05), help="How long a round.")
@click.option("--rounds", default=3, type=click.IntRange(min=1), help="How many of each.")
@click.option("--sessions", default=10_000, type=click.IntRange(min=1), help="In all.")
def main(seconds: float, rounds: int, sessions: int) -> None:
    """Measure a page of the session history beside hostile documents."""
    cores = choose_cores()
    practice = kept_practice(sessions, tell=lambda line: click.echo(line, err=True))
    measured: dict[str, Taken] = {name: Taken() for name in ("nothing", *DOCUMENTS)}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        log = folder / "server.log"
        started = running(_AS_ANYBODY_STARTS_IT, practice, core=cores.server, log=log)
        holders = stack.enter_context(_several_holders(stack.enter_context(started)))
        # Whoever attacks has something in their bucket at first: the table is of what follows.
        _measure(holders, _bomb(70), max(seconds, _EMPTIED_SECONDS), Taken())
        for _ in range(rounds):
            for name, taken in measured.items():
                _measure(holders, DOCUMENTS.get(name), seconds, taken)
    click.echo(
        "| beside the page | page p50 ms | × alone | page p99 ms | × alone | refused in ms |"
    )
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, taken in measured.items():
        click.echo(_line(name, measured["nothing"], taken))


if __name__ == "__main__":
    main()
