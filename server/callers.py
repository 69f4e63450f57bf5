"""Who asks: from what a request carries to the context of an operation."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.database import Database
from resolvers.accounts.access import TokenUses, is_token_of_ours, principal_of
from resolvers.accounts.policy import AccessPolicy
from resolvers.context import Context
from resolvers.principal import Principal

if TYPE_CHECKING:
    from server.identity_provider.provider import IdentityProvider


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
        policy: AccessPolicy,
        provider: "IdentityProvider | None" = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        reads_flat: bool = True,
    ) -> None:
        self._database = database
        self._policy = policy
        self._provider = provider
        self._clock = clock
        self._reads_flat = reads_flat
        self._uses = TokenUses()

    async def context(self, token: str | None, *, network: str = "", base_url: str = "") -> Context:
        """A context for one operation of whoever sent `token`, from `network`, to `base_url`."""
        now, database = self._clock(), self._database()
        principal = await self._principal(database, token, now) if token else None
        if principal is not None:
            self._uses.note(database, principal, now=now)
        return Context(
            database=database,
            principal=principal,
            now=now,
            network=network,
            base_url=base_url,
            policy=self._policy,
            clock=self._clock,
            reads_flat=self._reads_flat,
        )

    async def is_valid(self, token: str | None) -> bool:
        """Whether `token` still opens anything; looking is not using it, and prolongs nothing."""
        if not token:
            return False
        return await self._principal(self._database(), token, self._clock()) is not None

    async def _principal(self, database: Database, token: str, now: datetime) -> Principal | None:
        if self._provider is None or is_token_of_ours(token):
            return await principal_of(database, token, now=now)
        return await self._provider.principal_of(database, token, now=now)
