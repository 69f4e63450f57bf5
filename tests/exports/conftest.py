from collections.abc import AsyncIterator

import pytest

from exports.pdf.rendering import MODULE
from exports.workers import Workers


@pytest.fixture(scope="session")
async def workers(anyio_backend: str) -> AsyncIterator[Workers]:
    """Two child processes, kept for all tests: starting one takes longer than most tests do."""
    async with Workers(MODULE) as workers:
        yield workers
