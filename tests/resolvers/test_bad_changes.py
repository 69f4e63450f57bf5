"""Mutations with bad input, and as another practitioner: nothing is done, nothing is revealed."""

from datetime import timedelta
from typing import Any

import pytest

from models.database import Database
from models.enums import SessionStatus
from models.identifiers import Kind, new_id
from models.instants import to_text
from tests.acts import document_of, send
from tests.practice import NOW, Practice, ask

FUTURE = to_text(NOW + timedelta(days=3))
TABLES = (
    "client",
    "service",
    "calendar",
    "session",
    "session_event",
    "outbox_message",
    "idempotency_key",
    "export",
    "export_event",
)

# tests/resolvers/accounts has the bad input for these.
OF_ACCOUNTS = {
    "signUp",
    "signIn",
    "signOut",
    "changePassword",
    "createAccessToken",
    "revokeAccessToken",
}
# As have tests/resolvers/mailing and tests/server/test_feeds.py for these.
OF_MAIL = {"retryMail", "createCalendarFeed", "revokeCalendarFeed"}


async def everything(database: Database, practitioner_id: str) -> dict[str, list[str]]:
    """All rows of a practitioner."""
    return {
        table: sorted(
            str(tuple(row))
            for row in await database.fetch(
                f"SELECT * FROM {table} WHERE practitioner_id = $1", [practitioner_id]
            )
        )
        for table in TABLES
    }


async def good_inputs(practice: Practice) -> dict[str, dict[str, Any]]:
    """An input that each mutation would accept."""
    client = await practice.add_client(email="ada@example.com")
    session = await practice.add_session(client, NOW + timedelta(days=1), SessionStatus.PENDING)
    price = {"amount": "10.00", "currency": "EUR"}
    return {
        "bookSession": {
            "clientId": client.id,
            "serviceId": practice.service.id,
            "calendarId": practice.calendar.id,
            "startsAt": FUTURE,
        },
        "updateSession": {
            "id": session.id,
            "serviceId": practice.service.id,
            "calendarId": practice.calendar.id,
            "durationMinutes": 30,
            "price": price,
        },
        "updateSessionStatus": {"id": session.id, "status": "CONFIRMED"},
        "updateSessionNotes": {"id": session.id, "customerNotes": "a", "privateNotes": "b"},
        "rescheduleSession": {
            "id": session.id,
            "startsAt": FUTURE,
            "calendarId": practice.calendar.id,
        },
        "cancelSession": {"id": session.id, "reason": "why"},
        "duplicateSession": {"id": session.id, "startsAt": FUTURE},
        "bookFollowUp": {
            "id": session.id,
            "startsAt": FUTURE,
            "serviceId": practice.service.id,
            "calendarId": practice.calendar.id,
        },
        "updateSessionStatuses": {"ids": [session.id], "status": "CANCELLED"},
        "createClient": {"name": "New"},
        "updateClient": {"id": client.id, "name": "Renamed"},
        "deleteClient": {"id": client.id},
        "createService": {"name": "New", "durationMinutes": 10, "price": price},
        "updateService": {"id": practice.service.id, "name": "Renamed"},
        "createCalendar": {"name": "New"},
        "updateCalendar": {"id": practice.calendar.id, "name": "Renamed"},
        "exportSessionHistory": {
            "clientId": client.id,
            "format": "CSV",
            "filter": {"serviceIds": [practice.service.id], "text": "pen", "from": "2026-05-01"},
            "sort": "BY_STATUS",
            "timeZone": "Asia/Kathmandu",
        },
    }


def ids_in(given: dict[str, Any]) -> list[str]:
    return [name for name in given if name in {"id", "ids"} or name.endswith("Id")]


async def test_every_mutation_is_covered_here(practice: Practice) -> None:
    answer = await practice.ask('{ __type(name: "Mutation") { fields { name } } }')

    names = {field["name"] for field in answer.data["__type"]["fields"]}

    assert names - OF_ACCOUNTS - OF_MAIL == set(await good_inputs(practice))


