"""A database that remembers what it was asked, so that tests can count and explain statements."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from models.database import Database
from models.sealing import Keyring

# How Tortoise and we ourselves hand a statement to a transaction.
_ASKS: Final = (
    "fetch",
    "fetch_brief",
    "execute_insert",
    "execute_many",
    "execute_query",
    "execute_query_dict",
    "execute_script",
)


class RecordedDatabase(Database):
    """The real database; every statement also goes on a list."""

    def __init__(self, url: str, *, keyring: Keyring | None = None) -> None:
        super().__init__(url, keyring=keyring)
        self.statements: list[tuple[str, list[object]]] = []
        self.aside: list[tuple[str, list[object]]] = []
        """Those of them that nobody waits for."""
        self.written: list[str] = []
        """What was asked inside transactions, reads as well as writes."""

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        begin = self._engine._in_transaction

        @asynccontextmanager
        async def recorded() -> AsyncIterator[Any]:
            async with begin() as transaction:
                for name in _ASKS:
                    setattr(transaction, name, self._recording(getattr(transaction, name)))
                yield transaction

        self._engine._in_transaction = recorded
        return self

    def _recording(self, ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def recorded(sql: str, *rest: Any, **named: Any) -> Any:
            self.written.append(sql)
            return await ask(sql, *rest, **named)

        return recorded

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        self.statements.append((sql, list(parameters)))
        return await super().fetch(sql, parameters)

    async def fetch_brief(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        self.statements.append((sql, list(parameters)))
        return await super().fetch_brief(sql, parameters)

    async def fetch_aside(
        self, sql: str, parameters: Sequence[object] = (), *, in_parts: bool = False
    ) -> list[Any]:
        self.statements.append((sql, list(parameters)))
        self.aside.append((sql, list(parameters)))
        return await super().fetch_aside(sql, parameters, in_parts=in_parts)

    def stream(
        self, sql: str, parameters: Sequence[object] = (), *, chunk: int = 500
    ) -> AsyncIterator[list[Any]]:
        self.statements.append((sql, list(parameters)))
        return super().stream(sql, parameters, chunk=chunk)

    async def plan_of(self, sql: str, parameters: Sequence[object]) -> list[str]:
        """How the engine would answer a statement, a line for each step."""
        prefix = "EXPLAIN QUERY PLAN" if self.engine_name == "sqlite" else "EXPLAIN"
        rows = await super().fetch(f"{prefix} {sql}", parameters)
        return [str(row[-1]) for row in rows]
