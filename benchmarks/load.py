"""The load: a process of its own that keeps some connections busy for a while.

    python -m benchmarks.load FOLDER PORT SECONDS

Each connection sends a request as soon as the last one is answered (a closed loop), about another
client every time, and prints what came of it as JSON. An answer that is not 200, or has another
length than the answer about the same client had before, ends it.
"""

import asyncio
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final

import orjson

from benchmarks.practice import Practice
from benchmarks.query import request

CONNECTIONS: Final = 16

_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class WrongAnswer(Exception):
    """An answer that nobody should be praised for giving quickly."""


@dataclass(slots=True)
class Load:
    """What all connections share: the requests to send, and what came of those sent."""

    requests: list[bytes]
    order: Iterator[int]
    until: float
    lengths: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    def note(self, number: int, length: int, latency: float) -> None:
        """Note the answer to a request.

        Raises:
            WrongAnswer: the same request was answered otherwise before.
        """
        if self.lengths.setdefault(number, length) != length:
            raise WrongAnswer(f"request {number} was answered with {length} bytes, unlike before")
        self.latencies.append(latency)


class Connection(asyncio.Protocol):
    """One connection. `done` is set once time is up, and the last request is answered."""

    def __init__(self, load: Load) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._load = load
        self._received = bytearray()
        self._expected: int | None = None
        self._number = 0
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("not a transport that can be written to")
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        """Collect the answer; once it is there, send the next request."""
        self._received += data
        try:
            if self._expected is None:
                self._expected = _whole_length(self._received)
            if self._expected is None or len(self._received) < self._expected:
                return
            now = time.perf_counter()
            self._load.note(self._number, self._expected, now - self._sent_at)
        except WrongAnswer as wrong:
            self._transport.close()
            self.done.set_exception(wrong)
            return
        if now < self._load.until:
            self._send()
            return
        self._transport.close()
        self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """A server that hangs up has not answered."""
        if not self.done.done():
            self.done.set_exception(error or WrongAnswer("the server closed the connection"))

    def _send(self) -> None:
        self._received.clear()
        self._expected = None
        self._number = next(self._load.order)
        self._sent_at = time.perf_counter()
        self._transport.write(self._load.requests[self._number])


def _whole_length(received: bytearray) -> int | None:
    """How long the answer will be with its head; None until all of that is there."""
    end = received.find(_END_OF_HEAD)
    if end < 0:
        return None
    head = bytes(received[:end]).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise WrongAnswer(head.partition(b"\r\n")[0].decode("latin-1"))
    _, found, rest = head.partition(_LENGTH)
    if not found:
        raise WrongAnswer("an answer without Content-Length")
    return end + len(_END_OF_HEAD) + int(rest.partition(b"\r\n")[0])


async def drive(practice: Practice, *, port: int, seconds: float) -> dict[str, float]:
    """Keep the server at `port` busy for some seconds; how that went.

    Raises:
        WrongAnswer: the server is not worth measuring.
    """
    requests = [request(practice, client, port=port) for client in practice.clients]
    order = list(range(len(requests)))
    random.Random(1).shuffle(order)  # noqa: S311 - the same order for every server
    began, computed = time.perf_counter(), time.process_time()
    load = Load(requests, cycle(order), began + seconds)
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(lambda: Connection(load), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(connection.done for connection in connections))
    elapsed = time.perf_counter() - began
    latencies = sorted(load.latencies)
    return {
        "requests": len(latencies),
        "seconds": elapsed,
        "p50": _at(latencies, 0.50),
        "p99": _at(latencies, 0.99),
        "own_cpu_seconds": time.process_time() - computed,
    }


def _at(ordered: list[float], share: float) -> float:
    """The nearest-rank percentile."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def main(folder: str, port: str, seconds: str) -> None:
    """Drive a server and print how it went."""
    driven = drive(Practice.read(Path(folder)), port=int(port), seconds=float(seconds))
    sys.stdout.write(orjson.dumps(asyncio.run(driven)).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
