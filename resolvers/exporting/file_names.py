"""What an export's file is called: a name that every system can keep."""

import re
from datetime import datetime
from typing import Final

from models.enums import ExportFormat

# What Windows or a path does not allow, and what would write the rest of the name backwards.
_NOT_IN_A_NAME: Final = re.compile(
    '[\\x00-\\x1f\\x7f-\\x9f/\\\\:*?"<>|\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]'
)
_MOST_BYTES: Final = 150


def file_name(client: str, format_: ExportFormat, *, at: datetime) -> str:
    """The name for a history of `client` that was asked for `at` a local time."""
    name = _NOT_IN_A_NAME.sub("_", client).strip(". ")
    kept = name.encode()[:_MOST_BYTES].decode(errors="ignore").rstrip() or "client"
    return f"{kept} - session history {at.date()}.{format_.value.lower()}"
