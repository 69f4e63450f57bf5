"""A PostgreSQL that cannot be reached: said as such, and found again as soon as it is back."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from models.database import Database
from schema.build import practitioner_schema
from tests.e2e.test_database_failures import MUTATION, QUERY, post
from tests.gateway import Gateway
from tests.server.reaching import near


@pytest.fixture
async def gateway(
    postgres_server: str, lasting_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gateway]:
    gateway = Gateway(lasting_url, tmp_path_factory.mktemp("gate"))
    await gateway.open()
    yield gateway
    await gateway.close()


@pytest.mark.parametrize("engine", ["postgres"])
async def test_while_it_is_gone_all_is_unavailable_and_when_it_is_back_all_is_well(
    gateway: Gateway,
) -> None:
    """With requests in flight as it goes, so that no connection of the pool is spared."""
    async with Database(gateway.url) as database, near(practitioner_schema(), database) as server:

        async def ask(number: int) -> httpx.Response:
            query, name = (QUERY, {}) if number % 2 else (MUTATION, {"name": f"{number}"})
            return await post(server.client, query, **name)

        async def ask_all() -> list[httpx.Response]:
            return list(await asyncio.gather(*(ask(number) for number in range(20))))

        before = await ask_all()
        in_flight = asyncio.create_task(ask_all())
        await asyncio.sleep(0)
        await gateway.close()
        as_it_went, gone = await in_flight, await ask_all()
        await gateway.open()
        afterwards = await ask_all()

    assert [one.json() for one in (*before, *afterwards) if "errors" in one.json()] == []
    codes = {one.json()["errors"][0]["extensions"]["code"] for one in gone}
    assert codes == {"UNAVAILABLE"}
    assert {one.status_code for one in gone} == {503}
    assert all(
        error["extensions"]["code"] == "UNAVAILABLE"
        for one in as_it_went
        for error in one.json().get("errors", ())
    )
