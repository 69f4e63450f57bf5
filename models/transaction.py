"""Every write: one transaction, which finishes although its caller goes away."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient

from models.commits import committed
from models.database import Connection, Database
from models.unavailable import is_unavailable

logger = logging.getLogger("session_history.transaction")

Result = TypeVar("Result")


class Transaction(Connection, Protocol):
    """A running transaction. Tortoise takes it as `using_db=orm(transaction)`."""


_running: set[asyncio.Task[Any]] = set()
_begun: ContextVar[list[asyncio.Task[Any]] | None] = ContextVar("begun", default=None)


def orm(transaction: Transaction) -> BaseDBAsyncClient:
    """The transaction as Tortoise's `using_db` wants it."""
    if not isinstance(transaction, BaseDBAsyncClient):
        raise TypeError("not a transaction of ours")
    return transaction


async def write(database: Database, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
    """Run `work` in one transaction: all of it is kept, or none.

    The transaction runs in a task of its own. A caller who is cancelled (a closed socket, a
    timeout, a shutdown) stops waiting; the write goes on to its end. A fresh copy of the context
    means that no earlier failure of the caller's connection is inherited.
    """

    async def run() -> Result:
        async with database.client._in_transaction() as transaction:
            result = await work(transaction)  # type: ignore[arg-type]  # our engines add `fetch`
        committed()
        return result

    task = asyncio.get_running_loop().create_task(run(), context=contextvars.copy_context())
    _running.add(task)
    task.add_done_callback(_finished)
    begun = _begun.get()
    if begun is not None:
        begun.append(task)
    return await asyncio.shield(task)


def write_beside(
    database: Database, work: Callable[[Transaction], Awaitable[object]]
) -> asyncio.Task[None]:
    """Start a write that no request waits for; a failure is logged, and that is all."""

    async def run() -> None:
        try:
            await write(database, work)
        except Exception as error:
            away = is_unavailable(error)
            logger.warning("a write beside a request failed", exc_info=None if away else error)

    task = asyncio.get_running_loop().create_task(run())
    _running.add(task)
    task.add_done_callback(_finished)
    return task


def writes_from_here() -> list[asyncio.Task[Any]]:
    """A list that grows with every write begun from here on, in this task and those it starts."""
    begun: list[asyncio.Task[Any]] = []
    _begun.set(begun)
    return begun


def _finished(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        task.exception()  # taken note of: the caller may be gone and ask no more


async def drain(*, timeout_seconds: float = 10) -> None:
    """Wait for writes in flight; a server calls it before it lets go of the database."""
    if _running:
        await asyncio.wait(set(_running), timeout=timeout_seconds)
