"""A history as CSV: its columns, and its bytes as they come."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from exports.spreadsheet import BYTE_ORDER_MARK, csv_bytes, guarded
from models.money import amount_text
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.clocks import local
from resolvers.exporting.reading import ExportedSession, read_chunks
from resolvers.exporting.words import STATUS_WORDS

COLUMNS: Final = (
    "Date",
    "Start",
    "End",
    "Time zone",
    "UTC offset",
    "Service",
    "Duration (minutes)",
    "Calendar",
    "Status",
    "Cancelled at",
    "Reason",
    "Times moved",
    "Price",
    "Currency",
    "Customer notes",
)
PRIVATE_NOTES: Final = "Private notes"

# A statement costs most where it begins; rows of this many are read in about a millisecond.
_READ_AT_ONCE: Final = 250
# How many rows are written before others have their turn: a fraction of a millisecond.
_WRITTEN_AT_ONCE: Final = 50


async def csv_file(context: Context, asked: HistoryAsked) -> AsyncIterator[bytes]:
    """The file, in pieces as they are read."""
    head = (*COLUMNS, PRIVATE_NOTES) if asked.with_private_notes else COLUMNS
    yield BYTE_ORDER_MARK + csv_bytes([head])
    zone = ZoneInfo(asked.time_zone)
    async for sessions in read_chunks(context, asked, size=_READ_AT_ONCE):
        pieces = []
        for start in range(0, len(sessions), _WRITTEN_AT_ONCE):
            rows = _rows(sessions[start : start + _WRITTEN_AT_ONCE], asked, zone)
            pieces.append(csv_bytes(rows))
            await asyncio.sleep(0)
        yield b"".join(pieces)


def _rows(
    sessions: Sequence[ExportedSession], asked: HistoryAsked, zone: ZoneInfo
) -> Iterator[Sequence[object]]:
    for session in sessions:
        date, start, offset = local(session.starts_at, zone)
        cells = (
            date,
            start,
            local(session.ends_at, zone).time,
            asked.time_zone,
            offset,
            guarded(session.service),
            session.duration_minutes,
            guarded(session.calendar),
            STATUS_WORDS[session.status],
            " ".join(local(session.cancelled_at, zone)) if session.cancelled_at else None,
            guarded(session.cancellation_reason) if session.cancellation_reason else None,
            session.rescheduled_count,
            amount_text(session.price_minor, session.currency),
            session.currency,
            guarded(session.customer_notes) if session.customer_notes else None,
        )
        if not asked.with_private_notes:
            yield cells
        else:
            yield (*cells, guarded(session.private_notes) if session.private_notes else None)
