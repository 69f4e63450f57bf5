"""WebSockets against a running server: the protocol, its limits, and what does it no harm."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from models import AccessToken
from models.database import Database
from models.transaction import Transaction, orm, write
from resolvers.accounts.access import secret_hash
from tests.e2e.conftest import Reached, small_practice
from tests.server.reaching import tell, told

PROTOCOL = Subprotocol("graphql-transport-ws")
MUTATION = "mutation ($name: String!) { createCalendar(input: {name: $name}) { calendar { id } } }"


@pytest.fixture
def token(reached: Reached) -> str:
    """A token of a practice of the test's own."""
    return asyncio.run(small_practice(reached.url))


@asynccontextmanager
async def opened(
    reached: Reached, token: str | None = None, **how: Any
) -> AsyncIterator[ClientConnection]:
    """A socket; one that has been let in when there is a token."""
    given = {"subprotocols": [PROTOCOL], "compression": None, **how}
    async with asyncio.timeout(60), connect(reached.socket_address, **given) as socket:
        if token is not None:
            await tell(socket, "connection_init", payload={"authToken": token})
            assert await told(socket) == {"type": "connection_ack"}
        yield socket


async def closed_with(socket: ClientConnection) -> int | None:
    """The code that the server closes a socket with."""
    async with asyncio.timeout(20):
        await socket.wait_closed()
    return socket.close_code


async def asked(socket: ClientConnection, query: str, **payload: Any) -> dict[str, Any]:
    """The one message that answers an operation, before its `complete`."""
    await tell(socket, "subscribe", id="asked", payload={"query": query, **payload})
    message = await told(socket)
    if message["type"] == "next":
        assert await told(socket) == {"type": "complete", "id": "asked"}
    return message


def post(reached: Reached, token: str, query: str, **variables: Any) -> Any:
    response = httpx.post(
        f"{reached.address}/graphql",
        json={"query": query, "variables": variables},
        headers={"authorization": f"Bearer {token}"},
    )
    return response.json()


@pytest.mark.parametrize(
    "payload",
    [
        {"authToken": "{}"},
        {"Authorization": "Bearer {}"},
        {"authorization": "bearer {}"},
    ],
    ids=lambda payload: next(iter(payload)),
)
async def test_a_token_in_the_first_message_lets_in(
    reached: Reached, token: str, payload: dict[str, str]
) -> None:
    async with opened(reached) as socket:
        filled = {name: value.format(token) for name, value in payload.items()}
        await tell(socket, "connection_init", payload=filled)

        assert await told(socket) == {"type": "connection_ack"}
        answer = await asked(socket, "{ sessions { totalCount } }")
        assert answer["payload"]["data"] == {"sessions": {"totalCount": 2}}


