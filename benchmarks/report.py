"""What was measured, as Markdown."""

import os
import platform
import sqlite3
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final

from benchmarks.peers.peer import Peer
from benchmarks.practice import Practice
from benchmarks.processor import Cores
from benchmarks.query import Question
from benchmarks.rounds import Outcome, Plan, Round
from benchmarks.rows import longest_history

ENGINES: Final = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

_PACKAGES: Final = ("uvicorn", "strawberry-graphql", "graphql-core", "tortoise-orm")
_TOO_BUSY: Final = 0.8
_HEAD: Final = (
    "| server | requests/s | p50 ms | p99 ms | CPU ms/request | MB | × floor | ours × | CPU × |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
)


def tables(
    outcome: Outcome, peers: Sequence[Peer], questions: Sequence[Question], engine: str
) -> str:
    """A table for each question, and who is who in it."""
    lines = []
    for question in questions:
        rounds = outcome.rounds[question.name]
        lines += [
            f"### {ENGINES[engine]}: {question.is_what}",
            "",
            *_HEAD,
            *(_line(peer.name, rounds, outcome) for peer in peers),
            "",
            *_doubts(rounds),
        ]
    lines += [*(f"- **{peer.name}**: {peer.is_what}." for peer in peers), ""]
    return "\n".join(lines)


def _line(name: str, rounds: dict[str, Round], outcome: Outcome) -> str:
    one, ours = rounds[name], rounds.get("ours")
    memory = outcome.memory[name]
    cells = [
        name,
        f"{one.requests_per_second:,.0f}",
        f"{one.p50_ms:.1f}",
        f"{one.p99_ms:.1f}",
        _cpu(one),
        "?" if memory is None else f"{memory.most:.0f} ({memory.own:.0f})",
        _ratio(one, rounds.get("floor")),
        _ratio(ours, one),
        _cpu_ratio(one, ours),
    ]
    return f"| {' | '.join(cells)} |"


def _cpu(one: Round) -> str:
    if one.cpu_ms is None:
        return "?"
    if one.database_cpu_ms is None:
        return f"{one.cpu_ms:.2f}"
    return f"{one.cpu_ms:.2f} ({one.database_cpu_ms:.2f})"


def _ratio(one: Round | None, other: Round | None) -> str:
    if one is None or other is None:
        return ""
    return f"{one.requests_per_second / other.requests_per_second:.2f}"


def _cpu_ratio(one: Round, ours: Round | None) -> str:
    if ours is None or not ours.cpu_ms or one.cpu_ms is None:
        return ""
    return f"{one.cpu_ms / ours.cpu_ms:.2f}"


def _doubts(rounds: dict[str, Round]) -> Iterator[str]:
    for name, one in rounds.items():
        if one.load_is_busy > _TOO_BUSY:
            yield (
                f"The load was computing {one.load_is_busy:.0%} of the time against {name}: "
                "the server may be faster than this.\n"
            )


def how(
    practice: Practice,
    plan: Plan,
    outcomes: Sequence[Outcome],
    remarks: Sequence[str],
) -> str:
    """What must be known to read the tables."""
    compared = sum(outcome.compared for outcome in outcomes)
    taken = [
        one for outcome in outcomes for rounds in outcome.rounds.values() for one in rounds.values()
    ]
    busiest = max(one.load_is_busy for one in taken)
    longest = longest_history(practice.sessions)
    lines = [
        f"{practice.sessions:,} sessions of {len(practice.clients)} clients, asked about in turn.",
        f"One of them has {longest:,}.",
        f"Medians of {plan.rounds} × {plan.seconds:g} s in turns, after a warm-up.",
        f"{plan.connections} connections that never wait: latencies are under full load.",
        "CPU is of the server and of a database's processes, whose part is in parentheses.",
        "Memory is the server's peak (VmHWM), with what it mapped of the SQLite file.",
        "In parentheses is what of it was the server's alone at the end (RssAnon).",
        "× floor is requests/s over those of the floor; ours × is ours over those of the line.",
        "CPU × is the CPU of the line over ours: above 1, ours takes less.",
        f"Compared as JSON before timing: {compared:,} answers, equal from all servers.",
        "Every answer under load was, byte for byte, the one that was compared.",
        f"The load was computing {busiest:.0%} of the time at most.",
        *_idle(taken),
        _machine(plan.cores),
        *remarks,
    ]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def _idle(taken: Sequence[Round]) -> Iterator[str]:
    computing = [
        one.cpu_ms * one.requests_per_second / 1000 for one in taken if one.cpu_ms is not None
    ]
    if computing:
        yield (
            f"Servers and database were computing {min(computing):.0%} of the time at least: "
            "far from all of it, something else had their core, and CPU is what to compare."
        )


def _machine(cores: Cores) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    pinned = "nothing pinned"
    if cores.server is not None:
        pinned = (
            f"servers on core {cores.server}, the load on core {cores.load}, "
            f"PostgreSQL on core {cores.database}"
        )
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores ({pinned}), "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}."
    )
