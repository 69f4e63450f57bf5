"""Writes that come while another one is written share its COMMIT, and so its wait for the disk.

SQLite has one writer at a time, and a COMMIT that is safe against a power cut waits for the disk,
for longer than most writes take. So those who wait are let in one after the other behind a
savepoint each, and the last of them commits for all. Nobody hears of their write before that, nor
that it was refused: the refusal may look at what a write before it has done.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable
from copy import copy
from typing import Any, Final

import aiosqlite

from models.engines.settled import settled

MOST: Final = 16
"""How many writes share a COMMIT. The first waits for all of them, and so do other processes."""

_LOOK_AGAIN_SECONDS: Final = 0.001

_SAVEPOINT: Final = "SAVEPOINT of_one_write"
_BACK: Final = "ROLLBACK TO of_one_write"
_FORGET: Final = "RELEASE of_one_write"


class TransactionLost(OSError):
    """SQLite gave up a transaction in which others had written: nothing of theirs is kept."""


class Turn:
    """One write's turn: `begin` waits for it, and `end` for the COMMIT it was a part of."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._begun: asyncio.Future[None] = loop.create_future()
        self._left: asyncio.Future[bool] = loop.create_future()
        self._over: asyncio.Future[None] = loop.create_future()

    async def begin(self) -> None:
        """Wait until it is this one's turn, and nobody else's.

        Raises:
            sqlite3.OperationalError: another process holds the database for too long.
        """
        try:
            await self._begun
        except asyncio.CancelledError:
            has_come = not self._begun.cancelled() and self._begun.exception() is None
            if has_come:
                await self.end(is_kept=False)
            raise

    async def end(self, *, is_kept: bool) -> None:
        """Give the turn on, and wait until what was kept in it is on the disk.

        Raises:
            sqlite3.Error: it could not be committed, and nothing is kept.
            TransactionLost: as above, for the failure of another write.
        """
        self._left.set_result(is_kept)
        await settled(self._wait())

    async def _wait(self) -> None:
        await self._over


class GroupCommit:
    """The turns of one connection. `lock` is held from a BEGIN to its COMMIT.

    A BEGIN waits `busy_ms` milliseconds for another process's COMMIT.
    """

    def __init__(
        self,
        lock: asyncio.Lock,
        connect: Callable[[], Awaitable[aiosqlite.Connection]],
        *,
        busy_ms: int,
    ) -> None:
        self._lock = lock
        self._connect = connect
        self._busy_ms = busy_ms
        self._waiting: deque[Turn] = deque()
        self._running: asyncio.Task[None] | None = None

    def turn(self) -> Turn:
        """A turn, behind those who wait already."""
        turn = Turn()
        self._waiting.append(turn)
        if self._running is None:
            # In a task of its own, which no caller's cancellation reaches.
            self._running = asyncio.get_running_loop().create_task(self._run())
        return turn

    async def _run(self) -> None:
        try:
            while self._waiting:
                async with self._lock:
                    await self._write_together()
        except Exception as error:  # noqa: BLE001 - told to all who wait: nothing can be written now
            while (turn := self._next()) is not None:
                _fail(turn._begun, error)
        finally:
            self._running = None

    async def _write_together(self) -> None:
        group: _Group | None = None
        for _ in range(MOST):
            turn = self._next()
            if turn is None:
                break
            try:
                group = group or _Group(await self._connect(), self._busy_ms)
                await group.begin()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this write's failure
                _fail(turn._begun, error)
                continue
            await group.let_in(turn)
        if group is not None:
            await group.commit()

    def _next(self) -> Turn | None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn._begun.done():  # else its caller has gone
                return turn
        return None


class _Group:
    """The writes of one transaction, and whether there is one."""

    def __init__(self, connection: aiosqlite.Connection, busy_ms: int) -> None:
        self._connection = connection
        self._busy_ms = busy_ms
        self._relying: list[Turn] = []
        self._has_savepoint = False

    async def begin(self) -> None:
        """Have a transaction, with a savepoint when somebody has written in it."""
        self._notice_loss()
        if not self._connection.in_transaction:
            self._has_savepoint = False
            await _in_thread(self._connection, lambda raw: begin_immediate(raw, self._busy_ms))
        elif self._relying:
            forget = (_FORGET,) if self._has_savepoint else ()
            self._has_savepoint = False
            await self._do(*forget, _SAVEPOINT)
            self._has_savepoint = True

    async def let_in(self, turn: Turn) -> None:
        """Have a write done, up to the COMMIT."""
        if turn._begun.done():
            return
        turn._begun.set_result(None)
        is_kept = await turn._left
        has_others = bool(self._relying)
        self._relying.append(turn)
        try:
            self._notice_loss()
            if is_kept or not self._relying:
                return
            if has_others:
                await self._do(_BACK)
                return
            # Nothing was there before it, so it waits for nothing.
            await self._undo()
            self._tell()
        except Exception as error:  # noqa: BLE001 - told to all whose writes it was
            await self._lose(error)

    async def commit(self) -> None:
        """Keep what was written, and tell everybody."""
        self._notice_loss()
        try:
            if self._connection.in_transaction:
                await self._do("COMMIT")
            self._tell()
        except Exception as error:  # noqa: BLE001 - told to all whose writes it was
            # Busy, or the disk is full: the transaction is open still.
            await self._lose(error)

    def _notice_loss(self) -> None:
        """A full disk, for one, undoes all of a transaction and not just a statement."""
        if self._relying and not self._connection.in_transaction:
            self._tell(TransactionLost("the transaction was given up"))

    async def _lose(self, error: Exception) -> None:
        self._tell(error)
        await self._undo()

    async def _undo(self) -> None:
        if self._connection.in_transaction:
            await self._connection.rollback()

    def _tell(self, error: Exception | None = None) -> None:
        for turn in self._relying:
            if error is None:
                turn._over.set_result(None)
            else:
                _fail(turn._over, error)
        self._relying = []

    async def _do(self, *statements: str) -> None:
        def do(raw: sqlite3.Connection) -> None:
            for statement in statements:
                raw.execute(statement)

        await _in_thread(self._connection, do)


async def _in_thread(connection: Any, work: Callable[[sqlite3.Connection], None]) -> None:
    await connection._execute(work, connection._conn)


def begin_immediate(raw: sqlite3.Connection, busy_ms: int) -> None:
    """Begin to write, once no other process does.

    SQLite itself looks ten times a second when it has waited for long, and finds the moment between
    two transactions of a busy process by chance: one worker then keeps the others out for seconds.

    Raises:
        sqlite3.OperationalError: it took longer than `busy_ms` milliseconds.
    """
    until = time.monotonic() + busy_ms / 1000
    raw.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                raw.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            else:
                return
            time.sleep(_LOOK_AGAIN_SECONDS)
    finally:
        raw.execute(f"PRAGMA busy_timeout={busy_ms}")


def _fail(future: asyncio.Future[None], error: Exception) -> None:
    """Every caller gets an error of its own, so that none grows another's traceback."""
    if not future.done():
        future.set_exception(copy(error))
