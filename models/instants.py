"""Instants: whole seconds of UTC, kept and sent as one text form, `2026-05-01T09:00:00Z`.

The text has a fixed width, so it sorts as time does and SQLite compares it without help.
"""

from datetime import UTC, datetime
from typing import Final

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 12, 31, 23, 59, 59, tzinfo=UTC)


def to_text(at: datetime) -> str:
    """`at` as it is kept and sent; fractions of a second are dropped.

    Raises:
        ValueError: `at` has no offset, so it names no instant.
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return f"{at.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def from_text(text: str) -> datetime:
    """The instant that `to_text` wrote."""
    return datetime.fromisoformat(text)
