"""Which sessions of a file would take a slot that is not free.

The database refuses them too, but cannot say on which line they stand.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import orjson

from models.database import Connection
from models.enums import HOLDS_SLOT
from models.instants import to_text
from resolvers.importing.entry import Entry

# For each slot, when the last of the sessions ends that begin less than a day before it is over
# (no session lasts longer). Served by ix_session_slot, slot by slot: as a join, PostgreSQL compares
# every session with every slot, because it does not know how many an import has added so far.
_NEAR: Final = (
    "SELECT slot.label, (SELECT max(other.ends_at) FROM session AS other "
    "WHERE other.practitioner_id = $1 AND other.calendar_id = $2 "
    "AND other.status IN ('PENDING', 'CONFIRMED', 'COMPLETED') "
    "AND other.starts_at > slot.from_at AND other.starts_at < slot.until_at) "
    "FROM {slots} AS slot"
)

_DAY: Final = timedelta(days=1)


class Overlaps:
    """The slots that the rows of a file have taken so far: about 200 bytes for each session."""

    def __init__(self, practitioner_id: str) -> None:
        self._practitioner_id = practitioner_id
        self._taken: dict[str, _Taken] = {}

    async def refusals(
        self, connection: Connection, placed: Sequence[tuple[Entry, str]]
    ) -> dict[int, str]:
        """Why sessions cannot be on the calendars of these ids, by their lines.

        Those that can have taken their slots: later ones are refused them.
        """
        by_calendar: dict[str, list[Entry]] = {}
        for entry, calendar_id in placed:
            if entry.status in HOLDS_SLOT:
                by_calendar.setdefault(calendar_id, []).append(entry)
        refused: dict[int, str] = {}
        for calendar_id, entries in by_calendar.items():
            in_record = await self._in_record(connection, calendar_id, entries)
            taken = self._taken.setdefault(calendar_id, _Taken())
            for entry in entries:
                # First the file: in a transaction its earlier rows are in the record by now.
                if (line := taken.line_of_overlap(entry)) is not None:
                    refused[entry.line] = f"overlaps the session of line {line} on this calendar"
                elif entry.line in in_record:
                    refused[entry.line] = "overlaps a session that is on this calendar already"
                else:
                    taken.take(entry)
        return refused

    async def _in_record(
        self, connection: Connection, calendar_id: str, entries: Sequence[Entry]
    ) -> set[int]:
        slots = [
            [str(at), to_text(entry.starts_at - _DAY), to_text(entry.ends_at)]
            for at, entry in enumerate(entries)
        ]
        parameters = [self._practitioner_id, calendar_id, orjson.dumps(slots).decode()]
        near = await connection.fetch(_NEAR.format(slots=connection.spans("$3")), parameters)
        found = ((entries[int(label)], ends_at) for label, ends_at in near if ends_at is not None)
        return {entry.line for entry, ends_at in found if ends_at > to_text(entry.starts_at)}


class _Taken:
    """Slots of one calendar, none of which overlap, by their starts."""

    def __init__(self) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        self._lines: list[int] = []

    def line_of_overlap(self, entry: Entry) -> int | None:
        """The line of a session that has a part of the slot."""
        at = bisect_right(self._starts, entry.starts_at)
        if at > 0 and self._ends[at - 1] > entry.starts_at:
            return self._lines[at - 1]
        if at < len(self._starts) and self._starts[at] < entry.ends_at:
            return self._lines[at]
        return None

    def take(self, entry: Entry) -> None:
        """Give a free slot to an entry."""
        at = bisect_right(self._starts, entry.starts_at)
        self._starts.insert(at, entry.starts_at)
        self._ends.insert(at, entry.ends_at)
        self._lines.insert(at, entry.line)
