"""Which failures are the database's, so that the same may succeed a moment later."""

import sqlite3

import asyncpg
import pytest
from tortoise.exceptions import DBConnectionError, IntegrityError, OperationalError

from models.unavailable import is_unavailable


def of_sqlite(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    "error",
    [
        of_sqlite(sqlite3.SQLITE_BUSY),
        of_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT),
        of_sqlite(sqlite3.SQLITE_FULL),
        of_sqlite(sqlite3.SQLITE_IOERR_WRITE),
        of_sqlite(sqlite3.SQLITE_CANTOPEN),
        OperationalError(of_sqlite(sqlite3.SQLITE_LOCKED)),
        asyncpg.AdminShutdownError("x"),
        asyncpg.CannotConnectNowError("x"),
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.DeadlockDetectedError("x"),
        asyncpg.DiskFullError("x"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation is in progress"),
        asyncpg.LockNotAvailableError("x"),
        asyncpg.QueryCanceledError("x"),
        asyncpg.SerializationError("x"),
        asyncpg.TooManyConnectionsError("x"),
        OperationalError(asyncpg.TooManyConnectionsError("x")),
        DBConnectionError("x"),
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        FileNotFoundError("a Unix socket whose server has gone"),
    ],
    ids=repr,
)
def test_a_database_that_cannot_work_now_is_told_from_a_bug(error: Exception) -> None:
    assert is_unavailable(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        of_sqlite(sqlite3.SQLITE_ERROR),
        sqlite3.OperationalError("no such table: x"),
        sqlite3.IntegrityError("x"),
        OperationalError(of_sqlite(sqlite3.SQLITE_ERROR)),
        OperationalError("a message"),
        IntegrityError(asyncpg.UniqueViolationError("x")),
        asyncpg.DataError("x"),
        asyncpg.UndefinedTableError("x"),
        asyncpg.PostgresSyntaxError("x"),
        asyncpg.exceptions._base.ClientConfigurationError("a wrong address"),
        KeyError("x"),
        ValueError("x"),
        RuntimeError("x"),
    ],
    ids=repr,
)
def test_a_bug_is_never_said_to_be_the_databases(error: Exception | None) -> None:
    assert not is_unavailable(error)
