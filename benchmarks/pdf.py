"""`python -m benchmarks.pdf`: how long a session history takes as a PDF."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Final

import click

from benchmarks.processor import cpu_seconds
from exports.pdf.document import Amount, Entry, Figures, HistoryFrame
from exports.pdf.rendering import MODULE, SESSIONS, render_history
from exports.workers import Workers
from models.enums import SessionStatus

_LATEST: Final = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
_TEXT: Final = (
    "we went through the week and what had been agreed on sleep has improved work is still hard "
    "she wants to try writing in the evening again and to call her sister before the next session "
)
_STATUSES: Final = tuple(SessionStatus)
_SERVICES: Final = ("Psychotherapy", "First consultation", "Couples therapy")


@dataclass(frozen=True, slots=True)
class Taken:
    """What a document took."""

    seconds: float
    cpu_seconds: float
    """What the workers computed; on a machine that does other things as well, the one to trust."""
    pages: int
    size: int

    @property
    def per_page(self) -> float:
        """Milliseconds for a page."""
        return self.seconds * 1000 / self.pages

    @property
    def cpu_per_page(self) -> float:
        """Milliseconds of a processor for a page."""
        return self.cpu_seconds * 1000 / self.pages


def _sessions(count: int, *, note_characters: int) -> list[Entry]:
    made = []
    for number in range(count):
        starts_at = _LATEST - timedelta(days=2 * number, minutes=15 * (number % 20))
        # No two are the same, because what is said twice in a piece is read once.
        said = _TEXT * (note_characters // len(_TEXT) + 2)
        note = f"{number} {said[number % 50 :]}"[:note_characters]
        made.append(
            Entry(
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=50),
                service=_SERVICES[number % 3],
                calendar="Practice",
                duration_minutes=50,
                status=_STATUSES[number % 5],
                price=Amount("80.00", "EUR"),
                customer_notes=note,
            )
        )
    return made


def _frame(sessions: list[Entry]) -> HistoryFrame:
    by_status = {status: sum(one.status is status for one in sessions) for status in SessionStatus}
    figures = Figures(
        total=len(sessions),
        upcoming=0,
        by_status=by_status,
        cancellation_rate=20.0,
        no_show_rate=20.0,
        revenue=[Amount("12800.00", "EUR")],
        first_session_at=sessions[-1].starts_at,
        last_session_at=sessions[0].starts_at,
    )
    return HistoryFrame(
        client="Grace Hopper",
        practitioner="Ada Okonkwo",
        practitioner_email="ada@practice.example",
        period="All sessions",
        filters=[],
        order="Newest first",
        time_zone="UTC (UTC+00:00)",
        made_at=_LATEST,
        figures=figures,
        with_private_notes=False,
    )


async def _take(workers: Workers, sessions: list[Entry], per_piece: int) -> Taken:
    frame = _frame(sessions)
    computed = _computed(workers)
    began = time.perf_counter()
    pdf = await render_history(frame, sessions, workers=workers, sessions_per_piece=per_piece)
    seconds = time.perf_counter() - began
    pages = pdf.count(b"/Type /Page\n")
    return Taken(seconds, _computed(workers) - computed, pages, len(pdf))


def _computed(workers: Workers) -> float:
    processes = [worker.process_id for worker in workers.all]
    return sum(cpu_seconds(one) or 0 for one in processes if one is not None)


def _middle(taken: list[Taken]) -> Taken:
    seconds = median(one.seconds for one in taken)
    computed = median(one.cpu_seconds for one in taken)
    return Taken(seconds, computed, taken[0].pages, taken[0].size)


def _line(name: str, taken: Taken, first: Taken) -> str:
    cells = [
        name,
        f"{taken.seconds:.2f}",
        f"{taken.pages}",
        f"{taken.per_page:.1f}",
        f"{taken.per_page / first.per_page:.2f}",
        f"{taken.cpu_per_page:.1f}",
        f"{taken.cpu_per_page / first.cpu_per_page:.2f}",
        f"{taken.size / 1000:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


async def _measure(processes: int, rounds: int, counts: list[int], sizes: list[int]) -> None:
    histories = {count: _sessions(count, note_characters=540) for count in counts}
    async with Workers(MODULE, at_most=processes) as workers:
        cold = await _take(workers, histories[counts[0]], SESSIONS)
        taken: dict[tuple[int, int], list[Taken]] = {}
        for _ in range(rounds):
            for count in counts:
                taken.setdefault((count, SESSIONS), []).append(
                    await _take(workers, histories[count], SESSIONS)
                )
            for size in sizes:
                taken.setdefault((counts[0], size), []).append(
                    await _take(workers, histories[counts[0]], size)
                )
    first = _middle(taken[counts[0], SESSIONS])
    click.echo("| sessions | seconds | pages | ms/page | × first | CPU ms/page | × first | kB |")
    click.echo("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for (count, size), them in taken.items():
        name = f"{count:,}, in pieces of {size}"
        click.echo(_line(name, _middle(them), first))
    click.echo(_line(f"{counts[0]:,}, workers not started", cold, first))


@click.command(context_settings={"show_default": True})
@click.option("--processes", default=2, type=click.IntRange(min=1), help="How many render.")
@click.option("--rounds", default=3, type=click.IntRange(min=1), help="How many of each.")
@click.option("--sessions", default=[800, 5000], multiple=True, type=click.IntRange(min=1))
@click.option("--per-piece", default=[50, 200], multiple=True, type=click.IntRange(min=1))
def main(processes: int, rounds: int, sessions: list[int], per_piece: list[int]) -> None:
    """Measure PDFs of histories with notes of 540 characters each."""
    asyncio.run(_measure(processes, rounds, list(sessions), list(per_piece)))


if __name__ == "__main__":
    main()
