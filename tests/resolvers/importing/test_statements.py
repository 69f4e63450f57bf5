"""What an import asks of the database: few statements for a part of a file, none of them slow."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.transaction import Transaction, write
from tests.practice import Practice
from tests.resolvers.importing.files import import_rows, row
from tests.statements import RecordedDatabase


@pytest.fixture
async def recorded(url: str) -> AsyncIterator[RecordedDatabase]:
    async with RecordedDatabase(url) as database:
        yield database


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    recorded: RecordedDatabase, tmp_path: Path
) -> None:
    practice = await Practice.of(recorded)
    counts = []

    for rows in (2, 900):
        recorded.statements.clear()
        many = [row(client_id=str(number)) for number in range(rows)]
        await import_rows(practice, tmp_path, *many, dry_run=True)
        counts.append(len(recorded.statements))

    # The practitioner; then known rows, clients, services, calendars (twice each), overlaps.
    assert counts == [8, 8]


async def test_no_statement_reads_a_whole_table_of_sessions_clients_or_imported_rows(
    recorded: RecordedDatabase, tmp_path: Path
) -> None:
    practice, neighbour = await Practice.of(recorded), await Practice.of(recorded)
    for owner in (practice, neighbour):
        many = [row(client_id=str(number)) for number in range(6_000)]
        await import_rows(owner, tmp_path, *many)
    await write(recorded, analysed)
    recorded.statements.clear()

    await import_rows(practice, tmp_path, *many[:10], row(), row(client_id="7"), dry_run=True)

    plans = [
        line
        for sql, parameters in recorded.statements
        for line in await recorded.plan_of(sql, parameters)
    ]
    tables = ("session", "other", "client", "imported_row")
    whole = [f"{word} {table}" for word in ("SCAN", "Seq Scan on") for table in tables]
    assert plans
    assert [line for line in plans if any(scan in line for scan in whole)] == []


async def analysed(transaction: Transaction) -> None:
    await transaction.fetch("ANALYZE")
