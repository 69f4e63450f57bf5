"""Clients: finding one, and the periodic review (the page, "Periodic Review")."""

from datetime import timedelta
from typing import Any

import pytest

from models import Client
from models.enums import SessionStatus
from tests.practice import NOW, Practice

LIST = """
query (
  $filter: ClientFilter, $sort: ClientSort! = NAME,
  $first: Int, $after: String, $last: Int, $before: String
) {
  clients(
    filter: $filter, sort: $sort, first: $first, after: $after, last: $last, before: $before
  ) {
    totalCount
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
PAST, FUTURE = NOW - timedelta(days=10), NOW + timedelta(days=10)


async def names(practice: Practice, **variables: Any) -> list[str]:
    answer = await practice.ask(LIST, variables)
    assert answer.errors == []
    found = [edge["node"]["name"] for edge in answer.data["clients"]["edges"]]
    assert answer.data["clients"]["totalCount"] == len(found)
    return found


async def test_clients_come_by_name_whatever_its_case_and_accents(practice: Practice) -> None:
    for name in ("zoe", "Élodie", "eva", "Ada", "Ödön", "Олена", "陳"):
        await practice.add_client(name)

    assert await names(practice) == ["Ada", "Élodie", "eva", "Ödön", "zoe", "Олена", "陳"]


async def test_the_client_added_last_comes_first_when_asked(practice: Practice) -> None:
    await practice.add_client("Earlier", created_at=NOW - timedelta(days=2))
    await practice.add_client("Later", created_at=NOW - timedelta(days=1))

    assert await names(practice, sort="NEWEST_FIRST") == ["Later", "Earlier"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ÉLODIE", ["Élodie Martin"]),
        ("martin", ["Élodie Martin"]),
        ("ELODIE@", ["Élodie Martin"]),
        ("030 1234", ["Élodie Martin"]),
        ("0301234", ["Élodie Martin"]),
        ("03 01 23 4", ["Élodie Martin"]),
        ("%", []),
        ("_", []),
        (" ", ["Élodie Martin", "Other"]),
    ],
)
async def test_text_is_found_in_name_email_and_phone(
    practice: Practice, text: str, found: list[str]
) -> None:
    await practice.add_client("Élodie Martin", email="elodie@example.com", phone="030 12 34 56")
    await practice.add_client("Other")

    assert await names(practice, filter={"text": text}) == found


async def of_all_kinds(practice: Practice) -> dict[str, Client]:
    """A client of each kind that a review looks for."""
    clients = {
        name: await practice.add_client(name)
        for name in ("Scheduled", "Lapsed", "Cancels", "Misses", "New")
    }
    add = practice.add_session
    await add(clients["Scheduled"], PAST, SessionStatus.COMPLETED)
    await add(clients["Scheduled"], FUTURE)
    await add(clients["Lapsed"], PAST - timedelta(days=90), SessionStatus.COMPLETED)
    await add(clients["Lapsed"], FUTURE, SessionStatus.CANCELLED)
    for _ in range(3):
        await add(clients["Cancels"], PAST, SessionStatus.CANCELLED)
    await add(clients["Cancels"], PAST - timedelta(days=30), SessionStatus.COMPLETED)
    await add(clients["Misses"], PAST, SessionStatus.NO_SHOW)
    await add(clients["Misses"], PAST - timedelta(days=1), SessionStatus.CONFIRMED)
    return clients


REVIEWS: list[tuple[dict[str, Any], list[str]]] = [
    ({"hasUpcoming": True}, ["Scheduled"]),
    ({"hasUpcoming": False}, ["Cancels", "Lapsed", "Misses", "New"]),
    ({"lastSessionBefore": "2026-04-04"}, ["Lapsed"]),
    ({"lastSessionBefore": "2026-05-04"}, ["Cancels", "Lapsed", "Misses"]),
    ({"minCancellationRate": 75}, ["Cancels"]),
    ({"minCancellationRate": 50}, ["Cancels", "Lapsed"]),
    ({"minNoShowRate": 50}, ["Misses"]),
    ({"minNoShowRate": 50.1}, []),
    ({"minCancellationRate": 0}, ["Cancels", "Lapsed", "Misses", "Scheduled"]),
    ({"minSessions": 3}, ["Cancels"]),
    ({"minSessions": 0}, ["Cancels", "Lapsed", "Misses", "New", "Scheduled"]),
    ({"minSessions": 2, "hasUpcoming": False, "minNoShowRate": 1}, ["Misses"]),
]


@pytest.mark.parametrize(("filter_", "found"), REVIEWS, ids=[str(one) for one, _ in REVIEWS])
async def test_a_review_finds_who_it_asks_for(
    practice: Practice, filter_: dict[str, Any], found: list[str]
) -> None:
    await of_all_kinds(practice)

    assert await names(practice, filter=filter_) == found


async def test_lists_by_last_session_are_each_others_reverse(practice: Practice) -> None:
    await of_all_kinds(practice)

    longest = await names(practice, sort="LONGEST_SINCE_LAST_SESSION")

    assert longest == ["New", "Lapsed", "Cancels", "Misses", "Scheduled"]
    assert await names(practice, sort="LAST_SESSION_FIRST") == longest[::-1]


async def test_last_and_next_session_are_the_ones_around_now(practice: Practice) -> None:
    client, other = await practice.add_client("Ada"), await practice.add_client("Bea")
    held = await practice.add_session(client, PAST, SessionStatus.COMPLETED)
    await practice.add_session(client, PAST + timedelta(days=1), SessionStatus.NO_SHOW)
    await practice.add_session(client, PAST + timedelta(days=2), SessionStatus.CANCELLED)
    await practice.add_session(client, NOW + timedelta(hours=1), SessionStatus.CANCELLED)
    under_way = await practice.add_session(client, NOW - timedelta(minutes=5))
    await practice.add_session(client, FUTURE)
    only = await practice.add_session(other, FUTURE, SessionStatus.PENDING)

    answer = await practice.ask("{ clients { nodes { lastSession { id } nextSession { id } } } }")

    assert answer.data["clients"]["nodes"] == [
        {"lastSession": {"id": held.id}, "nextSession": {"id": under_way.id}},
        {"lastSession": None, "nextSession": {"id": only.id}},
    ]


@pytest.mark.parametrize(
    "sort", ["NAME", "NEWEST_FIRST", "LAST_SESSION_FIRST", "LONGEST_SINCE_LAST_SESSION"]
)
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
async def test_pages_of_clients_hold_each_once(
    practice: Practice, sort: str, *, backwards: bool
) -> None:
    for number in range(23):
        client = await practice.add_client(
            f"Client {number % 5}", created_at=NOW - timedelta(hours=number // 2)
        )
        if number % 3:
            starts_at = PAST - timedelta(days=number // 4)
            await practice.add_session(client, starts_at, SessionStatus.COMPLETED)
    cursors: list[str] = []
    arguments: dict[str, Any] = {"last": 4} if backwards else {"first": 4}

    while True:
        answer = await practice.ask(LIST, {"sort": sort, **arguments})
        found = answer.data["clients"]
        assert found["totalCount"] == 23
        page = [edge["cursor"] for edge in found["edges"]]
        cursors = page + cursors if backwards else cursors + page
        if not found["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
            break
        if backwards:
            arguments["before"] = found["pageInfo"]["startCursor"]
        else:
            arguments["after"] = found["pageInfo"]["endCursor"]

    whole = (await practice.ask(LIST, {"sort": sort, "first": 100})).data["clients"]["edges"]
    assert cursors == [edge["cursor"] for edge in whole]
    assert len(set(cursors)) == 23


async def test_services_come_by_name_retired_ones_only_when_asked(practice: Practice) -> None:
    await practice.add_service("Archery", active=False)
    await practice.add_service("Boxing", price_minor=500, currency="JPY")

    answer = await practice.ask(
        "{ services { name price { amount currency } } "
        "all: services(includeInactive: true) { name active } calendars { name timeZone } }"
    )

    assert answer.data["services"] == [
        {"name": "Boxing", "price": {"amount": "500", "currency": "JPY"}},
        {"name": "Coaching", "price": {"amount": "90.00", "currency": "EUR"}},
    ]
    assert [one["name"] for one in answer.data["all"]] == ["Archery", "Boxing", "Coaching"]
    assert answer.data["calendars"] == [{"name": "Main", "timeZone": "Europe/Berlin"}]


async def test_a_node_is_anything_by_its_id(practice: Practice) -> None:
    client = await practice.add_client()
    session = await practice.add_session(client)
    ids = [
        practice.practitioner.id,
        client.id,
        practice.service.id,
        practice.calendar.id,
        session.id,
    ]
    found = []
    for identifier in ids:
        answer = await practice.ask(
            "query ($id: ID!) { node(id: $id) { __typename id } }", {"id": identifier}
        )
        found.append(answer.data["node"])

    assert found == [
        {"__typename": name, "id": identifier}
        for name, identifier in zip(
            ["Practitioner", "Client", "Service", "Calendar", "Session"], ids, strict=True
        )
    ]