async def test_every_mutation_with_somebody_elses_ids_does_and_reveals_nothing(
    practice: Practice,
) -> None:
    """Each id in turn: the answer is, to the letter, that of an id which does not exist."""
    theirs = await Practice.of(practice.database)
    own, foreign = await good_inputs(practice), await good_inputs(theirs)
    for mutation, given in own.items():
        for field in ids_in(given):
            before = await everything(practice.database, theirs.practitioner.id)
            mine_before = await everything(practice.database, practice.practitioner.id)
            stolen = foreign[mutation][field]
            kind = Kind((stolen[0] if isinstance(stolen, list) else stolen)[:3])
            unknown: Any = new_id(kind)
            if isinstance(stolen, list):
                unknown = [unknown]

            answers = []
            for value in (stolen, unknown):
                answer = await send(practice, mutation, {**given, field: value})
                assert answer.errors == []
                told = str(answer.data["done"]).replace(
                    value[0] if isinstance(value, list) else value, "ID"
                )
                answers.append(told)

            assert answers[0] == answers[1], (mutation, field)
            assert "NotFoundError" in answers[0], (mutation, field)
            assert await everything(practice.database, theirs.practitioner.id) == before
            assert await everything(practice.database, practice.practitioner.id) == mine_before


BAD_FILTERS: list[Any] = [
    {"period": "SOON"},
    {"statuses": []},
    {"statuses": ["DONE"]},
    {"serviceIds": []},
    {"serviceIds": ["x"]},
    {"serviceIds": [new_id(Kind.SERVICE)]},
    {"serviceIds": [new_id(Kind.SERVICE)] * 201},
    {"calendarIds": [new_id(Kind.CALENDAR)]},
    {"calendarIds": ["\0"]},
    {"from": "2026-05-02", "to": "2026-05-01"},
    {"from": "yesterday"},
    {"to": "2201-01-01"},
    {"timeZone": "Mars/Phobos"},
    {"text": "x" * 201},
    {"text": "a\0b"},
    {"needsStatus": "maybe"},
    {"clientId": "1"},
    "text",
]
BAD: dict[str, list[dict[str, Any]]] = {
    "startsAt": [
        {"startsAt": "2026-06-01T10:00:00"},
        {"startsAt": "2026-06-01"},
        {"startsAt": "0001-01-01T00:00:00+14:00"},
        {"startsAt": "9999-12-31T23:59:59-12:00"},
        {"startsAt": "2200-12-31T23:59:59Z"},
        {"startsAt": "1969-12-31T23:59:59Z"},
        {"startsAt": "2026-06-01T24:00:00Z"},
        {"startsAt": 5},
        {"startsAt": None},
    ],
    "durationMinutes": [
        {"durationMinutes": minutes} for minutes in (0, -1, 1441, 10**9, 2**31, "50", 1.5)
    ],
    "price": [
        {"price": {"amount": amount, "currency": currency}}
        for amount, currency in [
            ("-1", "EUR"),
            ("0.001", "EUR"),
            ("1.5", "JPY"),
            ("99999999999", "EUR"),
            ("1e3", "EUR"),
            ("NaN", "EUR"),
            ("1", "XXXX"),
            ("1", "eur"),
            ("1", "ZZZ"),
            (1.5, "EUR"),
        ]
    ],
    "customerNotes": [
        {"customerNotes": text} for text in ("x" * 65_537, "é" * 32_769, "a\0b", "a\x1bb", 5)
    ],
    "privateNotes": [{"privateNotes": text} for text in ("x" * 65_537, "a\0b", "\x07")],
    "reason": [{"reason": text} for text in ("x" * 2_001, "a\0b")],
    "status": [{"status": status} for status in ("DONE", "", None, 5)],
    "name": [{"name": name} for name in ("", "  ", "x" * 201, "a\nb", "a\0b", 5)],
    "color": [{"color": color} for color in ("red", "#12345", "#12345g", "")],
    "timeZone": [{"timeZone": zone} for zone in ("Mars/Phobos", "../../etc/passwd", "UTC\0")],
    "email": [
        {"email": address}
        for address in ("nobody", "a@b", "a@b.c, evil@d.e", "a@b.c\r\nBcc: x@y.z", "@", "a b@c.de")
    ],
    "phone": [{"phone": number} for number in ("call me", "1" * 51, "1\0")],
    "id": [{"id": one} for one in ("", "x", "' or 1=1 --", "\0", "9" * 5000, None)],
    "ids": [{"ids": ids} for ids in ([], ["x"] * 201, [None], None)],
    "clientId": [{"clientId": one} for one in ("", "x", "\0", None)],
    "serviceId": [{"serviceId": one} for one in ("x", "\0")],
    "calendarId": [{"calendarId": one} for one in ("x", "\0")],
    "idempotencyKey": [{"idempotencyKey": key} for key in ("", "x" * 256, "a\nb", "\0")],
    "expectedVersion": [{"expectedVersion": version} for version in (0, -1, 99, 2**31)],
    "unknown": [{"unknownField": 1}],
    "format": [{"format": one} for one in ("XLSX", "csv", "", None, 1)],
    "sort": [{"sort": one} for one in ("starts_at DESC", "newest_first", "", None)],
    "includePrivateNotes": [{"includePrivateNotes": one} for one in ("yes", 1, None)],
    "filter": [{"filter": one} for one in BAD_FILTERS],
}
# Which fields an input has besides those that a good one shows.
OPTIONAL = {
    "bookSession": ["durationMinutes", "price", "status", "customerNotes", "privateNotes",
                    "idempotencyKey", "unknown"],
    "updateSession": ["expectedVersion"],
    "updateSessionStatus": ["reason", "expectedVersion"],
    "updateSessionNotes": ["expectedVersion"],
    "updateSessionStatuses": ["reason"],
    "rescheduleSession": ["durationMinutes", "reason", "expectedVersion"],
    "cancelSession": ["expectedVersion"],
    "duplicateSession": ["idempotencyKey"],
    "bookFollowUp": ["durationMinutes", "idempotencyKey"],
    "createClient": ["email", "phone", "timeZone", "idempotencyKey"],
    "updateClient": ["email", "phone", "timeZone"],
    "createCalendar": ["color", "timeZone", "idempotencyKey"],
    "updateCalendar": ["color", "timeZone"],
    "updateService": ["durationMinutes", "price"],
    "createService": ["idempotencyKey"],
    "exportSessionHistory": ["includePrivateNotes", "unknown"],
}  # fmt: skip
# A colour that is blank is none, and a booking without a status is Pending.
HARMLESS = [("createCalendar", {"color": ""}), ("bookSession", {"status": None})]


