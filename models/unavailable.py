"""Which failures are the database's, so that the same may succeed a moment later."""

import sqlite3
from typing import Final

import asyncpg
from tortoise.exceptions import BaseORMException

_POSTGRES: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # it stops, starts, or somebody ended the connection
    asyncpg.InsufficientResourcesError,  # its disk is full, or too many are connected
    asyncpg.PostgresSystemError,
    asyncpg.TransactionRollbackError,  # a deadlock, or writes that cannot be put in an order
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,  # a connection that was closed under us
    asyncpg.InternalClientError,  # the same, noticed by asyncpg only halfway (0.32)
)
_SQLITE: Final = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the database could not do its work: locked, full, stopped, out of reach.

    A statement that is wrong, or a value that does not fit, is a bug of ours and none of these.
    Tortoise hands on some failures of its drivers in errors of its own, and most as they are.
    """
    while isinstance(error, BaseORMException) and error.args:
        inner = error.args[0]
        if not isinstance(inner, BaseException):
            break
        error = inner
    if isinstance(error, sqlite3.Error):
        # The lower byte is the kind of failure (sqlite.org/rescode.html).
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _SQLITE
    if isinstance(error, ValueError):
        return False  # asyncpg says by an InterfaceError, too, that a parameter has no such type
    # Nothing answers at the address, or not in time: ConnectionError, TimeoutError, gaierror.
    return isinstance(error, (*_POSTGRES, OSError))
