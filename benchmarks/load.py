"""The load: a process of its own that keeps some connections busy for a while.

    python -m benchmarks.load EXCHANGES PORT SECONDS CONNECTIONS

Each connection sends a request as soon as the last one is answered (a closed loop), another of
those in the file EXCHANGES every time, and prints what came of it as JSON. An answer that is not
200, or has another body than the file says, ends it.
"""

import asyncio
import gc
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Final, NamedTuple

import orjson

_BUFFER: Final = 1 << 18
_OK: Final = b"HTTP/1.1 200 "
_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class WrongAnswer(Exception):
    """An answer that nobody should be praised for giving quickly."""


class Exchange(NamedTuple):
    """A request as a whole HTTP message, and the body of its right answer."""

    request: bytes
    answer: bytes


def write_exchanges(exchanges: Sequence[Exchange], to: Path) -> None:
    """Write what `read_exchanges` reads."""
    to.write_bytes(orjson.dumps([[part.decode() for part in one] for one in exchanges]))


def read_exchanges(file: Path) -> list[Exchange]:
    """The exchanges in a file."""
    return [Exchange(*map(str.encode, one)) for one in orjson.loads(file.read_bytes())]


@dataclass(slots=True)
class Load:
    """What all connections share: the exchanges to come, and how long those that were took."""

    exchanges: Iterator[Exchange]
    until: float
    latencies: list[float] = field(default_factory=list)


class Connection(asyncio.BufferedProtocol):
    """One connection. `done` is set once time is up, and the last request is answered.

    Answers are received into one buffer and compared there: whoever loads a quick server must not
    have more to do than it has.
    """

    def __init__(self, load: Load) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._load = load
        self._buffer = bytearray(_BUFFER)
        self._view = memoryview(self._buffer)
        self._received = 0
        self._body: int | None = None
        self._exchange = Exchange(b"", b"")
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        # uvloop's is one, and is not registered as one.
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment]
        self._send()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to put what comes next."""
        return self._view[self._received :]

    def buffer_updated(self, nbytes: int) -> None:
        """Once all of the answer is there, look at it, and send the next request."""
        self._received += nbytes
        try:
            if not self._is_whole():
                return
        except WrongAnswer as wrong:
            self._transport.close()
            self.done.set_exception(wrong)
            return
        now = time.perf_counter()
        self._load.latencies.append(now - self._sent_at)
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
        self._received = 0
        self._body = None
        self._exchange = next(self._load.exchanges)
        self._sent_at = time.perf_counter()
        self._transport.write(self._exchange.request)

    def _is_whole(self) -> bool:
        expected = self._exchange.answer
        if self._body is None:
            self._body = _body_of(self._buffer, self._received, len(expected))
        if self._body is None or self._received < self._body + len(expected):
            return False
        if self._received > self._body + len(expected) or not self._buffer.startswith(
            expected, self._body
        ):
            raise WrongAnswer("an answer other than the one that was compared")
        return True


def _body_of(buffer: bytearray, received: int, expected: int) -> int | None:
    """Where the body begins; None until all of the head is there."""
    end = buffer.find(_END_OF_HEAD, 0, received)
    if end < 0:
        return None
    head = bytes(buffer[:end])
    if not head.startswith(_OK):
        raise WrongAnswer(head.partition(b"\r\n")[0].decode("latin-1"))
    _, found, rest = head.lower().partition(_LENGTH)
    if not found:
        raise WrongAnswer("an answer without Content-Length")
    length = int(rest.partition(b"\r\n")[0])
    if length != expected:
        raise WrongAnswer(f"an answer of {length} bytes instead of {expected}")
    return end + len(_END_OF_HEAD)


async def drive(
    exchanges: Sequence[Exchange], *, port: int, seconds: float, connections: int
) -> dict[str, float]:
    """Keep the server at `port` busy for some seconds; how that went.

    Raises:
        WrongAnswer: the server is not worth measuring.
    """
    order = list(exchanges)
    random.Random(1).shuffle(order)  # noqa: S311 - the same order for every server
    began, computed = time.perf_counter(), time.process_time()
    load = Load(cycle(order), began + seconds)
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: Connection(load), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))
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


def main(exchanges: str, port: str, seconds: str, connections: str) -> None:
    """Drive a server and print how it went."""
    driven = drive(
        read_exchanges(Path(exchanges)),
        port=int(port),
        seconds=float(seconds),
        connections=int(connections),
    )
    # Nothing here is garbage before the end, and looking for it would show in the percentiles.
    gc.disable()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        sys.stdout.write(orjson.dumps(runner.run(driven)).decode())


def _loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    try:
        import uvloop  # noqa: PLC0415 - not on every system
    except ImportError:
        return None
    return uvloop.Loop


if __name__ == "__main__":
    main(*sys.argv[1:])
