"""`python -m benchmarks.scale`: whether what is asked costs the same however much there is."""

import random
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
import orjson

from benchmarks.asking import Went, WrongAnswer, ask, keep_asking, message
from benchmarks.peers.ours import OURS
from benchmarks.processor import choose_cores, pinned
from benchmarks.rows import CLIENTS
from benchmarks.scaling.store import (
    Scaled,
    kept_in_postgres,
    kept_in_sqlite,
    postgres,
    postgres_process,
    remove,
)
from benchmarks.serving import NotServing, Server, running

ENGINES: Final = ("sqlite", "postgres")

_CONNECTIONS: Final = 8
_DEEP_PAGE: Final = 1_000
_ALIKE: Final = 50
# As many as are asked about in turn where servers are compared (benchmarks/rows.py).
_IN_TURN: Final = CLIENTS
_ANYBODY: Final = 500
_PAGE: Final = """
query History($clientId: ID!, $after: String) {
  client(id: $clientId) {
    sessions(first: 50, after: $after) {
      nodes {
        id startsAt durationMinutes status customerNotes privateNotes
        service { id name }
        calendar { id name }
        client { id name }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
_TOTALS: Final = "total completed cancelled noShow revenue { amount currency }"
_STATS: Final = "query Stats($clientId: ID!) { client(id: $clientId) { stats { %s } } }"
_BY: Final = "%s { %s total completed revenue { amount } }"


@dataclass(frozen=True, slots=True)
class Question:
    """Something that is asked of a server, again and again, and what it is compared with."""

    name: str
    of: int
    """How many sessions the practice has in all."""
    requests: list[bytes]
    beside: str | None = None
    at_most: float | None = None


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--small", default=10_000, type=click.IntRange(min=10_000), help="Sessions.")
@click.option("--large", default=10_000_000, type=click.IntRange(min=300_000), help="Sessions.")
@click.option("--seconds", default=3.0, type=click.FloatRange(min=0.05), help="How long a round.")
@click.option("--rounds", default=5, type=click.IntRange(min=1), help="How many of each.")
@click.option("--engine", "engines", multiple=True, default=ENGINES, type=click.Choice(ENGINES))
@click.option("--remove", "is_to_go", is_flag=True, help="Only give the disk back.")
def main(
    *,
    small: int,
    large: int,
    seconds: float,
    rounds: int,
    engines: tuple[str, ...],
    is_to_go: bool,
) -> None:
    """Measure pages and statistics in a small practice and in a large one."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if is_to_go:
        remove()
        return
    try:
        for engine in engines:
            _report(engine, small, large, seconds=seconds, rounds=rounds)
    except (NotServing, WrongAnswer) as error:
        raise click.ClickException(str(error)) from None


def _report(engine: str, small: int, large: int, *, seconds: float, rounds: int) -> None:
    cores = choose_cores()
    with ExitStack() as stack:
        practices, processes = stack.enter_context(_practices(engine, (small, large)))
        servers = {
            count: stack.enter_context(serving(one, core=cores.server))
            for count, one in practices.items()
        }
        stack.enter_context(pinned(cores.load))
        questions = _questions(practices[small], practices[large], servers[large])
        requests = {question.name: cycle(question.requests) for question in questions}
        taken: dict[str, list[Went]] = {question.name: [] for question in questions}
        for number in range(rounds + 1):
            for question in questions:
                server = servers[question.of]
                if not number and len(question.requests) <= _ANYBODY:
                    _ask_each(server, question.requests)
                went = keep_asking(
                    server.port,
                    requests[question.name],
                    connections=_CONNECTIONS,
                    seconds=seconds if number else min(seconds, 1),
                    processes=[server.process_id, *processes],
                )
                if number:  # the first is to warm up
                    taken[question.name].append(went)
                    _tell(f"{engine}, {question.name}: CPU {went.cpu_ms:.2f} ms")
    _write(engine, questions, {name: Went.medians(of) for name, of in taken.items()}, rounds)


@contextmanager
def _practices(
    engine: str, counts: tuple[int, ...]
) -> Iterator[tuple[dict[int, Scaled], list[int]]]:
    """The practices, and the processes that answer for the database beside the server."""
    if engine == "sqlite":
        yield {count: kept_in_sqlite(count, tell=_tell) for count in counts}, []
        return
    with postgres() as uri:
        kept = {count: kept_in_postgres(count, uri, tell=_tell) for count in counts}
        yield kept, [postgres_process()]


