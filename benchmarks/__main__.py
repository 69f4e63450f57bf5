"""`python -m benchmarks`, which is `make bench`."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from benchmarks.comparison import AnswersDiffer, NotAnswered
from benchmarks.peers import ON_NODE, PEERS
from benchmarks.peers.node import versions
from benchmarks.peers.peer import Peer
from benchmarks.postgres import running_postgres
from benchmarks.practice import Practice
from benchmarks.processor import choose_cores
from benchmarks.query import QUESTIONS
from benchmarks.report import ENGINES, how, tables
from benchmarks.rounds import LoadFailed, Plan, take_rounds
from benchmarks.serving import NotServing
from benchmarks.store import kept_practice

_NAMES: Final = list(dict.fromkeys(peer.name for peer in PEERS))
_ASKED: Final = {question.name: question for question in QUESTIONS}


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--engine", default="both", type=click.Choice([*ENGINES, "both"]), help="Which.")
@click.option("--seconds", default=1.5, type=click.FloatRange(min=0.05), help="How long a round.")
@click.option("--rounds", default=3, type=click.IntRange(min=1), help="How many for each server.")
@click.option("--sessions", default=100_000, type=click.IntRange(min=1), help="In all.")
@click.option("--connections", default=32, type=click.IntRange(min=1), help="Kept open.")
@click.option("--peer", "names", multiple=True, type=click.Choice(_NAMES), help="Only these.")
@click.option("--question", multiple=True, type=click.Choice(list(_ASKED)), help="Only these.")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="To a file too.")
def main(
    engine: str,
    seconds: float,
    rounds: int,
    sessions: int,
    connections: int,
    names: Sequence[str],
    question: Sequence[str],
    write: Path | None,
) -> None:
    """Measure a page of the session history beside other ways of answering it."""
    # What ends this from outside must end the servers too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    engines = list(ENGINES) if engine == "both" else [engine]
    questions = [_ASKED[name] for name in question or _ASKED]
    peers, remarks = _able([peer for peer in PEERS if _is_meant(peer, engines, names)])
    practice = kept_practice(sessions, tell=_tell)
    plan = Plan(seconds, rounds, connections, choose_cores())
    outcomes, written = [], []
    for one in engines:
        of_engine = [peer for peer in peers if peer.engine == one]
        if not of_engine:
            continue
        try:
            with _stored(practice, plan, one) as (there, planned):
                outcome = take_rounds(of_engine, questions, there, planned, tell=_tell)
        except (AnswersDiffer, LoadFailed, NotAnswered, NotServing) as error:
            raise click.ClickException(str(error)) from None
        outcomes.append(outcome)
        written.append(tables(outcome, of_engine, questions, one))
    if any(peer in ON_NODE for peer in peers):
        remarks.append(f"On Node: {versions()}.")
    text = "\n".join([*written, how(practice, plan, outcomes, remarks)])
    click.echo(text, nl=False)
    if write is not None:
        write.write_text(text)


def _is_meant(peer: Peer, engines: Sequence[str], names: Sequence[str]) -> bool:
    return peer.engine in engines and (not names or peer.name in names)


def _able(peers: Sequence[Peer]) -> tuple[list[Peer], list[str]]:
    able, remarks = [], []
    for peer in peers:
        missing = peer.missing(_tell)
        if missing is None:
            able.append(peer)
            continue
        remarks.append(f"{peer.name} on {ENGINES[peer.engine]} is left out: {missing}.")
        _tell(remarks[-1])
    if not able:
        raise click.ClickException("There is nobody to measure.")
    return able, remarks


@contextmanager
def _stored(practice: Practice, plan: Plan, engine: str) -> Iterator[tuple[Practice, Plan]]:
    if engine == "sqlite":
        yield practice, plan
        return
    with running_postgres(practice, core=plan.cores.database, tell=_tell) as (url, process_id):
        yield replace(practice, postgres_url=url), replace(plan, database=process_id)


def _tell(line: str) -> None:
    click.echo(line, err=True)


main()
