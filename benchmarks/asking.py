"""Requests over HTTP: as many at a time as there are connections, each once the last is done."""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Final, Self

import orjson

from benchmarks.practice import Practice
from benchmarks.processor import cpu_seconds
from benchmarks.query import PATH, headers

_END_OF_HEAD: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length:"


class WrongAnswer(Exception):
    """An answer that is none, or a refusal."""


@dataclass(frozen=True, slots=True)
class Went:
    """How a while of asking went. `cpu_ms` is a request's share of all processes that answered."""

    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    requests: int

    @classmethod
    def medians(cls, rounds: Iterable[Self]) -> Self:
        """Each the median of its rounds; the requests of all."""
        taken = list(rounds)
        return cls(
            median(one.per_second for one in taken),
            median(one.p50_ms for one in taken),
            median(one.p99_ms for one in taken),
            median(one.cpu_ms for one in taken),
            sum(one.requests for one in taken),
        )


def message(practice: Practice, document: str, variables: Mapping[str, object]) -> bytes:
    """A GraphQL request as one HTTP/1.1 message, for a connection that is kept open."""
    body = orjson.dumps({"query": document, "variables": variables})
    lines = [
        f"POST {PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers(practice).items()),
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + body


@dataclass(slots=True)
class _Asking:
    """What the connections share."""

    requests: Iterator[bytes]
    until: float
    is_right: Callable[[bytes], bool]
    latencies: list[float] = field(default_factory=list)
    last: bytes = b""


class _Connection(asyncio.Protocol):
    """One connection; `done` once time is up, or there is nothing more to ask."""

    def __init__(self, asking: _Asking) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asking = asking
        self._received = bytearray()
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("not a transport that can be written to")
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_END_OF_HEAD)
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        whole = end + len(_END_OF_HEAD) + int(head.partition(_LENGTH)[2].partition(b"\r\n")[0] or 0)
        if len(self._received) < whole:
            return
        now = time.perf_counter()
        answer = bytes(self._received[end + len(_END_OF_HEAD) :])
        if not head.startswith(b"http/1.1 200 ") or not self._asking.is_right(answer):
            self._transport.close()
            self.done.set_exception(WrongAnswer(f"{head[:60].decode()} {answer[:500].decode()}"))
            return
        self._asking.latencies.append(now - self._sent_at)
        self._asking.last = answer
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or WrongAnswer("the server closed the connection"))

    def _send(self) -> None:
        request = next(self._asking.requests, None)
        if request is None or time.perf_counter() >= self._asking.until:
            if not self.done.done():
                self.done.set_result(None)
            self._transport.close()
            return
        self._received.clear()
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def has_no_errors(answer: bytes) -> bool:
    """Whether an answer says that all went well, at its top and in its payloads."""
    return b'"errors":[{' not in answer


def ask(port: int, request: bytes) -> bytes:
    """The answer to one request.

    Raises:
        WrongAnswer: it is none, or a refusal.
    """
    asking = _Asking(iter([request]), float("inf"), has_no_errors)
    asyncio.run(_drive(asking, port, connections=1))
    return asking.last


def keep_asking(
    port: int,
    requests: Iterable[bytes],
    *,
    connections: int,
    seconds: float,
    processes: Iterable[int],
) -> Went:
    """Ask for some seconds; how it went, with what `processes` computed for it.

    Raises:
        WrongAnswer: one answer is none, or a refusal.
    """
    all_of_them = list(processes)
    before, began = computed(all_of_them), time.perf_counter()
    asking = _Asking(iter(requests), began + seconds, has_no_errors)
    asyncio.run(_drive(asking, port, connections=connections))
    elapsed = time.perf_counter() - began
    ordered = sorted(asking.latencies)
    if not ordered:
        raise WrongAnswer("nothing was answered in time")
    return Went(
        per_second=len(ordered) / elapsed,
        p50_ms=ordered[len(ordered) // 2] * 1000,
        p99_ms=ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))] * 1000,
        cpu_ms=(computed(all_of_them) - before) * 1000 / len(ordered),
        requests=len(ordered),
    )


async def _drive(asking: _Asking, port: int, *, connections: int) -> None:
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: _Connection(asking), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for connection in opened))


def computed(processes: Iterable[int]) -> float:
    """Processor seconds of these processes and of all below them that run still."""
    each = chain.from_iterable(_tree(process) for process in processes)
    return sum(cpu_seconds(process) or 0.0 for process in each)


def _tree(process_id: int) -> Iterator[int]:
    yield process_id
    for path in Path(f"/proc/{process_id}/task").glob("*/children"):
        for child in path.read_text().split():
            yield from _tree(int(child))
