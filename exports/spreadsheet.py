"""CSV that opens as it is in any spreadsheet: RFC 4180, UTF-8 with a byte order mark.

A spreadsheet runs a cell that begins like a formula (OWASP, CSV Injection). Such a cell begins with
an apostrophe here, and so does one that begins with an apostrophe itself: whoever reads the file
with a program takes one apostrophe away from the front of a cell, if there is one, and has the text
to the byte (`unguarded`).

All text is in quotes, so that a cell ends at its comma for whoever would also end it at a semicolon
or a tab, which LibreOffice offers to do. A spreadsheet that knows no comma, as Excel with German
settings when such a file is opened by a double click, has each row in one cell, which begins with a
day and never is a formula; but a text with a semicolon, or another line, may go on in a cell of its
own there, which nothing guards. Such a file is to be imported (Data, From Text/CSV), as a table
whose cells end at commas. A text that is nothing but a number or a day, a spreadsheet may show as
one: it is the file that is exact.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

BYTE_ORDER_MARK: Final = "\ufeff".encode()
"""Without it spreadsheets read anything but UTF-8."""

_GUARD: Final = "'"

# What a spreadsheet passes over at the front of a cell, or may: white space, controls, and what
# cannot be seen. Full-width and small forms are folded into ASCII where East Asian input is on.
_PASSED_OVER: Final = (
    "\\x00-\\x20\\x7f-\\xa0\\u00ad\\u061c\\u115f\\u1160\\u1680\\u180e\\u2000-\\u200f\\u2028-\\u202f"
    "\\u205f-\\u206f\\u3000\\u3164\\ufeff\\uffa0"
)
_BEGINS_LIKE_A_FORMULA: Final = re.compile(
    f"'|[\\t\\r\\n]|[{_PASSED_OVER}]*[-=+@\u2212\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]"
)


def guarded(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return _GUARD + text if _BEGINS_LIKE_A_FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell.removeprefix(_GUARD)


def text_cell(text: str | None) -> str:
    """A text as it stands in the file, guarded and in quotes (RFC 4180, 2.5 to 2.7).

    It is what `csv_bytes` makes of `guarded`; a row that is put together from such cells costs half
    of what it costs there.
    """
    if not text:
        return '""'
    escaped = text.replace('"', '""')
    # Most begin with a letter of ASCII, and need not be searched.
    if "A" <= text[0] <= "~" or not _BEGINS_LIKE_A_FORMULA.match(text):
        return f'"{escaped}"'
    return f'"\'{escaped}"'


def csv_bytes(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as they stand in the file; None is an empty cell. Cells are to be guarded before."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC).writerows(rows)
    return written.getvalue().encode()
