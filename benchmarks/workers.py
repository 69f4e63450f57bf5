"""`python -m benchmarks.workers`: what a second worker adds, on PostgreSQL.

Two workers, a database and a load want more than two cores, so three ratios are told:

* of requests/s, as it came: right where there are cores for all of them, and too low elsewhere;
* of requests for each second that the workers computed, twice that of one: what two of them answer
  with a core each, as long as they do not wait for each other;
* of requests/s with each worker let run for a part of the time, so that the database and the load
  have what is left of the cores: what waiting for each other takes away would show here.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Final

import click

from benchmarks.asking import WrongAnswer, computed, keep_asking, message
from benchmarks.query import DOCUMENT
from benchmarks.scale import serving
from benchmarks.scaling.store import Scaled, kept_in_postgres, postgres, postgres_process
from benchmarks.serving import NotServing

_SESSIONS: Final = 10_000
_PERIOD_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Went:
    """Some seconds of load on some workers."""

    per_second: float
    per_cpu_second: float
    database_cpu_ms: float
    busiest: float
    """The largest share of one worker in what all computed: half when there are two alike."""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--seconds", default=4.0, type=click.FloatRange(min=0.05), help="How long a round.")
@click.option("--rounds", default=5, type=click.IntRange(min=1), help="How many of each.")
@click.option("--connections", default=32, type=click.IntRange(min=2), help="At once.")
@click.option(
    "--part", default=0.25, type=click.FloatRange(0.05, 0.9), help="Of the time, for the third."
)
def main(*, seconds: float, rounds: int, connections: int, part: float) -> None:
    """Measure the history page with one worker and with two."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    taken: dict[tuple[int, bool], list[Went]] = {}
    try:
        with postgres() as uri:
            practice = kept_in_postgres(_SESSIONS, uri, tell=_tell)
            for number in range(rounds):
                for workers in (1, 2):
                    for is_part in (False, True):
                        one = _take(practice, workers, part if is_part else 1, seconds, connections)
                        taken.setdefault((workers, is_part), []).append(one)
                        said = f"{workers} workers{', in part' if is_part else ''}"
                        _tell(f"Round {number + 1}, {said}: {one.per_second:,.0f} requests/s")
    except (NotServing, WrongAnswer) as error:
        raise click.ClickException(str(error)) from None
    _report(taken, rounds, part)


def _take(practice: Scaled, workers: int, part: float, seconds: float, connections: int) -> Went:
    requests = [
        message(practice.practice, DOCUMENT, {"clientId": client})
        for client in practice.practice.clients
    ]
    with serving(practice, core=None, settings={"SESSION_HISTORY_WORKERS": str(workers)}) as server:
        # With one worker it is the server itself; more of them are below it.
        answering = _workers_of(server.process_id) if workers > 1 else [server.process_id]
        if part == 1:  # else whichever core is free when its time comes
            _pin(answering)
        keep_asking(
            server.port, cycle(requests), connections=connections, seconds=0.5, processes=[]
        )
        before = [computed([one]) for one in answering]
        database = computed([postgres_process()])
        with _for_a_part(answering, part):
            went = keep_asking(
                server.port,
                cycle(requests),
                connections=connections,
                seconds=seconds,
                processes=[],
            )
        after = [computed([one]) for one in answering]
        spent = [end - begin for begin, end in zip(before, after, strict=True)]
        return Went(
            per_second=went.per_second,
            per_cpu_second=went.requests / sum(spent),
            database_cpu_ms=(computed([postgres_process()]) - database) * 1000 / went.requests,
            busiest=max(spent) / sum(spent),
        )


def _workers_of(process_id: int) -> list[int]:
    """The processes that answer. A resource tracker of Python's is below the server as well."""
    below = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    return [int(one) for one in below if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()]


def _pin(processes: list[int]) -> None:
    """Each to a core of its own, where there are as many."""
    if not hasattr(os, "sched_setaffinity"):
        return
    cores = sorted(os.sched_getaffinity(0))
    for process, core in zip(processes, cores, strict=False):
        for thread in Path(f"/proc/{process}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})


@contextmanager
def _for_a_part(processes: list[int], part: float) -> Iterator[None]:
    """Let processes run for this part of the time, each by itself, until the block ends."""
    if part == 1:
        yield
        return
    spawning = get_context("spawn")
    holding = [spawning.Process(target=_hold, args=(one, part), daemon=True) for one in processes]
    for one in holding:
        one.start()
    try:
        yield
    finally:
        for one in holding:
            one.terminate()
            one.join()
        for process in processes:
            os.kill(process, signal.SIGCONT)


def _hold(process: int, part: float) -> None:
    while True:
        os.kill(process, signal.SIGCONT)
        time.sleep(_PERIOD_SECONDS * part)
        os.kill(process, signal.SIGSTOP)
        time.sleep(_PERIOD_SECONDS * (1 - part))


def _report(taken: dict[tuple[int, bool], list[Went]], rounds: int, part: float) -> None:
    def middle(workers: int, is_part: bool, name: str) -> float:
        return float(median(getattr(one, name) for one in taken[workers, is_part]))

    click.echo(f"\nPostgreSQL: the history page, medians of {rounds}\n")
    click.echo(
        "| workers | run | requests/s | requests/worker CPU s | database CPU ms | busiest |\n"
        "| ---: | --- | ---: | ---: | ---: | ---: |"
    )
    for workers, is_part in taken:
        run = f"{part:.0%} of the time" if is_part else "all the time"
        cells = [
            str(workers),
            run,
            f"{middle(workers, is_part, 'per_second'):,.0f}",
            f"{middle(workers, is_part, 'per_cpu_second'):,.0f}",
            f"{middle(workers, is_part, 'database_cpu_ms'):.2f}",
            f"{middle(workers, is_part, 'busiest'):.0%}",
        ]
        click.echo(f"| {' | '.join(cells)} |")

    def ratio(name: str, *, is_part: bool = False) -> float:
        return middle(2, is_part, name) / middle(1, is_part, name)

    click.echo(f"\nTwo to one, requests/s on {os.cpu_count()} cores: {ratio('per_second'):.2f}")
    click.echo(f"With a core each, by CPU: {2 * ratio('per_cpu_second'):.2f}")
    click.echo(f"With {part:.0%} of a core each: {ratio('per_second', is_part=True):.2f}")


def _tell(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
