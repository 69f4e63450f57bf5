"""Mail over real servers: what is booked over HTTP arrives at a mail server, as mail."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from mail.letter import Span, to_payload
from models import Client
from models.database import Database
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token
from server.commands.main import main
from tests.acts import document_of
from tests.e2e.conftest import ROOT, command, environment, running, started
from tests.mail_server import SENDER, mail_server, refusing
from tests.mails import add_mail, session_as_of
from tests.practice import Practice


class Booking:
    """Somebody who books over HTTP, for a client with an address."""

    def __init__(self, practice: Practice, token: str, client_id: str) -> None:
        self.practice = practice
        self.client_id = client_id
        self.headers = {"Authorization": f"Bearer {token}"}

    @classmethod
    def of(cls, url: str) -> "Booking":
        return asyncio.run(cls._of(url))

    @classmethod
    async def _of(cls, url: str) -> "Booking":
        async with Database(url) as database:
            practice = await Practice.of(database)
            client = await practice.add_client("Ada Lovelace", email="ada@example.com")

            async def work(transaction: Transaction) -> str:
                now = datetime.now(UTC)
                return await issue_token(transaction, practice.practitioner.id, label="e", now=now)

            return cls(practice, await write(database, work), client.id)

    def ask(self, address: str, document: str, variables: dict[str, Any] | None = None) -> Any:
        answer = httpx.post(
            f"{address}/graphql",
            json={"query": document, "variables": variables},
            headers=self.headers,
            timeout=30,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def act(self, address: str, mutation: str, **given: Any) -> Any:
        done = self.ask(address, document_of(mutation), {"input": given})["done"]
        assert done["errors"] == []
        return done["session"]

    def book(self, address: str, starts_at: str = "2031-01-06T09:00:00Z", **given: Any) -> Any:
        return self.act(
            address,
            "bookSession",
            **{
                "clientId": self.client_id,
                "serviceId": self.practice.service.id,
                "calendarId": self.practice.calendar.id,
                "startsAt": starts_at,
                "status": "CONFIRMED",
                **given,
            },
        )


MAILS = "{ mails { nodes { id state to subject text attempts lastError } } }"
TRAIL = "query ($id: ID!) { session(id: $id) { events { kind } } }"


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_confirmed_booking_arrives_as_text_html_and_invitation_while_others_hang(
    url: str, tmp_path: Path
) -> None:
    """And is acknowledged while the mail server still has not answered anybody."""
    booking, go_on = Booking.of(url), threading.Event()

    def hang(_server: object, step: str) -> None:
        # In the mail server's own thread: it answers nobody.
        if step == "MAIL":
            assert go_on.wait(60)

    with (
        mail_server(hang) as server,
        running(url, log=tmp_path / "server.log", **server.settings) as address,
    ):
        session = booking.book(address, customerNotes="Bring the notebook")
        booking.book(address, "2031-01-07T09:00:00Z")
        (waiting, _) = booking.ask(address, MAILS)["mails"]["nodes"]
        assert (waiting["state"], waiting["to"]) == ("WAITING", "ada@example.com")
        assert server.taken() == []
        go_on.set()
        received = min((server.take(), server.take()), key=lambda one: one.text)
        trail = partial(booking.ask, address, TRAIL, {"id": session["id"]})
        wait_until(lambda: {"kind": "EMAIL_SENT"} in trail()["session"]["events"])

    assert (received.sender, received.recipients) == (SENDER, ["ada@example.com"])
    when = "Monday, 6 January 2031, 10:00 to 10:50 (Europe/Berlin, UTC+01:00)"
    assert f"When:   {when}" in received.text
    assert "Bring the notebook" in received.text
    assert "Bring the notebook" in received.html
    assert f"UID:{session['id']}@session-history" in received.calendar
    assert "METHOD:REQUEST" in received.calendar
    assert server.taken() == []


def test_nothing_is_lost_when_servers_and_the_mail_server_go_and_come_back(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server is killed while it sends, another finds no mail server, a third delivers."""
    monkeypatch.setenv("SESSION_HISTORY_DATABASE_URL", url)
    booking = Booking.of(url)
    begun, never = threading.Event(), threading.Event()

    def hang(_server: object, step: str) -> str | None:
        if step == "DATA" and not begun.is_set():
            begun.set()
            never.wait(3)
            return "451 gone"
        return None

    with (
        mail_server(hang) as server,
        started(url, log=tmp_path / "1.log", **server.settings) as (address, process),
    ):
        booking.book(address)
        assert begun.wait(30)
        process.kill()
        process.wait()
        never.set()
    with running(url, log=tmp_path / "2.log", **server.settings) as address:
        booking.book(address, "2031-01-07T09:00:00Z")
        wait_until(lambda: any(
            one["lastError"] == "The mail server could not be reached, at the connection."
            for one in booking.ask(address, MAILS)["mails"]["nodes"]
        ))  # fmt: skip
        asyncio.run(forget_claims(url))
        done = CliRunner().invoke(main, ["mail", "retry", "--all"])
        with mail_server(port=server.port) as back:
            received = {back.take().message_id, back.take().message_id}
            wait_until(lambda: {"SENT"} == {
                one["state"] for one in booking.ask(address, MAILS)["mails"]["nodes"]
            })  # fmt: skip

    assert done.output == "2 mails will be tried again.\n"
    assert len(received) == 2
    assert back.taken() == []


