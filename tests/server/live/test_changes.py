"""Who listens is told of every change that is theirs to see, over sockets and event streams."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from models import AccessToken
from models.database import Database
from models.enums import AccessTokenKind, SessionStatus
from models.transaction import Transaction, write
from resolvers import live
from resolvers.accounts.access import issue_token, secret_hash
from schema.build import practitioner_schema
from server.transport import Transport
from tests.practice import NOW, Practice
from tests.server.live.listening import (
    SUBSCRIPTION,
    TRANSPORTS,
    ask,
    over_socket,
    over_stream,
    until,
)
from tests.server.reaching import Near, near, tell, token_of, told
from tests.server.test_operations import revoke

OVER = pytest.mark.parametrize("over", TRANSPORTS.values(), ids=TRANSPORTS)
BOOK = """mutation ($clientId: ID!, $serviceId: ID!, $calendarId: ID!) {
  bookSession(input: {
    clientId: $clientId, serviceId: $serviceId, calendarId: $calendarId,
    startsAt: "2026-06-20T08:00:00Z", status: PENDING
  }) { session { id } errors { message } }
}"""
CONFIRM = """mutation ($id: ID!) {
  updateSessionStatus(input: {id: $id, status: CONFIRMED}) { errors { message } }
}"""
COMPLETE = CONFIRM.replace("CONFIRMED", "COMPLETED")
RESCHEDULE = """mutation ($id: ID!) {
  rescheduleSession(input: {id: $id, startsAt: "2026-06-21T08:00:00Z"}) { errors { message } }
}"""
NOTES = """mutation ($id: ID!) {
  updateSessionNotes(input: {id: $id, customerNotes: "Shared"}) { errors { message } }
}"""
PRIVATE_NOTES = """mutation ($id: ID!) {
  updateSessionNotes(input: {id: $id, privateNotes: "Secret"}) { errors { message } }
}"""
CANCEL = "mutation ($id: ID!) { cancelSession(input: {id: $id}) { errors { message } } }"
DELETE = "mutation ($id: ID!) { deleteClient(id: $id) { errors { message } } }"


@pytest.fixture
async def reached(database: Database) -> AsyncIterator[Near]:
    async with near(practitioner_schema(), database, Transport(recheck_seconds=0.05)) as server:
        yield server
    await until(lambda: len(database.followers) == 0)


async def change(practice: Practice, mutation: str, identifier: str) -> None:
    answer = await practice.ask(mutation, {"id": identifier})
    assert answer.errors == []
    assert all(one["errors"] == [] for one in answer.data.values())


async def upcoming(practice: Practice, client: Any, number: int = 1) -> Any:
    return await practice.add_session(client, NOW + timedelta(days=number), SessionStatus.CONFIRMED)


@OVER
async def test_who_listens_is_told_of_a_change_and_shown_the_session(
    reached: Near, practice: Practice, over: Any
) -> None:
    client = await practice.add_client()
    session = await upcoming(practice, client)
    async with over(reached, await token_of(practice)) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        await change(practice, CANCEL, session.id)

        assert await listener.next() == {
            "kind": "STATUS_CHANGED",
            "missed": False,
            "session": {
                "id": session.id,
                "status": "CANCELLED",
                "version": 2,
                "clientName": "Ada Lovelace",
                "client": {"id": client.id},
            },
        }


async def test_each_thing_that_is_done_is_told_as_what_it_is(
    reached: Near, practice: Practice
) -> None:
    client = await practice.add_client()
    async with over_socket(reached, await token_of(practice)) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        booked = await practice.ask(
            BOOK,
            {
                "clientId": client.id,
                "serviceId": practice.service.id,
                "calendarId": practice.calendar.id,
            },
        )
        identifier = booked.data["bookSession"]["session"]["id"]
        told = [await listener.next()]
        for mutation in (CONFIRM, RESCHEDULE, NOTES, PRIVATE_NOTES, CANCEL):
            await change(practice, mutation, identifier)
            told.append(await listener.next())

    assert [one["kind"] for one in told] == [
        "BOOKED",
        "STATUS_CHANGED",
        "RESCHEDULED",
        "CUSTOMER_NOTES_CHANGED",
        "PRIVATE_NOTES_CHANGED",
        "STATUS_CHANGED",
    ]
    assert [one["session"]["version"] for one in told] == [1, 2, 3, 4, 5, 6]


async def test_what_is_refused_is_not_told(reached: Near, practice: Practice) -> None:
    session = await upcoming(practice, await practice.add_client())
    async with over_socket(reached, await token_of(practice)) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        refused = await practice.ask(COMPLETE, {"id": session.id})
        assert refused.data["updateSessionStatus"]["errors"]
        await change(practice, CANCEL, session.id)

        assert (await listener.next())["session"]["status"] == "CANCELLED"


@OVER
async def test_who_listens_to_a_client_is_told_of_that_clients_sessions_only(
    reached: Near, practice: Practice, over: Any
) -> None:
    ada, bob = await practice.add_client("Ada"), await practice.add_client("Bob")
    of_bob, of_ada = await upcoming(practice, bob, 1), await upcoming(practice, ada, 2)
    async with over(reached, await token_of(practice), clientId=ada.id) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        await change(practice, CANCEL, of_bob.id)
        await change(practice, CANCEL, of_ada.id)

        assert (await listener.next())["session"]["clientName"] == "Ada"


NO_CLIENT_OF_THEIRS = {
    "cli_00000000000000000000000000": "NOT_FOUND",
    "somebody else's": "NOT_FOUND",
    "ses_00000000000000000000000000": "BAD_USER_INPUT",
    "": "BAD_USER_INPUT",
    "x" * 10_000: "BAD_USER_INPUT",
}


@OVER
async def test_who_listens_to_a_client_that_is_not_theirs_is_told_so_at_once(
    reached: Near, practice: Practice, over: Any
) -> None:
    foreign = await (await Practice.of(practice.database)).add_client()
    token, codes = await token_of(practice), {}
    for identifier in NO_CLIENT_OF_THEIRS:
        given = foreign.id if identifier == "somebody else's" else identifier
        async with over(reached, token, clientId=given) as listener:
            errors = (await listener.message())["payload"]
        (error,) = errors["errors"] if isinstance(errors, dict) else errors
        codes[identifier] = error["extensions"]["code"]

    assert codes == NO_CLIENT_OF_THEIRS


async def test_everybody_is_told_of_their_own_practice_and_nothing_else(
    reached: Near, practice: Practice
) -> None:
    """Nobody's event but the one that is expected comes first, whoever else does something."""
    other = await Practice.of(practice.database)
    ours = await upcoming(practice, await practice.add_client("Ours"))
    theirs = await upcoming(other, await other.add_client("Theirs"))
    async with (
        over_socket(reached, await token_of(practice)) as here,
        over_socket(reached, await token_of(other)) as there,
    ):
        await until(lambda: len(practice.database.followers) == 2)
        await change(practice, NOTES, ours.id)
        await change(other, NOTES, theirs.id)
        await change(practice, CANCEL, ours.id)
        await change(other, CANCEL, theirs.id)
        told_here = [await here.next(), await here.next()]
        told_there = [await there.next(), await there.next()]

    assert {one["session"]["clientName"] for one in told_here} == {"Ours"}
    assert {one["session"]["clientName"] for one in told_there} == {"Theirs"}


