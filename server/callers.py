"""Who asks: from what a request carries to the context of an operation."""

from collections.abc import Callable
from datetime import UTC, datetime

from models.database import Database
from resolvers.access import principal_of
from resolvers.context import Context


def bearer_token(authorization: str | None) -> str | None:
    """The token in an Authorization header (RFC 6750)."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class Callers:
    """Finds out, once for each operation, who asks; the same over every transport."""

    def __init__(
        self,
        database: Callable[[], Database],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._clock = clock

    async def context(self, token: str | None, *, network: str = "") -> Context:
        """A context for one operation of whoever sent `token` from `network`."""
        now, database = self._clock(), self._database()
        principal = await principal_of(database, token, now=now) if token else None
        return Context(database=database, principal=principal, now=now, network=network)

    async def is_valid(self, token: str | None) -> bool:
        """Whether `token` still opens anything; looking is not using it, and prolongs nothing."""
        if not token:
            return False
        return await principal_of(self._database(), token, now=self._clock()) is not None
