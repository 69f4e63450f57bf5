"""What an import tells: what became of each row, what stood in its way, and how many of what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from models.enums import SessionStatus
from resolvers.importing.additions import Additions

# Enough to correct a file by; a file with more is wrong in one way, and many times.
MOST_PROBLEMS_KEPT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the file cannot be imported.

    `line` is the line of the file on which the row begins, the first being 1; `column` is the
    column at fault (several, with a comma between, if the field is made of several), or None for
    the row as a whole. `reason` never quotes what stands in the row.
    """

    line: int
    column: str | None
    reason: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.column is None else f"line {self.line}, {self.column}"
        return f"{place}: {self.reason}"


class Outcome(StrEnum):
    """What becomes of a row."""

    ADD = "add"
    ALREADY_THERE = "already there"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class SessionPreview:
    """The session that a row adds. `client_name` is None if the client has been deleted here."""

    starts_at: datetime
    duration_minutes: int
    status: SessionStatus
    client_name: str | None
    service: str
    calendar: str


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What becomes of one row: a session, unless it is there already or bad."""

    line: int
    outcome: Outcome
    session: SessionPreview | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do.

    It is in the record only if `written`: not after a dry run, and not if there is any problem.
    With problems, the counts of what is added are those of the good rows. `problems` are the first
    `MOST_PROBLEMS_KEPT` of `problem_count`, in the order of the file; a row may have several.
    """

    rows_read: int = 0
    rows_bad: int = 0
    sessions_added: int = 0
    sessions_already_there: int = 0
    clients_added: int = 0
    services_added: int = 0
    calendars_added: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    written: bool = False

    def note(self, *problems: Problem) -> None:
        """Count problems, and keep those that are among the first."""
        self.problem_count += len(problems)
        self.problems += problems[: MOST_PROBLEMS_KEPT - len(self.problems)]

    def count(self, additions: Additions, outcomes: Sequence[RowOutcome]) -> None:
        """Count what became of some rows, and what they add."""
        self.rows_read += len(outcomes)
        self.sessions_added += len(additions.sessions)
        self.clients_added += len(additions.clients)
        self.services_added += len(additions.services)
        self.calendars_added += len(additions.calendars)
        for row in outcomes:
            self.rows_bad += row.outcome is Outcome.BAD
            self.sessions_already_there += row.outcome is Outcome.ALREADY_THERE
            self.note(*row.problems)
