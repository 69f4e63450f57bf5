"""Statuses, notes, edits and moves of a session (product.md, Statuses, Notes, Actions)."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from models import OutboxMessage, Session, SessionEvent
from models.enums import AccessTokenKind, SessionStatus
from models.instants import to_text
from tests.acts import act, send
from tests.practice import NOW, Practice

PAST, FUTURE = NOW - timedelta(days=7), NOW + timedelta(days=7)
STATUSES = list(SessionStatus)


async def owed(practice: Practice) -> list[str]:
    found = OutboxMessage.filter(practitioner_id=practice.practitioner.id).order_by("id")
    return [message.kind for message in await found]


@pytest.mark.parametrize(("before", "after"), list(itertools.product(STATUSES, STATUSES)))
@pytest.mark.parametrize("starts_at", [PAST, FUTURE], ids=["past", "future"])
async def test_any_status_can_be_set_where_the_record_stays_true(
    practice: Practice, before: SessionStatus, after: SessionStatus, starts_at: Any
) -> None:
    session = await practice.add_session(await practice.add_client(), starts_at, before)

    done = await act(practice, "updateSessionStatus", id=session.id, status=after, reason="Why")

    is_outcome = after in {SessionStatus.COMPLETED, SessionStatus.NO_SHOW}
    if before is after:
        assert done.errors == []
        assert done.session["version"] == 1
        assert done.session["events"] == []
    elif is_outcome and starts_at == FUTURE:
        assert done.session is None
        assert done.error["__typename"] == "StatusNotAllowedError"
        assert (done.error["from"], done.error["to"]) == (before, after)
    else:
        assert done.session["status"] == after
        assert done.session["version"] == 2
        (event,) = done.session["events"]
        assert event["kind"] == "STATUS_CHANGED"
        assert event["actor"] == "PRACTITIONER"
        assert event["reason"] == "Why"
        assert {"field": "status", "from": before, "to": after} in event["changes"]
        assert (done.session["cancellation"] is not None) is (after == "CANCELLED")


ACTS: dict[str, tuple[str, dict[str, Any]]] = {
    "CONFIRM": ("updateSessionStatus", {"status": "CONFIRMED"}),
    "COMPLETE": ("updateSessionStatus", {"status": "COMPLETED"}),
    "MARK_NO_SHOW": ("updateSessionStatus", {"status": "NO_SHOW"}),
    "CANCEL": ("cancelSession", {}),
    "RESCHEDULE": ("rescheduleSession", {"startsAt": to_text(PAST - timedelta(days=1))}),
    "EDIT": ("updateSession", {"durationMinutes": 20}),
    "DUPLICATE": ("duplicateSession", {"startsAt": to_text(FUTURE + timedelta(days=1))}),
    "BOOK_FOLLOW_UP": ("bookFollowUp", {"startsAt": to_text(FUTURE + timedelta(days=2))}),
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("starts_at", [PAST, FUTURE], ids=["past", "future"])
@pytest.mark.parametrize("has_client", [True, False], ids=["client", "deleted client"])
async def test_what_a_session_offers_is_what_it_accepts(
    practice: Practice, status: SessionStatus, starts_at: Any, *, has_client: bool
) -> None:
    for action, (mutation, given) in ACTS.items():
        client = await practice.add_client() if has_client else None
        session = await practice.add_session(client, starts_at, status)
        answer = await practice.ask(
            "query ($id: ID!) { session(id: $id) { availableActions { action allowed } } }",
            {"id": session.id},
        )
        offered = {
            one["action"]: one["allowed"] for one in answer.data["session"]["availableActions"]
        }

        more: dict[str, Any] = {} if mutation == "cancelSession" else {"allowOverlap": True}
        done = await act(practice, mutation, id=session.id, **given, **more)

        does_something = done.session is not None and (
            done.session["id"] != session.id or done.session["version"] == 2
        )
        assert offered[action] is does_something, action


async def test_reinstating_needs_the_slot_to_be_free(practice: Practice) -> None:
    client = await practice.add_client()
    cancelled = await practice.add_session(client, FUTURE, SessionStatus.CANCELLED)
    holder = await practice.add_session(client, FUTURE + timedelta(minutes=10))

    refused = await act(practice, "updateSessionStatus", id=cancelled.id, status="PENDING")
    allowed = await act(
        practice, "updateSessionStatus", id=cancelled.id, status="PENDING", allowOverlap=True
    )

    assert refused.error["__typename"] == "SlotTakenError"
    assert [one["id"] for one in refused.error["sessions"]] == [holder.id]
    assert allowed.session["status"] == "PENDING"
    assert allowed.session["cancellation"] is None


async def test_cancelling_keeps_when_who_and_why_and_tells_the_client(practice: Practice) -> None:
    client = await practice.add_client(email="ada@example.com")
    session = await practice.add_session(client, FUTURE)

    done = await act(practice, "cancelSession", id=session.id, reason=" Ill \n")
    again = await act(practice, "cancelSession", id=session.id, reason="Another reason")

    assert done.session["cancellation"] == {
        "at": to_text(NOW),
        "reason": "Ill",
        "by": "PRACTITIONER",
    }
    assert again.session["cancellation"]["reason"] == "Ill"
    assert again.session["version"] == 2
    assert await owed(practice) == ["CANCELLED"]


@pytest.mark.parametrize(
    ("mutation", "given", "owes"),
    [
        ("updateSessionStatus", {"status": "CONFIRMED"}, "CONFIRMED"),
        ("updateSessionStatus", {"status": "CANCELLED"}, "CANCELLED"),
        ("cancelSession", {}, "CANCELLED"),
        ("rescheduleSession", {"startsAt": to_text(FUTURE + timedelta(hours=1))}, "RESCHEDULED"),
    ],
)
async def test_the_client_is_told_unless_asked_not_to_or_it_is_over(
    practice: Practice, mutation: str, given: dict[str, Any], owes: str
) -> None:
    client = await practice.add_client(email="ada@example.com")
    upcoming = await practice.add_session(client, FUTURE, SessionStatus.PENDING)
    quiet = await practice.add_session(client, FUTURE, SessionStatus.PENDING)
    over = await practice.add_session(client, PAST, SessionStatus.PENDING)
    moved_in_the_past = {"startsAt": to_text(PAST - timedelta(hours=1))}
    allowed: dict[str, Any] = {} if mutation == "cancelSession" else {"allowOverlap": True}

    await act(practice, mutation, id=upcoming.id, **given, **allowed)
    await act(practice, mutation, id=quiet.id, notifyClient=False, **given, **allowed)
    given_over = {**given, **(moved_in_the_past if "startsAt" in given else {})}
    await act(practice, mutation, id=over.id, **given_over, **allowed)

    assert await owed(practice) == [owes]


async def test_several_sessions_are_updated_in_one_call_and_answer_for_themselves(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    past = await practice.add_session(client, PAST)
    future = await practice.add_session(client, FUTURE)
    done_before = await practice.add_session(client, PAST, SessionStatus.COMPLETED)
    theirs = await (await Practice.of(practice.database)).add_session()
    ids = [past.id, future.id, done_before.id, theirs.id, "nonsense", past.id]

    done = await act(practice, "updateSessionStatuses", ids=ids, status="COMPLETED")

    results = done.payload["results"]
    assert [one["session"] and one["session"]["id"] for one in results] == [
        past.id,
        None,
        done_before.id,
        None,
        None,
        past.id,
    ]
    assert [[error["__typename"] for error in one["errors"]] for one in results] == [
        [],
        ["StatusNotAllowedError"],
        [],
        ["NotFoundError"],
        ["NotFoundError"],
        [],
    ]
    assert results[5]["session"]["version"] == 2


async def test_notes_are_set_changed_left_alone_and_cleared_apart(practice: Practice) -> None:
    session = await practice.add_session(await practice.add_client())

    async def write(**notes: Any) -> Any:
        return (await act(practice, "updateSessionNotes", id=session.id, **notes)).session

    first = await write(customerNotes="Bring the form", privateNotes="Nervous")
    second = await write(privateNotes="Calmer")
    third = await write(customerNotes=None)
    fourth = await write(customerNotes=None, privateNotes="Calmer")
    fifth = await write(privateNotes=" \n ")

    assert (first["customerNotes"], first["privateNotes"]) == ("Bring the form", "Nervous")
    assert (second["customerNotes"], second["privateNotes"]) == ("Bring the form", "Calmer")
    assert (third["customerNotes"], third["privateNotes"]) == (None, "Calmer")
    assert fourth["version"] == third["version"] == 4
    assert fifth["privateNotes"] is None
    assert [(one["kind"], one["changes"]) for one in fifth["events"]] == [
        (
            "CUSTOMER_NOTES_CHANGED",
            [{"field": "customerNotes", "from": None, "to": "Bring the form"}],
        ),
        ("PRIVATE_NOTES_CHANGED", [{"field": "privateNotes", "from": None, "to": None}]),
        ("PRIVATE_NOTES_CHANGED", [{"field": "privateNotes", "from": None, "to": None}]),
        (
            "CUSTOMER_NOTES_CHANGED",
            [{"field": "customerNotes", "from": "Bring the form", "to": None}],
        ),
        ("PRIVATE_NOTES_CHANGED", [{"field": "privateNotes", "from": None, "to": None}]),
    ]


@pytest.mark.parametrize(
    "notes",
    ["emoji 👩‍👩‍👧 and \u202eright to left", "tab\tand\r\nlines", "x" * 65_536, "e\u0301" * 9],
)
async def test_notes_are_kept_to_the_letter(practice: Practice, notes: str) -> None:
    session = await practice.add_session()

    done = await act(
        practice, "updateSessionNotes", id=session.id, customerNotes=notes, privateNotes=notes
    )

    assert (done.session["customerNotes"], done.session["privateNotes"]) == (notes, notes)


async def test_new_customer_notes_are_found_and_old_ones_are_not(practice: Practice) -> None:
    session = await practice.add_session(customer_notes="the old gate")

    await act(practice, "updateSessionNotes", id=session.id, customerNotes="the NEW Gate")

    async def found(text: str) -> int:
        answer = await practice.ask(
            "query ($t: String) { sessions(filter: {text: $t}) { totalCount } }", {"t": text}
        )
        count: int = answer.data["sessions"]["totalCount"]
        return count

    assert await found("new gate") == 1
    assert await found("old gate") == 0


async def test_a_change_from_an_older_version_changes_nothing_and_shows_the_session(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client, FUTURE)
    first = {"id": session.id, "expectedVersion": 1}
    await act(practice, "updateSessionNotes", **first, customerNotes="changed meanwhile")
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("updateSessionNotes", {"customerNotes": "mine"}),
        ("updateSessionStatus", {"status": "CONFIRMED"}),
        ("cancelSession", {}),
        ("updateSession", {"durationMinutes": 10}),
        ("rescheduleSession", {"startsAt": to_text(FUTURE + timedelta(days=1))}),
    ]

    for mutation, given in attempts:
        stale = await act(practice, mutation, **first, **given)
        assert stale.session is None
        assert stale.error["__typename"] == "StaleVersionError"
        assert stale.error["current"] == {
            "id": session.id,
            "version": 2,
            "customerNotes": "changed meanwhile",
        }
    assert (await Session.get(id=session.id)).version == 2
    assert await SessionEvent.filter(session_id=session.id).count() == 1


async def test_an_edit_says_what_it_changed(practice: Practice) -> None:
    yoga, online = await practice.add_service("Yoga"), await practice.add_calendar("Online")
    session = await practice.add_session(await practice.add_client(), FUTURE)

    done = await act(
        practice,
        "updateSession",
        id=session.id,
        serviceId=yoga.id,
        calendarId=online.id,
        durationMinutes=60,
        price={"amount": "12.5", "currency": "USD"},
    )
    same = await act(practice, "updateSession", id=session.id, durationMinutes=60)

    assert done.session["endsAt"] == to_text(FUTURE + timedelta(minutes=60))
    (event,) = done.session["events"]
    assert event["kind"] == "EDITED"
    assert event["changes"] == [
        {"field": "service", "from": "Coaching", "to": "Yoga"},
        {"field": "calendar", "from": "Main", "to": "Online"},
        {"field": "durationMinutes", "from": "50", "to": "60"},
        {"field": "price", "from": "90.00 EUR", "to": "12.50 USD"},
    ]
    assert same.session["version"] == 2


async def test_an_edit_that_makes_a_session_longer_needs_the_time_to_be_free(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client, FUTURE)
    await practice.add_session(client, FUTURE + timedelta(minutes=60))

    fits = await act(practice, "updateSession", id=session.id, durationMinutes=60)
    refused = await act(practice, "updateSession", id=session.id, durationMinutes=61)

    assert fits.errors == []
    assert refused.error["__typename"] == "SlotTakenError"


async def test_a_moved_session_stays_the_same_and_is_never_a_cancellation(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client, FUTURE, customer_notes="Gate")
    later = FUTURE + timedelta(days=1)

    done = await act(
        practice, "rescheduleSession", id=session.id, startsAt=to_text(later), reason="Train"
    )
    longer = await act(
        practice, "rescheduleSession", id=session.id, startsAt=to_text(later), durationMinutes=70
    )
    same = await act(practice, "rescheduleSession", id=session.id, startsAt=to_text(later))

    assert done.session["id"] == session.id
    assert done.session["status"] == "CONFIRMED"
    assert done.session["rescheduledCount"] == 1
    assert done.session["cancellation"] is None
    (event,) = done.session["events"]
    assert event["reason"] == "Train"
    assert event["changes"] == [
        {"field": "startsAt", "from": to_text(FUTURE), "to": to_text(later)}
    ]
    assert longer.session["rescheduledCount"] == 1
    assert longer.session["durationMinutes"] == 70
    assert same.session["version"] == 3


async def test_a_session_can_be_moved_over_itself_but_not_onto_another(practice: Practice) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client, FUTURE, overlap_allowed=False)
    other = await practice.add_session(client, FUTURE + timedelta(hours=1), overlap_allowed=False)

    itself = await act(
        practice,
        "rescheduleSession",
        id=session.id,
        startsAt=to_text(FUTURE + timedelta(minutes=10)),
    )
    onto = await act(
        practice,
        "rescheduleSession",
        id=session.id,
        startsAt=to_text(FUTURE + timedelta(minutes=30)),
    )

    assert itself.errors == []
    assert [one["id"] for one in onto.error["sessions"]] == [other.id]


@pytest.mark.parametrize("status", [SessionStatus.COMPLETED, SessionStatus.NO_SHOW])
async def test_what_is_over_may_be_corrected_but_not_moved_into_the_future(
    practice: Practice, status: SessionStatus
) -> None:
    session = await practice.add_session(await practice.add_client(), PAST, status)

    corrected = await act(
        practice, "rescheduleSession", id=session.id, startsAt=to_text(PAST + timedelta(hours=3))
    )
    refused = await act(
        practice, "rescheduleSession", id=session.id, startsAt=to_text(NOW + timedelta(seconds=1))
    )

    assert corrected.errors == []
    assert refused.error["__typename"] == "ActionNotAllowedError"
    assert (refused.error["action"], refused.error["status"]) == ("RESCHEDULE", status)


async def test_a_read_only_token_changes_nothing(practice: Practice) -> None:
    session = await practice.add_session()

    answer = await send(
        practice, "cancelSession", {"id": session.id}, kind=AccessTokenKind.READ_ONLY
    )

    assert answer.data == {"done": None}
    assert answer.codes == ["FORBIDDEN"]
    assert (await Session.get(id=session.id)).status is SessionStatus.CONFIRMED


async def test_a_clients_token_opens_nothing_here(practice: Practice) -> None:
    answer = await practice.ask("{ clients { totalCount } }", kind=AccessTokenKind.CLIENT)

    assert answer.codes == ["FORBIDDEN"]
    assert answer.data is None


async def test_one_failed_sibling_does_not_wipe_the_others(practice: Practice) -> None:
    session = await practice.add_session()
    document = """
    mutation ($good: ID!, $ids: [ID!]!) {
      a: cancelSession(input: {id: $good}) { session { status } }
      b: updateSessionStatuses(input: {ids: $ids, status: PENDING}) { results { errors { path } } }
      c: updateSessionNotes(input: {id: $good, customerNotes: "after"}) { session { version } }
    }
    """

    answer = await practice.ask(document, {"good": session.id, "ids": []})

    assert answer.data["a"] == {"session": {"status": "CANCELLED"}}
    assert answer.data["b"] is None
    assert answer.data["c"] == {"session": {"version": 3}}
    assert answer.codes == ["BAD_USER_INPUT"]
