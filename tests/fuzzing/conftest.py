"""What documents at random are asked of."""

import asyncio
from collections.abc import Iterator

import pytest

from models.database import Database
from tests.fuzzing.record import Record
from tests.keys import KEYRING


@pytest.fixture
def record(runner: asyncio.Runner, url: str) -> Iterator[Record]:
    """A record of the test's own, its private notes sealed."""
    database = runner.run(Database(url, keyring=KEYRING).__aenter__())
    try:
        yield runner.run(Record.of(database))
    finally:
        runner.run(database.__aexit__(None, None, None))
