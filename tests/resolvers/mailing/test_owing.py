"""What is owed with each change, and what is not."""

from datetime import timedelta
from typing import Any

import pytest

from models.enums import MailKind, SessionStatus
from models.instants import to_text
from tests.acts import act
from tests.mail_server import mail_server
from tests.practice import NOW
from tests.resolvers.mailing.owing import HOUR, Owing, post_to


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