@pytest.mark.parametrize("mutation", OPTIONAL)
async def test_bad_input_is_refused_with_its_field_and_changes_nothing(
    practice: Practice, mutation: str
) -> None:
    given = (await good_inputs(practice))[mutation]
    fields = [*given, *OPTIONAL.get(mutation, [])]
    before = await everything(practice.database, practice.practitioner.id)
    tried = 0
    for field in fields:
        for bad in BAD.get(field, []):
            if (mutation, bad) in HARMLESS:
                continue
            answer = await send(practice, mutation, {**given, **bad})

            tried += 1
            assert "INTERNAL" not in str(answer.codes), bad
            if answer.errors:
                # The request does not fit the schema, or its lists have no sensible length.
                assert all(error["message"] for error in answer.errors)
                assert answer.data in (None, {"done": None}), bad
            else:
                done = answer.data["done"]
                results = done.get("results", [done])
                assert all(one["errors"] for one in results), bad
                assert all(one.get("session") is None for one in results), bad
                assert all(one.get("export") is None for one in results), bad
            assert await everything(practice.database, practice.practitioner.id) == before, bad
    assert tried > 0


async def test_the_good_inputs_of_these_tests_are_good(practice: Practice) -> None:
    for mutation in await good_inputs(practice):
        fresh = await Practice.of(practice.database)
        given = (await good_inputs(fresh))[mutation]

        answer = await send(fresh, mutation, given)

        assert answer.errors == [], mutation
        done = answer.data["done"]
        assert all(not one["errors"] for one in done.get("results", [done])), mutation


async def test_documents_of_strangers_change_nothing(practice: Practice) -> None:

    inputs = await good_inputs(practice)
    before = await everything(practice.database, practice.practitioner.id)
    for mutation, given in inputs.items():
        variables = given if mutation == "deleteClient" else {"input": given}
        answer = await ask(practice.database, None, document_of(mutation), variables)
        assert answer.codes == ["UNAUTHENTICATED"]
        assert answer.data == {"done": None}

    assert await everything(practice.database, practice.practitioner.id) == before