@OVER
async def test_private_notes_are_told_to_the_practitioner_and_never_to_who_only_reads(
    reached: Near, practice: Practice, over: Any
) -> None:
    session = await upcoming(practice, await practice.add_client())
    query = "subscription { sessionChanged { kind session { privateNotes notesPreview } } }"
    own = await token_of(practice)
    reading = await token_of(practice, AccessTokenKind.READ_ONLY)
    async with over(reached, own, query) as owner, over(reached, reading, query) as reader:
        await until(lambda: len(practice.database.followers) == 2)
        await change(practice, PRIVATE_NOTES, session.id)
        shown, withheld = await owner.message(), await reader.message()

    assert shown["payload"]["data"]["sessionChanged"]["session"]["privateNotes"] == "Secret"
    assert "Secret" not in str(withheld)
    assert withheld["payload"]["data"]["sessionChanged"] == {
        "kind": "PRIVATE_NOTES_CHANGED",
        "session": {"privateNotes": None, "notesPreview": None},
    }
    (error,) = withheld["payload"]["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


@OVER
async def test_a_deleted_client_is_the_last_that_is_told_to_who_listens_to_them(
    reached: Near, practice: Practice, over: Any
) -> None:
    client = await practice.add_client()
    sessions = {(await upcoming(practice, client, number)).id for number in range(1, 4)}
    token = await token_of(practice)
    async with (
        over(reached, token, clientId=client.id) as listener,
        over(reached, token) as of_all,
    ):
        await until(lambda: len(practice.database.followers) == 2)
        await change(practice, DELETE, client.id)
        last = await listener.next()
        assert (await listener.message())["type"] == "complete"
        told = [await of_all.next() for _ in sessions]

    assert (last["kind"], last["session"]["clientName"]) == ("CLIENT_DELETED", "Deleted Client")
    assert last["session"]["id"] in sessions
    assert {one["session"]["id"] for one in told} == sessions
    assert {one["kind"] for one in told} == {"CLIENT_DELETED"}


async def test_a_deleted_client_leaves_who_listens_to_another_one_alone(
    reached: Near, practice: Practice
) -> None:
    ada, bob = await practice.add_client("Ada"), await practice.add_client("Bob")
    await upcoming(practice, ada, 1)
    of_bob = await upcoming(practice, bob, 2)
    async with over_socket(reached, await token_of(practice), clientId=bob.id) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        await change(practice, DELETE, ada.id)
        await change(practice, CANCEL, of_bob.id)

        assert (await listener.next())["session"]["id"] == of_bob.id


@OVER
async def test_what_is_told_is_read_anew_for_every_change(
    reached: Near, practice: Practice, over: Any
) -> None:
    session = await upcoming(practice, await practice.add_client())
    query = "subscription { sessionChanged { session { version events { kind } } } }"
    async with over(reached, await token_of(practice), query) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        shown = []
        for mutation in (NOTES, PRIVATE_NOTES, CANCEL):
            await change(practice, mutation, session.id)
            shown.append(await listener.next())

    assert [one["session"]["version"] for one in shown] == [2, 3, 4]
    assert [len(one["session"]["events"]) for one in shown] == [1, 2, 3]


async def expire(database: Database, token: str) -> None:
    """Let a token's time run out."""
    await (
        AccessToken.filter(secret_hash=secret_hash(token))
        .using_db(database.client)
        .update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    )


@OVER
@pytest.mark.parametrize("end", [revoke, expire])
async def test_listening_ends_when_the_token_does(
    reached: Near, practice: Practice, over: Any, end: Any
) -> None:
    token = await token_of(practice)
    async with over(reached, token) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        await end(practice.database, token)
        if over is over_socket:
            with pytest.raises(ConnectionClosed) as closed:
                await listener.message()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403
        else:
            assert await listener.message() == {"type": "end"}
        await until(lambda: len(practice.database.followers) == 0)


@OVER
async def test_a_clients_token_listens_to_nothing(
    reached: Near, practice: Practice, over: Any
) -> None:
    """The portal, which is theirs, has no subscriptions: tests/schema/portal_contract.graphql."""
    client = await practice.add_client()

    async def work(transaction: Transaction) -> str:
        return await issue_token(
            transaction,
            practice.practitioner.id,
            label="portal",
            now=datetime.now(UTC),
            kind=AccessTokenKind.CLIENT,
            client_id=client.id,
        )

    async with over(reached, await write(practice.database, work)) as listener:
        errors = (await listener.message())["payload"]
    (error,) = errors["errors"] if isinstance(errors, dict) else errors

    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_who_comes_and_goes_leaves_nothing_behind(reached: Near, practice: Practice) -> None:
    token, followers = await token_of(practice), practice.database.followers
    async with reached.socket(token) as socket:
        for number in range(100):
            payload = {"query": SUBSCRIPTION}
            await tell(socket, "subscribe", id=str(number), payload=payload)
            if number % 3:
                await until(lambda: len(followers) == 1)
            await tell(socket, "complete", id=str(number))
            if number % 2:
                await until(lambda: len(followers) == 0)
        await until(lambda: followers.is_at_rest)
    async with over_stream(reached, token), over_stream(reached, token):
        await until(lambda: len(followers) == 2)

    await until(lambda: followers.is_at_rest)
    assert [key for key in live._readers if key[1] == practice.practitioner.id] == []


async def test_one_thing_is_listened_to_at_a_time(reached: Near, practice: Practice) -> None:
    query = "subscription { a: sessionChanged { kind } b: sessionChanged { kind } }"
    async with over_socket(reached, await token_of(practice), query) as listener:
        message = await listener.message()

    assert message["type"] == "error"
    assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


async def test_all_who_listen_are_answered_from_one_reading(
    reached: Near, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await upcoming(practice, await practice.add_client())
    token = await token_of(practice)
    read: list[list[str]] = []
    fetch = Database.fetch_brief

    async def counting(self: Database, sql: str, parameters: Any = ()) -> list[Any]:
        if "FROM session LEFT JOIN" in sql:
            read.append(list(parameters))
        return await fetch(self, sql, parameters)

    async with reached.socket(token) as socket:
        listeners = [await ask(socket, identifier=f"{number}") for number in range(20)]
        await until(lambda: len(practice.database.followers) == len(listeners))
        await change(practice, CANCEL, session.id)
        for _ in listeners:
            assert (await told(socket))["type"] == "next"
        monkeypatch.setattr(Database, "fetch_brief", counting)
        await practice.add_event(session)
        for _ in listeners:
            assert (await told(socket))["type"] == "next"

    assert len(read) == 1


async def test_a_session_that_cannot_be_read_now_is_told_when_it_can(
    reached: Near, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = await upcoming(practice, await practice.add_client())
    failed, fetch = list[str](), Database.fetch_brief

    async def failing(self: Database, sql: str, parameters: Any = ()) -> list[Any]:
        if "FROM session LEFT JOIN" in sql and len(failed) < 2:
            failed.append(sql)
            raise ConnectionRefusedError
        return await fetch(self, sql, parameters)

    async with over_socket(reached, await token_of(practice)) as listener:
        await until(lambda: len(practice.database.followers) == 1)
        monkeypatch.setattr(Database, "fetch_brief", failing)
        await practice.add_event(session)

        assert (await listener.next())["session"]["id"] == session.id
    assert len(failed) == 2
