"""What fields ask for together, and what becomes of it when one of them fails."""

import asyncio

from models.identifiers import Kind, new_id
from resolvers.loading import Loader
from tests.practice import Practice


async def test_who_stops_waiting_stops_alone() -> None:
    asked, begun, let_go = list[list[str]](), asyncio.Event(), asyncio.Event()

    async def load(keys: list[str]) -> list[str]:
        asked.append(keys)
        begun.set()
        await let_go.wait()
        return [f"found {key}" for key in keys]

    async def wait_for(key: str) -> object:
        return await loader.load(key)

    loader = Loader(load)
    first, second = (asyncio.create_task(wait_for("one")) for _ in range(2))
    await begun.wait()
    first.cancel()
    await asyncio.wait({first})
    let_go.set()

    assert await second == "found one"
    assert first.cancelled()
    assert asked == [["one"]]


async def test_a_field_that_fails_takes_nothing_from_others_that_ask_for_the_same(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client)

    answer = await practice.ask(
        """query ($id: ID!, $unknown: [ID!]) {
          failing: client(id: $id) {
            sessions(filter: { serviceIds: $unknown }) { totalCount }
            lastSession { id } stats { total }
          }
          other: client(id: $id) { lastSession { id } stats { total } }
        }""",
        {"id": client.id, "unknown": [new_id(Kind.SERVICE)]},
    )

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.data == {
        "failing": None,
        "other": {"lastSession": {"id": session.id}, "stats": {"total": 1}},
    }
