"""A database that is locked, full or gone: said as such, and over when it is over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from models.database import Database
from schema.build import practitioner_schema
from tests.e2e.conftest import Reached, locked, small_practice
from tests.server.reaching import near

MUTATION = "mutation ($name: String!) { createCalendar(input: {name: $name}) { calendar { id } } }"
QUERY = "{ calendars { name } }"


@asynccontextmanager
async def caller(reached: Reached, token: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=reached.address,
        headers=headers,
        timeout=30,
        verify=False,  # noqa: S501 - nothing here speaks TLS
    ) as client:
        yield client


async def post(client: httpx.AsyncClient, query: str, **variables: Any) -> httpx.Response:
    return await client.post("/graphql", json={"query": query, "variables": variables})


async def test_a_write_that_waits_too_long_for_another_is_unavailable_and_reads_go_on(
    reached: Reached,
) -> None:
    token = await small_practice(reached.url)
    async with caller(reached, token) as client:
        async with locked(reached.url):
            refused = await post(client, MUTATION, name="Locked out")
            read = await post(client, QUERY)
        written = await post(client, MUTATION, name="Let in")

    (error,) = refused.json()["errors"]
    assert error["extensions"] == {
        "code": "UNAVAILABLE",
        "retryable": True,
        "requestId": refused.headers["x-request-id"],
    }
    assert "lock" not in refused.text
    assert "errors" not in read.json()
    assert written.json()["data"]["createCalendar"]["calendar"]
    assert refused.headers["x-request-id"] in reached.log.read_text()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_a_postgresql_whose_connections_end_is_found_again_at_once(
    reached: Reached,
) -> None:
    """Only a server can go away: a file is there, or the machine is not."""
    token = await small_practice(reached.url)
    other = await asyncpg.connect(reached.url)
    answers: list[httpx.Response] = []
    async with caller(reached, token) as client:

        async def ask(number: int) -> None:
            for turn in range(10):
                query, name = (QUERY, {}) if turn % 2 else (MUTATION, {"name": f"{number}.{turn}"})
                answers.append(await post(client, query, **name))

        async def end_connections() -> None:
            while len(answers) < 60:
                await other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'session-history' AND datname = current_database()"
                )
                await asyncio.sleep(0.01)

        await asyncio.gather(end_connections(), *(ask(number) for number in range(10)))
        await other.close()
        afterwards = [await post(client, QUERY) for _ in range(20)]

    codes = {
        error["extensions"]["code"] for one in answers for error in one.json().get("errors", ())
    }
    assert codes <= {"UNAVAILABLE"}
    assert {one.status_code for one in answers} <= {200, 503}
    assert [one.json() for one in afterwards if "errors" in one.json()] == []
    assert "Traceback" not in reached.log.read_text()


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_full_disk_is_unavailable_until_there_is_space_again(
    own_database: Database,
) -> None:
    """SQLite's own bound stands in for the disk's: the same failure, and no disk is filled."""
    client = own_database.client
    async with near(practitioner_schema(), own_database) as server:
        (pages,) = (await client.execute_query_dict("PRAGMA page_count"))[0].values()
        await client.execute_query_dict(f"PRAGMA max_page_count = {pages}")
        kept = 0
        while "errors" not in (answer := await write_a_lot(server.client)).json():
            kept += 1
        read = await server.post(QUERY)
        await client.execute_query_dict("PRAGMA max_page_count = 1000000")
        again = await write_a_lot(server.client)

    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert "full" not in answer.text
    assert len(read.json()["data"]["calendars"]) == 1 + kept
    assert again.json()["data"]["createCalendar"]["calendar"]


async def write_a_lot(client: httpx.AsyncClient) -> httpx.Response:
    return await post(client, MUTATION, name="x" * 200)
