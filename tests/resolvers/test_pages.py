"""Pages: stable while the list changes, in both directions and every order (product.md)."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from models import Session
from models.enums import SessionStatus
from models.folding import fold
from tests.practice import NOW, Practice

PAGE = """
query (
  $id: ID!, $sort: SessionSort!, $first: Int, $after: String, $last: Int, $before: String
) {
  client(id: $id) {
    sessions(sort: $sort, first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
SORTS = ["NEWEST_FIRST", "OLDEST_FIRST", "BY_STATUS"]
STATUSES = list(SessionStatus)


async def page(practice: Practice, client_id: str, sort: str, **arguments: Any) -> dict[str, Any]:
    answer = await practice.ask(PAGE, {"id": client_id, "sort": sort, **arguments})
    assert answer.errors == []
    sessions: dict[str, Any] = answer.data["client"]["sessions"]
    return sessions


async def add_many(practice: Practice, client_id: str, count: int, random: Random) -> list[str]:
    """Sessions in random order and status, many of them starting at the same time."""
    sessions = []
    for _ in range(count):
        starts_at = NOW + timedelta(hours=random.randrange(-count // 2, count // 10))
        status = random.choice(STATUSES)
        cancelled = status is SessionStatus.CANCELLED
        sessions.append(
            Session(
                practitioner_id=practice.practitioner.id,
                client_id=client_id,
                service_id=practice.service.id,
                calendar_id=practice.calendar.id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=50),
                duration_minutes=50,
                status=status,
                overlap_allowed=True,
                price_minor=5000,
                currency="EUR",
                customer_notes="Note",
                customer_notes_folded=fold("Note"),
                cancelled_at=starts_at if cancelled else None,
                cancelled_by="SYSTEM" if cancelled else None,
                created_at=NOW,
                updated_at=NOW,
            )
        )
    await Session.bulk_create(sessions)
    return [session.id for session in sessions]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
async def test_a_walk_of_a_thousand_sees_each_untouched_session_once_while_others_change(
    practice: Practice, sort: str, *, backwards: bool
) -> None:
    random = Random(f"{sort} {backwards}")
    client = await practice.add_client()
    ids = await add_many(practice, client.id, 1000, random)
    restless = set(random.sample(ids, 200))
    seen: list[str] = []
    arguments: dict[str, Any] = {"last": 50} if backwards else {"first": 50}

    while True:
        found = await page(practice, client.id, sort, **arguments)
        edges = found["edges"][::-1] if backwards else found["edges"]
        seen += [edge["node"]["id"] for edge in edges]
        info = found["pageInfo"]
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            break
        if backwards:
            arguments["before"] = info["startCursor"]
        else:
            arguments["after"] = info["endCursor"]
        await add_many(practice, client.id, 3, random)
        await disturb(practice, restless, random)

    untouched = [one for one in seen if one in set(ids) - restless]
    assert sorted(untouched) == sorted(set(ids) - restless)
    assert len(untouched) == 800


async def disturb(practice: Practice, restless: set[str], random: Random) -> None:
    """Move one of the restless sessions, change the status of another, remove a third."""
    own = Session.filter(practitioner_id=practice.practitioner.id)
    moved, changed, removed = random.sample(sorted(restless), 3)
    starts_at = NOW + timedelta(hours=random.randrange(-500, 100))
    await own.filter(id=moved).update(
        starts_at=starts_at, ends_at=starts_at + timedelta(minutes=50)
    )
    await own.filter(id=changed).update(
        status="COMPLETED", cancelled_at=None, cancelled_by=None, cancellation_reason=None
    )
    await own.filter(id=removed).delete()


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_backwards_are_the_pages_forwards(practice: Practice, sort: str) -> None:
    client = await practice.add_client()
    await add_many(practice, client.id, 23, Random(sort))
    whole = [edge["node"]["id"] for edge in (await page(practice, client.id, sort))["edges"]]
    middle = await page(practice, client.id, sort, first=10)

    behind = await page(practice, client.id, sort, first=5, after=middle["pageInfo"]["endCursor"])
    before = await page(practice, client.id, sort, last=4, before=behind["pageInfo"]["startCursor"])

    assert [edge["node"]["id"] for edge in behind["edges"]] == whole[10:15]
    assert [edge["node"]["id"] for edge in before["edges"]] == whole[6:10]
    assert behind["pageInfo"]["hasPreviousPage"]
    assert behind["pageInfo"]["hasNextPage"]
    assert behind["edges"][0]["cursor"] == behind["pageInfo"]["startCursor"]


async def test_an_empty_page_has_no_cursors(practice: Practice) -> None:
    client = await practice.add_client()
    await practice.add_session(client)

    none = await page(practice, client.id, "NEWEST_FIRST", first=0)

    assert none == {
        "edges": [],
        "pageInfo": {
            "hasNextPage": True,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }


async def test_the_histories_of_several_clients_come_in_one_answer(practice: Practice) -> None:
    first, second = await practice.add_client("Ada"), await practice.add_client("Bea")
    await practice.add_client("Cleo")
    newest = await practice.add_session(first, NOW - timedelta(days=1))
    await practice.add_session(first, NOW - timedelta(days=2))
    only = await practice.add_session(second, NOW - timedelta(days=3))

    answer = await practice.ask(
        "{ clients { nodes { name sessions(first: 1) { nodes { id } totalCount "
        "pageInfo { hasNextPage endCursor } } } } }"
    )

    histories = {one["name"]: one["sessions"] for one in answer.data["clients"]["nodes"]}
    assert [node["id"] for node in histories["Ada"]["nodes"]] == [newest.id]
    assert histories["Ada"]["totalCount"] == 2
    assert histories["Ada"]["pageInfo"]["hasNextPage"]
    assert [node["id"] for node in histories["Bea"]["nodes"]] == [only.id]
    assert histories["Cleo"]["nodes"] == []
    following = await page(
        practice, first.id, "NEWEST_FIRST", after=histories["Ada"]["pageInfo"]["endCursor"]
    )
    assert len(following["edges"]) == 1
