"""`python -m benchmarks`, which is `make bench`."""

import signal

import click

from benchmarks.comparison import AnswersDiffer, NotAnswered
from benchmarks.peers import PEERS
from benchmarks.processor import choose_cores
from benchmarks.report import report
from benchmarks.rounds import LoadFailed, take_rounds
from benchmarks.serving import NotServing
from benchmarks.store import kept_practice


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--seconds", default=4.0, type=click.FloatRange(min=0.05), help="How long a round.")
@click.option("--rounds", default=3, type=click.IntRange(min=1), help="How many for each server.")
@click.option("--sessions", default=100_000, type=click.IntRange(min=1), help="In all.")
def main(seconds: float, rounds: int, sessions: int) -> None:
    """Measure a page of the session history beside other ways of answering it."""
    # What ends this from outside must end the servers too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    cores = choose_cores()
    practice = kept_practice(sessions, tell=_tell)
    try:
        outcome = take_rounds(
            PEERS, practice, seconds=seconds, rounds=rounds, cores=cores, tell=_tell
        )
    except (AnswersDiffer, LoadFailed, NotAnswered, NotServing) as error:
        raise click.ClickException(str(error)) from None
    click.echo(report(outcome, PEERS, practice, seconds=seconds, rounds=rounds, cores=cores))


def _tell(line: str) -> None:
    click.echo(line, err=True)


main()
