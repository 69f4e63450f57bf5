"""Somebody who exports over HTTP, from a server that tests share, in a practice of their own."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from models.database import Database
from models.enums import AccessTokenKind
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from tests.practice import Practice
from tests.resolvers.exporting.taking import EXPORT

Result = TypeVar("Result")


@dataclass(frozen=True)
class Exporting:
    """A practitioner with a client, and tokens; links are followed without any."""

    url: str
    http: httpx.Client
    token: str
    read_only: str
    practice: Practice
    client_id: str

    def ask(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> dict[str, Any]:
        """The whole answer to an operation."""
        answer: dict[str, Any] = self.http.post(
            "/graphql",
            json={"query": document, "variables": variables},
            headers={"Authorization": f"Bearer {token or self.token}", **headers},
        ).json()
        return answer

    def export(
        self, *, token: str | None = None, headers: dict[str, str] | None = None, **given: Any
    ) -> dict[str, Any]:
        """An export, which must not be refused."""
        wanted = {"clientId": self.client_id, "format": "CSV", **given}
        answer = self.ask(EXPORT, {"input": wanted}, token=token, **(headers or {}))
        assert "errors" not in answer, answer
        assert answer["data"]["done"]["errors"] == []
        export: dict[str, Any] = answer["data"]["done"]["export"]
        return export

    def follow(self, export: dict[str, Any], method: str = "GET") -> httpx.Response:
        """What a link answers."""
        return self.http.request(method, path_of(export))

    def database(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        """What `work` makes of the server's database, from outside."""

        async def run() -> Result:
            async with Database(self.url) as database:
                return await work(database)

        return asyncio.run(run())

    def change(self, sql: str, *parameters: object) -> list[Any]:
        """Change something that no request changes: what time would, or an operator."""

        async def work(database: Database) -> list[Any]:
            async def change(transaction: Transaction) -> list[Any]:
                return list(await transaction.fetch(sql, list(parameters)))

            return await write(database, change)

        return self.database(work)

    def fetch(self, sql: str, *parameters: object) -> list[Any]:
        """Rows of the server's database."""

        async def work(database: Database) -> list[Any]:
            return [tuple(row) for row in await database.fetch(sql, list(parameters))]

        return self.database(work)

    @property
    def owner(self) -> str:
        """The practitioner's id."""
        return str(self.practice.practitioner.id)

    def trail(self) -> list[dict[str, Any]]:
        """What the trail of exports says, the latest first."""
        answer = self.ask(
            "{ exportEvents { totalCount nodes { kind format sessionCount includesPrivateNotes "
            "tokenLabel client { id } } } }"
        )
        events = answer["data"]["exportEvents"]
        assert events["totalCount"] == len(events["nodes"])
        nodes: list[dict[str, Any]] = events["nodes"]
        return nodes


def path_of(export: dict[str, Any]) -> str:
    """The part of a link behind the server's address."""
    parts = urlsplit(export["url"])
    return f"{parts.path}?{parts.query}"


def logged(log: Path, line: str) -> str:
    """What a server has written, once it has written `line`."""
    until = time.monotonic() + 30
    while line not in (written := log.read_text("utf-8")):
        assert time.monotonic() < until, f"{line} is not in\n{written[-2000:]}"
        time.sleep(0.02)
    return written


async def somebody(
    url: str, fill: Callable[[Practice], Awaitable[str]], **database: Any
) -> tuple[Practice, str, dict[AccessTokenKind, str]]:
    """A practice, the client that `fill` made, and tokens."""
    async with Database(url, **database) as opened:
        practice = await Practice.of(opened)
        client_id = await fill(practice)

        async def work(transaction: Transaction) -> dict[AccessTokenKind, str]:
            now = datetime.now(UTC)
            return {
                kind: await issue_token(
                    transaction,
                    practice.practitioner.id,
                    label=f"Token {kind}",
                    now=now,
                    kind=kind,
                )
                for kind in (AccessTokenKind.PRACTITIONER, AccessTokenKind.READ_ONLY)
            }

        return practice, client_id, await write(opened, work)


@contextmanager
def exporting(
    address: str, url: str, fill: Callable[[Practice], Awaitable[str]], **database: Any
) -> Iterator[Exporting]:
    """Somebody of that server's."""
    practice, client_id, tokens = asyncio.run(somebody(url, fill, **database))
    with httpx.Client(base_url=address, timeout=30, verify=False) as http:  # noqa: S501 - no TLS here
        yield Exporting(
            url=url,
            http=http,
            token=tokens[AccessTokenKind.PRACTITIONER],
            read_only=tokens[AccessTokenKind.READ_ONLY],
            practice=practice,
            client_id=client_id,
        )
