"""The usual request: a POST of JSON that asks for JSON, in one piece.

Nearly all requests of front ends are that. What is read of them here is what `graphql_http` reads,
with one look at each header instead of one look at all of them for each. Whatever is not usual
about a request is left to `graphql_http`, which knows everything else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from starlette.types import Message, Receive, Scope

from server.browsers import may_ask
from server.negotiation import EVENTS, JSON, media_type_for
from server.operations import Asked
from server.transport import LONGEST_BODY

_CONTENT_TYPE: Final = JSON.encode()
# What each part of a request may be.
_MAY_BE: Final[dict[str, Any]] = {
    "query": str,
    "variables": dict | None,
    "operationName": str | None,
    "extensions": dict | None,
}
_ranked = lru_cache(maxsize=256)(media_type_for)


@dataclass(frozen=True, slots=True)
class Usual:
    """What the headers of a usual request say."""

    media_type: str
    authorization: str | None


def usual_headers(scope: Scope, allowed_origins: Collection[str]) -> Usual | None:
    """What the headers say, if they are usual."""
    if scope["method"] != "POST":
        return None
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if len(headers) < len(scope["headers"]):
        return None  # one of them comes twice
    content_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if content_type != _CONTENT_TYPE or b"content-encoding" in headers:
        return None
    if b"origin" in headers or b"sec-fetch-site" in headers:
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        if not may_ask(named, allowed_origins):
            return None
    accept = headers.get(b"accept")
    media_type = JSON if accept is None else _ranked(accept.decode("latin-1"))
    if media_type is None or media_type == EVENTS:
        return None
    authorization = headers.get(b"authorization")
    return Usual(media_type, None if authorization is None else authorization.decode("latin-1"))


def asked_usually(message: Message) -> Asked | None:
    """What a whole body asks for, if it is usual: with a document, and nothing of a wrong type."""
    if message["type"] != "http.request" or message.get("more_body"):
        return None
    content: bytes = message.get("body", b"")
    if len(content) > LONGEST_BODY:
        return None
    try:
        body: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, dict) or not body.get("query"):
        return None
    query, variables, name, extensions = given = [body.get(name) for name in _MAY_BE]
    if not all(map(isinstance, given, _MAY_BE.values())):
        return None
    return Asked(query, variables, name, extensions)


def again(message: Message, receive: Receive) -> Receive:
    """Receive what was received already, and then what comes."""
    waiting = [message]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received
