"""The question that is measured, as every server is asked it."""

from typing import Final

import orjson

from benchmarks.practice import Practice

PAGE: Final = 50

# No cursors: they are ours, and no other server could give out the same.
DOCUMENT: Final = """
query History($clientId: ID!) {
  client(id: $clientId) {
    sessions(first: 50) {
      nodes {
        id startsAt durationMinutes status customerNotes privateNotes
        service { id name }
        calendar { id name }
        client { id name }
      }
      pageInfo { hasNextPage }
    }
  }
}
"""
PATH: Final = "/graphql"


def headers(practice: Practice) -> dict[str, str]:
    """What is sent along with every request."""
    return {"Content-Type": "application/json", "Authorization": f"Bearer {practice.token}"}


def body(client_id: str) -> bytes:
    """The request for one client's page."""
    return orjson.dumps({"query": DOCUMENT, "variables": {"clientId": client_id}})


def request(practice: Practice, client_id: str, *, port: int) -> bytes:
    """The same as one HTTP/1.1 message, for a connection that is kept open."""
    sent = body(client_id)
    lines = [
        f"POST {PATH} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        *(f"{name}: {value}" for name, value in headers(practice).items()),
        f"Content-Length: {len(sent)}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + sent
