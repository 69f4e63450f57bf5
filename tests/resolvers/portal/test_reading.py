"""What a client reads at the portal: their own sessions, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models import Client
from models.enums import AccessTokenKind, SessionStatus
from models.identifiers import Kind, new_id
from tests.portal import SESSION, ask_as, ask_portal, client_principal
from tests.practice import NOW, Practice

VIEWER = "{ viewer { id name email timeZone practitionerName completedCount nextSession { id } } }"
HISTORY = """
query (
  $period: SessionPeriod! = ALL, $statuses: [SessionStatus!], $from: Date, $to: Date,
  $sort: SessionSort! = NEWEST_FIRST, $first: Int, $after: String, $last: Int, $before: String
) {
  viewer {
    sessions(
      period: $period, statuses: $statuses, from: $from, to: $to, sort: $sort,
      first: $first, after: $after, last: $last, before: $before
    ) {
      totalCount
      nodes { id }
      edges { cursor node { id } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
ONE = f"query ($id: ID!) {{ session(id: $id) {{ {SESSION} }} }}"


@pytest.fixture
async def client(practice: Practice) -> Client:
    return await practice.add_client(
        "Ada Lovelace", email="ada@example.com", phone="123", time_zone="America/New_York"
    )


async def history(practice: Practice, client: Client, **given: Any) -> Any:
    answer = await ask_as(practice, client, HISTORY, given)
    assert answer.errors == []
    return answer.data["viewer"]["sessions"]


def ids(connection: Any) -> list[str]:
    return [one["id"] for one in connection["nodes"]]


async def test_the_viewer_is_the_client_whose_token_it_is(
    practice: Practice, client: Client
) -> None:
    await practice.add_client("Somebody else")
    over = NOW - timedelta(days=2)
    await practice.add_session(client, over, SessionStatus.COMPLETED)
    await practice.add_session(client, over, SessionStatus.NO_SHOW)
    due = await practice.add_session(client, NOW - timedelta(minutes=10), SessionStatus.PENDING)
    await practice.add_session(client, NOW + timedelta(days=1))

    answer = await ask_as(practice, client, VIEWER)

    assert answer.errors == []
    assert answer.data["viewer"] == {
        "id": client.id,
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "timeZone": "America/New_York",
        "practitionerName": practice.practitioner.name,
        "completedCount": 1,
        "nextSession": {"id": due.id},
    }


async def test_a_client_with_nothing_scheduled_has_no_next_session(
    practice: Practice, client: Client
) -> None:
    await practice.add_session(client, NOW + timedelta(days=1), SessionStatus.CANCELLED)
    await practice.add_session(client, NOW - timedelta(days=1))

    answer = await ask_as(practice, client, VIEWER)

    assert answer.data["viewer"]["nextSession"] is None
    assert answer.data["viewer"]["completedCount"] == 0


async def test_a_session_shows_what_its_client_may_know(practice: Practice, client: Client) -> None:
    away = await practice.add_calendar("Away", time_zone="Asia/Tokyo")
    session = await practice.add_session(
        client,
        NOW + timedelta(days=1),
        SessionStatus.CANCELLED,
        calendar_id=away.id,
        customer_notes="Bring the notebook",
        private_notes="Secret",
        cancellation_reason="On holiday",
    )

    answer = await ask_as(practice, client, ONE, {"id": session.id})

    assert answer.errors == []
    assert answer.data["session"] == {
        "id": session.id,
        "startsAt": "2026-05-15T12:00:00Z",
        "endsAt": "2026-05-15T12:50:00Z",
        "durationMinutes": 50,
        "timeZone": "Asia/Tokyo",
        "status": "CANCELLED",
        "serviceName": "Coaching",
        "price": {"amount": "90.00", "currency": "EUR"},
        "customerNotes": "Bring the notebook",
        "cancellationReason": "On holiday",
        "version": 1,
    }


async def test_the_history_holds_the_clients_own_sessions_only(
    practice: Practice, client: Client
) -> None:
    own = await practice.add_session(client)
    other = await Practice.of(practice.database)
    for owner in (practice, other):
        await owner.add_session(await owner.add_client("Somebody else"))
        await owner.add_session(None)

    found = await history(practice, client)

    assert ids(found) == [own.id]
    assert found["totalCount"] == 1


async def test_somebody_elses_session_answers_as_one_that_does_not_exist(
    practice: Practice, client: Client
) -> None:
    elsewhere = await Practice.of(practice.database)
    of_others = [
        await practice.add_session(await practice.add_client("Somebody else")),
        await practice.add_session(None),
        await elsewhere.add_session(await elsewhere.add_client("Elsewhere")),
    ]

    async def look_up(identifier: str) -> Any:
        answer = await ask_as(practice, client, ONE, {"id": identifier})
        return answer.data, str(answer.errors).replace(identifier, "ID")

    nothing = await look_up(new_id(Kind.SESSION))
    assert "NOT_FOUND" in nothing[1]
    assert [await look_up(one.id) for one in of_others] == [nothing] * 3


@pytest.mark.parametrize("identifier", ["", "x", "1", "cli_01arz3ndektsv4rrffq69g5fav", "ses_\0"])
async def test_what_is_no_sessions_id_is_refused(
    practice: Practice, client: Client, identifier: str
) -> None:
    answer = await ask_as(practice, client, ONE, {"id": identifier})

    assert (answer.data, answer.codes) == ({"session": None}, ["BAD_USER_INPUT"])


async def test_days_are_the_clients_own(practice: Practice, client: Client) -> None:
    """New York is at UTC-4 in May: its 1 May begins at 04:00 UTC."""
    before = await practice.add_session(client, datetime(2026, 5, 1, 3, 59, tzinfo=UTC))
    first = await practice.add_session(client, datetime(2026, 5, 1, 4, 0, tzinfo=UTC))
    last = await practice.add_session(client, datetime(2026, 5, 2, 3, 59, tzinfo=UTC))
    after = await practice.add_session(client, datetime(2026, 5, 2, 4, 0, tzinfo=UTC))
    day = {"from": "2026-05-01", "to": "2026-05-01"}

    for sort in ("OLDEST_FIRST", "BY_STATUS"):
        assert {*ids(await history(practice, client, **day, sort=sort))} == {first.id, last.id}
    everything = await history(practice, client, sort="OLDEST_FIRST")
    assert ids(everything) == [before.id, first.id, last.id, after.id]


async def test_periods_statuses_and_sorting_are_those_of_the_history(
    practice: Practice, client: Client
) -> None:
    past = await practice.add_session(client, NOW - timedelta(days=3), SessionStatus.COMPLETED)
    ending = await practice.add_session(client, NOW - timedelta(minutes=50))
    running = await practice.add_session(client, NOW - timedelta(minutes=49))
    later = await practice.add_session(client, NOW + timedelta(days=3), SessionStatus.PENDING)

    assert ids(await history(practice, client)) == [later.id, running.id, ending.id, past.id]
    assert ids(await history(practice, client, period="UPCOMING")) == [later.id, running.id]
    assert ids(await history(practice, client, period="PAST")) == [ending.id, past.id]
    by_status = await history(practice, client, sort="BY_STATUS", period="PAST")
    assert ids(by_status) == [ending.id, past.id]
    open_ones = await history(practice, client, statuses=["PENDING", "CONFIRMED"], sort="BY_STATUS")
    assert ids(open_ones) == [later.id, running.id, ending.id]


@pytest.mark.parametrize("sort", ["NEWEST_FIRST", "OLDEST_FIRST", "BY_STATUS"])
@pytest.mark.parametrize("more", [{}, {"from": "2026-01-01"}], ids=["all", "of a time"])
async def test_pages_put_together_are_the_list_in_both_directions(
    practice: Practice, client: Client, sort: str, more: dict[str, str]
) -> None:
    statuses = list(SessionStatus)
    for number in range(7):
        await practice.add_session(
            client, NOW - timedelta(days=number // 2 + 1), statuses[number % 5]
        )
    whole = ids(await history(practice, client, sort=sort, **more))
    forwards: list[str] = []
    backwards: list[str] = []
    after = before = None

    for _ in range(3):
        page = await history(practice, client, sort=sort, first=3, after=after, **more)
        forwards += ids(page)
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is (len(forwards) < 7)
        page = await history(practice, client, sort=sort, last=3, before=before, **more)
        backwards = ids(page) + backwards
        before = page["pageInfo"]["startCursor"]

    assert forwards == backwards == whole
    assert len(whole) == 7


async def test_a_cursor_of_another_list_is_refused(practice: Practice, client: Client) -> None:
    other = await practice.add_client("Somebody else")
    for one in (client, other):
        await practice.add_session(one)
    document = f'{{ client(id: "{client.id}") {{ sessions {{ pageInfo {{ endCursor }} }} }} }}'
    of_the_practitioner = (await practice.ask(document)).data["client"]["sessions"]["pageInfo"]
    foreign = [
        (await history(practice, other))["pageInfo"]["endCursor"],
        (await history(practice, client, period="PAST"))["pageInfo"]["endCursor"],
        of_the_practitioner["endCursor"],
    ]

    answers = [await ask_as(practice, client, HISTORY, {"after": one}) for one in foreign]

    assert [one.codes for one in answers] == [["BAD_USER_INPUT"]] * 3


@pytest.mark.parametrize(
    "given",
    [
        {"from": "2026-05-02", "to": "2026-05-01"},
        {"statuses": []},
        {"first": 101},
        {"first": -1},
        {"first": 1, "last": 1},
        {"after": "x"},
        {"before": "\ud800"},
    ],
    ids="-".join,
)
async def test_arguments_that_cannot_be_understood_are_refused(
    practice: Practice, client: Client, given: dict[str, Any]
) -> None:
    answer = await ask_as(practice, client, HISTORY, given)

    assert answer.codes == ["BAD_USER_INPUT"]
    assert answer.data is None


@pytest.mark.parametrize("kind", [AccessTokenKind.PRACTITIONER, AccessTokenKind.READ_ONLY])
async def test_a_token_that_opens_the_record_does_not_open_the_portal(
    practice: Practice, client: Client, kind: AccessTokenKind
) -> None:
    for principal in (
        practice.principal(kind),
        replace(practice.principal(kind), client_id=client.id),
        practice.principal(AccessTokenKind.CLIENT),
    ):
        answer = await ask_portal(practice.database, principal, VIEWER)
        assert (answer.data, answer.codes) == (None, ["FORBIDDEN"])
        assert "/graphql" in answer.errors[0]["message"]


async def test_a_client_who_is_deleted_while_asking_is_nobody(
    practice: Practice, client: Client
) -> None:
    principal = client_principal(practice, client)
    await Client.filter(practitioner_id=practice.practitioner.id, id=client.id).delete()

    answer = await ask_portal(practice.database, principal, VIEWER)

    assert (answer.data, answer.codes) == (None, ["UNAUTHENTICATED"])
