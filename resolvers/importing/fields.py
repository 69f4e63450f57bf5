"""The fields of one row, read one by one; what is wrong with them is gathered, not thrown."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from resolvers.importing.reading import Row
from resolvers.importing.report import Problem
from resolvers.importing.template import Source
from resolvers.importing.values import BadValue

Value = TypeVar("Value")


class RowFields:
    """The fields of one row. `problems` holds what was wrong with those that were asked for."""

    def __init__(self, sources: Mapping[str, Source], row: Row) -> None:
        self._sources = sources
        self._row = row
        self.problems: list[Problem] = []

    def refuse(self, name: str, reason: str) -> None:
        """Note that a field cannot be used."""
        source = self._sources.get(name)
        column = name if source is None else source.label
        self.problems.append(Problem(self._row.line, column, reason))

    def refuse_either(self, name: str, other: str, reason: str) -> None:
        """Note that neither of two fields can be used; it is told of the one that is mapped."""
        self.refuse(name if name in self._sources else other, reason)

    def given(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """A field that may be empty; None if it is, or is not mapped, or is refused."""
        text = self._text(name)
        return self._read(name, read, text) if text.strip() else None

    def needed(
        self, name: str, read: Callable[[str], Value], default: Value | None = None
    ) -> Value | None:
        """A field that may not be empty without a default; None if it is refused."""
        already = len(self.problems)
        value = self.given(name, read)
        if value is not None or len(self.problems) > already:
            return value
        if default is None:
            self.refuse(name, "is empty")
        return default

    def _text(self, name: str) -> str:
        source = self._sources.get(name)
        if source is None:
            return ""
        try:
            text = source.read(self._row.cells)
        except BadValue as refusal:
            self.refuse(name, str(refusal))
            return ""
        if "\0" in text:
            self.refuse(name, "contains a NUL character")
            return ""
        return text

    def _read(self, name: str, read: Callable[[str], Value], text: str) -> Value | None:
        try:
            return read(text)
        except BadValue as refusal:
            self.refuse(name, str(refusal))
            return None
