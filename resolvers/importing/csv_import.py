"""Importing a CSV file: all of it, or nothing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from tortoise.exceptions import IntegrityError

from models.database import Connection, Database
from models.transaction import Transaction, write
from resolvers.errors import NotFound
from resolvers.importing.interpreter import Interpreter, Owner, header_problems
from resolvers.importing.mapping import Mapping
from resolvers.importing.planner import Planner
from resolvers.importing.reading import Unreadable, in_chunks, read_rows
from resolvers.importing.report import ImportReport, Problem, RowOutcome

_OWNER: Final = "SELECT id, time_zone, currency FROM practitioner WHERE id = $1"


class RecordChanged(Exception):
    """The record changed beneath an import, by a booking or another import; nothing was kept."""

    def __init__(self, refusal: str) -> None:
        super().__init__(
            "The record changed while the file was imported, so nothing of the file was kept. "
            f"Import it again. ({refusal})"
        )


class _NothingToKeep(Exception):
    """Ends the transaction of an import that has found a problem."""


async def import_csv(
    database: Database,
    practitioner_id: str,
    file: Path,
    mapping: Mapping,
    *,
    now: datetime,
    dry_run: bool,
    progress: Callable[[int], None] | None = None,
    on_row: Callable[[RowOutcome], None] | None = None,
) -> ImportReport:
    """Add the sessions of a file (.csv, .csv.gz, .csv.bz2, .csv.xz) to a practitioner's record.

    One transaction keeps all of them, or none if there is a problem anywhere in the file. Rows that
    an earlier import from the same source added are left alone. A dry run only reads: it takes no
    lock, and other changes go on beside it.

    Args:
        now: the time of the import; a session that starts later has not taken place.
        progress: is told now and then how many rows have been read so far.
        on_row: is told what becomes of each row, in the order of the file.

    Raises:
        NotFound: there is no such practitioner.
        OSError: the file cannot be opened.
        RecordChanged: a booking or another import came in between; import again.
    """
    owner = await _owner(database, practitioner_id)
    report = ImportReport()

    async def read(connection: Connection, transaction: Transaction | None) -> None:
        rows = read_rows(file, mapping)
        header = next(rows, None)
        if header is None:
            report.note(Problem(1, None, "the file is empty; it must begin with a header"))
            return
        if wrong := header_problems(header, mapping):
            report.note(*wrong)
            return
        interpreter = Interpreter(header, mapping, owner, now=now)
        planner = Planner(owner, mapping, interpreter, keyring=database.keyring, now=now)
        for chunk in in_chunks(rows):
            additions, outcomes = await planner.plan(connection, chunk)
            report.count(additions, outcomes)
            if transaction is not None and not report.problem_count:
                await additions.write(transaction)
            if on_row is not None:
                for outcome in outcomes:
                    on_row(outcome)
            if progress is not None:
                progress(report.rows_read)

    async def read_to_the_end(connection: Connection, transaction: Transaction | None) -> None:
        try:
            await read(connection, transaction)
        except Unreadable as end:
            report.note(end.problem)

    async def work(transaction: Transaction) -> None:
        # One import of a record at a time: two that take the same rows in another order would wait
        # for each other. Bookings go on beside it.
        await transaction.fetch(
            f"SELECT practitioner.id FROM practitioner WHERE id = $1{transaction.for_update}",
            [practitioner_id],
        )
        await read_to_the_end(transaction, transaction)
        if report.problem_count:
            raise _NothingToKeep

    if dry_run:
        await read_to_the_end(database, None)
        return report
    try:
        await write(database, work)
    except _NothingToKeep:
        return report
    except IntegrityError as refusal:
        # Only its first line: PostgreSQL's next one quotes the whole row, private notes and all.
        raise RecordChanged(str(refusal).partition("\n")[0]) from None
    report.written = True
    return report


async def _owner(database: Database, practitioner_id: str) -> Owner:
    found = await database.fetch(_OWNER, [practitioner_id])
    if not found:
        raise NotFound(practitioner_id)
    return Owner(*found[0])
