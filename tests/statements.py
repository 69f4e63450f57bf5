"""A database that remembers what it was asked, so that tests can count and explain statements."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from models.database import Database
from models.sealing import Keyring


class RecordedDatabase(Database):
    """The real database; every statement also goes on a list."""

    def __init__(self, url: str, *, keyring: Keyring | None = None) -> None:
        super().__init__(url, keyring=keyring)
        self.statements: list[tuple[str, list[object]]] = []

    async def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[Any]:
        self.statements.append((sql, list(parameters)))
        return await super().fetch(sql, parameters)

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
