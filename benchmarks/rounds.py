"""Rounds of load, taken in turns, and what they come to."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from benchmarks.comparison import compare
from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice
from benchmarks.processor import Cores, cpu_seconds, pinned
from benchmarks.serving import Server, environment, running

_WARM_UP_SECONDS: Final = 1.0


class LoadFailed(Exception):
    """A round that came to nothing; the message ends with what the load said."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"the load on {name} failed:\n{said}")


@dataclass(frozen=True, slots=True)
class Round:
    """One server under load for a while.

    `server_cpu_ms` is a request's share; None where the system does not tell. `load_is_busy` is
    the part of the time that the load itself was computing: near 1 it measured itself.
    """

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float | None
    load_is_busy: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was measured: a round for each server, made of medians."""

    rounds: dict[str, Round]
    compared: int


def take_rounds(
    peers: Sequence[Peer],
    practice: Practice,
    *,
    seconds: float,
    rounds: int,
    cores: Cores,
    tell: Callable[[str], None],
) -> Outcome:
    """Start all servers, compare their answers, and load one after another, round by round.

    In turns, so that what else the machine does meanwhile falls on all of them.
    """
    with ExitStack() as stack:
        logs = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        servers = [
            stack.enter_context(
                running(peer, practice, core=cores.server, log=logs / f"{peer.name}.log")
            )
            for peer in peers
        ]
        compared = compare(servers)
        tell(f"All {len(servers)} servers give the same {compared} answers")
        for server in servers:
            _take_round(server, min(seconds, _WARM_UP_SECONDS), cores)
        taken: dict[str, list[Round]] = {peer.name: [] for peer in peers}
        for number in range(1, rounds + 1):
            for server in servers:
                one = _take_round(server, seconds, cores)
                taken[server.peer.name].append(one)
                rate = f"{one.requests_per_second:,.0f} requests/s"
                tell(f"Round {number} of {rounds}, {server.peer.name}: {rate}")
    return Outcome({name: _medians(of_peer) for name, of_peer in taken.items()}, compared)


def _take_round(server: Server, seconds: float, cores: Cores) -> Round:
    arguments = [str(server.practice.folder), str(server.port), str(seconds)]
    before = cpu_seconds(server.process_id)
    with pinned(cores.load):
        load = subprocess.run(  # noqa: S603 - a module of this folder
            [sys.executable, "-m", "benchmarks.load", *arguments],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
    after = cpu_seconds(server.process_id)
    if load.returncode != 0:
        raise LoadFailed(server.peer.name, load.stderr)
    came_to = orjson.loads(load.stdout)
    requests = came_to["requests"]
    cpu_ms = None
    if before is not None and after is not None:
        cpu_ms = (after - before) * 1000 / requests
    return Round(
        requests_per_second=requests / came_to["seconds"],
        p50_ms=came_to["p50"] * 1000,
        p99_ms=came_to["p99"] * 1000,
        server_cpu_ms=cpu_ms,
        load_is_busy=came_to["own_cpu_seconds"] / came_to["seconds"],
    )


def _medians(taken: Sequence[Round]) -> Round:
    cpu = [one.server_cpu_ms for one in taken if one.server_cpu_ms is not None]
    return Round(
        requests_per_second=median(one.requests_per_second for one in taken),
        p50_ms=median(one.p50_ms for one in taken),
        p99_ms=median(one.p99_ms for one in taken),
        server_cpu_ms=median(cpu) if cpu else None,
        load_is_busy=median(one.load_is_busy for one in taken),
    )
