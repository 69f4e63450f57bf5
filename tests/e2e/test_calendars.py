"""Invitations and feeds, read by what calendars are read with elsewhere: ical.js, of Thunderbird.

Needs Node and npm; `npm ci` fetches the package once, by its hash, and nothing is kept here.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mail.feed import feed
from mail.invitations import invitation
from models import OutboxMessage
from models.database import Database
from models.enums import MailKind, SessionStatus
from models.instants import to_text
from resolvers.context import Context
from resolvers.feeds.links import CreateCalendarFeedInput, create_calendar_feed
from resolvers.feeds.reading import read_feed
from tests.acts import act
from tests.e2e.node import answered, installed
from tests.mail_server import SENDER, mail_server
from tests.mails import letter
from tests.practice import NOW, Practice
from tests.resolvers.mailing.owing import Owing, post_to

# Before and after clocks change: in Berlin on 25 October 2026, in New York on 1 November, on Lord
# Howe, by half an hour, on 4 October.
BOOKED, MOVED, MOVED_AGAIN = (
    datetime(2026, 10, 3, 13, 0, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
)
LOCAL = {
    "Europe/Berlin": ("15:00", "02:30 (UTC+02:00) to 02:20 (UTC+01:00)", "07:30"),
    "America/New_York": ("09:00", "20:30", "01:30"),
    "Australia/Lord_Howe": ("23:30", "11:30", "17:30"),
}


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(Path(__file__).parent / "calendars", tmp_path_factory.mktemp("node"))


def read(reader: Path, calendars: list[str]) -> Any:
    """What a calendar shows after each of them."""
    return answered(reader, "read.mjs", calendars)


def milliseconds(at: datetime) -> str:
    return to_text(at).replace("Z", ".000Z")


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("zone", LOCAL)
async def test_a_session_is_one_event_that_moves_and_goes(
    database: Database, reader: Path, zone: str
) -> None:
    await OutboxMessage.all().delete()
    practice = await Practice.of(database)
    client = await practice.add_client('Müller, Ada; "A"', email="a@example.com", time_zone=zone)
    booked = await act(
        practice,
        "bookSession",
        clientId=client.id,
        serviceId=practice.service.id,
        calendarId=practice.calendar.id,
        startsAt=to_text(BOOKED),
        status="CONFIRMED",
    )
    for starts_at in (MOVED, MOVED_AGAIN):
        await act(
            practice, "rescheduleSession", id=booked.session["id"], startsAt=to_text(starts_at)
        )
    await act(practice, "cancelSession", id=booked.session["id"])
    owing = Owing(practice, client, None)  # type: ignore[arg-type]  # it is only to send
    with mail_server() as server:
        assert await owing.send(post_to(server)) == 4
        received = server.taken()

    shown = read(reader, [one.calendar for one in received])

    assert [one["method"] for one in shown] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert {name for one in shown for name in one["names"]} == {
        f"{booked.session['id']}@session-history"
    }
    starts = [[event["starts"] for event in one["events"]] for one in shown]
    assert starts == [*([milliseconds(at)] for at in (BOOKED, MOVED, MOVED_AGAIN)), []]
    events = [one["events"][0] for one in shown[:3]]
    assert [one["sequence"] for one in events] == [1, 2, 3]
    assert events[2]["ends"] == milliseconds(MOVED_AGAIN + timedelta(minutes=50))
    assert events[2]["attendees"] == [["mailto:a@example.com", "Müller, Ada; 'A'"]]
    assert events[2]["organizer"] == f"mailto:{practice.practitioner.email}"
    for one, local in zip(received, LOCAL[zone], strict=False):
        (when,) = [line for line in one.text.splitlines() if line.startswith("When:")]
        assert f", {local} " in when or f", {local}, " in when
        assert zone in when


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_session_that_is_reinstated_is_in_the_calendar_again(
    database: Database, reader: Path
) -> None:
    """Also where nobody was told of what happened to it in between."""
    await OutboxMessage.all().delete()
    owing = await Owing.of(database)
    identifier = owing.session.id
    for status in ("CONFIRMED", "CANCELLED", "PENDING", "CONFIRMED"):
        await act(owing.practice, "updateSessionStatus", id=identifier, status=status)
    for silently, starts_at in ((True, MOVED), (False, MOVED_AGAIN)):
        await act(
            owing.practice,
            "rescheduleSession",
            id=identifier,
            startsAt=to_text(starts_at),
            notifyClient=not silently,
        )
    with mail_server() as server:
        await owing.send(post_to(server))
        received = server.taken()

    shown = read(reader, [one.calendar for one in received])

    assert [one["method"] for one in shown] == ["REQUEST", "CANCEL", "REQUEST", "REQUEST"]
    events = [one["events"] for one in shown]
    assert [[one["sequence"] for one in each] for each in events] == [[2], [], [5], [7]]
    assert [one["starts"] for one in events[-1]] == [milliseconds(MOVED_AGAIN)]


def test_no_text_adds_a_line_to_an_invitation(reader: Path) -> None:
    evil = 'A\r\nATTENDEE:mailto:evil@x\nB\rC\u2028D\x85E;X="1":,\\n\\'
    written = invitation(
        letter(
            MailKind.CONFIRMED,
            parties={"client": evil, "practice": evil},
            service=evil,
            customer_notes=evil,
        ),
        sender=SENDER,
    )

    ((event,),) = [one["events"] for one in read(reader, [written])]

    assert [address for address, _ in event["attendees"]] == ["mailto:ada@example.com"]
    line = 'A ATTENDEE:mailto:evil@x B C D E;X="1":,\\n\\'
    assert event["summary"] == f"{line} with {line}"
    assert all(len(one.encode()) <= 75 for one in written.split("\r\n"))
    assert event["description"] is None  # calendars are shared


async def test_a_feed_shows_what_holds_its_slot_and_no_private_note(
    practice: Practice, reader: Path
) -> None:
    ada = await practice.add_client("Ada, Countess")
    at = {
        "long over": (NOW - timedelta(days=91), SessionStatus.COMPLETED),
        "over": (NOW - timedelta(days=89), SessionStatus.COMPLETED),
        "missed": (NOW - timedelta(days=2), SessionStatus.NO_SHOW),
        "cancelled": (NOW + timedelta(days=1), SessionStatus.CANCELLED),
        "pending": (NOW + timedelta(days=2), SessionStatus.PENDING),
        "ahead": (NOW + timedelta(days=2000), SessionStatus.CONFIRMED),
    }
    for notes, (starts_at, status) in at.items():
        await practice.add_session(
            ada, starts_at, status, customer_notes=f"{notes}\nsecond line", private_notes="SECRET"
        )
    other = await practice.add_calendar("Other")
    await practice.add_session(ada, NOW + timedelta(days=1), calendar_id=other.id)
    await practice.add_session(None, NOW + timedelta(days=4))
    context = Context(
        database=practice.database, principal=practice.principal(), now=NOW, base_url="http://us"
    )
    made = await create_calendar_feed(
        context,
        CreateCalendarFeedInput(calendar_id=practice.calendar.id),
    )

    found = await read_feed(practice.database, made.id, made.url.split("key=")[1], now=NOW)
    written = feed(found.name, found.entries())

    assert b"SECRET" not in written
    ((shown),) = read(reader, [written.decode()])
    assert shown["method"] == "PUBLISH"
    assert [(one["summary"], one["status"], one["description"]) for one in shown["events"]] == [
        ("Coaching: Ada, Countess", "CONFIRMED", "over\nsecond line"),
        ("Coaching: Ada, Countess", "TENTATIVE", "pending\nsecond line"),
        ("Coaching: Deleted Client", "CONFIRMED", None),
        ("Coaching: Ada, Countess", "CONFIRMED", "ahead\nsecond line"),
    ]
    assert shown["events"][1]["starts"] == milliseconds(NOW + timedelta(days=2))
