"""Nothing of one practitioner's is visible to another (product.md, The record)."""

from typing import Any

import pytest

from models.identifiers import Kind, new_id
from tests.practice import NOW, Answer, Practice

EVERYTHING = """
{
  viewer { id email }
  clients { totalCount nodes { id sessions { totalCount } } }
  sessions { totalCount nodes { id } stats { total byMonth { total } byService { total } } }
  services(includeInactive: true) { id }
  calendars { id }
}
"""


@pytest.fixture
async def other(practice: Practice) -> dict[str, str]:
    """The ids of somebody else's record."""
    theirs = await Practice.of(practice.database)
    client = await theirs.add_client("Somebody else's", email="secret@example.com")
    session = await theirs.add_session(client, private_notes="secret", customer_notes="secret")
    await theirs.add_event(session)
    await theirs.add_session(client, origin_kind="FOLLOW_UP", origin_id=session.id)
    return {
        "PRACTITIONER": theirs.practitioner.id,
        "CLIENT": client.id,
        "SESSION": session.id,
        "SERVICE": theirs.service.id,
        "CALENDAR": theirs.calendar.id,
    }


async def test_lists_and_statistics_hold_only_ones_own(
    practice: Practice, other: dict[str, str]
) -> None:
    answer = await practice.ask(EVERYTHING)

    assert answer.errors == []
    assert answer.data["viewer"]["id"] == practice.practitioner.id
    assert answer.data["clients"] == {"totalCount": 0, "nodes": []}
    assert answer.data["sessions"] == {
        "totalCount": 0,
        "nodes": [],
        "stats": {"total": 0, "byMonth": [], "byService": []},
    }
    assert [one["id"] for one in answer.data["services"]] == [practice.service.id]
    assert [one["id"] for one in answer.data["calendars"]] == [practice.calendar.id]
    assert not any(identifier in str(answer.data) for identifier in other.values())


@pytest.mark.parametrize("kind", list(Kind)[:5])
async def test_somebody_elses_id_answers_as_one_that_does_not_exist(
    practice: Practice, other: dict[str, str], kind: Kind
) -> None:
    async def look_up(field: str, identifier: str) -> tuple[Any, list[Any]]:
        answer = await practice.ask(
            f"query ($id: ID!) {{ {field}(id: $id) {{ id }} }}", {"id": identifier}
        )
        return answer.data, without_ids(answer, identifier)

    for field in ("node", "client", "session"):
        assert await look_up(field, other[kind.name]) == await look_up(field, new_id(kind))


def without_ids(answer: Answer, identifier: str) -> list[Any]:
    return [
        {**error, "message": error["message"].replace(identifier, "ID")} for error in answer.errors
    ]


@pytest.mark.parametrize("argument", ["serviceIds", "calendarIds"])
async def test_a_filter_by_somebody_elses_id_is_an_unknown_id(
    practice: Practice, other: dict[str, str], argument: str
) -> None:
    await practice.add_session()
    kind = Kind.SERVICE if argument == "serviceIds" else Kind.CALENDAR
    document = "query ($f: SessionFilter) { sessions(filter: $f) { totalCount } }"

    async def narrowed(identifier: str) -> list[Any]:
        return without_ids(
            await practice.ask(document, {"f": {argument: [identifier]}}), identifier
        )

    assert await narrowed(other[kind.name]) == await narrowed(new_id(kind)) != []


async def test_a_search_finds_nothing_of_somebody_elses(
    practice: Practice, other: dict[str, str]
) -> None:
    assert other
    own = await practice.add_session(await practice.add_client(), NOW, private_notes="SECRET")

    answer = await practice.ask(
        '{ sessions(filter: {text: "secret"}) { nodes { id } } '
        'clients(filter: {text: "secret"}) { totalCount } }'
    )

    assert answer.data == {"sessions": {"nodes": [{"id": own.id}]}, "clients": {"totalCount": 0}}
