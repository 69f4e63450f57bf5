"""Rounds of load, taken in turns, and what they come to."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import orjson

from benchmarks.comparison import compare
from benchmarks.load import write_exchanges
from benchmarks.memory import Memory
from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice
from benchmarks.processor import Cores, cpu_seconds_of_all, pinned
from benchmarks.query import Question
from benchmarks.serving import Server, environment, running

_WARM_UP_SECONDS: Final = 2.0


class LoadFailed(Exception):
    """A round that came to nothing; the message ends with what the load said."""

    def __init__(self, name: str, said: str) -> None:
        super().__init__(f"the load on {name} failed:\n{said}")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is taken: how many rounds, how long, with how many connections, on which cores.

    `database` is the process of a database server, whose work is counted; None where there is none.
    """

    seconds: float
    rounds: int
    connections: int
    cores: Cores
    database: int | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One server under load for a while.

    CPU is a request's share; None where the system does not tell, or there is no database beside
    the server. `load_is_busy` is the part of the time that the load itself was computing: near 1
    it measured itself.
    """

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    server_cpu_ms: float | None
    database_cpu_ms: float | None
    load_is_busy: float

    @property
    def cpu_ms(self) -> float | None:
        """All that a request took, of the server and the database."""
        if self.server_cpu_ms is None:
            return None
        return self.server_cpu_ms + (self.database_cpu_ms or 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that was measured: by question and server a round made of medians, and memory."""

    rounds: dict[str, dict[str, Round]]
    memory: dict[str, Memory | None]
    compared: int


def take_rounds(
    peers: Sequence[Peer],
    questions: Sequence[Question],
    practice: Practice,
    plan: Plan,
    *,
    tell: Callable[[str], None],
) -> Outcome:
    """Start all servers, compare their answers, and load one after another, round by round.

    In turns, so that what else the machine does meanwhile falls on all of them.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True)))
        servers = [
            stack.enter_context(
                running(peer, practice, core=plan.cores.server, log=folder / f"{peer.name}.log")
            )
            for peer in peers
        ]
        compared = 0
        for question in questions:
            said = compare(servers, question)
            compared += len(practice.clients)
            for name, exchanges in said.items():
                write_exchanges(exchanges, _exchanges(folder, name, question))
        tell(f"All {len(servers)} servers give the same {compared} answers")
        turns = [(question, server) for question in questions for server in servers]
        for question, server in turns:
            seconds = min(plan.seconds, _WARM_UP_SECONDS)
            _take_round(server, _exchanges(folder, server.peer.name, question), seconds, plan)
        taken: dict[str, dict[str, list[Round]]] = {
            question.name: {peer.name: [] for peer in peers} for question in questions
        }
        for number in range(1, plan.rounds + 1):
            for question, server in turns:
                name = server.peer.name
                file = _exchanges(folder, name, question)
                one = _take_round(server, file, plan.seconds, plan)
                taken[question.name][name].append(one)
                rate = f"{one.requests_per_second:,.0f} requests/s"
                tell(f"Round {number} of {plan.rounds}, {question.name}, {name}: {rate}")
        memory = {server.peer.name: Memory.of(server.process_id) for server in servers}
    rounds = {
        question: {name: _medians(of_peer) for name, of_peer in by_peer.items()}
        for question, by_peer in taken.items()
    }
    return Outcome(rounds, memory, compared)


def _exchanges(folder: Path, name: str, question: Question) -> Path:
    return folder / f"{name}.{question.name}.json"


def _take_round(server: Server, exchanges: Path, seconds: float, plan: Plan) -> Round:
    arguments = [str(exchanges), str(server.port), str(seconds), str(plan.connections)]
    processes = [server.process_id, *([] if plan.database is None else [plan.database])]
    before = [cpu_seconds_of_all(one) for one in processes]
    with pinned(plan.cores.load):
        load = subprocess.run(  # noqa: S603 - a module of this folder
            [sys.executable, "-m", "benchmarks.load", *arguments],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
    after = [cpu_seconds_of_all(one) for one in processes]
    if load.returncode != 0:
        raise LoadFailed(server.peer.name, load.stderr)
    came_to = orjson.loads(load.stdout)
    requests = came_to["requests"]
    cpu_ms = [
        None if earlier is None or later is None else (later - earlier) * 1000 / requests
        for earlier, later in zip(before, after, strict=True)
    ]
    return Round(
        requests_per_second=requests / came_to["seconds"],
        p50_ms=came_to["p50"] * 1000,
        p99_ms=came_to["p99"] * 1000,
        server_cpu_ms=cpu_ms[0],
        database_cpu_ms=None if plan.database is None else cpu_ms[1],
        load_is_busy=came_to["own_cpu_seconds"] / came_to["seconds"],
    )


def _medians(taken: Sequence[Round]) -> Round:
    return Round(
        requests_per_second=median(one.requests_per_second for one in taken),
        p50_ms=median(one.p50_ms for one in taken),
        p99_ms=median(one.p99_ms for one in taken),
        server_cpu_ms=_median_known(one.server_cpu_ms for one in taken),
        database_cpu_ms=_median_known(one.database_cpu_ms for one in taken),
        load_is_busy=median(one.load_is_busy for one in taken),
    )


def _median_known(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