@contextmanager
def serving(
    scaled: Scaled, *, core: int | None, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Our server over one of these practices, until the block ends."""
    peer = replace(
        OURS,
        environment=lambda practice: {
            **OURS.environment(practice),
            "SESSION_HISTORY_DATABASE_URL": scaled.url,
            **(settings or {}),
        },
    )
    with TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with running(peer, scaled.practice, core=core, log=log) as server:
            yield server


def _questions(small: Scaled, large: Scaled, server: Server) -> list[Question]:
    in_small, in_large = small.practice.sessions, large.practice.sessions
    alike, pages = f"page with {in_small:,} sessions in all", "page 1 of a long history"
    # The same ones every time.
    drawn = random.Random(5).sample(large.shares.alike, len(large.shares.alike))  # noqa: S311
    in_turn, anybody, others = drawn[:_IN_TURN], drawn[:_ANYBODY], drawn[_ANYBODY:]
    deep, long = str(large.shares.deep), str(large.shares.long)
    of_long = "page of a client with 10,000"

    def stats(fields: str) -> list[bytes]:
        return [message(large.practice, _STATS % fields, {"clientId": long})]

    by_month, by_service = _BY % ("byMonth", "month"), _BY % ("byService", "service { name }")
    return [
        Question(alike, in_small, _pages(small, small.shares.alike[:_ALIKE])),
        Question(
            f"page with {in_large:,} sessions in all",
            in_large,
            _pages(large, large.shares.alike[:_ALIKE]),
            alike,
            1.3,
        ),
        Question(
            f"… of {_IN_TURN:,} clients in turn", in_large, _pages(large, in_turn), alike, 1.3
        ),
        Question(f"… of {_ANYBODY:,} clients in turn", in_large, _pages(large, anybody), alike),
        Question("… of clients not asked about before", in_large, _pages(large, others), alike),
        Question(pages, in_large, _pages(large, [deep])),
        Question(
            f"page {_DEEP_PAGE:,} of it",
            in_large,
            [
                message(
                    large.practice,
                    _PAGE,
                    {"clientId": deep, "after": _cursor_of_page(server, deep, _DEEP_PAGE)},
                )
            ],
            pages,
            1.2,
        ),
        Question(of_long, in_large, _pages(large, [long])),
        Question("stats of a client with 10,000", in_large, stats(_TOTALS), of_long, 5),
        Question("… with byMonth", in_large, stats(f"{_TOTALS} {by_month}"), of_long),
        Question("… with byService", in_large, stats(f"{_TOTALS} {by_service}"), of_long),
    ]


def _ask_each(server: Server, requests: list[bytes]) -> None:
    keep_asking(server.port, requests, connections=_CONNECTIONS, seconds=60, processes=[])


def _pages(scaled: Scaled, clients: list[str]) -> list[bytes]:
    return [message(scaled.practice, _PAGE, {"clientId": client}) for client in clients]


def _cursor_of_page(server: Server, client: str, number: int) -> str:
    """The cursor after which that page begins, found as a reader finds it: page by page."""
    _tell(f"Turning {number - 1:,} pages")
    cursor = None
    for _ in range(number - 1):
        sent = message(server.practice, _PAGE, {"clientId": client, "after": cursor})
        page = orjson.loads(ask(server.port, sent))["data"]["client"]["sessions"]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            raise WrongAnswer(f"the history ends before page {number}")
    return str(cursor)


def _write(engine: str, questions: list[Question], went: dict[str, Went], rounds: int) -> None:
    click.echo(f"\n{engine}: medians of {rounds}, {_CONNECTIONS} connections\n")
    click.echo("| asked | requests/s | p50 ms | CPU ms | CPU × | time × | at most |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for question in questions:
        one = went[question.name]
        other = went[question.beside] if question.beside else None
        cells = [
            question.name,
            f"{one.per_second:,.0f}",
            f"{one.p50_ms:.1f}",
            f"{one.cpu_ms:.2f}",
            _ratio(one, other, lambda of: of.cpu_ms),
            _ratio(one, other, lambda of: 1 / of.per_second),
            "" if question.at_most is None else f"{question.at_most:g}",
        ]
        click.echo(f"| {' | '.join(cells)} |")


def _ratio(one: Went, other: Went | None, of: Callable[[Went], float]) -> str:
    return "" if other is None else f"{of(one) / of(other):.2f}"


def _tell(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
