"""Requests of the hostile table: what is sent, by whom, and how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import httpx

from tests.acts import document_of
from tests.resolvers.test_bad_input import SESSIONS
from tests.schema.hostile import HOSTILE

Who = Literal["nobody", "practitioner", "client"]

JSON: Final = {"content-type": "application/json"}
FUTURE: Final = "2190-06-01T10:00:00Z"
BY_ID: Final = "query ($id: ID!) {{ {}(id: $id) {{ id }} }}"

ANSWERED: Final = "answered"
COMPLEX: Final = "QUERY_TOO_COMPLEX"
INVALID: Final = "GRAPHQL_VALIDATION_FAILED"
BAD_REQUEST: Final = "BAD_REQUEST"
BAD_INPUT: Final = "BAD_USER_INPUT"
NOT_FOUND: Final = "NOT_FOUND"
# What a mutation answers in its payload.
INVALID_INPUT: Final = "InvalidInputError"
NOT_THERE: Final = "NotFoundError"


@dataclass(frozen=True)
class Attempt:
    """A request, and its answer's status and the one code of all its errors.

    A body that is not bytes is sent as JSON, with `<client>` and the like in it replaced by ids:
    of one's own, `<their client>` of somebody else's, `<no client>` of nothing.
    """

    body: Any
    outcome: str
    status: int = 200
    who: Who = "nobody"
    method: str = "POST"
    path: str = "/graphql"
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)


def document(name: str) -> Attempt:
    """One of `HOSTILE`, which is refused before anything of it is executed."""
    hostile = HOSTILE[name]
    body = {
        "query": hostile.query,
        "variables": hostile.variables,
        "operationName": hostile.name,
    }
    return Attempt(body, hostile.code, 400)


def documents(*names: str) -> dict[str, Attempt]:
    """Several of them."""
    return {name: document(name) for name in names}


def sent(content: bytes, status: int = 400, **headers: str) -> Attempt:
    """Bytes that are no request."""
    return Attempt(content, BAD_REQUEST, status, headers={**JSON, **headers})


def asked(query: str, outcome: str, status: int = 200, **variables: Any) -> Attempt:
    """What the practitioner asks."""
    return Attempt({"query": query, "variables": variables}, outcome, status, "practitioner")


def listed(outcome: str, status: int = 200, **arguments: Any) -> Attempt:
    """The list of sessions with these arguments."""
    return asked(SESSIONS, outcome, status, **arguments)


def done(mutation: str, outcome: str, status: int = 200, **given: Any) -> Attempt:
    """A mutation with this input."""
    return asked(document_of(mutation), outcome, status, input=given)


def booked(outcome: str, status: int = 200, **given: Any) -> Attempt:
    """A booking that would be a good one, but for what is given."""
    booking = {"clientId": "<client>", "serviceId": "<service>", "calendarId": "<calendar>"}
    return done("bookSession", outcome, status, **{**booking, "startsAt": FUTURE, **given})


def asked_at_the_portal(query: str, outcome: str, status: int = 200, **variables: Any) -> Attempt:
    """What a client asks."""
    body = {"query": query, "variables": variables}
    return Attempt(body, outcome, status, "client", path="/portal/graphql")


def outcomes(answer: httpx.Response) -> set[str]:
    """What the errors of an answer are called, wherever they stand in it."""
    body = answer.json()
    called = {error["extensions"]["code"] for error in body.get("errors", ())}
    for payload in (body.get("data") or {}).values():
        if isinstance(payload, dict):
            called |= {error["__typename"] for error in payload.get("errors", ())}
    return called or {ANSWERED}
