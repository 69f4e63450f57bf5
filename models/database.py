"""The open database: reads as tuples, and the connections that writes run on."""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from types import TracebackType
from typing import Any, Final, Protocol, Self
from urllib.parse import urlsplit

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext

from models.engines import asyncpg, sqlite
from models.engines.trails import Trail
from models.following.followers import Followers
from models.sealing import Keyring

_ALIAS: Final = {"sqlite": "sqlite", "postgresql": "postgres", "postgres": "postgres"}

# How long after a read somebody is taken to be there who will ask again.
_SOMEBODY_SECONDS: Final = 0.03
_PAUSE_SECONDS: Final = 0.001
_CROWDED_PAUSE_SECONDS: Final = 0.05
_MOST_PAUSES: Final = 5

# Both log every statement with its values at DEBUG: notes, names, token hashes.
for _talkative in ("tortoise", "aiosqlite"):
    logging.getLogger(_talkative).setLevel(logging.WARNING)


class UnknownDatabase(ValueError):
    """A database address that names no engine of ours."""


class Connection(Protocol):
    """What reads and writes need of an engine, inside a transaction or outside."""

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one statement, as tuples; placeholders are `$1`, `$2`, …"""

    async def fetch_brief(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The same, of a few rows that an index finds."""

    def any_of(self, column: str, placeholder: str) -> str:
        """SQL: `column` is one of the list bound to `placeholder`."""

    def list_parameter(self, values: Sequence[str]) -> object:
        """A list as a parameter for `any_of`."""

    def spans(self, placeholder: str) -> str:
        """SQL: a table (label, from_at, until_at) of the JSON list bound to `placeholder`."""

    @property
    def for_update(self) -> str:
        """SQL, for after a SELECT of one table: held against others until we are done."""

    @property
    def for_update_if_free(self) -> str:
        """SQL, as `for_update`: without the rows that others hold, and without waiting."""

    @property
    def for_reference(self) -> str:
        """SQL, for after a SELECT of one table: cannot be deleted until we are done."""

    @property
    def for_deletion(self) -> str:
        """SQL, for after a SELECT of one table: nobody refers to it anew until we are done."""


def engine_of(url: str) -> str:
    """`sqlite` or `postgres`.

    Raises:
        UnknownDatabase: the address begins with neither `sqlite:///` nor `postgresql://`.
    """
    scheme = urlsplit(url).scheme
    if scheme not in _ALIAS or (scheme == "sqlite" and not url.startswith("sqlite:///")):
        raise UnknownDatabase(
            "a database is given as sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
        )
    return _ALIAS[scheme]


def sqlite_path(url: str) -> str:
    """The path in `sqlite:///relative.db` or `sqlite:////absolute.db`."""
    return url.removeprefix("sqlite:///")


def _configuration(url: str, pool_size: int, busy_seconds: float) -> dict[str, Any]:
    alias = engine_of(url)
    if alias == "sqlite":
        connection = {
            "engine": "models.engines.sqlite",
            "credentials": sqlite.credentials(sqlite_path(url), busy_seconds=busy_seconds),
        }
    else:
        connection = {
            "engine": "models.engines.asyncpg",
            "credentials": asyncpg.credentials(url, pool_size=pool_size, busy_seconds=busy_seconds),
        }
    # The alias differs by engine because Tortoise caches SQL per alias in a module global, and
    # would give one engine's to the other where a process opens both (1.1.9, EXECUTOR_CACHE).
    return {
        "connections": {alias: connection},
        "apps": {"models": {"models": ["models"], "default_connection": alias}},
    }


