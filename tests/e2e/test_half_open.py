"""Connections that never come to a whole request: closed, while others are answered."""

import asyncio

import httpx
import pytest

from tests.e2e.conftest import Reached, Served

HALF = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


async def opened(address: str, sent: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = address.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(sent)
    return reader, writer


async def closed(reader: asyncio.StreamReader) -> bytes:
    """What was answered until the server closed."""
    answered = b""
    try:
        async with asyncio.timeout(30):
            while piece := await reader.read(65536):
                answered += piece
    except ConnectionResetError:
        pass
    return answered


async def test_three_hundred_half_open_requests_are_closed_while_others_are_answered(
    reached: Reached,
) -> None:
    halves = [
        b"",
        b"POST /graphql",
        HALF,
        HALF + b"Content-Length: 100000\r\n\r\n{",
        HALF + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ]
    connections = [await opened(reached.address, halves[number % 5]) for number in range(300)]
    async with httpx.AsyncClient(base_url=reached.address, verify=False) as client:  # noqa: S501 - nothing here speaks TLS
        while_open = await client.post("/graphql", json={"query": "{ __typename }"})

    assert while_open.json()["data"] == {"__typename": "Query"}
    assert set(await asyncio.gather(*(closed(reader) for reader, _ in connections))) == {b""}
    for _, writer in connections:
        writer.close()


async def test_a_body_that_comes_slowly_is_cut_off(reached: Reached) -> None:
    reader, writer = await opened(reached.address, HALF + b"Content-Length: 100000\r\n\r\n")
    ended = asyncio.create_task(closed(reader))
    while not ended.done():
        writer.write(b" ")
        await asyncio.sleep(0.02)

    assert await ended == b""
    writer.close()


@pytest.mark.parametrize(
    "headers",
    [
        b"X-Long: " + b"x" * 40_000,
        b"\r\n".join(b"X-%d: y" % number for number in range(5000)),
        b"X-Endless: " + b"x" * 60_000_000,
    ],
    ids=["one that is long", "many", "one without an end"],
)
async def test_headers_that_are_too_long_are_refused(served: Served, headers: bytes) -> None:
    reader, writer = await opened(served.address, HALF)
    try:
        async with asyncio.timeout(30):
            for start in range(0, len(headers), 262_144):
                writer.write(headers[start : start + 262_144])
                await writer.drain()
            writer.write(b"\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
    except ConnectionError:
        pass  # it did not want the rest
    answered = await closed(reader)

    # Who still sends may lose the answer with the connection.
    assert answered == b"" or answered.startswith(b"HTTP/1.1 431 ")
    writer.close()
    async with httpx.AsyncClient(base_url=served.address, verify=False) as client:  # noqa: S501 - nothing here speaks TLS
        assert (await client.get("/healthz")).status_code == httpx.codes.OK


async def test_who_sends_headers_that_are_too_long_is_told(served: Served) -> None:
    lines = b"X-A: " + b"x" * 20_000 + b"\r\nX-B: " + b"x" * 13_000
    reader, writer = await opened(served.address, HALF + lines + b"\r\n\r\n")
    answered = await closed(reader)
    writer.close()

    assert answered.startswith(b"HTTP/1.1 431 ")
    assert b"HEADERS_TOO_LARGE" in answered


async def test_headers_of_a_sensible_length_are_read_in_whatever_pieces(served: Served) -> None:
    body = b'{"query":"{__typename}"}'
    request = (
        HALF + b"X-Long: " + b"x" * 30_000 + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    )
    reader, writer = await opened(served.address, b"")
    for _ in range(3):  # a connection that is kept counts each request anew
        for start in range(0, len(request), 7000):
            writer.write(request[start : start + 7000])
            await asyncio.sleep(0)
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
        await reader.readuntil(b'"restoreRate":1000}}}}')
    writer.close()


async def test_requests_that_come_in_one_piece_are_answered_in_order(served: Served) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    reader, writer = await opened(served.address, one * 3 + last)
    answered = await closed(reader)
    writer.close()

    assert answered.count(b"HTTP/1.1 200 OK") == 3
    assert answered.rindex(b"HTTP/1.1 404") > answered.rindex(b"HTTP/1.1 200")
