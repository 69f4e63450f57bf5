"""A request id for every request, and one log line at its end."""

import logging
import re
import time
from secrets import token_hex
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.logs import request_id

logger = logging.getLogger("session_history.request")

# What a proxy in front may send; anything else is replaced, so that nobody writes into our logs.
_SANE: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
_HEADER: Final = b"x-request-id"


class RequestLog:
    """ASGI middleware: takes over `X-Request-ID` or makes one, answers with it, and logs."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        identifier = given.decode("latin-1") if _SANE.fullmatch(given) else token_hex(16)
        token = request_id.set(identifier)
        began = time.perf_counter()
        status = 500

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_HEADER, identifier.encode())]
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            if logger.isEnabledFor(logging.INFO):
                # The path without its query string, which may hold a document and its variables.
                logger.info(
                    "request",
                    extra={
                        "method": scope["method"],
                        "path": scope["path"],
                        "status": status,
                        "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                    },
                )
            request_id.reset(token)
