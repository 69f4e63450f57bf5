"""What it takes to be measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from benchmarks.practice import Practice
from benchmarks.query import Question

Command: TypeAlias = Callable[[Practice, int], list[str]]
Document: TypeAlias = Callable[[Practice, Question], str]
Tell: TypeAlias = Callable[[str], None]


def _nothing(_practice: Practice) -> Mapping[str, str]:
    return {}


def as_written(_practice: Practice, question: Question) -> str:
    """The document that everybody is sent."""
    return question.document


def as_told(told: Any) -> Any:
    """The data itself."""
    return told


def _is_here(_tell: Tell) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Peer:
    """A server of one process that answers benchmarks/query.py at 127.0.0.1 over HTTP/1.1.

    `command` starts it on a practice's database and a port; `environment` is added to ours.
    `missing` says why it cannot run on this machine, after setting up what can be set up. A server
    whose schema is not its author's to choose asks with a `document` of its own, and `in_common`
    puts its data into the form of everybody's, for the comparison.
    """

    name: str
    is_what: str
    command: Command
    environment: Callable[[Practice], Mapping[str, str]] = _nothing
    engine: str = "sqlite"
    missing: Callable[[Tell], str | None] = _is_here
    document: Document = as_written
    in_common: Callable[[Any], Any] = as_told
