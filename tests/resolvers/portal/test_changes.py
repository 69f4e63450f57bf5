"""Confirming and cancelling, by the client whose session it is."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from models import Client, OutboxMessage, Session, SessionEvent
from models.enums import AccessTokenKind, SessionStatus
from models.identifiers import Kind, new_id
from resolvers.context import Context
from resolvers.writing import Writing, write_as_client, write_in
from tests.acts import act
from tests.portal import act_as, ask_portal, client_principal, document_of
from tests.practice import NOW, Practice

TOMORROW = NOW + timedelta(days=1)
MUTATIONS = {"confirmSession": "CONFIRMED", "cancelSession": "CANCELLED"}


@pytest.fixture
async def client(practice: Practice) -> Client:
    return await practice.add_client("Ada Lovelace", email="ada@example.com")


async def kept(session: Session) -> dict[str, Any]:
    """All that is kept about a session."""
    (row,) = await Session.filter(practitioner_id=session.practitioner_id, id=session.id).values()
    return dict(row)


async def left_behind(session: Session) -> tuple[list[Any], list[Any]]:
    """The events and the messages of a session."""
    of_it = {"practitioner_id": session.practitioner_id, "session_id": session.id}
    events = await SessionEvent.filter(**of_it).values_list(
        "kind", "actor", "session_version", "reason", "changes"
    )
    messages = await OutboxMessage.filter(**of_it).values_list("kind", "client_id")
    return [*events], [*messages]


async def test_a_client_confirms_a_pending_session(practice: Practice, client: Client) -> None:
    session = await practice.add_session(client, TOMORROW, SessionStatus.PENDING)

    payload = await act_as(practice, client, "confirmSession", id=session.id, expectedVersion=1)

    assert payload["errors"] == []
    assert (payload["session"]["status"], payload["session"]["version"]) == ("CONFIRMED", 2)
    assert (await kept(session))["updated_at"] == NOW
    assert await left_behind(session) == (
        [("STATUS_CHANGED", "CLIENT", 2, None, '[["status","PENDING","CONFIRMED"]]')],
        [("CONFIRMED", client.id)],
    )


@pytest.mark.parametrize("status", [SessionStatus.PENDING, SessionStatus.CONFIRMED])
async def test_a_client_cancels_a_session_that_holds_its_slot(
    practice: Practice, client: Client, status: SessionStatus
) -> None:
    session = await practice.add_session(client, TOMORROW, status)

    payload = await act_as(practice, client, "cancelSession", id=session.id, reason=" I am ill ")

    assert payload["errors"] == []
    assert payload["session"]["status"] == "CANCELLED"
    assert payload["session"]["cancellationReason"] == "I am ill"
    row = await kept(session)
    assert (row["cancelled_by"], row["cancelled_at"]) == ("CLIENT", NOW)
    changes = f'[["status","{status}","CANCELLED"],["cancelledAt",null,"2026-05-14T12:00:00Z"]]'
    assert await left_behind(session) == (
        [("STATUS_CHANGED", "CLIENT", 2, "I am ill", changes)],
        [("CANCELLED", client.id)],
    )


async def test_the_practitioner_is_told_who_cancelled(practice: Practice, client: Client) -> None:
    session = await practice.add_session(client, TOMORROW)

    await act_as(practice, client, "cancelSession", id=session.id, reason="I am ill")

    answer = await practice.ask(
        f'{{ session(id: "{session.id}") {{ cancellation {{ by reason }} events {{ actor }} }} }}'
    )
    assert answer.data["session"] == {
        "cancellation": {"by": "CLIENT", "reason": "I am ill"},
        "events": [{"actor": "CLIENT"}],
    }


async def test_cancelling_frees_the_slot(practice: Practice, client: Client) -> None:
    session = await practice.add_session(client, TOMORROW, overlap_allowed=False)

    async def book() -> list[Any]:
        done = await act(
            practice,
            "bookSession",
            clientId=client.id,
            serviceId=practice.service.id,
            calendarId=practice.calendar.id,
            startsAt="2026-05-15T12:00:00Z",
        )
        return [error["__typename"] for error in done.errors]

    assert await book() == ["SlotTakenError"]
    await act_as(practice, client, "cancelSession", id=session.id)
    assert await book() == []


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_client_without_an_address_gets_no_email(practice: Practice, mutation: str) -> None:
    client = await practice.add_client("Ada", email=None)
    session = await practice.add_session(client, TOMORROW, SessionStatus.PENDING)

    payload = await act_as(practice, client, mutation, id=session.id)

    assert payload["errors"] == []
    assert (await left_behind(session))[1] == []


@pytest.mark.parametrize(("mutation", "status"), MUTATIONS.items())
@pytest.mark.parametrize("starts_at", [TOMORROW, NOW - timedelta(days=1)], ids=["due", "over"])
async def test_what_is_done_already_changes_nothing_and_is_no_error(
    practice: Practice, client: Client, mutation: str, status: str, starts_at: datetime
) -> None:
    session = await practice.add_session(client, starts_at, SessionStatus(status))
    before = await kept(session)

    payload = await act_as(practice, client, mutation, id=session.id)

    assert payload["errors"] == []
    assert (payload["session"]["status"], payload["session"]["version"]) == (status, 1)
    assert (await kept(session), await left_behind(session)) == (before, ([], []))


NOT_ALLOWED = [
    # A session that lasts 50 minutes, and how long before now it began.
    ("confirmSession", SessionStatus.PENDING, 50, "is over"),
    ("confirmSession", SessionStatus.COMPLETED, 50, "A Completed session cannot be confirmed"),
    ("confirmSession", SessionStatus.NO_SHOW, 50, "A No Show session cannot be confirmed"),
    ("confirmSession", SessionStatus.CANCELLED, -60, "A Cancelled session cannot be confirmed"),
    ("cancelSession", SessionStatus.PENDING, 0, "has started"),
    ("cancelSession", SessionStatus.CONFIRMED, 0, "has started"),
    ("cancelSession", SessionStatus.CONFIRMED, 50, "has started"),
    ("cancelSession", SessionStatus.COMPLETED, 50, "A Completed session cannot be cancelled"),
    ("cancelSession", SessionStatus.NO_SHOW, 50, "A No Show session cannot be cancelled"),
]


@pytest.mark.parametrize(
    ("mutation", "status", "minutes_ago", "reason"),
    NOT_ALLOWED,
    ids=[f"{mutation} {status} {ago}" for mutation, status, ago, _ in NOT_ALLOWED],
)
async def test_what_a_client_may_not_do_says_why_and_changes_nothing(
    practice: Practice,
    client: Client,
    mutation: str,
    status: SessionStatus,
    minutes_ago: int,
    reason: str,
) -> None:
    starts_at = NOW - timedelta(minutes=minutes_ago)
    session = await practice.add_session(client, starts_at, status)
    before = await kept(session)

    payload = await act_as(practice, client, mutation, id=session.id)

    assert payload["session"] is None
    (error,) = payload["errors"]
    assert reason in error.pop("message")
    assert error == {
        "__typename": "StatusNotAllowedError",
        "path": ["input", "id"],
        "from": status,
        "to": MUTATIONS[mutation],
    }
    assert (await kept(session), await left_behind(session)) == (before, ([], []))


@pytest.mark.parametrize(
    ("mutation", "status", "minutes_ago"),
    [("confirmSession", SessionStatus.PENDING, 49), ("cancelSession", SessionStatus.PENDING, -1)],
    ids=["confirmed under way", "cancelled a minute before"],
)
async def test_a_client_may_until_the_last_minute(
    practice: Practice, client: Client, mutation: str, status: SessionStatus, minutes_ago: int
) -> None:
    starts_at = NOW - timedelta(minutes=minutes_ago)
    session = await practice.add_session(client, starts_at, status)

    payload = await act_as(practice, client, mutation, id=session.id)

    assert payload["errors"] == []
    assert payload["session"]["status"] == MUTATIONS[mutation]


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_session_that_moved_on_is_not_changed_but_shown(
    practice: Practice, client: Client, mutation: str
) -> None:
    session = await practice.add_session(client, TOMORROW, SessionStatus.PENDING, version=3)

    payload = await act_as(practice, client, mutation, id=session.id, expectedVersion=2)

    assert payload["session"] is None
    (error,) = payload["errors"]
    assert error["__typename"] == "StaleVersionError"
    assert error["current"] == {"id": session.id, "version": 3, "status": "PENDING"}
    assert await left_behind(session) == ([], [])


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_somebody_elses_session_is_not_there_and_stays_as_it_is(
    practice: Practice, client: Client, mutation: str
) -> None:
    elsewhere = await Practice.of(practice.database)
    pending = SessionStatus.PENDING
    of_others = [
        await practice.add_session(await practice.add_client("Other"), TOMORROW, pending),
        await practice.add_session(None, TOMORROW, pending),
        await elsewhere.add_session(await elsewhere.add_client("Else"), TOMORROW, pending),
    ]
    before = [await kept(one) for one in of_others]

    async def refusal(identifier: str) -> str:
        payload = await act_as(practice, client, mutation, id=identifier, expectedVersion=1)
        assert payload["session"] is None
        return str(payload["errors"]).replace(identifier, "ID")

    nothing = await refusal(new_id(Kind.SESSION))
    assert "NotFoundError" in nothing
    assert await refusal("x") == await refusal(client.id) == nothing
    assert [await refusal(one.id) for one in of_others] == [nothing] * 3
    assert [await kept(one) for one in of_others] == before


@pytest.mark.parametrize("reason", ["x" * 2001, "\0", "\ud800"], ids=["long", "NUL", "half"])
async def test_a_reason_that_cannot_be_kept_is_refused(
    practice: Practice, client: Client, reason: str
) -> None:
    session = await practice.add_session(client, TOMORROW)

    payload = await act_as(practice, client, "cancelSession", id=session.id, reason=reason)

    (error,) = payload["errors"]
    assert (error["__typename"], error["path"]) == ("InvalidInputError", ["input", "reason"])
    assert (await kept(session))["status"] == SessionStatus.CONFIRMED


@pytest.mark.parametrize("mutation", MUTATIONS)
@pytest.mark.parametrize("kind", [None, AccessTokenKind.PRACTITIONER, AccessTokenKind.READ_ONLY])
async def test_only_a_client_changes_anything_here(
    practice: Practice, client: Client, mutation: str, kind: AccessTokenKind | None
) -> None:
    session = await practice.add_session(client, TOMORROW, SessionStatus.PENDING)
    before = await kept(session)
    principal = practice.principal(kind) if kind is not None else None
    given = {"input": {"id": session.id}}

    answer = await ask_portal(practice.database, principal, document_of(mutation), given)

    assert answer.data == {"done": None}
    assert answer.codes == ["UNAUTHENTICATED" if kind is None else "FORBIDDEN"]
    assert (await kept(session), await left_behind(session)) == (before, ([], []))


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_of_many_sent_at_once_one_is_done_and_the_others_change_nothing(
    practice: Practice, client: Client, mutation: str
) -> None:
    session = await practice.add_session(client, TOMORROW, SessionStatus.PENDING)

    payloads = await asyncio.gather(
        *(act_as(practice, client, mutation, id=session.id) for _ in range(12))
    )

    assert [one["errors"] for one in payloads] == [[]] * 12
    assert {one["session"]["version"] for one in payloads} == {2}
    events, messages = await left_behind(session)
    assert (len(events), len(messages)) == (1, 1)


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_client_who_is_deleted_while_acting_changes_nothing(
    practice: Practice, client: Client, mutation: str
) -> None:
    """Their token was checked before; the sessions that stay are nobody's."""
    session = await practice.add_session(client, TOMORROW, SessionStatus.PENDING)
    deleted = await act(practice, "deleteClient", id=client.id)
    assert deleted.payload["keptSessions"] == 1

    payload = await act_as(practice, client, mutation, id=session.id)

    assert [error["__typename"] for error in payload["errors"]] == ["NotFoundError"]
    assert (await kept(session))["status"] == SessionStatus.PENDING


async def test_a_client_cannot_write_as_the_practitioner_nor_the_other_way_round(
    practice: Practice, client: Client
) -> None:
    """Which of the two may write is decided by the entrance, not by the token alone."""

    async def nothing(writing: Writing) -> str:
        return writing.actor

    def context(*, of_client: bool) -> Context:
        principal = client_principal(practice, client) if of_client else practice.principal()
        return Context(database=practice.database, principal=principal, now=NOW)

    assert await write_in(context(of_client=False), nothing) == "PRACTITIONER"
    assert await write_as_client(context(of_client=True), nothing) == "CLIENT"
    with pytest.raises(Exception, match="opens the portal"):
        await write_in(context(of_client=True), nothing)
    with pytest.raises(Exception, match="for clients"):
        await write_as_client(context(of_client=False), nothing)