class Database:
    """One database, open in this process; use it as an async context manager.

    `keyring` seals and opens the private notes in it; without one they are kept as plain text.
    `followers` are those in this process who are told how its trails grow.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 4,
        keyring: Keyring | None = None,
        busy_seconds: float = 30,
        reads_briefly: bool = True,
    ) -> None:
        self.url = url
        self.keyring = keyring or Keyring()
        self.engine_name = engine_of(url)
        self.followers = Followers(self)
        self._pool_size = pool_size
        self._busy_seconds = busy_seconds
        self._reads_briefly = reads_briefly
        self._context = TortoiseContext()
        self._engine: Any = None
        self._awaited = 0
        self._rendering = 0
        self._asked_at = -math.inf

    async def __aenter__(self) -> Self:
        with self._context:  # what init() itself looks up is found here
            # Requests run in tasks that know nothing of the task that opened the database.
            await self._context.init(
                config=_configuration(self.url, self._pool_size, self._busy_seconds),
                _enable_global_fallback=True,
            )
        self._engine = self._context.db()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.followers.close()
        await self._context.close_connections()

    @property
    def client(self) -> BaseDBAsyncClient:
        """The engine as Tortoise knows it: what `using_db` takes outside a transaction."""
        client: BaseDBAsyncClient = self._engine
        return client

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """The rows of one statement, as last committed."""
        self._asked_at = time.monotonic()
        self._awaited += 1
        try:
            rows: list[Any] = await self._engine.fetch(sql, parameters)
        finally:
            self._awaited -= 1
        return rows

    async def fetch_brief(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        """As `fetch`, of a few rows that an index finds: as fast as the engine gives them."""
        if not self._reads_briefly:
            return await self.fetch(sql, parameters)
        self._asked_at = time.monotonic()
        self._awaited += 1
        try:
            rows: list[Any] = await self._engine.fetch_brief(sql, parameters)
        finally:
            self._awaited -= 1
        return rows

    async def fetch_aside(
        self, sql: str, parameters: Sequence[object] = (), *, in_parts: bool = False
    ) -> list[Any]:
        """As `fetch`, for work that nobody waits for: it holds up none of those who do.

        More than a hundred rows are best taken `in_parts`, between which others have their turn.
        """
        rows: list[Any] = await self._engine.fetch_aside(
            sql, parameters, in_parts, not self.somebody_is_there
        )
        return rows

    async def give_way(self) -> None:
        """Let others go first, a few milliseconds at most, between two steps of such work.

        Whoever reads gets its rows from a thread, or a process, that is to find the interpreter
        and the processor free when it has them. While somebody is there who asks for one thing
        after the other, such work does a part of what it could: a process that never rests is made
        to wait for the processor by the system, for longer than a page takes.
        """
        await asyncio.sleep(0)
        if self.somebody_is_there:
            await asyncio.sleep(_CROWDED_PAUSE_SECONDS if self._rendering else _PAUSE_SECONDS)
        for _ in range(_MOST_PAUSES):
            if not self._awaited:
                return
            await asyncio.sleep(_PAUSE_SECONDS)

    @contextmanager
    def rendering(self) -> Iterator[None]:
        """While a process renders a document, until the block ends: it wants a processor as well.

        Who gives way then does so for longer. Of three that want two processors, the one whom
        somebody looks at comes first, and a stream of rows, which is only ever slower, last.
        """
        self._rendering += 1
        try:
            yield
        finally:
            self._rendering -= 1

    @property
    def somebody_is_there(self) -> bool:
        """Whether somebody asked for something a moment ago, and may ask again."""
        return time.monotonic() - self._asked_at < _SOMEBODY_SECONDS

    def stream(
        self, sql: str, parameters: Sequence[object] = (), *, chunk: int = 500
    ) -> AsyncIterator[list[Any]]:
        """The rows of one statement in chunks; memory is bounded by one chunk."""
        chunks: AsyncIterator[list[Any]] = self._engine.stream(sql, parameters, chunk=chunk)
        return chunks

    @property
    def trail(self) -> Trail:
        """How to find what is new in the audit trail."""
        trail: Trail = self._engine.trail
        return trail

    def listening(self, wake: Callable[[], None]) -> AbstractAsyncContextManager[None]:
        """Call `wake` when others write to the trail, as far as the engine tells of it."""
        told: AbstractAsyncContextManager[None] = self._engine.listening(wake)
        return told

    def any_of(self, column: str, placeholder: str) -> str:
        """SQL: `column` is one of the list bound to `placeholder`."""
        condition: str = self._engine.any_of(column, placeholder)
        return condition

    def list_parameter(self, values: Sequence[str]) -> object:
        """A list as a parameter for `any_of`."""
        parameter: object = self._engine.list_parameter(values)
        return parameter

    @property
    def for_update(self) -> str:
        """SQL, for after a SELECT of one table: held against others until we are done."""
        lock: str = self._engine.for_update
        return lock

    @property
    def for_update_if_free(self) -> str:
        """SQL, as `for_update`: without the rows that others hold, and without waiting."""
        lock: str = self._engine.for_update_if_free
        return lock

    @property
    def for_reference(self) -> str:
        """SQL, for after a SELECT of one table: cannot be deleted until we are done."""
        lock: str = self._engine.for_reference
        return lock

    @property
    def for_deletion(self) -> str:
        """SQL, for after a SELECT of one table: nobody refers to it anew until we are done."""
        lock: str = self._engine.for_deletion
        return lock

    def spans(self, placeholder: str) -> str:
        """SQL: a table (label, from_at, until_at) of the JSON list bound to `placeholder`."""
        table: str = self._engine.spans(placeholder)
        return table
