"""A history as CSV: its columns, and its bytes as they come."""

from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exports.spreadsheet import BYTE_ORDER_MARK, csv_bytes, guarded, quoted
from models.money import amount_text
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.clocks import Clocks
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

# For each chunk the database is waited for once; what it sends of so many rows is taken apart in
# less than a millisecond.
_READ_AT_ONCE: Final = 500
# How many rows are written before others have their turn: a fraction of a millisecond.
_WRITTEN_AT_ONCE: Final = 50
# Names of services and calendars, and prices: a history has a few of each.
_KEPT: Final = 256

_EMPTY: Final = quoted("")
_STATUS: Final = {status: quoted(word) for status, word in STATUS_WORDS.items()}


async def csv_file(context: Context, asked: HistoryAsked) -> AsyncIterator[bytes]:
    """The file, in pieces as they are read."""
    head = (*COLUMNS, PRIVATE_NOTES) if asked.with_private_notes else COLUMNS
    yield BYTE_ORDER_MARK + csv_bytes([head])
    lines = _Lines(asked)
    async for sessions in read_chunks(context, asked, size=_READ_AT_ONCE):
        pieces = []
        for start in range(0, len(sessions), _WRITTEN_AT_ONCE):
            pieces.append(lines.of(sessions[start : start + _WRITTEN_AT_ONCE]))
            await context.database.give_way()
        yield b"".join(pieces)


class _Lines:
    """Sessions as lines of one file, with what many of them share looked up once."""

    def __init__(self, asked: HistoryAsked) -> None:
        self._with_private_notes = asked.with_private_notes
        self._zone = quoted(asked.time_zone)
        self._clocks = Clocks(ZoneInfo(asked.time_zone))
        self._name = lru_cache(maxsize=_KEPT)(_text)
        self._price = lru_cache(maxsize=_KEPT)(_price)

    def of(self, sessions: Iterable[ExportedSession]) -> bytes:
        """The lines of these sessions."""
        return "".join(map(self._line, sessions)).encode()

    def _line(self, session: ExportedSession) -> str:
        date, start, offset = self._clocks.local(session.starts_at)
        end = self._clocks.time(session.ends_at)
        cancelled_at = session.cancelled_at
        cancelled = f'"{" ".join(self._clocks.local(cancelled_at))}"' if cancelled_at else _EMPTY
        private_notes = f",{_text(session.private_notes)}" if self._with_private_notes else ""
        # Text that people wrote goes through `_text`; the rest has nothing to escape in it.
        return (
            f'"{date}","{start}","{end}",{self._zone},"{offset}",{self._name(session.service)},'
            f"{session.duration_minutes},{self._name(session.calendar)},{_STATUS[session.status]},"
            f"{cancelled},{_text(session.cancellation_reason)},{session.rescheduled_count},"
            f"{self._price(session.price_minor, session.currency)},"
            f"{_text(session.customer_notes)}{private_notes}\r\n"
        )


def _text(text: str | None) -> str:
    return quoted(guarded(text)) if text else _EMPTY


def _price(amount_minor: int, currency: str) -> str:
    """The price and its currency, two cells."""
    return f"{quoted(amount_text(amount_minor, currency))},{quoted(currency)}"
