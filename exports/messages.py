"""Messages between the server and its worker processes: JSON, and bytes behind it.

Never pickle: whoever takes over a worker by what it renders must not get into the server by what
it answers.
"""

from asyncio import StreamReader
from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, BinaryIO, NamedTuple

import orjson

_LENGTH = Struct("!I")


class Message(NamedTuple):
    """What is said, and the bytes that go with it."""

    said: Any
    parts: Sequence[bytes] = ()


def encoded(message: Message) -> Iterable[bytes]:
    """The message as it goes through a pipe."""
    said = orjson.dumps(
        [message.said, [len(part) for part in message.parts]],
        default=list,  # named tuples
        option=orjson.OPT_NON_STR_KEYS,
    )
    return [_LENGTH.pack(len(said)), said, *message.parts]


async def received(reader: StreamReader) -> Message:
    """The next message of a worker.

    Raises:
        asyncio.IncompleteReadError: the worker is gone.
    """
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    said, lengths = orjson.loads(await reader.readexactly(length))
    return Message(said, [await reader.readexactly(length) for length in lengths])


def read(stream: BinaryIO) -> Message | None:
    """The next message of the server; None when the server is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    said, lengths = orjson.loads(stream.read(_LENGTH.unpack(head)[0]))
    return Message(said, [stream.read(length) for length in lengths])
