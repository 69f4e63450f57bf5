"""A history page's latency, alone and while exports of other clients are made."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from statistics import median
from typing import Final, Self

from benchmarks.exporting.long_history import LongHistory
from benchmarks.serving import Server, environment

_BEGINS_WITHIN_SECONDS: Final = 0.5


class PageFailed(Exception):
    """A page was not answered as it should be, or an export ended before it was measured."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles in milliseconds, and of how many pages."""

    p50: float
    p95: float
    p99: float
    pages: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        """The nearest-rank percentiles."""
        ordered = sorted(seconds)

        def at(share: float) -> float:
            return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000

        return cls(at(0.5), at(0.95), at(0.99), pages=len(ordered))

    @classmethod
    def medians(cls, rounds: Sequence[Self]) -> Self:
        """Each the median of its rounds; the pages of all."""
        return cls(
            median(one.p50 for one in rounds),
            median(one.p95 for one in rounds),
            median(one.p99 for one in rounds),
            pages=sum(one.pages for one in rounds),
        )


def alone(server: Server, *, seconds: float) -> Latency:
    """With nothing else to do for the server."""
    return Latency.of(_pages(server, _for(seconds)))


def beside(
    server: Server, history: LongHistory, formats: Sequence[str], *, seconds: float
) -> Latency:
    """While a CSV of the long history is being made, or PDFs, one after another, or both.

    Raises:
        PageFailed: the CSV was complete before the time was over.
    """
    clients = {"CSV": history.client_id, "PDF": history.document_client_id}
    with ExitStack() as stack:
        made = [stack.enter_context(_made(server, one, clients[one])) for one in formats]
        time.sleep(_BEGINS_WITHIN_SECONDS)
        latencies = _pages(server, _for(seconds))
        if any(process.poll() is not None for process in made):
            raise PageFailed("an export ended too early: measure for fewer seconds, or more of it")
    return Latency.of(latencies)


def until_made(server: Server, history: LongHistory) -> Latency:
    """From when one CSV of the long history and one PDF are asked for until both have been made.

    Raises:
        PageFailed: one of them was not made.
    """
    with ExitStack() as stack:
        made = [
            stack.enter_context(_made(server, "CSV", history.client_id)),
            stack.enter_context(_made(server, "PDF", history.document_client_id, once=True)),
        ]
        latencies = _pages(server, lambda: any(process.poll() is None for process in made))
        if any(process.returncode for process in made):
            raise PageFailed("an export was not made")
    return Latency.of(latencies)


def _for(seconds: float) -> Callable[[], bool]:
    until = time.perf_counter() + seconds
    return lambda: time.perf_counter() < until


def _pages(server: Server, goes_on: Callable[[], bool]) -> list[float]:
    """One client asks for one page after another, about another client each time."""
    taken = []
    clients = cycle(server.practice.clients)
    with server.connection() as connection:
        server.ask(connection, next(clients))
        while goes_on():
            began = time.perf_counter()
            status, answer = server.ask(connection, next(clients))
            taken.append(time.perf_counter() - began)
            if status != HTTPStatus.OK or b'"errors"' in answer:
                raise PageFailed(answer[:300].decode())
    return taken


@contextmanager
def _made(
    server: Server, format_: str, client_id: str, *, once: bool = False
) -> "Iterator[subprocess.Popen[bytes]]":
    """An export is made and fetched, a PDF again and again unless `once`, until the block ends."""
    arguments = [str(server.practice.folder), str(server.port), format_, client_id, "/dev/null"]
    again = ["again"] if format_ == "PDF" and not once else []
    process = subprocess.Popen(  # noqa: S603 - a module of this folder
        [sys.executable, "-m", "benchmarks.exporting.download", *arguments, *again],
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=120)
