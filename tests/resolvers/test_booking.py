"""Booking, booking again and booking a follow-up (product.md, Actions)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import OutboxMessage, Session
from models.enums import SessionStatus
from models.instants import to_text
from resolvers.slots import nearest_free
from tests.acts import Done, act
from tests.practice import NOW, Practice

SOON = NOW + timedelta(days=1)


async def book(practice: Practice, client_id: str, starts_at: datetime = SOON, **more: Any) -> Done:
    return await act(
        practice,
        "bookSession",
        **{
            "clientId": client_id,
            "serviceId": practice.service.id,
            "calendarId": practice.calendar.id,
            "startsAt": to_text(starts_at),
            **more,
        },
    )


async def owed(practice: Practice) -> list[str]:
    found = OutboxMessage.filter(practitioner_id=practice.practitioner.id).order_by("id")
    return [message.kind for message in await found]


async def test_a_new_session_is_pending_and_as_its_service_has_it(practice: Practice) -> None:
    client = await practice.add_client()

    done = await book(practice, client.id)

    assert done.errors == []
    session = done.session
    assert session["status"] == "PENDING"
    assert session["durationMinutes"] == 50
    assert session["price"] == {"amount": "90.00", "currency": "EUR"}
    assert session["startsAt"] == to_text(SOON)
    assert session["endsAt"] == to_text(SOON + timedelta(minutes=50))
    assert session["version"] == 1
    assert [event["kind"] for event in session["events"]] == ["BOOKED"]
    assert await owed(practice) == []


async def test_what_is_given_goes_before_what_the_service_has(practice: Practice) -> None:
    client = await practice.add_client()

    done = await book(
        practice,
        client.id,
        durationMinutes=90,
        price={"amount": "1200", "currency": "JPY"},
        status="CONFIRMED",
        customerNotes="Bring a mat\n",
        privateNotes="First time",
    )

    session = done.session
    assert session["durationMinutes"] == 90
    assert session["price"] == {"amount": "1200", "currency": "JPY"}
    assert session["status"] == "CONFIRMED"
    assert session["customerNotes"] == "Bring a mat\n"
    assert session["privateNotes"] == "First time"
    assert "First time" not in str(session["events"])


async def test_booking_as_confirmed_owes_the_client_an_email_if_there_is_an_address(
    practice: Practice,
) -> None:
    silent = await practice.add_client()
    reachable = await practice.add_client(email="ada@example.com")

    await book(practice, silent.id, SOON, status="CONFIRMED")
    await book(practice, reachable.id, SOON + timedelta(hours=2), status="CONFIRMED")
    await book(practice, reachable.id, NOW - timedelta(days=1), status="CONFIRMED")

    assert await owed(practice) == ["CONFIRMED"]


@pytest.mark.parametrize("status", ["COMPLETED", "NO_SHOW"])
async def test_an_outcome_needs_a_session_that_has_started(practice: Practice, status: str) -> None:
    client = await practice.add_client()

    refused = await book(practice, client.id, NOW + timedelta(seconds=1), status=status)
    done = await book(practice, client.id, NOW, status=status)

    assert refused.error["__typename"] == "StatusNotAllowedError"
    assert (refused.error["from"], refused.error["to"]) == ("PENDING", status)
    assert done.session["status"] == status


async def test_a_slot_that_is_taken_tells_who_holds_it_and_what_is_free(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    first = (await book(practice, client.id, SOON)).session
    second = (await book(practice, client.id, SOON + timedelta(minutes=50))).session

    refused = await book(practice, client.id, SOON + timedelta(minutes=30))

    assert refused.session is None
    assert refused.error["__typename"] == "SlotTakenError"
    assert refused.error["path"] == ["input", "startsAt"]
    assert [one["id"] for one in refused.error["sessions"]] == [first["id"], second["id"]]
    assert refused.error["nearestFree"] == [
        to_text(SOON - timedelta(minutes=50)),
        to_text(SOON + timedelta(minutes=100)),
    ]
    assert await Session.filter(practitioner_id=practice.practitioner.id).count() == 2
    for start in refused.error["nearestFree"]:
        assert (await book(practice, client.id, datetime.fromisoformat(start))).errors == []


async def test_an_overlap_that_is_allowed_is_booked(practice: Practice) -> None:
    client = await practice.add_client()
    await book(practice, client.id)

    assert (await book(practice, client.id, allowOverlap=True)).errors == []
    assert (await book(practice, client.id)).error["__typename"] == "SlotTakenError"


async def test_free_slots_of_the_past_are_offered_only_to_who_asks_for_the_past(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    await book(practice, client.id, NOW)
    await book(practice, client.id, NOW - timedelta(days=3))

    now = await book(practice, client.id, NOW + timedelta(minutes=10))
    then = await book(practice, client.id, NOW - timedelta(days=3))

    assert all(start >= to_text(NOW) for start in now.error["nearestFree"])
    assert any(start < to_text(NOW) for start in then.error["nearestFree"])


@given(
    starts=st.lists(st.integers(0, 600), max_size=12),
    wanted=st.integers(0, 600),
    minutes=st.integers(1, 90),
)
def test_free_starts_are_free_and_as_near_as_any(
    starts: list[int], wanted: int, minutes: int
) -> None:
    """Against trying every minute."""
    zero = datetime(2026, 1, 1, tzinfo=UTC)
    busy = [
        (zero + timedelta(minutes=at), zero + timedelta(minutes=at + 1 + at % 70)) for at in starts
    ]
    asked, duration = zero + timedelta(minutes=wanted), timedelta(minutes=minutes)

    found = nearest_free(busy, wanted=asked, duration=duration, not_before=zero)

    def is_free(at: datetime) -> bool:
        return not any(start < at + duration and end > at for start, end in busy)

    assert all(is_free(at) and at >= zero for at in found)
    assert found == sorted(set(found))
    if busy and not is_free(asked):
        every = [zero + timedelta(minutes=minute) for minute in range(2000)]
        nearest = min(abs(at - asked) for at in every if is_free(at))
        assert min(abs(at - asked) for at in found) == nearest


async def test_the_same_again_copies_all_but_private_notes(practice: Practice) -> None:
    client = await practice.add_client()
    source = await practice.add_session(
        client,
        status=SessionStatus.COMPLETED,
        duration_minutes=75,
        price_minor=4200,
        customer_notes="North gate",
        private_notes="secret",
    )

    done = await act(practice, "duplicateSession", id=source.id, startsAt=to_text(SOON))

    session = done.session
    assert session["id"] != source.id
    assert session["status"] == "PENDING"
    assert session["durationMinutes"] == 75
    assert session["price"]["amount"] == "42.00"
    assert session["customerNotes"] == "North gate"
    assert session["privateNotes"] is None
    assert session["client"] == {"id": client.id}
    assert session["origin"] == {"kind": "DUPLICATE", "session": {"id": source.id}}


async def test_a_follow_up_has_the_service_of_the_one_it_follows_or_another(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    yoga = await practice.add_service("Yoga", duration_minutes=30, price_minor=1500)
    online = await practice.add_calendar("Online")
    source = await practice.add_session(client, duration_minutes=75, private_notes="secret")

    same = await act(practice, "bookFollowUp", id=source.id, startsAt=to_text(SOON))
    other = await act(
        practice,
        "bookFollowUp",
        id=source.id,
        startsAt=to_text(SOON),
        serviceId=yoga.id,
        calendarId=online.id,
    )

    assert same.session["service"]["id"] == practice.service.id
    assert same.session["durationMinutes"] == 50
    assert same.session["privateNotes"] is None
    assert same.session["origin"] == {"kind": "FOLLOW_UP", "session": {"id": source.id}}
    assert other.session["service"]["id"] == yoga.id
    assert other.session["durationMinutes"] == 30
    assert other.session["price"]["amount"] == "15.00"
    assert other.session["calendar"]["id"] == online.id


@pytest.mark.parametrize("mutation", ["duplicateSession", "bookFollowUp"])
async def test_nothing_more_is_booked_from_a_session_whose_client_was_deleted(
    practice: Practice, mutation: str
) -> None:
    source = await practice.add_session(None)

    refused = await act(practice, mutation, id=source.id, startsAt=to_text(SOON))

    assert refused.error["__typename"] == "ActionNotAllowedError"
    assert refused.error["status"] == "CONFIRMED"


async def test_a_retired_service_is_not_booked(practice: Practice) -> None:
    client = await practice.add_client()
    retired = await practice.add_service("Retired", active=False)
    source = await practice.add_session(client, service_id=retired.id)

    booked = await book(practice, client.id, serviceId=retired.id)
    again = await act(practice, "duplicateSession", id=source.id, startsAt=to_text(SOON))
    followed = await act(practice, "bookFollowUp", id=source.id, startsAt=to_text(SOON))

    assert booked.error["path"] == ["input", "serviceId"]
    assert again.error["__typename"] == "ActionNotAllowedError"
    assert followed.error["path"] == ["input", "serviceId"]


async def test_the_same_key_books_once_and_answers_alike(practice: Practice) -> None:
    client = await practice.add_client()
    first = await book(practice, client.id, idempotencyKey="key-1")

    again = await book(practice, client.id, idempotencyKey="key-1")
    other_input = await book(practice, client.id, SOON + timedelta(hours=3), idempotencyKey="key-1")
    other_mutation = await act(practice, "createClient", name="Bea", idempotencyKey="key-1")
    refused = await book(practice, client.id, idempotencyKey="key-2")
    free_later = await act(practice, "cancelSession", id=first.session["id"])
    retried = await book(practice, client.id, idempotencyKey="key-2")

    assert again.payload == first.payload
    assert other_input.error["__typename"] == "IdempotencyMismatchError"
    assert other_mutation.error["__typename"] == "IdempotencyMismatchError"
    assert refused.error["__typename"] == "SlotTakenError"
    assert free_later.errors == []
    assert retried.errors == []


async def test_keys_are_ones_own_and_forgotten_after_a_day(practice: Practice) -> None:
    client = await practice.add_client()
    theirs = await Practice.of(practice.database)
    own = await book(practice, client.id, idempotencyKey="shared")

    of_somebody_else = await book(theirs, (await theirs.add_client()).id, idempotencyKey="shared")
    practice.now = NOW + timedelta(hours=24)
    next_day = await act(
        practice,
        "bookSession",
        now=practice.now,
        clientId=client.id,
        serviceId=practice.service.id,
        calendarId=practice.calendar.id,
        startsAt=to_text(SOON),
        allowOverlap=True,
        idempotencyKey="shared",
    )

    assert of_somebody_else.errors == []
    assert next_day.session["id"] != own.session["id"]
