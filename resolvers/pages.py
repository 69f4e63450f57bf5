"""Keyset pages: a page begins after a row, not after a number of rows.

So a page costs the same wherever it lies, and rows that come, move or go elsewhere in the list
neither repeat nor hide others (product.md, Session history). Arguments and page information are
those of the GraphQL Cursor Connections Specification.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Generic, Literal, Self, TypeAlias, TypeVar

import strawberry

from resolvers.conditions import Conditions
from resolvers.cursor import SortKey, decode, encode
from resolvers.errors import BadInput
from resolvers.flat import FlatRows

Row = TypeVar("Row")
Rows: TypeAlias = list[Row] | FlatRows[Row]

DEFAULT_PAGE: Final = 25
LARGEST_PAGE: Final = 100

First: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many from the start, or after `after`: 0 to {LARGEST_PAGE}. "
        f"{DEFAULT_PAGE} when neither `first` nor `last` is given."
    ),
]
After: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="A cursor of this list: only what comes after its row."),
]
Last: TypeAlias = Annotated[
    int | None,
    strawberry.argument(
        description=f"How many from the end, or before `before`: 0 to {LARGEST_PAGE}. "
        "Not together with `first`."
    ),
]
Before: TypeAlias = Annotated[
    str | None,
    strawberry.argument(description="A cursor of this list: only what comes before its row."),
]


@dataclass(frozen=True, slots=True)
class PageArguments:
    """The four page arguments, checked."""

    limit: int
    backwards: bool
    after: str | None
    before: str | None

    @classmethod
    def of(cls, *, first: object, after: object, last: object, before: object) -> Self:
        """The arguments as the caller sent them; left out and null mean the same.

        Raises:
            BadInput: `first` with `last`, or a number outside 0 to 100.
        """
        if isinstance(first, int) and isinstance(last, int):
            raise BadInput("first", "and 'last' ask for two pages at once; send one of them.")
        for name, number in (("first", first), ("last", last)):
            if isinstance(number, int) and not 0 <= number <= LARGEST_PAGE:
                raise BadInput(name, f"must be between 0 and {LARGEST_PAGE}.")
        backwards = isinstance(last, int)
        asked = last if backwards else first
        return cls(
            limit=asked if isinstance(asked, int) else DEFAULT_PAGE,
            backwards=backwards,
            after=after if isinstance(after, str) else None,
            before=before if isinstance(before, str) else None,
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """Rows whose sort key is less (`<`) or greater (`>`) than `key`."""

    sign: Literal["<", ">"]
    key: SortKey

    def sql(self, keys: Sequence[str]) -> str:
        """The comparison of `keys`, with a `{}` for each value of the key."""
        return f"({', '.join(keys)}) {self.sign} ({', '.join(['{}'] * len(keys))})"


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: SQL expressions that together are unique and never null, all one way.

    `of_row` reads the same values from a row; `shape` are their types, which a cursor must have.
    `attributes` are what they are in a row, for orders whose rows may be flat.
    """

    keys: tuple[str, ...]
    shape: tuple[type, ...]
    descending: bool
    of_row: Callable[[Any], SortKey]
    attributes: tuple[str, ...] = ()

    def of_rows(self, rows: Rows[Any]) -> list[SortKey]:
        """The values that the order is by, of each row."""
        if isinstance(rows, FlatRows):
            return rows.keys(self.attributes)
        return [self.of_row(row) for row in rows]

    def sql(self, *, backwards: bool = False) -> str:
        """For after ORDER BY."""
        way = "DESC" if self.descending is not backwards else "ASC"
        return ", ".join(f"{key} {way}" for key in self.keys)

    def sorted(self, rows: Sequence[Any], *, backwards: bool = False) -> list[Any]:
        """Rows in this order."""
        return sorted(rows, key=self.of_row, reverse=self.descending is not backwards)

    def bounds(self, page: PageArguments, identity: bytes) -> list[Bound]:
        """Between which rows the page lies: after that of `after`, before that of `before`.

        Raises:
            BadInput: a cursor of another list.
        """
        cursors = (("after", page.after), ("before", page.before))
        return [
            Bound(
                sign="<" if self.descending is (argument == "after") else ">",
                key=decode(cursor, identity, shape=self.shape, argument=argument),
            )
            for argument, cursor in cursors
            if cursor is not None
        ]

    def add_bounds(self, where: Conditions, bounds: Sequence[Bound]) -> None:
        """Require that rows lie within `bounds`.

        Compared as one row value: both engines then seek in the index to where the page begins.
        """
        for bound in bounds:
            where.add(bound.sql(self.keys), *bound.key)


@dataclass(frozen=True, slots=True)
class PageInfo:
    """What a pager needs to know about the page it has; its cursors are made when asked for."""

    has_next_page: bool
    has_previous_page: bool
    rows: Rows[Any]
    order: Order
    identity: bytes

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the first row."""
        return self._cursor(slice(1))

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the last row."""
        return self._cursor(slice(-1, None))

    def _cursor(self, which: slice) -> str | None:
        for key in self.order.of_rows(_part(self.rows, which)):
            return encode(key, self.identity)
        return None


@dataclass(frozen=True, slots=True)
class Edge(Generic[Row]):
    """A row and its cursor."""

    cursor: str
    node: Row


@dataclass(slots=True)
class Page(Generic[Row]):
    """The rows of a page, and how to go on from it."""

    nodes: Rows[Row]
    page_info: PageInfo
    order: Order
    identity: bytes

    @property
    def edges(self) -> Rows[Edge[Row]]:
        """The rows with a cursor each; made only when asked for."""
        cursors = [encode(key, self.identity) for key in self.order.of_rows(self.nodes)]
        if isinstance(self.nodes, FlatRows):
            return self.nodes.edges(Edge, cursors)
        return [Edge(cursor, row) for cursor, row in zip(cursors, self.nodes, strict=True)]


@dataclass(slots=True)
class Listing(Generic[Row]):
    """What a connection answers; what was not selected is not there."""

    page: Page[Row] | None
    total_count: int | None

    @property
    def nodes(self) -> Rows[Row] | None:
        """The rows of the page."""
        return self.page.nodes if self.page is not None else None

    @property
    def edges(self) -> Rows[Edge[Row]] | None:
        """The rows of the page, each with its cursor."""
        return self.page.edges if self.page is not None else None

    @property
    def page_info(self) -> PageInfo | None:
        """How to go on from the page."""
        return self.page.page_info if self.page is not None else None


def page_of(rows: Rows[Row], page: PageArguments, *, order: Order, identity: bytes) -> Page[Row]:
    """The page, from up to `page.limit + 1` rows read in the direction of the page."""
    more = len(rows) > page.limit
    nodes = _part(rows, slice(page.limit))
    if page.backwards:
        nodes = _part(nodes, slice(None, None, -1))
    # A cursor names a row that was there, so there is something on its other side.
    information = PageInfo(
        has_next_page=page.before is not None if page.backwards else more,
        has_previous_page=more if page.backwards else page.after is not None,
        rows=nodes,
        order=order,
        identity=identity,
    )
    return Page(nodes, information, order, identity)


def _part(rows: Rows[Row], which: slice) -> Rows[Row]:
    return rows.part(which) if isinstance(rows, FlatRows) else rows[which]
