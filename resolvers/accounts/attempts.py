"""How often something may be tried: counted in the database, so that all workers count together.

The generic cell rate algorithm: what is kept of a limit is one number, the time until which it is
used up. Every attempt moves it on by its share; an attempt that would move it further ahead than
the limit's whole period is refused. So nobody is ever locked out: waiting helps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from models.database import Database
from models.transaction import Transaction, write
from resolvers.errors import RateLimited

# Nobody is ever ahead by more than one period, and servers differ by less than another: what is
# ahead by more was counted by a clock that has been put back since, and would lock people out.
_LATER: Final = (
    "CASE WHEN attempt_limit.used_up_until_ms > CAST($2 AS BIGINT) "
    "AND attempt_limit.used_up_until_ms <= CAST($2 AS BIGINT) + 2 * CAST($4 AS BIGINT) "
    "THEN attempt_limit.used_up_until_ms ELSE CAST($2 AS BIGINT) END"
)
_COUNT: Final = (
    "INSERT INTO attempt_limit (name, used_up_until_ms) "
    "VALUES ($1, CAST($2 AS BIGINT) + CAST($3 AS BIGINT)) "
    f"ON CONFLICT (name) DO UPDATE SET used_up_until_ms = {_LATER} + CAST($3 AS BIGINT) "
    f"WHERE {_LATER} + CAST($3 AS BIGINT) <= CAST($2 AS BIGINT) + CAST($4 AS BIGINT) "
    "RETURNING used_up_until_ms"
)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts at once, and as many again in every further `period`."""

    name: str
    most: int
    period: timedelta


async def count_attempt(database: Database, limit: Limit, who: str, *, now: datetime) -> None:
    """Count one attempt of `who`; only a hash of who it was is kept.

    Raises:
        RateLimited: there were too many; says in how many seconds to try again.
    """
    name = sha256(f"{limit.name}\0{who}".encode()).hexdigest()
    now_ms = int(now.timestamp() * 1000)
    period_ms = int(limit.period.total_seconds() * 1000)
    share_ms = period_ms // limit.most

    async def count(transaction: Transaction) -> int | None:
        if await transaction.fetch(_COUNT, [name, now_ms, share_ms, period_ms]):
            return None
        ((used_up_until_ms,),) = await transaction.fetch(
            "SELECT used_up_until_ms FROM attempt_limit WHERE name = $1", [name]
        )
        return int(used_up_until_ms) + share_ms - period_ms - now_ms

    # A transaction of its own: it counts whatever comes of the attempt.
    wait_ms = await write(database, count)
    if wait_ms is not None:
        raise RateLimited(limit.name, retry_after_seconds=max(1, -(-wait_ms // 1000)))


async def forget_attempts(database: Database, *, now: datetime) -> None:
    """Let go of limits that are not used up in the least."""
    now_ms = int(now.timestamp() * 1000)

    async def forget(transaction: Transaction) -> None:
        await transaction.fetch(
            "DELETE FROM attempt_limit WHERE used_up_until_ms < $1 RETURNING name", [now_ms]
        )

    await write(database, forget)
