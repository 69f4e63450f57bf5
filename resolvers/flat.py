"""Lists that keep their rows as flat tuples, as the database gave them.

A page that only passes rows on needs none of them as an object: what completes it may read the
tuples (`execution.flat` says how). Whoever goes through such a list has its rows all the same, each
with what was read and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, Generic, Self, TypeAlias, TypeVar

Row = TypeVar("Row")

# Makes a row of what was read, by attribute.
MakeRow: TypeAlias = Callable[[Mapping[str, Any]], Row]

_NODE: Final = "node."


class FlatRows(Generic[Row]):
    """Rows of one class.

    Attributes:
        row: what they are rows of.
        columns: which attribute each value of a tuple is: of the row (`starts_at`), or of an
            object beside it (`service.name`). A column that is named as the object says, by not
            being null, that it is there.
        tuples: the rows.
        constants: columns that are the same in all of them, and are in none.
    """

    def __init__(
        self,
        row: type[Row],
        columns: tuple[str, ...],
        tuples: Sequence[Sequence[Any]],
        constants: Mapping[str, Any],
        make: MakeRow[Row],
    ) -> None:
        self.row = row
        self.columns = columns
        self.tuples = tuples
        self.constants = constants
        self._make = make

    def __len__(self) -> int:
        return len(self.tuples)

    def __iter__(self) -> Iterator[Row]:
        return map(self._row, self.tuples)

    def part(self, which: slice) -> Self:
        """A part of the list, in its order or turned round."""
        return type(self)(self.row, self.columns, self.tuples[which], self.constants, self._make)

    def keys(self, attributes: Sequence[str]) -> list[tuple[Any, ...]]:
        """Two attributes or more of each row."""
        places = [self.columns.index(attribute) for attribute in attributes]
        return list(map(itemgetter(*places), self.tuples))

    def edges(self, edge: type[Any], cursors: Sequence[str]) -> "FlatRows[Any]":
        """The same rows, each with its cursor."""

        def made(read: Mapping[str, Any]) -> Any:
            below = {name.removeprefix(_NODE): value for name, value in read.items()}
            return edge(below.pop("cursor"), self._make(below))

        return FlatRows(
            edge,
            ("cursor", *(f"{_NODE}{column}" for column in self.columns)),
            [(cursor, *one) for cursor, one in zip(cursors, self.tuples, strict=True)],
            {f"{_NODE}{column}": value for column, value in self.constants.items()},
            made,
        )

    def _row(self, values: Sequence[Any]) -> Row:
        return self._make({**self.constants, **dict(zip(self.columns, values, strict=True))})
