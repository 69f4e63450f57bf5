"""Templates: the text of a field, with the names of columns in braces."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from resolvers.importing.values import BadValue

_COLUMN: Final = re.compile(r"\{([^{}]+)\}")

Cells = Sequence[str]


def parse_template(template: str) -> list[str]:
    """The pieces of a template: every second one, from the second on, is the name of a column.

    Raises:
        ValueError: a brace without its other half, or with nothing inside.
    """
    pieces = _COLUMN.split(template)
    if any("{" in literal or "}" in literal for literal in pieces[::2]):
        raise ValueError("names columns in braces, as '{Email}', and these do not match")
    return pieces


def columns_of(template: str) -> list[str]:
    """The columns that a template names."""
    return parse_template(template)[1::2]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a field comes from: how to read it of a row, and what to call it in a report."""

    label: str
    read: Callable[[Cells], str]


def compiled(
    name: str, template: str, positions: Mapping[str, int], extract: Mapping[str, str]
) -> Source:
    """A template for rows whose columns stand at `positions`.

    The text it reads is as it stands in the cells; it is empty when all its columns are. It raises
    BadValue for a cell that does not match the pattern in `extract`.
    """
    pieces = parse_template(template)
    literals, columns = pieces[::2], pieces[1::2]
    label = ", ".join(dict.fromkeys(columns)) or name
    if not columns:
        return Source(label, lambda _: template)
    cells = [_cell(positions[column], extract.get(column)) for column in columns]
    if len(cells) == 1 and not any(literals):
        return Source(label, cells[0])

    def read(row: Cells) -> str:
        values = [cell(row) for cell in cells]
        if not any(value.strip() for value in values):
            return ""
        return literals[0] + "".join(
            value + literal for value, literal in zip(values, literals[1:], strict=True)
        )

    return Source(label, read)


def _cell(position: int, pattern: str | None) -> Callable[[Cells], str]:
    if pattern is None:
        return lambda row: row[position]
    meant = re.compile(pattern)

    def extracted(row: Cells) -> str:
        text = row[position].strip()
        if not text:
            return ""
        found = meant.fullmatch(text)
        if found is None or found[1] is None:
            raise BadValue("is not in the form that the mapping expects")
        return found[1]

    return extracted
