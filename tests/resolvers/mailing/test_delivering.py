"""What is owed is sent once, in order, and again where it was not accepted, but not for ever."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mail.carrier import Message, Post
from mail.directory import Directory
from models import Client
from models.enums import MailCarrier
from resolvers.mailing.delivering import DELAYS, MOST_ATTEMPTS, next_attempt
from tests.acts import act
from tests.mail_server import SENDER, hanging_up, mail_server, refusing
from tests.practice import NOW
from tests.resolvers.mailing.owing import HOUR, NOWHERE, Owing, post_to


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
async def test_what_is_refused_for_now_comes_once_after_growing_delays(
    owing: Owing, step: str
) -> None:
    await owing.add()
    with mail_server(refusing(step, "451 4.7.1 later")) as server:
        delays = []
        for _ in range(4):
            assert await owing.send(post_to(server)) == 1
            (kept,) = await owing.kept()
            delays.append(kept["due"] - owing.now)
            assert (kept["sent"], kept["failed"]) == (False, False)
            assert "451 4.7.1" in kept["error"]
            owing.now = kept["due"] - timedelta(seconds=1)
            assert await owing.send(post_to(server)) == 0
            owing.now = kept["due"]
        server.behaviour = lambda _server, _step: None
        assert await owing.send(post_to(server)) == 1

        assert len(server.taken()) == 1
    assert delays == list(DELAYS[:4])
    (kept,) = await owing.kept()
    assert (kept["sent"], kept["error"], kept["attempts"]) == (True, None, 5)


async def test_after_two_days_it_has_failed_and_the_next_mail_goes(owing: Owing) -> None:
    owing.session.starts_at = NOW + timedelta(days=9)
    await act(
        owing.practice, "rescheduleSession", id=owing.session.id, startsAt="2026-06-10T08:00:00Z"
    )
    await act(owing.practice, "cancelSession", id=owing.session.id)
    with mail_server(refusing("RCPT", "450 later")) as server:
        for _ in range(MOST_ATTEMPTS - 1):
            assert await owing.send(post_to(server)) == 1  # the second waits for the first
            owing.now = (await owing.kept())[0]["due"]
        assert await owing.send(post_to(server)) == 2
        moved, cancelled = await owing.kept()
        assert (moved["failed"], moved["attempts"]) == (True, MOST_ATTEMPTS)
        assert (cancelled["failed"], cancelled["attempts"]) == (False, 1)
        owing.now = cancelled["due"]
        server.behaviour = lambda _server, _step: None
        assert await owing.send(post_to(server)) == 1
        (received,) = server.taken()

    assert received.mail["Subject"].startswith("Cancelled")
    assert timedelta(hours=40) < sum(DELAYS, timedelta()) < timedelta(hours=50)


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
async def test_what_is_refused_for_ever_has_failed_at_once(owing: Owing, step: str) -> None:
    await owing.add()
    with mail_server(refusing(step, "550 5.1.1 <ada@example.com> unknown")) as server:
        assert await owing.send(post_to(server)) == 1
        owing.now += timedelta(days=1)
        assert await owing.send(post_to(server)) == 0

    (kept,) = await owing.kept()
    assert kept["failed"]
    assert "550 5.1.1" in kept["error"]
    assert "ada" not in kept["error"]


async def test_whoever_hangs_up_before_it_has_the_mail_gets_it_once(owing: Owing) -> None:
    await owing.add()
    with mail_server(hanging_up("DATA")) as server:
        await owing.send(post_to(server))
        server.behaviour = lambda _server, _step: None
        owing.now += HOUR
        await owing.send(post_to(server))

        assert len(server.taken()) == 1


async def test_whoever_hangs_up_after_it_has_the_mail_gets_the_very_same_again(
    owing: Owing,
) -> None:
    await owing.add()
    with mail_server(hanging_up("ACCEPTED")) as server:
        await owing.send(post_to(server))
        server.behaviour = lambda _server, _step: None
        owing.now += HOUR
        await owing.send(post_to(server))
        first, again = server.taken()

    assert first.content == again.content
    assert first.message_id == again.message_id != ""


async def test_a_client_who_is_deleted_meanwhile_leaves_nothing(owing: Owing) -> None:
    await owing.add()
    deleting = "mutation ($id: ID!) { deleteClient(id: $id) { keptSessions } }"
    with mail_server() as server:

        class Deleting:
            kind = MailCarrier.SMTP

            async def carry(self, message: Message) -> None:
                await owing.practice.ask(deleting, {"id": owing.client.id})

        assert await owing.send(Post(Deleting(), SENDER, 30)) == 1
        assert await owing.send(post_to(server)) == 0

    assert await owing.kept() == []


async def test_what_was_sent_to_a_client_goes_with_them_but_for_the_fact(owing: Owing) -> None:
    await owing.add()
    with mail_server() as server:
        await owing.send(post_to(server))
    (before,) = await owing.listed()
    await owing.practice.ask(
        "mutation ($id: ID!) { deleteClient(id: $id) { keptSessions } }", {"id": owing.client.id}
    )

    (after,) = await owing.listed()
    assert (before["to"], before["state"]) == ("ada@example.com", "SENT")
    assert (after["state"], after["to"], after["subject"], after["text"], after["client"]) == (
        "SENT", None, None, None, None,
    )  # fmt: skip
    rows = await owing.database.fetch("SELECT * FROM outbox_message")
    assert len(rows) == 1
    assert not any(one in str([tuple(row) for row in rows]) for one in ("Ada", "ada@", "Coaching"))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"email": None}, "The client has no email address any more."),
        ({"email": "two@example.com,ada@example.com"}, "This is not one email address."),
    ],
    ids=["none", "two"],
)
async def test_without_one_address_there_is_nothing_to_try(
    owing: Owing, change: dict[str, Any], says: str
) -> None:
    await owing.add()
    await Client.filter(practitioner_id=owing.practice.practitioner.id).update(**change)

    assert await owing.send(NOWHERE) == 1

    (kept,) = await owing.kept()
    assert (kept["failed"], kept["error"]) == (True, says)


async def test_a_session_that_is_over_by_then_is_told_of_no_more(owing: Owing) -> None:
    await owing.add()
    owing.now += timedelta(days=3)

    assert await owing.send(NOWHERE) == 1

    (kept,) = await owing.kept()
    assert (kept["failed"], kept["error"]) == (
        True,
        "The session was over before it could be sent.",
    )


async def test_a_fault_of_ours_is_logged_and_the_mail_tried_again(
    owing: Owing, caplog: pytest.LogCaptureFixture
) -> None:
    await owing.add()

    class Broken:
        kind = MailCarrier.SMTP

        async def carry(self, message: Message) -> None:
            raise RuntimeError("broken")

    assert await owing.send(Post(Broken(), SENDER, 30)) == 1

    (kept,) = await owing.kept()
    assert (kept["failed"], kept["error"]) == (False, "The server has a fault; its log says which.")
    assert "RuntimeError: broken" in caplog.text
    assert "ada@example.com" not in caplog.text


async def test_without_a_mail_server_mail_is_kept_as_files(owing: Owing, tmp_path: Path) -> None:
    await owing.add()
    folder = tmp_path / "not there" / "mail"

    assert await owing.send(Post(Directory(folder), SENDER, 10)) == 1

    (file,) = folder.iterdir()
    assert b"To: Ada Lovelace <ada@example.com>\r\n" in file.read_bytes()
    assert (file.stat().st_mode & 0o077, folder.stat().st_mode & 0o077) == (0, 0)
    (mail,) = await owing.listed()
    assert (mail["state"], file.name) == ("KEPT", f"{mail['id']}.eml")
    trail = await owing.practice.ask(
        "query ($id: ID!) { session(id: $id) { events { kind } } }", {"id": owing.session.id}
    )
    assert trail.data["session"]["events"] == []  # no mail server has accepted it


async def test_a_directory_that_takes_no_files_is_tried_again(owing: Owing, tmp_path: Path) -> None:
    await owing.add()
    (tmp_path / "file").write_text("")

    assert await owing.send(Post(Directory(tmp_path / "file" / "mail"), SENDER, 10)) == 1

    (kept,) = await owing.kept()
    assert not kept["failed"]
    assert kept["error"] == "The directory for mail takes no files: Not a directory."


def test_attempts_are_spread_by_a_tenth() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    assert next_attempt(1, now=now, jitter=0) == now + timedelta(seconds=54)
    assert next_attempt(1, now=now, jitter=1) == now + timedelta(seconds=66)
    assert next_attempt(MOST_ATTEMPTS, now=now, jitter=1) is None
