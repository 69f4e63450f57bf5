"""The identity provider's keys, kept for a while so that few requests wait for them."""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

from jwt import PyJWK

from server.identity_provider.key_set import KeySet
from server.identity_provider.published_keys import ProviderFailed

logger = logging.getLogger("session_history.identity_provider")

_FRESH_SECONDS: Final = 10 * 60
_BETWEEN_FETCHES_SECONDS: Final = 60
# A key that its provider takes back must not live on where the provider cannot be reached. By then
# tokens from before the failure have run out anyway.
_LAST_GOOD_SECONDS: Final = 24 * 60 * 60


class KeyCache:
    """Fetches keys when they are 10 minutes old or one is unknown, and at most once a minute.

    Whoever needs a fetch waits for the one that is under way; nobody else does. When it fails, the
    last good keys go on being used for a day.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[KeySet]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: KeySet = {}
        self._fetched_at = -math.inf
        self._tried_at = -math.inf
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str, algorithm: str) -> PyJWK | None:
        """The key with this id, if it is one for this algorithm."""
        if kid not in self._keys or self._age() >= _FRESH_SECONDS:
            await self._refresh()
        if self._age() >= _LAST_GOOD_SECONDS:
            return None
        return self._keys.get(kid, {}).get(algorithm)

    def _age(self) -> float:
        return self._monotonic() - self._fetched_at

    async def _refresh(self) -> None:
        if self._fetching is None:
            if self._monotonic() - self._tried_at < _BETWEEN_FETCHES_SECONDS:
                return
            self._tried_at = self._monotonic()
            self._fetching = asyncio.create_task(self._fetch_once())
        # Shielded: others wait for it too, when the first to ask has gone away.
        await asyncio.shield(self._fetching)

    async def _fetch_once(self) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched_at = self._monotonic()
            if not self._keys:
                logger.warning("the identity provider publishes no key that can be used")
        except ProviderFailed as failure:
            logger.warning(
                "the identity provider's keys could not be fetched", extra={"reason": str(failure)}
            )
        finally:
            self._fetching = None