async def forget_claims(url: str) -> None:
    """As if the time of whoever was killed had run out."""

    async def work(transaction: Transaction) -> None:
        await transaction.fetch(
            "UPDATE outbox_message SET claimed_until = '2026-01-01T00:00:00Z' "
            "WHERE claimed_until IS NOT NULL RETURNING id"
        )

    async with Database(url) as database:
        await write(database, work)


def test_four_workers_send_a_hundred_mails_once_each(url: str, tmp_path: Path) -> None:
    booking = Booking.of(url)
    asyncio.run(owe(url, booking, 100))
    with (
        mail_server() as server,
        running(url, "--workers", "4", log=tmp_path / "server.log", **server.settings) as address,
    ):
        received = [server.take() for _ in range(100)]
        wait_until(lambda: booking.ask(address, WAITING)["mails"]["totalCount"] == 0)

    assert len({one.message_id for one in received}) == 100
    assert server.taken() == []


WAITING = "{ mails(state: WAITING) { totalCount } }"


async def owe(url: str, booking: Booking, count: int) -> None:
    """So many mails, each about a session of its own."""
    async with Database(url) as database:
        practice = booking.practice
        practice.database = database
        client = await Client.get(practitioner_id=practice.practitioner.id)
        for number in range(count):
            session = await practice.add_session(client, datetime(2031, 1, 1, tzinfo=UTC))
            span = Span(session.starts_at, session.ends_at)
            payload = to_payload(
                session_as_of(id=session.id, span=span, customer_notes=str(number))
            )
            await add_mail(practice, session, client, payload=payload)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_without_settings_mail_is_found_in_files_and_in_the_list(url: str, tmp_path: Path) -> None:
    booking, log = Booking.of(url), tmp_path / "server.log"
    with running(url, log=log) as address:
        booking.book(address)
        wait_until(lambda: bool(list(tmp_path.glob("mail/*.eml"))))
        wait_until(lambda: booking.ask(address, MAILS)["mails"]["nodes"][0]["state"] == "KEPT")
        (mail,) = booking.ask(address, MAILS)["mails"]["nodes"]

    (file,) = tmp_path.glob("mail/*")
    assert mail["subject"] == ("Confirmed: Coaching on Monday, 6 January 2031, 10:00 (UTC+01:00)")
    assert mail["subject"] in " ".join(file.read_text().split())
    assert "there is no mail server" in log.read_text()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_a_server_that_does_not_deliver_leaves_it_to_the_command(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = Booking.of(url)
    monkeypatch.setenv("SESSION_HISTORY_DATABASE_URL", url)
    with (
        mail_server(refusing("RCPT", "550 <ada@example.com> No")) as server,
        running(url, log=tmp_path / "log", DELIVER="false", **server.settings) as address,
    ):
        booking.book(address)
        done = command("deliver", "--once", url=url, **server.settings)
        failed = CliRunner().invoke(main, ["mail", "list"])
        (identifier, *_, error) = failed.stdout.strip().split("\t")
        again = CliRunner().invoke(main, ["mail", "retry", identifier])
        (mail,) = booking.ask(address, MAILS)["mails"]["nodes"]

    assert done.stdout == "Tried 1 mails.\n"
    assert error == "The mail server refused the recipient: 550."
    assert again.output == "1 mails will be tried again.\n"
    assert (mail["id"], mail["state"], mail["attempts"]) == (identifier, "WAITING", 0)


def test_which_mails_to_try_again_has_to_be_said() -> None:
    done = CliRunner().invoke(main, ["mail", "retry"])

    assert done.exit_code == 2
    assert "give --all" in done.output


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_command_delivers_until_it_is_stopped(url: str, tmp_path: Path) -> None:
    booking = Booking.of(url)
    with mail_server() as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "deliver"],
            env=environment(url, **server.settings),
            cwd=ROOT,
        )
        try:
            asyncio.run(owe(url, booking, 1))
            server.take()
        finally:
            process.terminate()
        assert process.wait(timeout=30) == 0
