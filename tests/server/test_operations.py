"""Operations of a schema of the tests' own, over HTTP, event streams and sockets."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import UTC, datetime

import httpx
import pytest
import strawberry

from execution.admission import Policy
from models import AccessToken
from models.database import Database
from models.transaction import Transaction, orm, write
from resolvers.accounts.access import secret_hash
from resolvers.context import Info, context_of
from schema.served import ServedSchema
from server.transport import Transport
from server.turns import Places, Turns
from tests.server.reaching import Near, near, tell, told

gates: dict[str, asyncio.Event] = {}
seen: list[int] = []


@strawberry.type
class Query:
    """What is asked."""

    @strawberry.field
    async def wait(self, gate: str) -> str:
        await gates[gate].wait()
        return "open"

    @strawberry.field
    def broken(self) -> str:
        raise RuntimeError("postgres://user:secret@host")

    @strawberry.field
    def out_of_reach(self) -> str:
        raise ConnectionRefusedError("postgres://user:secret@host")

    @strawberry.field
    async def context(self, info: Info) -> str:
        return str(id(context_of(info)))


@strawberry.type
class Mutation:
    """What is written."""

    @strawberry.field
    async def write(self, info: Info, gate: str) -> str:
        async def work(_transaction: Transaction) -> str:
            gates["begun"].set()
            await gates[gate].wait()
            gates["through"].set()
            return "written"

        return await write(context_of(info).database, work)


@strawberry.type
class Subscription:
    """What goes on."""

    @strawberry.subscription
    async def count(self, upto: int, then: str = "end") -> AsyncGenerator[int, None]:
        try:
            for number in range(1, upto + 1):
                yield number
            if then == "fail":
                raise RuntimeError("postgres://user:secret@host")
            if then != "end":
                await gates[then].wait()
        finally:
            gates["counted"].set()


# What every result says besides.
COST = '"extensions":{"cost":{"requestedQueryCost":1,"maximumQueryCost":10000}}'

SCHEMA = ServedSchema(policy=Policy(), query=Query, mutation=Mutation, subscription=Subscription)


@pytest.fixture
def engine() -> str:
    """One of the two: what is tested here lies above the database."""
    return "sqlite"


@pytest.fixture(autouse=True)
def fresh_gates() -> None:
    gates.clear()
    names = ("one", "begun", "through", "counted", "never")
    gates.update({name: asyncio.Event() for name in names})


@pytest.fixture
async def reached(database: Database) -> AsyncIterator[Near]:
    async with near(SCHEMA, database, Transport(recheck_seconds=0.05)) as server:
        yield server


async def revoke(database: Database, token: str) -> None:
    """End a token."""

    async def work(transaction: Transaction) -> None:
        await (
            AccessToken.filter(secret_hash=secret_hash(token))
            .using_db(orm(transaction))
            .update(revoked_at=datetime.now(UTC))
        )

    await write(database, work)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(0.001)


async def lines(response: httpx.Response) -> list[str]:
    return [line async for line in response.aiter_lines() if line and line != ":"]


async def test_a_subscription_is_streamed_as_events(reached: Near) -> None:
    response = await reached.post("subscription { count(upto: 2) }", accept="text/event-stream")

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    assert "\r" not in response.text
    assert [line for line in response.text.split("\n") if line not in {"", ":"}] == [
        "event: next",
        f'data: {{"data":{{"count":1}},{COST}}}',
        "event: next",
        f'data: {{"data":{{"count":2}},{COST}}}',
        "event: complete",
        "data: ",
    ]


async def test_a_subscription_by_plain_http_is_told_where_to_go(reached: Near) -> None:
    response = await reached.post("subscription { count(upto: 2) }")

    assert response.status_code == httpx.codes.BAD_REQUEST
    assert "text/event-stream" in response.json()["errors"][0]["message"]


async def test_a_mutation_is_not_streamed_by_get(reached: Near) -> None:
    response = await reached.client.get(
        "/graphql",
        params={"query": 'mutation { write(gate: "never") }'},
        headers={"accept": "text/event-stream"},
    )

    assert "by POST" in response.text
    assert "event: complete" in response.text


async def test_a_subscription_that_fails_is_masked(
    reached: Near, caplog: pytest.LogCaptureFixture
) -> None:
    response = await reached.post(
        'subscription { count(upto: 1, then: "fail") }', accept="text/event-stream"
    )

    assert '"code":"INTERNAL"' in response.text
    assert "secret" not in response.text
    assert "event: complete" in response.text
    assert [one.name for one in caplog.records if one.levelno >= logging.ERROR] == [
        "session_history.graphql"
    ]


async def test_a_stream_ends_with_its_token_and_without_being_complete(
    reached: Near, database: Database
) -> None:
    async with reached.client.stream(
        "POST",
        "/graphql",
        json={"query": 'subscription { count(upto: 1, then: "never") }'},
        headers={"accept": "text/event-stream"},
    ) as response:
        await revoke(database, reached.token)
        got = await lines(response)

    assert got == ["event: next", f'data: {{"data":{{"count":1}},{COST}}}']
    await asyncio.wait_for(gates["counted"].wait(), 5)


async def test_who_leaves_a_stream_leaves_nothing_running(reached: Near) -> None:
    async with reached.client.stream(
        "POST",
        "/graphql",
        json={"query": 'subscription { count(upto: 1, then: "never") }'},
        headers={"accept": "text/event-stream"},
    ) as response:
        async for line in response.aiter_lines():
            if line.startswith("data"):
                break

    await asyncio.wait_for(gates["counted"].wait(), 5)


async def test_a_stream_ends_with_the_server(reached: Near) -> None:
    async with reached.client.stream(
        "POST",
        "/graphql",
        json={"query": 'subscription { count(upto: 1, then: "never") }'},
        headers={"accept": "text/event-stream"},
    ) as response:
        arriving = response.aiter_lines()
        async for line in arriving:
            if line.startswith("data"):
                break
        reached.server.should_exit = True
        rest = [line async for line in arriving if line and line != ":"]

    assert rest == []
    await asyncio.wait_for(gates["counted"].wait(), 5)


async def test_streams_of_one_caller_are_counted(database: Database) -> None:
    async with near(SCHEMA, database, Transport(streams_of_caller=Places(0))) as server:
        response = await server.post("{ __typename }", accept="text/event-stream")

    assert '"code":"RATE_LIMITED"' in response.text


async def test_a_subscription_goes_over_a_socket(reached: Near) -> None:
    async with reached.socket() as socket:
        query = "subscription { count(upto: 2) }"
        await tell(socket, "subscribe", id="a", payload={"query": query})
        got = [await told(socket) for _ in range(3)]

    cost = json.loads(f"{{{COST}}}")
    assert got == [
        {"type": "next", "id": "a", "payload": {"data": {"count": 1}, **cost}},
        {"type": "next", "id": "a", "payload": {"data": {"count": 2}, **cost}},
        {"type": "complete", "id": "a"},
    ]


async def test_a_completed_subscription_stops(reached: Near) -> None:
    async with reached.socket() as socket:
        query = 'subscription { count(upto: 1, then: "never") }'
        await tell(socket, "subscribe", id="a", payload={"query": query})
        await told(socket)
        await tell(socket, "complete", id="a")

        await asyncio.wait_for(gates["counted"].wait(), 5)


async def test_each_operation_of_a_socket_has_a_context_of_its_own(reached: Near) -> None:
    contexts = set()
    async with reached.socket() as socket:
        for number in range(3):
            payload = {"query": "{ context }"}
            await tell(socket, "subscribe", id=str(number), payload=payload)
            contexts.add((await told(socket))["payload"]["data"]["context"])
            await told(socket)
            payload = {"query": '{ wait(gate: "never") }'}
            await tell(socket, "subscribe", id=f"{number} waits", payload=payload)

    assert len(contexts) == 3


@pytest.mark.parametrize(("field", "code"), [("broken", "INTERNAL"), ("outOfReach", "UNAVAILABLE")])
async def test_what_fails_is_masked_and_has_an_id_over_every_transport(
    reached: Near, field: str, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    query = f"{{ {field} }}"
    plain = await reached.post(query)
    streamed = await reached.post(query, accept="text/event-stream")
    async with reached.socket() as socket:
        await tell(socket, "subscribe", id="a", payload={"query": query})
        over_socket = (await told(socket))["payload"]

    (error,) = over_socket["errors"]
    assert error["extensions"]["code"] == code
    assert len(error["extensions"]["requestId"]) == 32
    (error,) = plain.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["requestId"] == plain.headers["x-request-id"]
    assert streamed.headers["x-request-id"] in streamed.text
    for answer in (plain.text, streamed.text, str(over_socket)):
        assert code in answer
        assert "secret" not in answer
    failures = [one for one in caplog.records if one.name == "session_history.graphql"]
    assert len(failures) == 3


async def test_an_operation_ends_at_its_deadline(database: Database) -> None:
    async with near(SCHEMA, database, Transport(operation_seconds=0.05)) as server:
        response = await server.post('{ wait(gate: "never") }')

    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert response.headers["retry-after"] == "1"
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "TIMEOUT"
    assert "0.05 seconds" in error["message"]


async def test_a_write_that_outlasts_its_deadline_is_done_all_the_same(
    database: Database,
) -> None:
    async with near(SCHEMA, database, Transport(operation_seconds=0.05)) as server:
        response = await server.post('mutation { write(gate: "one") }')
        gates["one"].set()
        await asyncio.wait_for(gates["through"].wait(), 5)

    assert "idempotency key" in response.json()["errors"][0]["message"]


async def test_a_write_keeps_its_turn_although_its_caller_has_left_it(database: Database) -> None:
    transport = Transport(turns=Turns(at_once_each=1))
    async with near(SCHEMA, database, transport) as server, server.socket() as socket:
        query = 'mutation { write(gate: "one") }'
        await tell(socket, "subscribe", id="a", payload={"query": query})
        await asyncio.wait_for(gates["begun"].wait(), 5)
        await tell(socket, "complete", id="a")
        await tell(socket, "ping")
        assert (await told(socket))["type"] == "pong"
        waiting = asyncio.create_task(server.post("{ __typename }"))
        await until(lambda: bool(transport.turns._lines))
        gates["one"].set()

        assert (await waiting).json()["data"] == {"__typename": "Query"}
    assert gates["through"].is_set()


async def test_one_caller_waits_for_their_own_operations_only(database: Database) -> None:
    transport = Transport(turns=Turns(at_once=2, at_once_each=1, waiting_each=1))
    async with near(SCHEMA, database, transport) as server:
        first = asyncio.create_task(server.post('{ wait(gate: "one") }'))
        await until(lambda: bool(transport.turns._running))
        second = asyncio.create_task(server.post("{ __typename }"))
        await until(lambda: bool(transport.turns._lines))
        third = await server.post("{ __typename }")
        stranger = await server.post("{ __typename }", authorization="Bearer sh_unknown")
        gates["one"].set()

        assert (await first).json()["data"] == {"wait": "open"}
        assert (await second).json()["data"] == {"__typename": "Query"}
    assert third.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert third.headers["retry-after"] == "1"
    assert third.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert stranger.json()["data"] == {"__typename": "Query"}


async def test_a_busy_process_says_so(database: Database) -> None:
    async with near(SCHEMA, database, Transport(turns=Turns(at_once=0))) as server:
        response = await server.post("{ __typename }")

    assert response.status_code == httpx.codes.SERVICE_UNAVAILABLE
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert error["extensions"]["retryable"] is True
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
