"""What a mail server answers, and what we make of it: real ones, that refuse, hang and hang up."""

import asyncio
import logging
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from mail import carrier, smtp
from mail.carrier import NotAccepted
from mail.messages import compose
from mail.smtp import Smtp
from tests.mail_server import (
    SENDER,
    Behaviour,
    MailServer,
    encrypted,
    hanging,
    hanging_up,
    mail_server,
    refusing,
    signs_in,
)
from tests.mails import letter

MESSAGE = compose(letter(customer_notes="Bring a pen\n.\n..dots"), sender=SENDER)


def at(server: MailServer, **given: Any) -> Smtp:
    kept = carrier.MailServer(host="127.0.0.1", port=server.port, security="none", seconds=10)
    return Smtp(replace(kept, **given))


async def refusal(server: MailServer, **given: Any) -> NotAccepted:
    with pytest.raises(NotAccepted) as refused:
        await at(server, **given).carry(MESSAGE)
    return refused.value


async def test_a_mail_arrives_as_it_was_composed() -> None:
    with mail_server() as server:
        await at(server).carry(MESSAGE)

    (received,) = server.taken()
    assert (received.sender, received.recipients) == (SENDER, ["ada@example.com"])
    assert received.content == MESSAGE.content
    assert "\r\n.\r\n..dots" in received.text


@pytest.mark.parametrize("code", [421, 450, 451, 452])
@pytest.mark.parametrize(
    ("step", "what"), [("MAIL", "our address"), ("RCPT", "the recipient"), ("DATA", "the mail")]
)
async def test_a_refusal_for_now_is_not_final(step: str, what: str, code: int) -> None:
    with mail_server(refusing(step, f"{code} 4.7.1 <ada@example.com> later")) as server:
        refused = await refusal(server)

    assert (str(refused), refused.is_final) == (
        f"The mail server refused {what}: {code} 4.7.1.",
        False,
    )
    assert server.taken() == []


@pytest.mark.parametrize(
    ("step", "what", "is_final"),
    [("MAIL", "our address", False), ("RCPT", "the recipient", True), ("DATA", "the mail", True)],
)
async def test_a_refusal_for_ever_is_final_if_it_is_about_this_mail(
    step: str, what: str, *, is_final: bool
) -> None:
    with mail_server(refusing(step, "550 No <ada@example.com> here")) as server:
        refused = await refusal(server)

    assert (str(refused), refused.is_final) == (f"The mail server refused {what}: 550.", is_final)


@pytest.mark.parametrize(
    ("behaviour", "says", "arrived"),
    [
        (hanging_up("MAIL"), "hung up, at our address.", 0),
        (hanging_up("RCPT"), "hung up, at the recipient.", 0),
        (hanging_up("DATA"), "hung up, at the mail. It may have arrived.", 0),
        (hanging_up("ACCEPTED"), "hung up, at the mail. It may have arrived.", 1),
    ],
    ids=["at the sender", "at the recipient", "before it has the mail", "after it has the mail"],
)
async def test_a_server_that_hangs_up_leaves_it_open(
    behaviour: Behaviour, says: str, arrived: int
) -> None:
    with mail_server(behaviour) as server:
        refused = await refusal(server)

    assert (str(refused), refused.is_final) == (f"The mail server {says}", False)
    assert len(server.taken()) == arrived


@pytest.mark.parametrize(
    ("step", "says", "arrived"),
    [
        ("MAIL", "at our address.", 0),
        ("RCPT", "at the recipient.", 0),
        ("DATA", "at the mail. It may have arrived.", 0),
        ("ACCEPTED", "at the mail. It may have arrived.", 1),
    ],
)
async def test_a_server_that_hangs_is_left_after_a_while(
    step: str, says: str, arrived: int
) -> None:
    go_on = threading.Event()
    with mail_server(hanging(step, go_on)) as server:
        refused = await refusal(server, seconds=1.5)
        got = len(server.taken())
        go_on.set()

    assert (str(refused), refused.is_final) == (f"The mail server was too slow, {says}", False)
    assert got == arrived


async def test_what_is_accepted_is_not_in_doubt_because_of_the_goodbye(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(smtp, "_GOODBYE_SECONDS", 60)
    go_on = threading.Event()
    with mail_server(hanging("QUIT", go_on)) as server:
        await at(server, seconds=2).carry(MESSAGE)
        go_on.set()

    assert len(server.taken()) == 1


async def test_a_server_that_is_not_there_or_says_nothing_is_tried_again() -> None:
    ended = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        ended.set()

    with mail_server() as server:
        pass
    gone = await refusal(server)
    listening = await asyncio.start_server(silent, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    hanging = await refusal(server, seconds=0.2)
    await ended.wait()
    listening.close()

    assert (str(gone), gone.is_final) == (
        "The mail server could not be reached, at the connection.",
        False,
    )
    assert (str(hanging), hanging.is_final) == (
        "The mail server was too slow, at the connection.",
        False,
    )


async def test_an_address_in_another_script_needs_a_server_that_takes_them() -> None:
    message = compose(letter(parties={"client_email": "jürgen@example.com"}), sender=SENDER)
    with mail_server() as server:
        await at(server).carry(message)
        (received,) = server.taken()
        assert received.recipients == ["jürgen@example.com"]
    with mail_server(utf8=False) as server:
        with pytest.raises(NotAccepted, match="outside of ASCII") as refused:
            await at(server).carry(message)
        assert refused.value.is_final
        assert server.tried == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A certificate of this machine's, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    kept, key = str(folder / "cert.pem"), str(folder / "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", kept],
        check=True, capture_output=True,
    )  # fmt: skip
    return kept, key


@contextmanager
def secured(certificate: tuple[str, str], security: str, **options: Any) -> Iterator[MailServer]:
    context = encrypted(*certificate)
    given: dict[str, Any] = (
        {"ssl_context": context} if security == "tls" else {"tls_context": context}
    )
    with mail_server(**given, **options) as server:
        yield server


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_goes_through_tls_to_whoever_has_the_certificate(
    certificate: tuple[str, str], security: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(certificate, security) as server:
        stranger = await refusal(server, security=security)
        monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
        await at(server, security=security).carry(MESSAGE)

    assert str(stranger) == "The mail server could not be trusted (TLS), at the connection."
    assert not stranger.is_final
    assert len(server.taken()) == 1


async def test_a_server_without_starttls_gets_no_mail() -> None:
    with mail_server() as server:
        refused = await refusal(server, security="starttls")

    assert not refused.is_final
    assert "does not offer what the settings ask for" in str(refused)
    assert (server.tried, server.taken()) == (0, [])


async def test_signing_in_takes_the_right_password_and_logs_none(
    certificate: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("SSL_CERT_FILE", certificate[0])
    options: dict[str, Any] = {"authenticator": signs_in("us", "right"), "auth_required": True}
    with secured(certificate, "starttls", **options) as server:
        wrong = await refusal(server, security="starttls", user="us", password="s3cret-wrong")
        await at(server, security="starttls", user="us", password="right").carry(MESSAGE)

    assert (str(wrong), wrong.is_final) == (
        "The mail server refused our user name or password: 535 5.7.8.",
        False,
    )
    assert len(server.taken()) == 1
    assert "s3cret-wrong" not in caplog.text
    kept = carrier.MailServer("h", 1, "tls", 1, "us", "s3cret-wrong")
    assert "s3cret-wrong" not in repr(kept)
