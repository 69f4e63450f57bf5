"""What was measured, as Markdown."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final

from benchmarks.load import CONNECTIONS
from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice
from benchmarks.processor import Cores
from benchmarks.query import PAGE
from benchmarks.rounds import Outcome, Round

_PACKAGES: Final = ("uvicorn", "strawberry-graphql", "graphql-core", "tortoise-orm")
_TOO_BUSY: Final = 0.9


def report(
    outcome: Outcome,
    peers: Sequence[Peer],
    practice: Practice,
    *,
    seconds: float,
    rounds: int,
    cores: Cores,
) -> str:
    """The table, with what must be known to read it."""
    lines = [
        "| server | requests/s | p50 ms | p99 ms | CPU ms/request | × floor | × stock |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        *(_line(peer.name, outcome) for peer in peers),
        "",
        *(f"- **{peer.name}**: {peer.is_what}." for peer in peers),
        "",
        f"{practice.sessions:,} sessions of {len(practice.clients)} clients, pages of {PAGE}.",
        f"Medians of {rounds} × {seconds:g} s in turns, {CONNECTIONS} connections that never wait.",
        "× is the ratio of requests/s to those of the floor and of stock.",
        f"Compared as JSON before timing: {outcome.compared} answers, equal from all servers.",
        _machine(cores),
        *_doubts(outcome),
    ]
    return "\n".join(lines)


def _line(name: str, outcome: Outcome) -> str:
    one = outcome.rounds[name]
    cpu = "?" if one.server_cpu_ms is None else f"{one.server_cpu_ms:.2f}"
    cells = [
        name,
        f"{one.requests_per_second:,.0f}",
        f"{one.p50_ms:.1f}",
        f"{one.p99_ms:.1f}",
        cpu,
        *(_ratio(one, outcome.rounds.get(other)) for other in ("floor", "stock")),
    ]
    return f"| {' | '.join(cells)} |"


def _ratio(one: Round, other: Round | None) -> str:
    return "" if other is None else f"{one.requests_per_second / other.requests_per_second:.3g}"


def _machine(cores: Cores) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    pinned = "nothing pinned"
    if cores.server is not None:
        pinned = f"servers on core {cores.server}, the load on core {cores.load}"
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({pinned}), "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}."
    )


def _doubts(outcome: Outcome) -> list[str]:
    return [
        f"The load was computing {one.load_is_busy:.0%} of the time against {name}: "
        "the server may be faster than this."
        for name, one in outcome.rounds.items()
        if one.load_is_busy > _TOO_BUSY
    ]
