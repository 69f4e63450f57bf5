"""The session history: filters and orders, as a front end sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import Client, Session
from models.enums import AccessTokenKind, SessionEventKind, SessionStatus
from tests.practice import NOW, Practice

LIST = """
query ($id: ID!, $filter: SessionFilter, $sort: SessionSort! = NEWEST_FIRST) {
  client(id: $id) {
    sessions(filter: $filter, sort: $sort, first: 100) {
      totalCount
      nodes { id }
      stats { total }
    }
  }
}
"""

DETAILS = """
query ($id: ID!) {
  session(id: $id) {
    id startsAt endsAt durationMinutes status clientName customerNotes privateNotes version
    service { name } calendar { name } client { id } price { amount currency }
    notesPreview short: notesPreview(length: 10)
    cancellation { at reason by noticeHours } origin { kind session { id } }
    rescheduledCount followUps { id }
    events { kind actor reason changes { field from to } }
    createdAt updatedAt
  }
}
"""


async def listed(
    practice: Practice,
    client: Client,
    filter_: dict[str, Any] | None = None,
    sort: str = "NEWEST_FIRST",
    **options: Any,
) -> list[str]:
    """The ids that a filter lists; its count and its statistics must agree."""
    variables = {"id": client.id, "filter": filter_, "sort": sort}
    answer = await practice.ask(LIST, variables, **options)
    assert answer.errors == []
    sessions = answer.data["client"]["sessions"]
    ids = [node["id"] for node in sessions["nodes"]]
    assert sessions["totalCount"] == sessions["stats"]["total"] == len(ids)
    return ids


def notes_in(column: str, text: str) -> dict[str, Any]:
    return {column: text}


def ids_of(*sessions: Session) -> list[str]:
    return [session.id for session in sessions]


async def test_sessions_come_newest_first_by_default(practice: Practice) -> None:
    client = await practice.add_client()
    older = await practice.add_session(client, NOW - timedelta(days=2))
    newer = await practice.add_session(client, NOW + timedelta(days=1))

    assert await listed(practice, client) == ids_of(newer, older)


async def test_sessions_come_oldest_first_when_asked(practice: Practice) -> None:
    client = await practice.add_client()
    newer = await practice.add_session(client, NOW + timedelta(days=1))
    older = await practice.add_session(client, NOW - timedelta(days=2))

    assert await listed(practice, client, sort="OLDEST_FIRST") == ids_of(older, newer)


async def test_by_status_groups_in_the_order_of_the_page_newest_first_inside(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    order = ["PENDING", "CONFIRMED", "COMPLETED", "CANCELLED", "NO_SHOW"]
    expected = []
    for status in order:
        newer = await practice.add_session(client, NOW - timedelta(days=1), SessionStatus(status))
        older = await practice.add_session(client, NOW - timedelta(days=9), SessionStatus(status))
        expected += ids_of(newer, older)

    assert await listed(practice, client, sort="BY_STATUS") == expected


async def test_a_session_is_upcoming_until_it_ends(practice: Practice) -> None:
    client = await practice.add_client()
    over = await practice.add_session(client, NOW - timedelta(minutes=50))
    under_way = await practice.add_session(client, NOW - timedelta(minutes=49))
    all_day = await practice.add_session(
        client, NOW - timedelta(hours=24) + timedelta(seconds=1), duration_minutes=1440
    )
    future = await practice.add_session(client, NOW + timedelta(minutes=1))

    upcoming = await listed(practice, client, {"period": "UPCOMING"})
    past = await listed(practice, client, {"period": "PAST"})

    assert upcoming == ids_of(future, under_way, all_day)
    assert past == ids_of(over)


async def test_statuses_are_any_of_those_named(practice: Practice) -> None:
    client = await practice.add_client()
    pending = await practice.add_session(client, status=SessionStatus.PENDING)
    await practice.add_session(client, status=SessionStatus.COMPLETED)
    missed = await practice.add_session(client, status=SessionStatus.NO_SHOW)

    found = await listed(practice, client, {"statuses": ["PENDING", "NO_SHOW"]})

    assert sorted(found) == sorted(ids_of(pending, missed))


async def test_services_and_calendars_narrow_the_list(practice: Practice) -> None:
    client = await practice.add_client()
    yoga, online = await practice.add_service("Yoga"), await practice.add_calendar("Online")
    await practice.add_session(client)
    wanted = await practice.add_session(client, service_id=yoga.id, calendar_id=online.id)
    other = await practice.add_session(client, service_id=yoga.id)

    assert sorted(await listed(practice, client, {"serviceIds": [yoga.id]})) == sorted(
        ids_of(wanted, other)
    )
    both = {"serviceIds": [yoga.id], "calendarIds": [online.id]}
    assert await listed(practice, client, both) == ids_of(wanted)


async def test_a_date_range_includes_both_days_in_the_practitioners_time_zone(
    practice: Practice,
) -> None:
    """Berlin is two hours ahead of UTC in May: its 4th begins on the 3rd at 22:00 UTC."""
    client = await practice.add_client()
    day = datetime(2026, 5, 3, 22, tzinfo=UTC)
    await practice.add_session(client, day - timedelta(seconds=1))
    first = await practice.add_session(client, day)
    last = await practice.add_session(client, day + timedelta(days=2, seconds=-1))
    await practice.add_session(client, day + timedelta(days=2))

    found = await listed(practice, client, {"from": "2026-05-04", "to": "2026-05-05"})

    assert found == ids_of(last, first)


async def test_a_date_range_is_read_in_another_time_zone_when_named(practice: Practice) -> None:
    client = await practice.add_client()
    at = await practice.add_session(client, datetime(2026, 5, 4, 3, tzinfo=UTC))

    in_new_york = {"from": "2026-05-03", "to": "2026-05-03", "timeZone": "America/New_York"}
    assert await listed(practice, client, in_new_york) == ids_of(at)
    assert await listed(practice, client, {"from": "2026-05-03", "to": "2026-05-03"}) == []


@pytest.mark.parametrize(
    ("notes", "searched"),
    [
        ("Élodie parle", "ÉLODIE"),
        ("Hauptstraße 5", "HAUPTSTRASSE"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Привет, мир", "ПРИВЕТ"),
        ("ԲԱՐԵՒ", "բարև"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "FULL WIDTH"),
        ("Cafe\u0301", "CAFÉ"),
        ("100 % sure_thing", "% SURE_"),
        ("back\\slash", "\\S"),
        ("会議のリンク", "リンク"),
    ],
)
@pytest.mark.parametrize("column", ["customer_notes", "private_notes"])
async def test_text_is_found_regardless_of_case_in_every_script(
    practice: Practice, column: str, notes: str, searched: str
) -> None:
    client = await practice.add_client()
    wanted = await practice.add_session(client, **notes_in(column, f"before {notes} after"))
    await practice.add_session(client, **notes_in(column, "something else, 100 or sure-thing"))
    await practice.add_session(client)

    assert await listed(practice, client, {"text": searched}) == ids_of(wanted)


async def test_text_finds_private_notes_only_for_who_may_read_them(practice: Practice) -> None:
    client = await practice.add_client()
    in_public = await practice.add_session(client, customer_notes="Bring the marker")
    in_private = await practice.add_session(client, private_notes="the marker worked")

    everything = await listed(practice, client, {"text": "marker"})
    for_an_app = await listed(practice, client, {"text": "marker"}, kind=AccessTokenKind.READ_ONLY)

    assert sorted(everything) == sorted(ids_of(in_public, in_private))
    assert for_an_app == ids_of(in_public)


async def test_needs_status_is_past_and_still_pending_or_confirmed(practice: Practice) -> None:
    client = await practice.add_client()
    past, future = NOW - timedelta(days=1), NOW + timedelta(days=1)
    pending = await practice.add_session(client, past, SessionStatus.PENDING)
    confirmed = await practice.add_session(client, past - timedelta(hours=2))
    completed = await practice.add_session(client, past, SessionStatus.COMPLETED)
    coming = await practice.add_session(client, future)

    assert await listed(practice, client, {"needsStatus": True}) == ids_of(pending, confirmed)
    others = await listed(practice, client, {"needsStatus": False})
    assert sorted(others) == sorted(ids_of(completed, coming))


async def test_every_part_of_a_filter_must_hold(practice: Practice) -> None:
    client = await practice.add_client()
    wanted = await practice.add_session(
        client, NOW - timedelta(days=1), SessionStatus.COMPLETED, customer_notes="Garden walk"
    )
    await practice.add_session(client, NOW - timedelta(days=1), customer_notes="Garden walk")
    await practice.add_session(client, NOW - timedelta(days=1), SessionStatus.COMPLETED)
    await practice.add_session(
        client, NOW - timedelta(days=40), SessionStatus.COMPLETED, customer_notes="Garden walk"
    )

    found = await listed(
        practice,
        client,
        {"period": "PAST", "statuses": ["COMPLETED"], "text": "garden", "from": "2026-05-01"},
    )

    assert found == ids_of(wanted)


async def test_null_and_blank_restrict_nothing(practice: Practice) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client)
    nothing = {"period": None, "statuses": None, "serviceIds": None, "from": None, "text": "  "}

    assert await listed(practice, client, nothing) == ids_of(session)


async def test_the_whole_practice_shows_the_sessions_of_deleted_clients(
    practice: Practice,
) -> None:
    orphan = await practice.add_session(None, private_notes="still here")

    answer = await practice.ask(
        "{ sessions { nodes { id clientName privateNotes client { id } } } }"
    )

    assert answer.data["sessions"]["nodes"] == [
        {
            "id": orphan.id,
            "clientName": "Deleted Client",
            "privateNotes": "still here",
            "client": None,
        }
    ]


async def test_a_session_shows_all_its_details(practice: Practice) -> None:
    client = await practice.add_client("Grace Hopper")
    first = await practice.add_session(client, NOW - timedelta(days=14))
    session = await practice.add_session(
        client,
        NOW - timedelta(days=7),
        SessionStatus.CANCELLED,
        cancellation_reason="Ill",
        customer_notes="Meet at the\n north gate",
        private_notes=None,
        origin_kind="FOLLOW_UP",
        origin_id=first.id,
        rescheduled_count=2,
        price_minor=12_345,
    )
    await practice.add_event(session)
    await practice.add_event(
        session,
        SessionEventKind.STATUS_CHANGED,
        session_version=2,
        changes='[["status","PENDING","CANCELLED"]]',
    )

    answer = await practice.ask(DETAILS, {"id": session.id})

    assert answer.errors == []
    assert answer.data["session"] == {
        "id": session.id,
        "startsAt": "2026-05-07T12:00:00Z",
        "endsAt": "2026-05-07T12:50:00Z",
        "durationMinutes": 50,
        "status": "CANCELLED",
        "clientName": "Grace Hopper",
        "customerNotes": "Meet at the\n north gate",
        "privateNotes": None,
        "version": 1,
        "service": {"name": "Coaching"},
        "calendar": {"name": "Main"},
        "client": {"id": client.id},
        "price": {"amount": "123.45", "currency": "EUR"},
        "notesPreview": "Meet at the north gate",
        "short": "Meet at t…",
        "cancellation": {
            "at": "2026-05-06T06:00:00Z",
            "reason": "Ill",
            "by": "PRACTITIONER",
            "noticeHours": 30.0,
        },
        "origin": {"kind": "FOLLOW_UP", "session": {"id": first.id}},
        "rescheduledCount": 2,
        "followUps": [],
        "events": [
            {"kind": "BOOKED", "actor": "PRACTITIONER", "reason": None, "changes": []},
            {
                "kind": "STATUS_CHANGED",
                "actor": "PRACTITIONER",
                "reason": None,
                "changes": [{"field": "status", "from": "PENDING", "to": "CANCELLED"}],
            },
        ],
        "createdAt": "2026-05-14T12:00:00Z",
        "updatedAt": "2026-05-14T12:00:00Z",
    }
    followed = await practice.ask(DETAILS, {"id": first.id})
    assert followed.data["session"]["followUps"] == [{"id": session.id}]


async def test_the_preview_prefers_private_notes_but_not_for_an_app_that_may_not_read_them(
    practice: Practice,
) -> None:
    client = await practice.add_client()
    session = await practice.add_session(
        client, customer_notes="for the client", private_notes="for me"
    )
    document = "query ($id: ID!) { session(id: $id) { notesPreview privateNotes } }"

    own = await practice.ask(document, {"id": session.id})
    app = await practice.ask(document, {"id": session.id}, kind=AccessTokenKind.READ_ONLY)

    assert own.data["session"] == {"notesPreview": "for me", "privateNotes": "for me"}
    assert app.data["session"] == {"notesPreview": "for the client", "privateNotes": None}
    assert app.codes == ["FORBIDDEN"]
    assert app.errors[0]["path"] == ["session", "privateNotes"]


async def test_skipped_fields_are_not_read_and_included_ones_are(practice: Practice) -> None:
    client = await practice.add_client()
    await practice.add_session(client)
    document = """
    query ($id: ID!, $count: Boolean!) {
      client(id: $id) {
        sessions { ...Some totalCount @include(if: $count) }
      }
    }
    fragment Some on SessionConnection { nodes @skip(if: $count) { id } stats { total } }
    """

    with_count = await practice.ask(document, {"id": client.id, "count": True})
    without = await practice.ask(document, {"id": client.id, "count": False})

    assert with_count.data["client"]["sessions"] == {"totalCount": 1, "stats": {"total": 1}}
    assert list(without.data["client"]["sessions"]) == ["nodes", "stats"]
    assert len(without.data["client"]["sessions"]["nodes"]) == 1
