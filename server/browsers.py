"""What pages in browsers may do: which origins may ask, and what the answers tell a browser."""

from collections.abc import Collection, Mapping
from typing import Final

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin

_HEADERS: Final = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}
_ONE_YEAR_OF_TLS: Final = {b"strict-transport-security": b"max-age=31536000"}


def may_ask(headers: Mapping[str, str], allowed_origins: Collection[str]) -> bool:
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


class _OfPages(CORSMiddleware):
    """Starlette's, for requests of pages: it goes through an answer's headers for anybody's."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if any(name == b"origin" for name, _ in scope.get("headers", ())):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def cors(allowed_origins: Collection[str]) -> Middleware:
    """Lets pages of the allowed origins ask, and read the answers; nobody's cookies count here."""
    return Middleware(
        _OfPages,
        allow_origins=tuple(allowed_origins),
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "Content-Type", "X-Request-ID"),
        expose_headers=("Content-Disposition", "Retry-After", "X-Request-ID"),
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

        wanted = _HEADERS if scope["scheme"] != "https" else _HEADERS | _ONE_YEAR_OF_TLS

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                given += [own for own in wanted.items() if own[0] not in names]
                if not any(b"Origin" in value for name, value in given if name == b"vary"):
                    # Whether a page may read an answer depends on where it comes from.
                    given.append((b"vary", b"Origin"))
                message["headers"] = given
            await send(message)

        await self.app(scope, receive, answer)
