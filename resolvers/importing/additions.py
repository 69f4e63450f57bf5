"""What a part of a file adds to the record, written in few statements.

Not by Tortoise's bulk_create, which makes an object of every row first: an import of 172,000 rows
took 23 seconds with it, and takes 10 without (1.1.9).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Final

from models.transaction import Transaction

# A row to be written: its values by column, as both engines take them.
Record = dict[str, object]

# More rows in one statement are no faster, and SQLite ends at 32,766 values.
_ROWS_AT_ONCE: Final = 100


@dataclass(slots=True)
class Additions:
    """Rows that are not written yet."""

    clients: list[Record] = field(default_factory=list)
    services: list[Record] = field(default_factory=list)
    calendars: list[Record] = field(default_factory=list)
    sessions: list[Record] = field(default_factory=list)
    events: list[Record] = field(default_factory=list)
    remembered: list[Record] = field(default_factory=list)

    async def write(self, transaction: Transaction) -> None:
        """Write them all, what is referred to first."""
        await _insert(transaction, "client", self.clients)
        await _insert(transaction, "service", self.services)
        await _insert(transaction, "calendar", self.calendars)
        await _insert(transaction, "session", self.sessions)
        await _insert(transaction, "session_event", self.events)
        await _insert(transaction, "imported_row", self.remembered)


async def _insert(transaction: Transaction, table: str, records: Sequence[Record]) -> None:
    """Insert records that have the same columns in the same order."""
    for at in range(0, len(records), _ROWS_AT_ONCE):
        batch = records[at : at + _ROWS_AT_ONCE]
        values = [value for record in batch for value in record.values()]
        await transaction.fetch(_statement(table, tuple(batch[0]), len(batch)), values)


@lru_cache(maxsize=64)
def _statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    numbers = iter(range(1, rows * len(columns) + 1))
    row = ", ".join("${}" for _ in columns)
    values = ", ".join(f"({row})".format(*islice(numbers, len(columns))) for _ in range(rows))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {values}"