async def test_a_token_in_the_handshake_lets_in(reached: Reached, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with opened(reached, additional_headers=headers) as socket:
        await tell(socket, "connection_init")

        assert await told(socket) == {"type": "connection_ack"}


async def test_a_token_in_the_address_does_not(reached: Reached, token: str) -> None:
    address = f"{reached.socket_address}?authToken={token}&access_token={token}"
    async with connect(address, subprotocols=[PROTOCOL]) as socket:
        await tell(socket, "connection_init")

        assert await closed_with(socket) == 4403
    assert token not in reached.log.read_text()


@pytest.mark.parametrize(
    "payload",
    [{}, {"authToken": "sh_unknown"}, {"authToken": 1}, {"Authorization": ["x"]}],
    ids=repr,
)
async def test_strangers_are_closed(reached: Reached, payload: dict[str, Any]) -> None:
    async with opened(reached) as socket:
        await tell(socket, "connection_init", payload=payload)

        assert await closed_with(socket) == 4403


async def test_who_asks_before_being_let_in_is_closed(reached: Reached) -> None:
    async with opened(reached) as socket:
        await tell(socket, "subscribe", id="a", payload={"query": "{ __typename }"})

        assert await closed_with(socket) == 4401


async def test_the_older_protocol_is_not_spoken(reached: Reached) -> None:
    for protocols in (["graphql-ws"], None):
        async with opened(reached, subprotocols=protocols) as socket:
            assert await closed_with(socket) == 4406


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.com:1"])
async def test_pages_of_foreign_origins_get_no_socket(reached: Reached, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(reached, origin=origin):
            pass

    assert refused.value.response.status_code == httpx.codes.FORBIDDEN


async def test_pages_of_our_own_and_of_allowed_origins_do(reached: Reached, token: str) -> None:
    for origin in (reached.address, "https://app.example.com"):
        async with opened(reached, token, origin=origin):
            pass


@pytest.mark.parametrize(
    "message",
    [
        "null",
        "[]",
        '"x"',
        "1",
        "{",
        "{}",
        "",
        "[" * 100_000,
        '{"type": "subscribe", "payload": ' + '{"a":' * 40_000,
        '{"type": 1}',
        '{"type": "nothing of ours"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": [], "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
        '{"type": "subscribe", "id": "a", "payload": null}',
        '{"type": "subscribe", "id": "a", "payload": []}',
        '{"type": "subscribe", "id": "a", "payload": {"query": 1}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{a}", "variables": []}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{a}", "operationName": {}}}',
        '{"type": "subscribe", "id": "a", "payload": {"query": "{a}", "extensions": 1}}',
        '{"type": "complete", "id": null}',
        '{"type": "connection_init", "payload": null}',
        b"{}",
    ],
    ids=lambda message: repr(message[:60]),
)
async def test_a_message_that_is_none_closes_the_socket(
    reached: Reached, token: str, message: str | bytes
) -> None:
    async with opened(reached, token) as socket:
        await socket.send(message)

        assert await closed_with(socket) == 4400


async def test_text_that_is_no_utf_8_closes_the_socket(reached: Reached, token: str) -> None:
    async with opened(reached, token) as socket:
        await socket.send(b"\xff\xfe", text=True)

        assert await closed_with(socket) == 1007


async def test_a_message_that_is_too_large_closes_the_socket(reached: Reached, token: str) -> None:
    async with opened(reached, token) as socket:
        await tell(socket, "ping", payload={"a": "x" * 262_000})
        assert await told(socket) == {"type": "pong"}
        await tell(socket, "ping", payload={"a": "x" * 262_144})

        assert await closed_with(socket) == 1009


async def test_messages_of_others_are_not_compressed(reached: Reached, token: str) -> None:
    async with opened(reached, token, compression="deflate") as socket:
        assert socket.protocol.extensions == []


@pytest.mark.parametrize(
    ("query", "more", "code"),
    [
        ("{", {}, "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        ("query ($id: ID!) { client(id: $id) { id } }", {}, "BAD_REQUEST"),
        ("query A { __typename } query B { __typename }", {}, "BAD_REQUEST"),
        ("{ __typename }", {"operationName": "B"}, "BAD_REQUEST"),
        ("", {}, "BAD_REQUEST"),
    ],
    ids=repr,
)
async def test_a_mistaken_operation_is_an_error_and_the_socket_stays_open(
    reached: Reached, token: str, query: str, more: dict[str, Any], code: str
) -> None:
    async with opened(reached, token) as socket:
        answer = await asked(socket, query, **more)

        assert answer["type"] == "error"
        assert [one["extensions"]["code"] for one in answer["payload"]] == [code]
        assert (await asked(socket, "{ __typename }"))["type"] == "next"


async def test_one_caller_has_five_sockets(reached: Reached, token: str) -> None:
    async with (
        opened(reached, token),
        opened(reached, token),
        opened(reached, token),
        opened(reached, token),
        opened(reached, token) as fifth,
    ):
        async with opened(reached) as sixth:
            await tell(sixth, "connection_init", payload={"authToken": token})
            assert await closed_with(sixth) == 4429
        assert (await asked(fifth, "{ __typename }"))["type"] == "next"
    async with opened(reached, token):
        pass


async def test_one_network_has_twenty_sockets(reached: Reached) -> None:
    proxied = {"X-Forwarded-For": "192.0.2.77"}
    sockets = [
        await connect(
            reached.socket_address,
            subprotocols=[PROTOCOL],
            additional_headers=proxied,
        )
        for _ in range(20)
    ]
    with pytest.raises(InvalidStatus) as refused:
        async with opened(reached, additional_headers=proxied):
            pass
    async with opened(reached, additional_headers={"X-Forwarded-For": "192.0.2.78"}):
        pass
    await asyncio.gather(*(socket.close() for socket in sockets))

    assert refused.value.response.status_code == httpx.codes.TOO_MANY_REQUESTS
    assert refused.value.response.headers["retry-after"] == "1"


async def test_a_socket_is_closed_when_its_token_is_revoked(reached: Reached, token: str) -> None:
    async with opened(reached, token) as socket:
        async with Database(reached.url) as database:

            async def work(transaction: Transaction) -> None:
                found = AccessToken.filter(secret_hash=secret_hash(token))
                await found.using_db(orm(transaction)).update(revoked_at=datetime.now(UTC))

            await write(database, work)

        assert await closed_with(socket) == 4403


async def test_a_mutation_goes_over_a_socket(reached: Reached, token: str) -> None:
    async with opened(reached, token) as socket:
        answer = await asked(socket, MUTATION, variables={"name": "By socket"})

    assert answer["payload"]["data"]["createCalendar"]["calendar"]["id"].startswith("cal_")
    calendars = post(reached, token, "{ calendars { name } }")["data"]["calendars"]
    assert {"name": "By socket"} in calendars


async def test_six_hundred_mutations_cut_off_at_any_moment_do_no_harm(
    reached: Reached, token: str
) -> None:
    chance = random.Random(600)
    async with opened(reached, token) as socket:
        for number in range(600):
            payload = {"query": MUTATION, "variables": {"name": f"Cut {number}"}}
            await tell(socket, "subscribe", id=str(number), payload=payload)
            await asyncio.sleep(chance.choice((0, 0.001, 0.002, 0.004)))
            await tell(socket, "complete", id=str(number))
        await tell(socket, "subscribe", id="last", payload={"query": "{ __typename }"})
        while (message := await told(socket))["type"] != "complete" or message["id"] != "last":
            assert message["type"] != "error"

    assert post(reached, token, MUTATION, name="Afterwards")["data"]["createCalendar"]
    calendars = post(reached, token, "{ calendars { name } }")["data"]["calendars"]
    assert {"name": "Afterwards"} in calendars
    assert len(calendars) == len({one["name"] for one in calendars})


async def test_none_of_this_is_worth_a_traceback(reached: Reached) -> None:
    assert "Traceback" not in reached.log.read_text()
