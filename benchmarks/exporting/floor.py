"""What there is to be reached: the shell of SQLite, or psql, writing the same rows as CSV."""

import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple, Self

from benchmarks.exporting.long_history import LongHistory

# What an export shows of a session, joined and ordered as it is there.
_HISTORY: Final = """
SELECT session.starts_at, session.ends_at, service.name, session.duration_minutes, calendar.name,
  session.status, session.cancelled_at, session.cancellation_reason, session.rescheduled_count,
  session.price_minor, session.currency, session.customer_notes
FROM session
LEFT JOIN service ON service.practitioner_id = session.practitioner_id
  AND service.id = session.service_id
LEFT JOIN calendar ON calendar.practitioner_id = session.practitioner_id
  AND calendar.id = session.calendar_id
WHERE session.practitioner_id = '{owner}' AND session.client_id = '{client}'
ORDER BY session.starts_at DESC, session.id DESC
"""


class Taken(NamedTuple):
    """How long a file took, and how much of that its writer was computing."""

    seconds: float
    cpu_seconds: float

    @classmethod
    def medians(cls, rounds: Sequence[Self]) -> Self:
        """Each the median of its rounds."""
        return cls(median(one.seconds for one in rounds), median(one.cpu_seconds for one in rounds))


def floors(url: str, history: LongHistory) -> dict[str, list[str]]:
    """The commands that write the history to standard output, by name; those that are here."""
    owner = history.practice.practitioner_id
    query = _HISTORY.format(owner=owner, client=history.client_id)
    shell, psql = shutil.which("sqlite3"), shutil.which("psql")
    found = {}
    if shell is not None:
        found["sqlite3 -csv"] = [shell, "-csv", str(history.practice.database), query]
    if psql is not None and url.startswith("postgres"):
        copy = f"COPY ({query}) TO STDOUT (FORMAT csv)"
        found["psql COPY"] = [psql, "--no-psqlrc", url, "-c", copy]
    return found


def written(command: list[str], *, to: Path) -> Taken:
    """What a floor takes to write its file."""
    before = _children_seconds()
    with to.open("wb") as file:
        began = time.perf_counter()
        subprocess.run(command, stdout=file, check=True)  # noqa: S603 - one of `floors`
        seconds = time.perf_counter() - began
    return Taken(seconds, _children_seconds() - before)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def missing() -> Iterator[str]:
    """What cannot be compared with here, in a sentence each."""
    if shutil.which("sqlite3") is None:
        yield "There is no `sqlite3` on this machine, so there is nothing to compare CSV with."
