"""How requests are received: whole within a deadline, with headers of a bounded size.

uvicorn has neither bound (0.54, its issue 157): three hundred half-open requests stay open for
ever, and a header of sixty megabytes is kept in memory. uvicorn is given these classes by name.
"""

import asyncio
from functools import cache
from typing import Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from server.settings import read_settings
from server.stopping import stop

LONGEST_HEADERS: Final = 32 * 1024

_TOO_LONG: Final = orjson.dumps(
    {
        "errors": [
            {
                "message": f"The headers of a request have at most {LONGEST_HEADERS} bytes.",
                "extensions": {"code": "HEADERS_TOO_LARGE"},
            }
        ]
    }
)
_TOO_LONG_ANSWER: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: application/json; charset=utf-8\r\n"
    b"cache-control: no-store\r\n"
    b"x-content-type-options: nosniff\r\n"
    b"connection: close\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(_TOO_LONG), _TOO_LONG)
)


@cache
def _receive_seconds() -> float:
    return read_settings().receive_seconds


@cache
def _send_seconds() -> float:
    return read_settings().send_seconds


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with deadlines for requests and readers, and a cap on headers.

    The deadline runs from a request's first byte, and from the beginning of a connection, to the
    last byte of its body. Between requests uvicorn's own keep-alive timer runs.
    """

    _deadline: asyncio.TimerHandle | None = None
    _patience: asyncio.TimerHandle | None = None
    _unread = 0  # bytes that the client had still to read when it was last looked at
    _in_headers = True
    _fed = 0  # bytes that came while headers were incomplete
    _counted = 0  # bytes of the headers that are complete
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Start the deadline: a connection that sends nothing is closed as well."""
        super().connection_made(transport)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._disarm()
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came; refuse the request when its headers grow too long."""
        if self._refused:
            return
        if self._in_headers:
            self._fed += len(data)
        super().data_received(data)
        if self._in_headers and self._fed > LONGEST_HEADERS:
            self._refused = True
        if self._refused:
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins, maybe in the same bytes as the last one ended."""
        super().on_message_begin()
        self._counted = 0
        if self._deadline is None:
            self._arm()

    def on_url(self, url: bytes) -> None:
        """Count the target among the headers."""
        self._counted += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header; many that are complete can come in one piece."""
        self._counted += len(name) + len(value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let the application begin, unless the headers are too long."""
        self._in_headers, self._fed = False, 0
        if self._counted > LONGEST_HEADERS:
            self._refused = True
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body on."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: it has kept its deadline."""
        self._disarm()
        self._in_headers, self._fed = True, 0
        if not self._refused:
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over: a socket stays open."""
        self._disarm()
        super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """The client has not read what was sent: it has so long to read a part of it."""
        super().pause_writing()
        if self._patience is None:
            self._be_patient()

    def resume_writing(self) -> None:
        """It has."""
        self._wait_no_longer()
        super().resume_writing()

    def shutdown(self) -> None:
        """Tell streams, which would not end by themselves, that the server stops."""
        stop()
        super().shutdown()

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(_receive_seconds(), self._expire)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _be_patient(self) -> None:
        self._unread = self.transport.get_write_buffer_size()
        self._patience = self.loop.call_later(_send_seconds(), self._look_whether_it_reads)

    def _look_whether_it_reads(self) -> None:
        # Writing goes on only once nearly all of a piece is read, which may take longer than that.
        if self.transport.get_write_buffer_size() < self._unread:
            self._be_patient()
        else:
            self.transport.abort()

    def _wait_no_longer(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _expire(self) -> None:
        if self.flow.read_paused:
            self._arm()  # it is we who do not read on: an earlier request is being answered
            return
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.abort()

    def _refuse(self) -> None:
        self._disarm()
        earlier: RequestResponseCycle | None = self.cycle  # uvicorn types it as always there
        if earlier is None or earlier.response_complete:
            self.transport.write(_TOO_LONG_ANSWER)
            self.transport.close()
        else:
            self.transport.abort()  # an earlier answer is on its way: nothing can be said in it


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket protocol, which logged a traceback for text that is no UTF-8 (0.54)."""

    def send_receive_event_to_app(self) -> None:
        """Hand a message on, or close with 1007 (RFC 6455, 8.1)."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
        super().send_receive_event_to_app()
