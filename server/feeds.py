"""`/feeds/{id}.ics`: what the link of a calendar feed leads to."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models.database import Database
from models.unavailable import is_unavailable
from resolvers.errors import RateLimited
from resolvers.feeds.reading import FeedRead, UnknownFeed, read_feed

_RETRY_AFTER: Final = {"Retry-After": "30"}


class Feeds:
    """Answers calendar programs that look for news."""

    def __init__(
        self,
        database: Callable[[], Database],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database = database
        self._clock = clock

    def route(self) -> Route:
        """Where the links lead."""
        return Route("/feeds/{id}.ics", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        identifier, key = request.path_params["id"], request.query_params.get("key", "")
        try:
            found = await read_feed(self._database(), identifier, key, now=self._clock())
        except UnknownFeed:
            return PlainTextResponse("There is no such calendar.\n", 404)
        except RateLimited as limited:
            after = {"Retry-After": str(limited.retry_after_seconds)}
            return PlainTextResponse(f"{limited}\n", 429, headers=after)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return PlainTextResponse("Try again in a little while.\n", 503, headers=_RETRY_AFTER)
        # Kept by whoever asked, and asked about each time: a link that was taken back ends at once.
        headers = {"ETag": f'"{found.tag}"', "Cache-Control": "private, no-cache"}
        if _has_it(request, found):
            return Response(status_code=304, headers=headers)
        content = await asyncio.to_thread(_written, found)
        headers["Content-Disposition"] = 'inline; filename="calendar.ics"'
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _has_it(request: Request, found: FeedRead) -> bool:
    asked = request.headers.get("if-none-match", "")
    tags = {one.strip().removeprefix("W/") for one in asked.split(",")}
    return f'"{found.tag}"' in tags or "*" in tags


def _written(found: FeedRead) -> bytes:
    # Here and not above: the library takes a tenth of a start, and most servers have no feeds.
    from mail.feed import feed  # noqa: PLC0415

    return feed(found.name, found.entries())
