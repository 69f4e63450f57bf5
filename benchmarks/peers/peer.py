"""What it takes to be measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.practice import Practice

Command: TypeAlias = Callable[[Practice, int], list[str]]


def _nothing(_practice: Practice) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Peer:
    """A server of one process that answers benchmarks/query.py at 127.0.0.1 over HTTP/1.1.

    `command` starts it on a practice's database and a port; `environment` is added to ours.
    """

    name: str
    is_what: str
    command: Command
    environment: Callable[[Practice], Mapping[str, str]] = _nothing
