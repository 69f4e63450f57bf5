"""Live updates as front ends get them: four npm clients, each in the way it has for them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import Reached, small_practice

CLIENTS = {"graphql-ws", "graphql-sse", "urql", "apollo"}
NOTES = """mutation ($id: ID!, $text: String!) {
  updateSessionNotes(input: {id: $id, customerNotes: $text}) { session { version } }
}"""


async def ask(client: httpx.AsyncClient, query: str, **variables: Any) -> Any:
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    return answer.json()["data"]


async def lines(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout is not None
    async for line in process.stdout:
        yield json.loads(line)


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_graphql_ws_graphql_sse_urql_and_apollo_receive_what_changes(
    packages: Path, reached: Reached
) -> None:
    """What they are told is the same on both engines: see tests/server/live."""
    token = await small_practice(reached.url)
    process = await asyncio.create_subprocess_exec(
        "node",
        "live.mjs",
        f"{reached.address}/graphql",
        token,
        cwd=packages,
        stdout=asyncio.subprocess.PIPE,
    )
    headers = {"authorization": f"Bearer {token}"}
    try:
        async with (
            asyncio.timeout(60),
            httpx.AsyncClient(base_url=reached.address, headers=headers, verify=False) as client,  # noqa: S501 - no TLS here
        ):
            nodes = (await ask(client, "{ sessions { nodes { id } } }"))["sessions"]["nodes"]
            printed, seen = lines(process), set[str]()

            async def change(text: str) -> int:
                done = await ask(client, NOTES, id=nodes[0]["id"], text=text)
                version: int = done["updateSessionNotes"]["session"]["version"]
                return version

            async def keep_changing() -> None:
                # None of the protocols says when a subscription has begun.
                for number in range(1_000):
                    await change(f"Note {number}")
                    await asyncio.sleep(0.2)

            changing = asyncio.create_task(keep_changing())
            while seen != CLIENTS:
                line = await anext(printed)
                assert "error" not in line, line
                seen.add(line["client"])
            changing.cancel()
            await asyncio.wait([changing])
            last = await change("The last one")

            told = dict[str, dict[str, Any]]()
            while set(told) != CLIENTS:
                line = await anext(printed)
                assert "error" not in line, line
                if line["change"]["session"]["version"] == last:
                    told[line["client"]] = line["change"]
    finally:
        process.kill()
        await process.wait()

    assert {one["kind"] for one in told.values()} == {"CUSTOMER_NOTES_CHANGED"}
    assert {one["session"]["id"] for one in told.values()} == {nodes[0]["id"]}
    assert {one["missed"] for one in told.values()} == {False}
