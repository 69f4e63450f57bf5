"""`python -m benchmarks.exports`: how fast a long history leaves as a file, and what it costs."""

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks import memory
from benchmarks.exporting import floor
from benchmarks.exporting.beside import Latency, PageFailed, alone, beside, until_made
from benchmarks.exporting.engines import ENGINES, database_of
from benchmarks.exporting.floor import Taken
from benchmarks.exporting.long_history import LongHistory, kept_long_history
from benchmarks.peers.ours import OURS
from benchmarks.processor import cpu_seconds
from benchmarks.serving import NotServing, Server, environment, running

PARTS: Final = ("time", "memory", "beside")
_NOTHING: Final = "nothing"
_ONE_OF_EACH: Final = "one CSV and one PDF, until both are made"

# With its workers there, a PDF is made beside the CSV as well.
_MAKES_PDF: Final = "exports.pdf"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option(
    "--sessions", default=100_000, type=click.IntRange(min=1), help="Of the history that is timed."
)
@click.option(
    "--long",
    default=1_000_000,
    type=click.IntRange(min=1),
    help="Of the one that others wait beside.",
)
@click.option("--rounds", default=5, type=click.IntRange(min=1), help="How many of each.")
@click.option(
    "--seconds", default=4.0, type=click.FloatRange(min=0.05), help="How long pages are asked for."
)
@click.option("--engine", "engines", multiple=True, default=ENGINES, type=click.Choice(ENGINES))
@click.option("--part", "parts", multiple=True, default=PARTS, type=click.Choice(PARTS))
@click.option(
    "--pdf/--no-pdf", "with_pdf", default=None, help="Also beside PDFs. [default: if there are any]"
)
def main(
    *,
    sessions: int,
    long: int,
    rounds: int,
    seconds: float,
    engines: tuple[str, ...],
    parts: tuple[str, ...],
    with_pdf: bool | None,
) -> None:
    """Measure exports of a long history: their time, their memory, and who waits beside them."""
    if with_pdf is None:
        with_pdf = importlib.util.find_spec(_MAKES_PDF) is not None
    for sentence in floor.missing():
        click.echo(sentence)
    needed = {sessions} | ({long} if {"memory", "beside"} & {*parts} else set())
    kept = {count: kept_long_history(count, tell=_tell) for count in sorted(needed)}
    try:
        for engine in engines:
            if "time" in parts:
                _report_time(engine, kept[sessions], rounds)
            if "memory" in parts:
                _report_memory(engine, [kept[count] for count in sorted(needed)])
            if "beside" in parts:
                formats = [("CSV",), *([("PDF",), ("CSV", "PDF")] if with_pdf else [])]
                _report_beside(engine, kept[long], formats, rounds, seconds)
    except (NotServing, PageFailed, subprocess.CalledProcessError) as error:
        raise click.ClickException(str(error)) from None


def _report_time(engine: str, history: LongHistory, rounds: int) -> None:
    with _serving(engine, history) as (server, url), TemporaryDirectory() as folder:
        to = Path(folder) / "history.csv"
        ways: dict[str, Callable[[], Taken]] = {"export": lambda: _exported(server, history, to)}
        for name, command in floor.floors(url, history).items():
            ways[name] = partial(floor.written, command, to=to)
        for way in ways.values():
            way()
        rounds_of: dict[str, list[Taken]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                taken = way()
                rounds_of[name].append(taken)
                _tell(f"{engine}, {name}: {taken.seconds:.2f} s, CPU {taken.cpu_seconds:.2f} s")
    medians = {name: Taken.medians(taken) for name, taken in rounds_of.items()}
    export = medians["export"]
    click.echo(f"\n{engine}: CSV of {history.sessions:,} sessions, medians of {rounds}\n")
    click.echo("| written by | seconds | sessions/s | the export × | CPU seconds | the export × |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, one in medians.items():
        cells = [
            name,
            f"{one.seconds:.2f}",
            f"{history.sessions / one.seconds:,.0f}",
            f"{export.seconds / one.seconds:.2f}",
            f"{one.cpu_seconds:.2f}",
            f"{export.cpu_seconds / one.cpu_seconds:.2f}",
        ]
        click.echo(f"| {' | '.join(cells)} |")


def _report_memory(engine: str, histories: list[LongHistory]) -> None:
    if not memory.is_told():
        click.echo("This system does not tell how much memory a process has had.")
        return
    click.echo(f"\n{engine}: peak memory while a CSV is made\n")
    click.echo("| sessions | the worker grows by MB | with its processes |\n| ---: | ---: | ---: |")
    for history in histories:
        with _serving(engine, history) as (server, _):
            alone(server, seconds=1)
            memory.start_anew(server.process_id)
            before = memory.Peak.of(server.process_id)
            _exported(server, history, Path("/dev/null"))
            grown = memory.Peak.of(server.process_id).since(before)
        cells = f"{grown.own / 1024:.1f} | {grown.tree / 1024:.1f}"
        click.echo(f"| {history.sessions:,} | {cells} |")


def _report_beside(
    engine: str,
    history: LongHistory,
    made_beside: list[tuple[str, ...]],
    rounds: int,
    seconds: float,
) -> None:
    taken: dict[str, list[Latency]] = {}
    with _serving(engine, history) as (server, _):
        measured: dict[str, Callable[[], Latency]] = {
            _NOTHING: partial(alone, server, seconds=seconds),
            **{
                " and ".join(formats): partial(beside, server, history, formats, seconds=seconds)
                for formats in made_beside
            },
        }
        if any("PDF" in formats for formats in made_beside):
            measured[_ONE_OF_EACH] = partial(until_made, server, history)
        alone(server, seconds=1)
        for _ in range(rounds):
            for what, measure in measured.items():
                taken.setdefault(what, []).append(measure())
                _tell(f"{engine}, page beside {what}: {taken[what][-1]}")
    idle = Latency.medians(taken[_NOTHING])
    click.echo(f"\n{engine}: a page beside exports, CSV of {history.sessions:,} sessions\n")
    click.echo("| beside | p50 ms | p95 ms | p99 ms | p99 × alone | pages |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: |")
    for what, latencies in taken.items():
        one = Latency.medians(latencies)
        cells = [
            what,
            *(f"{percentile:.1f}" for percentile in (one.p50, one.p95, one.p99)),
            f"{one.p99 / idle.p99:.2f}",
            f"{one.pages:,}",
        ]
        click.echo(f"| {' | '.join(cells)} |")


@contextmanager
def _serving(engine: str, history: LongHistory) -> Iterator[tuple[Server, str]]:
    """A server of one worker over the history in this engine, and the database's address."""
    with database_of(engine, history, tell=_tell) as url, TemporaryDirectory() as folder:
        peer = replace(
            OURS,
            environment=lambda practice: {
                **OURS.environment(practice),
                "SESSION_HISTORY_DATABASE_URL": url,
            },
        )
        log = Path(folder) / "server.log"
        # Not pinned to a core: what a worker does in threads and processes is a part of it.
        with running(peer, history.practice, core=None, log=log) as server:
            yield server, url


def _exported(server: Server, history: LongHistory, to: Path) -> Taken:
    arguments = [str(server.practice.folder), str(server.port), "CSV", history.client_id, str(to)]
    before = cpu_seconds(server.process_id)
    ended = subprocess.run(  # noqa: S603 - a module of this folder
        [sys.executable, "-m", "benchmarks.exporting.download", *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    after = cpu_seconds(server.process_id)
    computed = float("nan") if before is None or after is None else after - before
    return Taken(float(ended.stdout), computed)


def _tell(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
