"""Ariadne: a schema in its own language over dictionaries, which need no resolvers.

It caches no documents itself; it lets one say how they are parsed and validated, and here that
remembers.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiosqlite
from ariadne import ObjectType, QueryType, make_executable_schema
from ariadne.asgi import GraphQL
from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, validate
from starlette.applications import Starlette
from starlette.routing import Route

from benchmarks.peers import answers
from benchmarks.peers.node import SOURCES
from benchmarks.peers.statements import STATEMENTS
from benchmarks.query import PATH


def create_app(database: str, practitioner_id: str) -> Starlette:
    """The application."""
    connection: aiosqlite.Connection

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        nonlocal connection
        uri = f"{Path(database).as_uri()}?mode=ro"
        async with aiosqlite.connect(uri, uri=True, isolation_level=None) as connection:
            for pragma in ("cache_size=-65536", "mmap_size=268435456"):
                await connection.execute(f"PRAGMA {pragma}")
            yield

    async def read(statement: str, *values: object) -> list[Any]:
        sql = STATEMENTS["sqlite"][statement]
        return list(await connection.execute_fetchall(sql, (practitioner_id, *values)))

    async def sessions(client: Any, _info: Any, *, first: int) -> Any:
        rows = await read("history", client["id"], first + 1)
        return {
            "client_id": client["id"],
            "nodes": [answers.session(row) for row in rows[:first]],
            "pageInfo": {"hasNextPage": len(rows) > first},
        }

    async def stats(page: Any, _info: Any) -> Any:
        return answers.statistics(await read("statistics", page["client_id"]))

    query, client, page = QueryType(), ObjectType("Client"), ObjectType("SessionConnection")
    query.set_field("client", lambda _root, _info, *, id: {"id": id})  # noqa: A006 - its argument
    client.set_field("sessions", sessions)
    page.set_field("stats", stats)
    schema = make_executable_schema((SOURCES / "schema.graphql").read_text(), query, client, page)
    view = GraphQL(schema, query_parser=_parsed, query_validator=_Validated())
    return Starlette(routes=[Route(PATH, view)], lifespan=lifespan)


@lru_cache(maxsize=128)
def _parse(text: str) -> DocumentNode:
    return parse(text)


def _parsed(_context: Any, asked: dict[str, Any]) -> DocumentNode:
    return _parse(asked["query"])


class _Validated:
    """What was found in a document, which `_parse` gives out as the same object every time."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[DocumentNode, list[GraphQLError]]] = {}

    def __call__(
        self, schema: GraphQLSchema, document_ast: DocumentNode, *rest: Any, **more: Any
    ) -> list[GraphQLError]:
        known = self._found.get(id(document_ast))
        if known is None or known[0] is not document_ast:
            known = document_ast, validate(schema, document_ast, *rest, **more)
            self._found[id(document_ast)] = known
        return known[1]
