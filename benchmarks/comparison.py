"""Before anything is timed: do all servers say the same?"""

from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any, TypeAlias

import orjson

from benchmarks.load import Exchange
from benchmarks.query import Question, request
from benchmarks.serving import Server

# What is sent to a server, by its name, about each client in turn.
Exchanges: TypeAlias = dict[str, list[Exchange]]


class AnswersDiffer(Exception):
    """Two servers answer the same question differently, so their speed cannot be compared."""

    def __init__(self, first: str, other: str, client_id: str, where: str) -> None:
        super().__init__(f"{other} and {first} differ about {client_id} at {where}")


class NotAnswered(Exception):
    """A server answers with errors, which would be quick, and could be the same everywhere."""

    def __init__(self, name: str, client_id: str, answer: bytes) -> None:
        text = answer[:500].decode("utf-8", "replace")
        super().__init__(f"{name} has no answer about {client_id}: {text}")


def compare(servers: Sequence[Server], question: Question) -> Exchanges:
    """Ask every server about every client, and compare the answers as JSON.

    Returns:
        What was said, for the load to expect it again.

    Raises:
        AnswersDiffer: one was not the same.
        NotAnswered: one was no answer.
    """
    said: Exchanges = {one.peer.name: [] for one in servers}
    with ExitStack() as stack:
        connected = [(one, stack.enter_context(one.connection())) for one in servers]
        for client in servers[0].practice.clients:
            answers = []
            for one, connection in connected:
                sent = one.body(client, question)
                text = _asked(one, connection, sent, client)
                # Ours says beside the data what it cost.
                answers.append(one.peer.in_common(orjson.loads(text)["data"]))
                whole = request(one.practice, sent, port=one.port)
                said[one.peer.name].append(Exchange(whole, text))
            for one, answer in zip(servers, answers, strict=True):
                where = difference(answers[0], answer)
                if where is not None:
                    raise AnswersDiffer(servers[0].peer.name, one.peer.name, client, where)
    return said


def _asked(server: Server, connection: HTTPConnection, sent: bytes, client_id: str) -> bytes:
    _, text = server.send(connection, sent)
    if "errors" in orjson.loads(text):
        raise NotAnswered(server.peer.name, client_id, text)
    return text


def difference(expected: Any, answer: Any, path: str = "$") -> str | None:
    """Where two JSON values part, and how; None when they are equal."""
    if isinstance(expected, dict) and isinstance(answer, dict) and expected.keys() == answer.keys():
        pairs = [(f"{path}.{name}", expected[name], answer[name]) for name in expected]
    elif isinstance(expected, list) and isinstance(answer, list) and len(expected) == len(answer):
        pairs = [
            (f"{path}[{place}]", *both)
            for place, both in enumerate(zip(expected, answer, strict=True))
        ]
    elif type(expected) is type(answer) and expected == answer:
        return None
    else:
        return f"{path}: {str(expected)[:100]!r} is {str(answer)[:100]!r} there"
    parted = (difference(one, other, below) for below, one, other in pairs)
    return next((where for where in parted if where is not None), None)
