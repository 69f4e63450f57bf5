"""Pages by status within a span of time.

The order by status is (status_rank, starts_at, id). An index in that order cannot also seek to a
span of time, unless the status is fixed: so the groups are read side by side, each from its own
part of the index, and put together here. Read as one, every group's sessions outside the span
would be walked through, or those inside it sorted.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeVar

from resolvers.conditions import Conditions
from resolvers.pages import Bound, Order, PageArguments

Row = TypeVar("Row")
Rows_co = TypeVar("Rows_co", covariant=True)

# Pending down to No Show, as the column status_rank has them.
_RANKS: Final = (5, 4, 3, 2, 1)
_WITHIN_A_GROUP: Final = ("session.starts_at", "session.id")


class BranchReader(Protocol[Rows_co]):
    """Reads the first `limit` sessions of each branch, in no particular order."""

    async def __call__(self, branches: Sequence[str], *, order: str, limit: int) -> Rows_co: ...


async def read_by_status(
    where: Conditions,
    bounds: Sequence[Bound],
    *,
    order: Order,
    page: PageArguments,
    read: BranchReader[list[Row]],
) -> list[Row]:
    """Up to `page.limit + 1` sessions by status, read in the direction of the page."""
    branches = list(_groups(where, bounds))
    way = "ASC" if page.backwards else "DESC"
    rows = await read(
        branches,
        order=", ".join(f"{key} {way}" for key in _WITHIN_A_GROUP),
        limit=page.limit + 1,
    )
    return order.sorted(rows, backwards=page.backwards)[: page.limit + 1]


def _groups(where: Conditions, bounds: Sequence[Bound]) -> Iterator[str]:
    """A condition for each group that has a part within the bounds."""
    for rank in _RANKS:
        if any(_is_outside(rank, bound) for bound in bounds):
            continue
        parts = [where.part("session.status_rank = {}", rank)]
        for sign, (bound_rank, *within) in ((bound.sign, bound.key) for bound in bounds):
            if rank == bound_rank:
                inside = Bound(sign, tuple(within)).sql(_WITHIN_A_GROUP)
                parts.append(where.part(inside, *within))
        yield " AND ".join(parts)


def _is_outside(rank: int, bound: Bound) -> bool:
    bound_rank = int(bound.key[0])
    return rank > bound_rank if bound.sign == "<" else rank < bound_rank
