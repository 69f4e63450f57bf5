"""`/exports/{id}`: what the link of an export leads to."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Final
from unicodedata import normalize
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from models.database import Database
from models.enums import ExportFormat
from models.sealed_exports import DoesNotOpen
from models.unavailable import is_unavailable
from resolvers.errors import RateLimited
from resolvers.exporting.files import FileIncomplete, file_pieces
from resolvers.exporting.links import (
    LinkEnded,
    LinkForbidden,
    LinkRefused,
    NotMadeYet,
    Opened,
    UnknownLink,
    check_still_open,
    follow,
    note_download,
)
from resolvers.exporting.spreadsheet import csv_file
from server import refusals
from server.turns import Places

logger = logging.getLogger("session_history.exports")

_MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8; header=present",
    ExportFormat.PDF: "application/pdf",
}
_STATUSES: Final[dict[type[LinkRefused], int]] = {
    UnknownLink: 404,
    LinkForbidden: 403,
    LinkEnded: 410,
    NotMadeYet: 503,
}
_ENDS: Final = (LinkRefused, FileIncomplete, DoesNotOpen)
_RETRY_AFTER: Final = {"Retry-After": "5"}
_WAITED_SECONDS: Final = 20
_LOOK_EVERY_SECONDS: Final = 0.25


class Downloads:
    """Follows links, and sends what they open piece by piece."""

    def __init__(
        self,
        database: Callable[[], Database],
        *,
        recheck_seconds: float,
        places: Places,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        waited_seconds: float = _WAITED_SECONDS,
    ) -> None:
        self._database = database
        self._recheck_seconds = recheck_seconds
        self._places = places
        self._clock = clock
        self._waited_seconds = waited_seconds

    def route(self) -> Route:
        """Where the links lead."""
        return Route("/exports/{id}", self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        identifier, key = request.path_params["id"], request.query_params.get("key", "")
        is_get = request.method == "GET"
        try:
            opened = await self._opened(identifier, key, is_get=is_get)
            return await self._begun(opened) if is_get else _Sending(opened, _nothing())
        except LinkRefused as refused:
            return _refusal(refused)
        except RateLimited as limited:
            after = {"Retry-After": str(limited.retry_after_seconds)}
            return PlainTextResponse(f"{limited}\n", 429, headers=after)
        except refusals.RateLimited as limited:
            return PlainTextResponse(f"{limited}\n", 429, headers=_RETRY_AFTER)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return PlainTextResponse("Try again in a few seconds.\n", 503, headers=_RETRY_AFTER)

    async def _begun(self, opened: Opened) -> Response:
        """A download with a place of its own, which the trail has been told of."""
        with ExitStack() as place:
            place.enter_context(self._places.held(opened.export.practitioner_id))
            await note_download(self._database(), opened, now=self._clock())
            return _Sending(opened, self._content(opened), place=place.pop_all())

    async def _opened(self, identifier: str, key: str, *, is_get: bool) -> Opened:
        """What the link leads to; a file that is being made is waited for, but not for ever."""
        until = asyncio.get_running_loop().time() + (self._waited_seconds if is_get else 0)
        while True:
            try:
                return await follow(self._database(), identifier, key, now=self._clock())
            except NotMadeYet:
                if asyncio.get_running_loop().time() >= until:
                    raise
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _content(self, opened: Opened) -> AsyncIterator[bytes]:
        loop, database = asyncio.get_running_loop(), self._database()
        is_csv = opened.export.format == ExportFormat.CSV
        pieces = (
            csv_file(opened.context, opened.asked)
            if is_csv
            else file_pieces(database, opened.export)
        )
        checked_at = loop.time()
        async for piece in pieces:
            yield piece
            if loop.time() - checked_at >= self._recheck_seconds:
                await check_still_open(database, opened, now=self._clock())
                checked_at = loop.time()
        # A history whose client is deleted meanwhile comes to an end that looks like one.
        await check_still_open(database, opened, now=self._clock())


class _Sending(StreamingResponse):
    """A file on its way, in its place until it is sent or whoever asked has gone away.

    Whatever ends it early ends the connection: half a file never looks whole.
    """

    def __init__(
        self, opened: Opened, content: AsyncIterator[bytes], *, place: ExitStack | None = None
    ) -> None:
        super().__init__(content, headers=_headers(opened))
        self._place = place or ExitStack()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._place:
            try:
                await super().__call__(scope, receive, send)
            except Exception as error:
                if not isinstance(error, _ENDS) and not is_unavailable(error):
                    raise
                # The last message is not sent, and so the server closes the connection.
                logger.warning("an export was cut off: %s", error)


async def _nothing() -> AsyncIterator[bytes]:
    """The body of an answer to HEAD."""
    pieces: tuple[bytes, ...] = ()
    for piece in pieces:
        yield piece


def _refusal(refused: LinkRefused) -> Response:
    status = _STATUSES[type(refused)]
    headers = _RETRY_AFTER if status == 503 else None
    return PlainTextResponse(f"{refused}\n", status, headers=headers)


def _headers(opened: Opened) -> dict[str, str]:
    export = opened.export
    headers = {
        "Content-Type": _MEDIA_TYPES[ExportFormat(export.format)],
        "Content-Disposition": content_disposition(export.file_name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    if export.byte_count is not None:
        headers["Content-Length"] = str(export.byte_count)
    return headers


def content_disposition(file_name: str) -> str:
    """The header that has a file saved under a name of any script (RFC 6266, 4.3; RFC 8187).

    Old clients read `filename` alone, which is ASCII here; a `%` in it would be decoded by some.
    """
    # Letters without their accents, where they are letters of ASCII then.
    parts = (normalize("NFKD", one).encode("ascii", "ignore").decode() for one in file_name)
    plain = "".join(
        one if one.isprintable() and one and not set(one) & set('"\\%') else "_" for one in parts
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
