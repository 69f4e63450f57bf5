"""What pages in browsers may do: which origins may ask, and what the answers tell a browser."""

from collections.abc import Collection
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ONE_YEAR_OF_TLS: Final = "max-age=31536000"


def may_ask(headers: Headers, allowed_origins: Collection[str]) -> bool:
    """Whether a request comes from our own pages, from those allowed, or from no page at all.

    Browsers tell where a page comes from in Sec-Fetch-Site, older ones in Origin only, and let no
    script of a page change either (OWASP, Cross-Site Request Forgery Prevention, Fetch Metadata).
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin in allowed_origins:
        return True
    if site is not None:
        return site in {"same-origin", "none"}
    return origin is None or is_same_origin(origin, headers.get("host"))


def cors(allowed_origins: Collection[str]) -> Middleware:
    """Lets pages of the allowed origins ask, and read the answers; nobody's cookies count here."""
    return Middleware(
        CORSMiddleware,
        allow_origins=tuple(allowed_origins),
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "Content-Type", "X-Request-ID"),
        expose_headers=("Retry-After", "X-Request-ID"),
        max_age=7200,
    )


class SecurityHeaders:
    """ASGI middleware: headers that an answer has unless it brings its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", _ONE_YEAR_OF_TLS)
            await send(message)

        await self.app(scope, receive, answer)
