"""Lists whose rows are kept as flat tuples, as a database gives them, and completed from those.

A list of fifty rows with three objects each needs no two hundred objects to become as many dicts.
Whoever reads a list may return one that is flat: it has the tuples, and says for each column which
attribute it is, of the row (`starts_at`) or of an object beside it (`service.name`). A column with
the name of such an object (`client`) says whether there is one: it is null where there is none.
Objects that are always there have no such column.
Iterated over, the list makes rows of the tuples: for graphql-core, where a plan gives up.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

Loop: TypeAlias = Callable[[Sequence[Sequence[Any]], Mapping[str, Any]], list[Any]]


class Flat(Protocol):
    """A list of flat rows; no more than what a plan reads of it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Which attribute each value of a tuple is."""

    @property
    def tuples(self) -> Sequence[Sequence[Any]]:
        """The rows."""

    @property
    def constants(self) -> Mapping[str, Any]:
        """Columns that are the same in all rows, and are in none of the tuples."""

    @property
    def row(self) -> type[Any]:
        """What they are rows of."""


class Surprise(Exception):
    """A value that is not what a plan counts on."""


@dataclass
class FlatReads:
    """What is read of flat rows.

    Attributes:
        columns: the columns, each with the variable that it is read into.
        objects: what must be no column: objects that are never null.
    """

    columns: dict[str, str] = field(default_factory=dict)
    objects: set[str] = field(default_factory=set)


# Whoever gives columns of their own for each page has no loops kept.
_MOST_ORDERS: Final = 16


class FlatLoops:
    """One list of a plan, completed from flat rows; a loop for each order that columns come in.

    Args:
        row: what the list's type is declared over.
        reads: what is read of them.
        body: statements that make the dict of one row in the variable `made`.
        names: the constants in them.
    """

    def __init__(
        self,
        row: type[Any],
        reads: FlatReads,
        body: Sequence[str],
        names: dict[str, Any],
    ) -> None:
        self._row = row
        self._reads = reads
        self._body = body
        self._names = names
        self._loops: dict[tuple[tuple[str, ...], ...], Loop] = {}

    def __call__(self, flat: Flat) -> list[Any]:
        """The completed list.

        Raises:
            Surprise: the list is not flat, or has not what is read, or has what cannot be.
        """
        if flat.row is not self._row:
            raise Surprise
        shape = flat.columns, tuple(flat.constants)
        loop = self._loops.get(shape)
        if loop is None:
            if len(self._loops) >= _MOST_ORDERS:
                self._loops.clear()
            loop = self._loops[shape] = self._written(*shape)
        return loop(flat.tuples, flat.constants)

    def _written(self, columns: tuple[str, ...], constants: tuple[str, ...]) -> Loop:
        there = {*columns, *constants}
        reads = self._reads
        if not there.issuperset(reads.columns) or there & reads.objects:
            raise Surprise
        if len(there) < len(columns) + len(constants):
            raise Surprise
        targets = ", ".join(reads.columns.get(column, "_") for column in columns)
        source = "\n".join(
            [
                "def loop(rows, constants):",
                *(
                    f"    {reads.columns[name]} = constants[{name!r}]"
                    for name in constants
                    if name in reads.columns
                ),
                "    all = []",
                f"    for {targets}, in rows:",
                *(f"        {line}" for line in self._body),
                "        all.append(made)",
                "    return all",
            ]
        )
        names = {**self._names}
        exec(compile(source, "<flat plan>", "exec"), names)  # noqa: S102 - of names that GraphQL allows
        written: Loop = names["loop"]
        return written
