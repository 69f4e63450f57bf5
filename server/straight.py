"""The straight way to what is asked for most."""

from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """ASGI middleware, the last before the router: some paths need no search among all of them.

    What is called answers for its own failures. A router asks each route's pattern in turn, and
    what is around it looks for exceptions that these never raise.
    """

    def __init__(self, app: ASGIApp, *, to: Mapping[str, Any]) -> None:
        self.app = app
        self._to = to

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        straight = self._to.get(scope["path"]) if scope["type"] == "http" else None
        await (straight or self.app)(scope, receive, send)
