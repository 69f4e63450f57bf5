"""Lists whose rows are kept as flat tuples, as a database gives them, and completed from those.

A list of fifty rows with three objects each needs no two hundred objects to become as many dicts.
Whoever reads a list may return one that is flat: it has the tuples, and says for each column which
attribute it is, of the row (`starts_at`) or of an object beside it (`service.name`). A column with
the name of such an object (`client`) says whether there is one: it is null where there is none.
Iterated over, the list makes rows of the tuples: for graphql-core, where a plan gives up.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Loop: TypeAlias = Callable[[Sequence[tuple[Any, ...]], Mapping[str, Any]], list[Any]]


class Flat(Protocol):
    """A list of flat rows; no more than what a plan reads of it."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Which attribute each value of a tuple is."""

    @property
    def tuples(self) -> Sequence[tuple[Any, ...]]:
        """The rows."""

    @property
    def constants(self) -> Mapping[str, Any]:
        """Columns that are the same in all rows, and are in none of the tuples."""

    @property
    def row(self) -> type[Any]:
        """What they are rows of."""


class Surprise(Exception):
    """A value that is not what a plan counts on."""


class FlatLoops:
    """One list of a plan, completed from flat rows; a loop for each order that columns come in.

    Args:
        row: what the list's type is declared over; None for anything.
        reads: the columns that are read, each with the variable that it is read into.
        body: statements that make the dict of one row in the variable `made`.
        names: the constants in them.
    """

    def __init__(
        self,
        row: type[Any] | None,
        reads: dict[str, str],
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
        shape = flat.columns, tuple(flat.constants)
        loop = self._loops.get(shape)
        if loop is None:
            loop = self._loops[shape] = self._written(flat)
        return loop(flat.tuples, flat.constants)

    def _written(self, flat: Flat) -> Loop:
        if self._row is not None and flat.row is not self._row:
            raise Surprise
        constants = {name: read for name, read in self._reads.items() if name in flat.constants}
        if not {*flat.columns, *constants}.issuperset(self._reads):
            raise Surprise
        targets = ", ".join(self._reads.get(column, "_") for column in flat.columns)
        source = "\n".join(
            [
                "def loop(rows, constants):",
                *(f"    {read} = constants[{name!r}]" for name, read in constants.items()),
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
