"""Reading a CSV file row by row: decompressed, decoded, and each row with its line."""

import bz2
import csv
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from resolvers.importing.mapping import Mapping
from resolvers.importing.report import Problem

# A chunk ends with whichever comes first, so that long notes do not make it large.
_CHUNK_ROWS: Final = 1_000
_CHUNK_CHARACTERS: Final = 4_000_000

_LONGEST_LINE: Final = 1_000_000
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells, and the line of the file on which it begins, the first being 1."""

    line: int
    cells: list[str]

    @property
    def is_decoded(self) -> bool:
        """Whether all bytes of the row were text in the file's encoding."""
        return not any(_SURROGATE.search(cell) for cell in self.cells if not cell.isascii())


class Unreadable(Exception):
    """The file ends here, as far as it can be read."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.problem = Problem(line, None, f"{reason}; the file was not read further")


class _LineTooLong(Exception):
    pass


def read_rows(file: Path, mapping: Mapping) -> Iterator[Row]:
    """The rows of a file that are not blank, the header first.

    Bytes that are no text become lone surrogates, which `Row.is_decoded` finds: only so is the line
    known that they stand on.

    Raises:
        OSError: the file cannot be opened.
        Unreadable: it cannot be read to its end.
    """
    with (
        _open(file) as raw,
        io.TextIOWrapper(
            raw, encoding=mapping.encoding, errors="surrogateescape", newline=""
        ) as text,
    ):
        reader = csv.reader(_lines(text), delimiter=mapping.delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise Unreadable(line, _malformed(error)) from None
            except _LineTooLong:
                raise Unreadable(line, f"is longer than {_LONGEST_LINE:,} characters") from None
            except UnicodeError:
                raise Unreadable(line, f"is not text in {mapping.encoding}") from None
            except (EOFError, OSError, zlib.error, lzma.LZMAError):
                raise Unreadable(line, "the file is damaged here, or cut off") from None
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield Row(line, cells)


def count_rows(file: Path, mapping: Mapping) -> int:
    """How many rows a file has besides its header, as far as it can be read: for a progress bar.

    Raises:
        OSError: the file cannot be opened.
    """
    rows = 0
    try:
        for _ in read_rows(file, mapping):
            rows += 1
    except Unreadable:
        pass
    return max(rows - 1, 0)


def in_chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Rows in lists that are small, whatever stands in them.

    Raises:
        Unreadable: the file cannot be read to its end. The rows before were handed out.
    """
    chunk: list[Row] = []
    characters = 0
    try:
        for row in rows:
            chunk.append(row)
            characters += sum(map(len, row.cells))
            if len(chunk) >= _CHUNK_ROWS or characters >= _CHUNK_CHARACTERS:
                yield chunk
                chunk, characters = [], 0
    except Unreadable:
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk


def _open(file: Path) -> IO[bytes] | gzip.GzipFile:
    match file.suffix.lower():
        case ".gz":
            return gzip.open(file)
        case ".bz2":
            return bz2.open(file)
        case ".xz":
            return lzma.open(file)
        case _:
            return file.open("rb")


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            raise _LineTooLong
        yield line


def _malformed(error: csv.Error) -> str:
    if "field limit" in str(error):
        return (
            f"a cell is longer than {csv.field_size_limit():,} characters, or its quote never ends"
        )
    if "unexpected end" in str(error):
        return "a quote is opened and never closed"
    return "a quote inside a quoted cell must be doubled"
