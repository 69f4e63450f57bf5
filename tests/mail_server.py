"""A real mail server in a thread of its own, which accepts, refuses, hangs and hangs up."""

import asyncio
import email
import email.policy
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

SENDER = "practice@mail.example.com"
Behaviour = Callable[[SMTP, str], str | None]
"""Told a step (`MAIL`, `RCPT`, `DATA`, `ACCEPTED`, `QUIT`), answers a reply of its own, or None for
a good one. `DATA` is when the content has come and is not taken yet, `ACCEPTED` when it is."""


def good(_server: SMTP, _step: str) -> None:
    """Accepts everything."""


def refusing(at: str, reply: str) -> Behaviour:
    """Answers one step with `reply`."""
    return lambda _server, step: reply if step == at else None


def hanging(at: str, go_on: threading.Event) -> Behaviour:
    """Says nothing at one step, to nobody, until it is to go on."""

    def behave(_server: SMTP, step: str) -> None:
        if step == at:
            # In the mail server's own thread: it answers nobody.
            go_on.wait(60)

    return behave


def hanging_up(at: str) -> Behaviour:
    """Closes the connection at one step, without an answer."""

    def behave(server: SMTP, step: str) -> str | None:
        if step == at:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return None

    return behave


@dataclass(frozen=True)
class Received:
    """A mail that was accepted."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])

    @property
    def calendar(self) -> str:
        """The part that a calendar acts on."""
        (part,) = [one for one in self.mail.walk() if one.get_content_type() == "text/calendar"]
        return str(part.get_content())

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def html(self) -> str:
        body = self.mail.get_body(("html",))
        assert body is not None
        return str(body.get_content())


@dataclass
class MailServer:
    """What a running server accepted, and how it goes on behaving."""

    behaviour: Behaviour = good
    port: int = 0
    accepted: "queue.SimpleQueue[Received]" = field(default_factory=queue.SimpleQueue)
    tried: int = 0
    hung: threading.Event = field(default_factory=threading.Event)

    def take(self, *, seconds: float = 20) -> Received:
        """The next mail that was accepted; waits for it."""
        return self.accepted.get(timeout=seconds)

    def taken(self) -> list[Received]:
        """All mails that were accepted and not taken yet."""
        found = []
        while not self.accepted.empty():
            found.append(self.accepted.get())
        return found

    @property
    def settings(self) -> dict[str, Any]:
        """How a server of ours is told of it."""
        return {
            "MAIL_FROM": SENDER,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.port),
            "SMTP_SECURITY": "none",
        }

    async def handle_MAIL(  # noqa: N802 - as aiosmtpd looks it up
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tried += 1
        reply = self.behaviour(server, "MAIL")
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd looks it up
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = self.behaviour(server, "RCPT")
        if reply is None:
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return reply or "250 OK"

    async def handle_DATA(  # noqa: N802 - as aiosmtpd looks it up
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        reply = self.behaviour(server, "DATA")
        if reply is not None or server.transport is None or server.transport.is_closing():
            return reply or "250 OK"
        content = envelope.original_content or b""
        self.accepted.put(Received(str(envelope.mail_from), list(envelope.rcpt_tos), content))
        return self.behaviour(server, "ACCEPTED") or "250 OK"

    async def handle_QUIT(  # noqa: N802 - as aiosmtpd looks it up
        self, server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        return self.behaviour(server, "QUIT") or "221 Bye"


@contextmanager
def mail_server(
    behaviour: Behaviour = good, *, port: int = 0, utf8: bool = True, **options: Any
) -> Iterator[MailServer]:
    """A mail server, until the block ends."""
    server = MailServer(behaviour)
    controller = _Controller(
        server, hostname="127.0.0.1", port=port or _free_port(), enable_SMTPUTF8=utf8, **options
    )
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(controller.hang_up(), controller.loop).result()
        controller.stop()


class _Controller(Controller):
    """Knows its connections, so that none is left behind."""

    def __init__(self, handler: MailServer, **options: Any) -> None:
        super().__init__(handler, **options)
        self.connections: list[SMTP] = []

    def factory(self) -> SMTP:
        self.connections.append(super().factory())  # type: ignore[no-untyped-call]
        return self.connections[-1]

    async def hang_up(self) -> None:
        for one in self.connections:
            if isinstance(one.transport, asyncio.Transport):
                one.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others, timeout=1)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        found: int = one.getsockname()[1]
        return found


def signs_in(user: str, password: str) -> Callable[..., AuthResult]:
    """Lets in whoever has this name and password."""

    def check(_server: Any, _session: Any, _envelope: Any, _way: str, given: Any) -> AuthResult:
        is_right = (given.login.decode(), given.password.decode()) == (user, password)
        return AuthResult(success=is_right, handled=is_right)

    return check


def encrypted(certificate: str, key: str) -> ssl.SSLContext:
    """For a server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
