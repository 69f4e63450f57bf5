"""A mail server, spoken to by SMTP: one connection for each mail."""

import asyncio
import contextlib
import re
import ssl
from typing import Final

import aiosmtplib

from mail.addresses import domain_of
from mail.carrier import MailServer, Message, NotAccepted
from models.enums import MailCarrier

_GOODBYE_SECONDS: Final = 1.0
# RFC 3463. The words behind it are left out of what we keep: they often hold the address.
_ENHANCED_CODE: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")


class Smtp:
    """Hands mail to a mail server."""

    kind = MailCarrier.SMTP

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._parting: set[asyncio.Task[None]] = set()

    async def carry(self, message: Message) -> None:
        """Hand over one mail to its one recipient.

        Only a refusal of this recipient or this content is final. All others (of our password,
        our address, our encryption) are about us, and mend for every mail at once.

        Raises:
            NotAccepted: it was refused, or the connection failed; after the content was sent,
                it may have arrived nevertheless.
        """
        client = self._client(domain_of(message.sender))
        talk = _Conversation(client, message)
        is_accepted = False
        try:
            async with asyncio.timeout(self._server.most_seconds):
                await talk.run()
            is_accepted = True
        except aiosmtplib.SMTPResponseException as refusal:
            raise talk.refused(refusal) from refusal
        except (aiosmtplib.SMTPException, OSError) as failure:
            raise talk.failed(failure) from failure
        finally:
            if not is_accepted:
                _close(client)
        # It is the server's now, whatever becomes of the goodbye: nobody waits for that.
        parting = asyncio.create_task(_part(client))
        self._parting.add(parting)
        parting.add_done_callback(self._parting.discard)

    def _client(self, our_name: str) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            # Not the name of this machine: finding out may take as long as a resolver likes.
            local_hostname=our_name,
            timeout=server.seconds,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            username=server.user,
            password=server.password,
        )


class _Conversation:
    """Step by step, so that what fails can be told by the step that it failed at."""

    def __init__(self, client: aiosmtplib.SMTP, message: Message) -> None:
        self._client = client
        self._message = message
        self._step = "the connection"

    async def run(self) -> None:
        client, message = self._client, self._message
        await client.connect()
        options: list[str] = []
        encoding = "ascii"
        if message.needs_utf8:
            await self._check_for_utf8()
            options, encoding = ["SMTPUTF8", "BODY=8BITMIME"], "utf-8"
        self._step = "our address"
        await client.mail(message.sender, options=options, encoding=encoding)
        self._step = "the recipient"
        await client.rcpt(message.recipient, encoding=encoding)
        self._step = "the mail"
        await client.data(message.content)

    async def _check_for_utf8(self) -> None:
        if self._client.is_ehlo_or_helo_needed:
            await self._client.ehlo()
        if not self._client.supports_extension("smtputf8"):
            raise NotAccepted(
                "The mail server takes no addresses with letters outside of ASCII.", is_final=True
            )

    def refused(self, refusal: aiosmtplib.SMTPResponseException) -> NotAccepted:
        if isinstance(refusal, aiosmtplib.SMTPAuthenticationError):
            self._step = "our user name or password"
        enhanced = _ENHANCED_CODE.match(str(refusal.message))
        code = f"{refusal.code} {enhanced[0]}" if enhanced else str(refusal.code)
        is_about_this_mail = self._step in {"the recipient", "the mail"}
        return NotAccepted(
            f"The mail server refused {self._step}: {code}.",
            is_final=is_about_this_mail and 500 <= refusal.code < 600,
        )

    def failed(self, failure: Exception) -> NotAccepted:
        if isinstance(failure, TimeoutError):
            what = "was too slow"
        elif isinstance(failure, ssl.SSLError) or isinstance(failure.__cause__, ssl.SSLError):
            what = "could not be trusted (TLS)"
        elif isinstance(failure, ConnectionError | OSError):
            what = "could not be reached" if self._step == "the connection" else "hung up"
        else:
            what = "does not offer what the settings ask for"
        after = " It may have arrived." if self._step == "the mail" else ""
        return NotAccepted(f"The mail server {what}, at {self._step}.{after}")


async def _part(client: aiosmtplib.SMTP) -> None:
    try:
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=_GOODBYE_SECONDS)
    finally:
        _close(client)


def _close(client: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(Exception):
        client.close()
