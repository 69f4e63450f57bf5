"""What a server does beside answering, for as long as it runs."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from models.database import Database
from models.unavailable import is_unavailable
from resolvers.sweeping import sweep

logger = logging.getLogger("session_history.housekeeping")

_SWEPT_EVERY_SECONDS: Final = 3600


@asynccontextmanager
async def housekeeping(database: Database) -> AsyncIterator[None]:
    """Sweep now and every hour, until the block ends."""
    sweeping = asyncio.create_task(_sweep_hourly(database))
    try:
        yield
    finally:
        sweeping.cancel()
        with suppress(asyncio.CancelledError):
            await sweeping


async def _sweep_hourly(database: Database) -> None:
    while True:
        try:
            await sweep(database, now=datetime.now(UTC))
        except Exception as error:
            # The next hour will do; a database that is away is told of by /readyz.
            away = is_unavailable(error)
            logger.warning("sweeping failed", exc_info=None if away else error)
        await asyncio.sleep(_SWEPT_EVERY_SECONDS)
