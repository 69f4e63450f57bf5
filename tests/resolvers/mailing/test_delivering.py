"""What is owed is sent once, in order, and again where it was not accepted, but not for ever."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from mail import carrier
from mail.carrier import Message, NotAccepted, Post
from mail.directory import Directory
from mail.smtp import Smtp
from models import Client, OutboxMessage, Session
from models.database import Database
from models.enums import MailCarrier, MailKind, SessionStatus
from models.instants import to_text
from resolvers.mailing.claims import Claimed, claim_next
from resolvers.mailing.delivering import DELAYS, MOST_ATTEMPTS, deliver_next, next_attempt
from resolvers.sweeping import MAILS_STAY, sweep
from tests.acts import act
from tests.e2e.conftest import locked
from tests.mail_server import SENDER, MailServer, hanging_up, mail_server, refusing
from tests.mails import add_mail
from tests.practice import NOW, Practice
from tests.statements import RecordedDatabase

HOUR = timedelta(hours=1)


class Owing:
    """A practice with a client who has an address, and a session in two days."""

    def __init__(self, practice: Practice, client: Client, session: Session) -> None:
        self.practice = practice
        self.database = practice.database
        self.client = client
        self.session = session
        self.now = NOW

    @classmethod
    async def of(cls, database: Database) -> "Owing":
        practice = await Practice.of(database)
        client = await practice.add_client("Ada Lovelace", email="ada@example.com")
        session = await practice.add_session(
            client, NOW + timedelta(days=2), SessionStatus.PENDING, private_notes="SECRET"
        )
        return cls(practice, client, session)

    async def add(self, **given: Any) -> OutboxMessage:
        return await add_mail(self.practice, self.session, self.client, **given)

    async def send(self, post: Post) -> int:
        """Send until nothing is due; how often it was tried."""
        tried = 0
        while await deliver_next(self.database, post, clock=lambda: self.now, jitter=lambda: 0.5):
            tried += 1
        return tried

    async def claim(self) -> Claimed | None:
        return await claim_next(self.database, NOWHERE, domain="x", now=self.now)

    async def kept(self) -> list[dict[str, Any]]:
        """What became of each mail, in the order of the changes."""
        own = OutboxMessage.filter(practitioner_id=self.practice.practitioner.id)
        found = await own.order_by("session_version", "id")
        return [
            {
                "kind": one.kind,
                "attempts": one.attempts,
                "error": one.last_error,
                "sent": one.sent_at is not None,
                "failed": one.failed_at is not None,
                "due": one.available_at,
            }
            for one in found
        ]

    async def listed(self) -> list[dict[str, Any]]:
        answer = await self.practice.ask(
            "{ mails { totalCount nodes { id kind state to subject text attempts lastError "
            "nextAttemptAt session { id } client { id } } } }",
            now=self.now,
        )
        assert answer.errors == []
        nodes: list[dict[str, Any]] = answer.data["mails"]["nodes"]
        assert answer.data["mails"]["totalCount"] == len(nodes)
        return nodes

    async def retry(self, identifier: str) -> Any:
        answer = await self.practice.ask(
            "mutation ($id: ID!) { retryMail(id: $id) { mail { state nextAttemptAt attempts } "
            "errors { __typename message } } }",
            {"id": identifier},
            now=self.now,
        )
        assert answer.errors == []
        return answer.data["retryMail"]


class _Nobody:
    kind = MailCarrier.SMTP

    async def carry(self, message: Message) -> None:
        raise NotAccepted("Nobody takes it.")


NOWHERE = Post(_Nobody(), SENDER, 30)


def post_to(server: MailServer) -> Post:
    kept = carrier.MailServer(host="127.0.0.1", port=server.port, security="none", seconds=5)
    return Post(Smtp(kept), SENDER, kept.most_seconds)


@pytest.fixture
async def owing(database: Database) -> Owing:
    # Delivery looks at all that is owed; what other tests owe is none of ours.
    await OutboxMessage.all().delete()
    return await Owing.of(database)


async def test_a_session_confirmed_moved_and_cancelled_makes_three_mails_in_this_order(
    owing: Owing,
) -> None:
    practice, session = owing.practice, owing.session
    await act(practice, "updateSessionStatus", id=session.id, status="CONFIRMED")
    moved = to_text(NOW + timedelta(days=3))
    await act(practice, "rescheduleSession", id=session.id, startsAt=moved)
    await act(practice, "cancelSession", id=session.id, reason="Ill")

    with mail_server() as server:
        assert await owing.send(post_to(server)) == 3
        assert await owing.send(post_to(server)) == 0
        received = server.taken()

    assert [one.mail["Subject"].partition(":")[0] for one in received] == [
        "Confirmed", "Moved", "Cancelled",
    ]  # fmt: skip
    assert "When:   Saturday, 16 May 2026, 14:00" in received[0].text
    assert "Before: Saturday, 16 May 2026, 14:00" in received[1].text
    assert "When:   Sunday, 17 May 2026, 14:00" in received[1].text
    assert "Reason: Ill" in received[2].text
    assert len({one.message_id for one in received}) == 3
    assert not any("SECRET" in one.content.decode() for one in received)
    trail = await practice.ask(
        "query ($id: ID!) { session(id: $id) { version events { kind actor } } }",
        {"id": session.id},
    )
    kinds = [(one["kind"], one["actor"]) for one in trail.data["session"]["events"]]
    assert kinds.count(("EMAIL_SENT", "SYSTEM")) == 3
    assert trail.data["session"]["version"] == 4


async def test_what_a_mail_says_is_what_was_so_when_it_was_written(owing: Owing) -> None:
    practice, session = owing.practice, owing.session
    await act(practice, "updateSessionNotes", id=session.id, customerNotes="Then")
    await act(practice, "updateSessionStatus", id=session.id, status="CONFIRMED")
    await act(practice, "updateSessionNotes", id=session.id, customerNotes="Later")
    await act(practice, "updateService", id=practice.service.id, name="Other")
    await act(practice, "updateClient", id=owing.client.id, email="new@example.com")

    with mail_server() as server:
        await owing.send(post_to(server))
        (received,) = server.taken()

    assert "Then" in received.text
    assert "Coaching" in received.text
    assert not any(word in received.text for word in ("Later", "Other"))
    assert received.recipients == ["new@example.com"]


@pytest.mark.parametrize(
    "silently",
    [
        ("updateSessionStatus", {"status": "CONFIRMED", "notifyClient": False}),
        ("rescheduleSession", {"startsAt": "2026-05-20T08:00:00Z", "notifyClient": False}),
        ("cancelSession", {"notifyClient": False}),
        ("updateSession", {"durationMinutes": 30}),
        ("updateSessionNotes", {"customerNotes": "New"}),
        ("updateSessionStatus", {"status": "PENDING"}),
    ],
    ids=lambda one: f"{one[0]} {'silently' if 'notifyClient' in one[1] else ''}",
)
async def test_nobody_is_told_where_nobody_is_to_be_told(
    owing: Owing, silently: tuple[str, dict[str, Any]]
) -> None:
    mutation, given = silently
    await act(owing.practice, mutation, id=owing.session.id, **given)

    assert await owing.kept() == []


async def test_of_many_that_change_at_once_each_client_is_told_unless_nobody_is_to_be(
    owing: Owing,
) -> None:
    second = await owing.practice.add_session(owing.client, NOW + HOUR, SessionStatus.PENDING)
    ids = [owing.session.id, second.id]

    await act(
        owing.practice, "updateSessionStatuses", ids=ids, status="CONFIRMED", notifyClient=False
    )
    assert await owing.kept() == []
    await act(owing.practice, "updateSessionStatuses", ids=ids, status="CANCELLED")

    assert [one["kind"] for one in await owing.kept()] == [MailKind.CANCELLED] * 2


async def test_another_calendar_at_the_same_time_is_nothing_to_tell_a_client(owing: Owing) -> None:
    other = await owing.practice.add_calendar("Room 2")
    same = to_text(owing.session.starts_at)
    for calendar, starts_at in (
        (other.id, same),
        (owing.practice.calendar.id, "2026-05-20T08:00:00Z"),
    ):
        await act(
            owing.practice,
            "rescheduleSession",
            id=owing.session.id,
            startsAt=starts_at,
            calendarId=calendar,
        )

    assert [one["kind"] for one in await owing.kept()] == [MailKind.RESCHEDULED]


async def test_what_is_over_and_who_has_no_address_gets_no_mail(owing: Owing) -> None:
    practice = owing.practice
    nobody = await practice.add_client("Bob")
    ahead = await practice.add_session(nobody, NOW + HOUR, SessionStatus.PENDING)
    past = await practice.add_session(owing.client, NOW - 2 * HOUR, SessionStatus.PENDING)

    for session in (ahead, past):
        await act(practice, "updateSessionStatus", id=session.id, status="CONFIRMED")
        await act(practice, "cancelSession", id=session.id)

    assert await owing.kept() == []


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


async def test_workers_share_what_is_owed(owing: Owing) -> None:
    """Forty mails of twenty sessions, by four at once: each arrives once, in order."""
    for number in range(20):
        owing.session = await owing.practice.add_session(owing.client, NOW + number * HOUR + HOUR)
        for version in (1, 2):
            kind = (MailKind.CONFIRMED, MailKind.CANCELLED)[version - 1]
            owing.session.version = version
            await owing.add(kind=kind)

    with mail_server() as server:
        tried = await asyncio.gather(*(owing.send(post_to(server)) for _ in range(4)))
        while sum(tried) < 40:  # somebody who waited for an earlier one saw nothing due
            tried.append(await owing.send(post_to(server)))
        received = server.taken()

    assert sum(tried) == 40
    assert len({one.message_id for one in received}) == len(received) == 40
    seen: dict[str, list[str]] = {}
    for one in received:
        uid = one.calendar.partition("UID:")[2].split()[0]
        seen.setdefault(uid, []).append(one.mail["Subject"].partition(":")[0])
    assert set(map(tuple, seen.values())) == {("Confirmed", "Cancelled")}


async def test_a_mail_that_is_being_sent_is_nobody_elses_until_its_claim_runs_out(
    owing: Owing,
) -> None:
    await owing.add()
    first = await owing.claim()
    assert first is not None
    assert await owing.claim() is None

    owing.now += HOUR
    second = await owing.claim()

    assert second is not None
    assert (first.message_id, first.attempts) == (second.message_id, 1)
    assert second.attempts == 2


async def test_whoever_was_too_slow_can_say_nothing_any_more(owing: Owing) -> None:
    """The claim runs out while the mail server takes its time; another worker sends the mail."""
    await owing.add()
    with mail_server() as server:

        class Slow:
            kind = MailCarrier.SMTP

            async def carry(self, message: Message) -> None:
                owing.now += HOUR
                assert await owing.send(post_to(server)) == 1
                raise NotAccepted("Too late.", is_final=True)

        assert await owing.send(Post(Slow(), SENDER, 30)) == 1
        assert len(server.taken()) == 1

    (kept,) = await owing.kept()
    assert (kept["sent"], kept["failed"], kept["error"]) == (True, False, None)


async def test_whoever_was_too_slow_ends_no_claim_of_one_that_begins_anew(owing: Owing) -> None:
    """Somebody asks for another try once the claim has run out, so attempts are counted anew."""
    made = await owing.add()

    class Slow:
        kind = MailCarrier.SMTP

        async def carry(self, message: Message) -> None:
            owing.now += HOUR
            assert (await owing.retry(made.id))["errors"] == []
            second = await owing.claim()
            assert second is not None
            assert second.attempts == 1
            raise NotAccepted("Too late.", is_final=True)

    assert await owing.send(Post(Slow(), SENDER, 30)) == 1

    (kept,) = await owing.kept()
    assert (kept["sent"], kept["failed"], kept["error"]) == (False, False, None)
    assert await owing.claim() is None


async def test_a_worker_that_is_stopped_gives_back_what_it_was_sending(owing: Owing) -> None:
    await owing.add()
    begun = asyncio.Event()

    class Hanging:
        kind = MailCarrier.SMTP

        async def carry(self, message: Message) -> None:
            begun.set()
            await asyncio.Event().wait()

    sending = asyncio.create_task(owing.send(Post(Hanging(), SENDER, 30)))
    await begun.wait()
    assert await owing.claim() is None
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending

    again = await owing.claim()
    assert again is not None
    assert again.attempts == 1


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


async def test_the_list_says_what_became_of_each(owing: Owing) -> None:
    await owing.add()
    with mail_server(refusing("RCPT", "450 later")) as server:
        await owing.send(post_to(server))
    (mail,) = await owing.listed()

    assert (mail["state"], mail["to"], mail["attempts"]) == ("WAITING", "ada@example.com", 1)
    assert mail["lastError"] == "The mail server refused the recipient: 450."
    assert mail["nextAttemptAt"] == to_text(NOW + timedelta(minutes=1))
    assert mail["session"]["id"] == owing.session.id
    assert mail["subject"].startswith("Confirmed: Coaching on Saturday, 16 May 2026")
    assert "Hello Ada Lovelace" in mail["text"]
    for state, count in (("WAITING", 1), ("SENT", 0), ("KEPT", 0), ("FAILED", 0)):
        answer = await owing.practice.ask(
            "query ($state: MailState) { mails(state: $state, first: 5) { totalCount } }",
            {"state": state},
        )
        assert answer.data["mails"]["totalCount"] == count


async def test_the_list_has_pages_of_its_own_state_only(owing: Owing) -> None:
    made = [(await owing.add(created_at=NOW + HOUR * number)).id for number in range(3)]
    document = """query ($after: String, $state: MailState) { mails(first: 2, after: $after,
      state: $state) { nodes { id } pageInfo { endCursor hasNextPage } } }"""
    first = (await owing.practice.ask(document)).data["mails"]
    cursor = first["pageInfo"]["endCursor"]
    rest = (await owing.practice.ask(document, {"after": cursor})).data["mails"]
    wrong = await owing.practice.ask(document, {"after": cursor, "state": "FAILED"})

    assert [one["id"] for one in (*first["nodes"], *rest["nodes"])] == made[::-1]
    assert wrong.codes == ["BAD_USER_INPUT"]


async def test_a_mail_that_failed_is_tried_again_when_somebody_asks(owing: Owing) -> None:
    made = await owing.add()
    with mail_server(refusing("RCPT", "550 unknown")) as server:
        await owing.send(post_to(server))
        server.behaviour = lambda _server, _step: None
        done = await owing.retry(made.id)
        assert done == {
            "mail": {"state": "WAITING", "nextAttemptAt": to_text(NOW), "attempts": 0},
            "errors": [],
        }
        await owing.send(post_to(server))
        assert len(server.taken()) == 1

    again = await owing.retry(made.id)
    assert again["errors"][0] == {
        "__typename": "InvalidInputError",
        "message": "This mail was sent.",
    }


async def test_what_a_later_mail_has_overtaken_or_nobody_knows_is_not_tried_again(
    owing: Owing,
) -> None:
    overtaken = await owing.add(failed_at=NOW)
    owing.session.version = 2
    later = await owing.add(failed_at=NOW)
    owing.session = await owing.practice.add_session(owing.client, NOW + HOUR)
    old = await owing.add(failed_at=NOW, payload='{"sessionVersion":1}')

    refused = [(await owing.retry(one.id))["errors"] for one in (overtaken, old)]
    unknown = (await owing.retry("msg_" + "0" * 26))["errors"]
    nothing = (await owing.retry("nothing"))["errors"]

    assert [one[0]["message"] for one in refused] == [
        "There is a later mail about this session.",
        "Nobody knows any more what this mail was to say.",
    ]
    assert [one[0]["__typename"] for one in (unknown, nothing)] == ["NotFoundError"] * 2
    assert (await owing.retry(later.id))["errors"] == []


async def test_what_is_being_sent_is_not_sent_twice_because_somebody_asks(owing: Owing) -> None:
    made = await owing.add()
    await owing.claim()

    assert (await owing.retry(made.id))["errors"] == []

    assert await owing.claim() is None


def test_attempts_are_spread_by_a_tenth() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    assert next_attempt(1, now=now, jitter=0) == now + timedelta(seconds=54)
    assert next_attempt(1, now=now, jitter=1) == now + timedelta(seconds=66)
    assert next_attempt(MOST_ATTEMPTS, now=now, jitter=1) is None


async def test_a_database_that_goes_away_while_a_mail_is_sent_makes_no_second_one(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with Database(url, busy_seconds=0.05) as database:
        owing = await Owing.of(database)
        await owing.add()
        with mail_server() as server:
            away = Away(url, post_to(server).carrier)
            assert await owing.send(Post(away, SENDER, 30)) == 1
            await away.is_back()
            owing.now += HOUR
            assert await owing.send(Post(away, SENDER, 30)) == 0

            assert len(server.taken()) == 1
        (kept,) = await owing.kept()
    assert (kept["sent"], kept["attempts"]) == (True, 1)
    if url.startswith("sqlite"):
        assert "a mail was sent, and the database is away" in caplog.text


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_was_accepted_is_not_given_back_by_a_worker_that_is_stopped(url: str) -> None:
    """The database is away when the mail is accepted, and back when the worker is stopped."""
    async with Database(url, busy_seconds=0.05) as database:
        owing = await Owing.of(database)
        await owing.add()
        with mail_server() as server:
            away = Away(url, post_to(server).carrier)
            sending = asyncio.create_task(owing.send(Post(away, SENDER, 30)))
            await away.is_back()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending

            assert await owing.claim() is None
        (kept,) = await owing.kept()
    assert (kept["sent"], kept["attempts"]) == (True, 1)


class _Notices(logging.Handler):
    def __init__(self, event: asyncio.Event) -> None:
        super().__init__(logging.WARNING)
        self._event = event

    def emit(self, record: logging.LogRecord) -> None:
        self._event.set()


class Away:
    """Carries mail, and takes the database from us in that moment, until that is noticed."""

    kind = MailCarrier.SMTP

    def __init__(self, url: str, carrier: carrier.Carrier) -> None:
        self._url = url
        self._carrier = carrier
        self._back: asyncio.Task[None] | None = None
        self._carried = asyncio.Event()

    async def carry(self, message: Message) -> None:
        await self._carrier.carry(message)
        if self._url.startswith("sqlite"):
            lock = locked(self._url)
            await lock.__aenter__()
            self._back = asyncio.create_task(self._unlock(lock))
            self._carried.set()
            return
        connection = await asyncpg.connect(self._url)
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()
        self._carried.set()

    async def _unlock(self, lock: AbstractAsyncContextManager[None]) -> None:
        noticed = asyncio.Event()
        logger = logging.getLogger("session_history.mail")
        handler = _Notices(noticed)
        logger.addHandler(handler)
        await noticed.wait()
        logger.removeHandler(handler)
        await lock.__aexit__(None, None, None)

    async def is_back(self) -> None:
        await self._carried.wait()
        if self._back is not None:
            await self._back


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_looking_for_what_is_due_seeks_in_indexes(url: str) -> None:
    """It is done every two seconds by every worker, whatever was sent before."""
    async with RecordedDatabase(url) as recorded:
        assert await claim_next(recorded, NOWHERE, domain="x", now=NOW) is None

        ((sql, given),) = recorded.statements
        plan = await recorded.plan_of(sql, given)
    assert "outbox_message USING INDEX ix_outbox_due" in plan[0]
    assert any("earlier USING INDEX ix_outbox_session" in line for line in plan)
    assert not any("SCAN" in line or "TEMP B-TREE" in line for line in plan)


async def test_old_mail_is_swept_away_and_what_waits_is_not(own_database: Database) -> None:
    owing = await Owing.of(own_database)
    old, later = NOW - MAILS_STAY, NOW - MAILS_STAY + HOUR
    for created_at in (old, later):
        await owing.add(created_at=created_at, sent_at=created_at, carried_by="SMTP")
        await owing.add(created_at=created_at, failed_at=created_at)
        await owing.add(created_at=created_at)

    await sweep(own_database, now=NOW)

    kept = [(one["sent"], one["failed"]) for one in await owing.kept()]
    assert sorted(kept) == [(False, False), (False, False), (False, True), (True, False)]
