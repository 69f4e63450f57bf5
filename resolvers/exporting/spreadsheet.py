"""A history as CSV: its columns, and its bytes as they come."""

from collections.abc import AsyncIterator, Iterable
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from exports.spreadsheet import BYTE_ORDER_MARK, csv_bytes, text_cell
from models.money import amount_text
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.clocks import Clocks
from resolvers.exporting.reading import BESIDE_OTHERS, Row, read_chunks
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
# about half a millisecond. Twice as many are hardly faster, and take four megabytes more.
_READ_AT_ONCE: Final = 500
# How many rows are written before others have their turn, when nobody is there: a turn takes as
# long as a few rows.
_WRITTEN_AT_ONCE: Final = 100
# Kinds of sessions, and prices: a history has a few of each.
_KEPT: Final = 1024

_EMPTY: Final = text_cell(None)
_STATUS: Final = {status: text_cell(word) for status, word in STATUS_WORDS.items()}


async def csv_file(context: Context, asked: HistoryAsked) -> AsyncIterator[bytes]:
    """The file, in pieces as they are read."""
    head = (*COLUMNS, PRIVATE_NOTES) if asked.with_private_notes else COLUMNS
    yield BYTE_ORDER_MARK + csv_bytes([head])
    lines = _Lines(asked)
    async for sessions in read_chunks(context, asked, size=_READ_AT_ONCE):
        pieces = []
        at_once = BESIDE_OTHERS if context.database.somebody_is_there else _WRITTEN_AT_ONCE
        for start in range(0, len(sessions), at_once):
            pieces.append(lines.of(sessions[start : start + at_once]))
            await context.database.give_way()
        yield b"".join(pieces)


class _Lines:
    """Sessions as lines of one file, with what many of them share looked up once."""

    def __init__(self, asked: HistoryAsked) -> None:
        self._with_private_notes = asked.with_private_notes
        self._zone = text_cell(asked.time_zone)
        self._clocks = Clocks(ZoneInfo(asked.time_zone))
        self._kind = lru_cache(maxsize=_KEPT)(_kind)
        self._price = lru_cache(maxsize=_KEPT)(_price)

    def of(self, rows: Iterable[Row]) -> bytes:
        """The lines of these sessions."""
        local, span = self._clocks.local, self._clocks.span
        kind, price, zone = self._kind, self._price, self._zone
        with_private_notes = self._with_private_notes
        lines = []
        # fmt: off
        for (
            _id, starts_at, ends_at, status, _rank, minutes, cancelled_at, _by, reason, moved,
            minor, currency, customer_notes, service, calendar, private_notes, _key,
        ) in rows:
            # fmt: on
            date, start, offset, end = span(starts_at, ends_at)
            cancelled = f'"{" ".join(local(cancelled_at))}"' if cancelled_at else _EMPTY
            reason_cell = text_cell(reason) if reason else _EMPTY
            private = f",{text_cell(private_notes)}" if with_private_notes else ""
            # What people wrote goes through `text_cell`; the rest has nothing to escape in it.
            lines.append(
                f'"{date}","{start}","{end}",{zone},"{offset}",'
                f"{kind(service, minutes, calendar, status)},{cancelled},{reason_cell},{moved},"
                f"{price(minor, currency)},{text_cell(customer_notes)}{private}\r\n"
            )
        return "".join(lines).encode()


def _kind(service: str, minutes: int, calendar: str, status: str) -> str:
    """What was booked and what became of it, four cells."""
    return f"{text_cell(service)},{minutes},{text_cell(calendar)},{_STATUS[status]}"


def _price(amount_minor: int, currency: str) -> str:
    """The price and its currency, two cells."""
    return f"{text_cell(amount_text(amount_minor, currency))},{text_cell(currency)}"
