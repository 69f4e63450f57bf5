"""Before anything is timed: do all servers say the same?"""

from collections.abc import Sequence
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any

import orjson

from benchmarks.serving import Server


class AnswersDiffer(Exception):
    """Two servers answer the same question differently, so their speed cannot be compared."""

    def __init__(self, first: str, other: str, client_id: str, where: str) -> None:
        super().__init__(f"{other} and {first} differ about {client_id} at {where}")


class NotAnswered(Exception):
    """A server answers with errors, which would be quick, and could be the same everywhere."""

    def __init__(self, name: str, client_id: str, answer: bytes) -> None:
        text = answer[:500].decode("utf-8", "replace")
        super().__init__(f"{name} has no answer about {client_id}: {text}")


def compare(servers: Sequence[Server]) -> int:
    """Ask every server for every client's page, and compare the answers as JSON.

    Returns:
        How many answers were the same everywhere.

    Raises:
        AnswersDiffer: one was not.
        NotAnswered: one was no answer.
    """
    clients = servers[0].practice.clients
    with ExitStack() as stack:
        connected = [(one, stack.enter_context(one.connection())) for one in servers]
        for client in clients:
            answers = [
                (one.peer.name, _asked(one, connection, client)) for one, connection in connected
            ]
            first, expected = answers[0]
            for other, answer in answers[1:]:
                where = difference(expected, answer)
                if where is not None:
                    raise AnswersDiffer(first, other, client, where)
    return len(clients)


def _asked(server: Server, connection: HTTPConnection, client_id: str) -> Any:
    _, text = server.ask(connection, client_id)
    answer = orjson.loads(text)
    if "errors" in answer:
        raise NotAnswered(server.peer.name, client_id, text)
    # Ours says beside the data what it cost.
    return answer["data"]


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
