"""The questions that are measured, as servers are asked them."""

from dataclasses import dataclass
from typing import Any, Final

import orjson

from benchmarks.practice import Practice

PAGE: Final = 50
PATH: Final = "/graphql"

# No cursors: they are ours, and no other server could give out the same.
_ANY: Final = """
query History($clientId: ID!) {
  client(id: $clientId) {
    sessions(first: 50) {
      nodes {
        id startsAt durationMinutes status customerNotes privateNotes
        service { id name }
        calendar { id name }
        client { id name }
      }
      pageInfo { hasNextPage }%s
    }
  }
}
"""
_STATS: Final = """
      stats { total completed cancelled noShow revenue { amount currency } }"""
DOCUMENT: Final = _ANY % ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one client after another."""

    name: str
    is_what: str
    document: str


HISTORY: Final = Question(
    "page", "a page of 50 sessions, each with service, calendar and client", DOCUMENT
)
STATISTICS: Final = Question(
    "stats", "the same page, and the statistics of all of the client's sessions", _ANY % _STATS
)
QUESTIONS: Final = (HISTORY, STATISTICS)


def headers(practice: Practice) -> dict[str, str]:
    """What is sent along with every request."""
    return {"Content-Type": "application/json", "Authorization": f"Bearer {practice.token}"}


def body(client_id: str, document: str = HISTORY.document) -> bytes:
    """The request about one client."""
    return orjson.dumps({"query": document, "variables": {"clientId": client_id}})


def request(practice: Practice, sent: bytes, *, port: int) -> bytes:
    """A body as one HTTP/1.1 message, for a connection that is kept open."""
    lines = [
        f"POST {PATH} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{name}: {value}" for name, value in headers(practice).items()),
        f"Content-Length: {len(sent)}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + sent


def asks_for_statistics(asked: dict[str, Any]) -> bool:
    """Whether a request asks for more than the page, for a server that knows no GraphQL."""
    document: str = asked["query"]
    return "stats" in document
