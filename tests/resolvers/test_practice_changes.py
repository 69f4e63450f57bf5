"""Adding, changing and deleting clients; services and calendars (the page, "Deleted Clients")."""

from datetime import timedelta

import pytest

from models import AccessToken, Client, OutboxMessage, Session
from models.database import Database
from models.enums import AccessTokenKind, SessionStatus
from models.instants import to_text
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token, principal_of, secret_hash
from tests.acts import act
from tests.practice import NOW, Practice

FUTURE = NOW + timedelta(days=7)


async def test_a_client_is_added_found_changed_and_emptied_apart(practice: Practice) -> None:
    added = await act(
        practice, "createClient", name="  Élodie  ", email="e@example.com", phone="030 12"
    )
    identifier = added.payload["client"]["id"]

    renamed = await act(practice, "updateClient", id=identifier, name="Elodie Martin")
    emptied = await act(practice, "updateClient", id=identifier, email=None, phone="")
    moved = await act(practice, "updateClient", id=identifier, timeZone="Asia/Tokyo")
    refused = await act(practice, "updateClient", id=identifier, name=None)

    assert added.payload["client"] == {
        "id": identifier,
        "name": "Élodie",
        "email": "e@example.com",
        "phone": "030 12",
        "timeZone": "Europe/Berlin",
    }
    assert renamed.payload["client"]["email"] == "e@example.com"
    assert (emptied.payload["client"]["email"], emptied.payload["client"]["phone"]) == (None, None)
    assert moved.payload["client"]["timeZone"] == "Asia/Tokyo"
    assert refused.error["path"] == ["input", "name"]
    found = await practice.ask('{ clients(filter: {text: "MARTIN"}) { nodes { name } } }')
    assert found.data["clients"]["nodes"] == [{"name": "Elodie Martin"}]
    gone = await practice.ask('{ clients(filter: {text: "e@example"}) { totalCount } }')
    assert gone.data["clients"]["totalCount"] == 0


async def test_a_client_is_added_once_for_a_key(practice: Practice) -> None:
    first = await act(practice, "createClient", name="Ada", idempotencyKey="k")
    again = await act(practice, "createClient", name="Ada", idempotencyKey="k")

    assert first.payload == again.payload
    assert await Client.filter(practitioner_id=practice.practitioner.id).count() == 1


async def a_token_of(practice: Practice, client: Client) -> str:
    """A portal token of the client's."""
    token = "sh_" + "t" * 43
    await AccessToken.create(
        practitioner_id=practice.practitioner.id,
        kind=AccessTokenKind.CLIENT,
        client_id=client.id,
        label="Portal",
        secret_hash=secret_hash(token + client.id),
        created_at=NOW,
    )
    return f"{token}{client.id}"


async def test_deleting_a_client_keeps_their_sessions_and_nothing_of_theirs(
    own_database: Database,
) -> None:
    practice = await Practice.of(own_database)
    client = await practice.add_client(
        "Zebulon Marker", email="zebulon.marker@example.com", phone="+49 30 987654"
    )
    other = await practice.add_client("Somebody Else")
    past = await practice.add_session(
        client, status=SessionStatus.COMPLETED, customer_notes="Gate", private_notes="Progress"
    )
    future = await practice.add_session(client, FUTURE, SessionStatus.PENDING)
    unrelated = await practice.add_session(other)
    token = await a_token_of(practice, client)
    await act(practice, "updateSessionStatus", id=future.id, status="CONFIRMED")
    await act(practice, "createClient", name="Keyed", idempotencyKey="key")

    done = await act(practice, "deleteClient", id=client.id)

    assert done.payload == {"deletedClientId": client.id, "keptSessions": 2, "errors": []}
    answer = await practice.ask(
        "query ($id: ID!) { session(id: $id) { clientName client { id } customerNotes "
        "privateNotes status version events { kind } } }",
        {"id": past.id},
    )
    assert answer.data["session"] == {
        "clientName": "Deleted Client",
        "client": None,
        "customerNotes": "Gate",
        "privateNotes": "Progress",
        "status": "COMPLETED",
        "version": 2,
        "events": [{"kind": "CLIENT_DELETED"}],
    }
    assert (await Session.get(id=unrelated.id)).client_id == other.id
    unknown = await practice.ask("query ($id: ID!) { client(id: $id) { id } }", {"id": client.id})
    assert unknown.codes == ["NOT_FOUND"]
    assert await principal_of(own_database, token, now=NOW) is None
    assert await OutboxMessage.all().count() == 0
    # Not a trace of the person in any table.
    for table in await tables(own_database):
        rows = [str(tuple(row)) for row in await own_database.fetch(f"SELECT * FROM {table}")]
        for trace in ("Marker", "marker", "987654", client.id):
            assert not any(trace in row for row in rows), (table, trace)
    again = await act(practice, "deleteClient", id=client.id)
    assert again.error["__typename"] == "NotFoundError"
    assert again.error["path"] == ["id"]


async def tables(database: Database) -> list[str]:
    if database.engine_name == "sqlite":
        rows = await database.fetch("SELECT name FROM sqlite_master WHERE type = 'table'")
    else:
        rows = await database.fetch(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
        )
    return [name for (name,) in rows]


async def test_deleting_a_client_ends_only_their_tokens(practice: Practice) -> None:
    client, other = await practice.add_client(), await practice.add_client()
    await a_token_of(practice, client)
    kept = await a_token_of(practice, other)

    async def work(transaction: Transaction) -> str:
        return await issue_token(
            transaction, practice.practitioner.id, label="app", now=NOW, expires_at=FUTURE
        )

    own = await write(practice.database, work)
    await act(practice, "deleteClient", id=client.id)

    for token in (kept, own):
        assert await principal_of(practice.database, token, now=NOW) is not None
    assert await principal_of(practice.database, own, now=FUTURE) is None


async def test_a_service_is_added_changed_retired_and_brought_back(practice: Practice) -> None:
    price = {"amount": "80", "currency": "EUR"}
    added = await act(practice, "createService", name="Yoga", durationMinutes=45, price=price)
    identifier = added.payload["service"]["id"]
    session = await practice.add_session(service_id=identifier, price_minor=8000)

    changed = await act(
        practice,
        "updateService",
        id=identifier,
        name="Hatha",
        durationMinutes=60,
        price={"amount": "95.50", "currency": "USD"},
    )
    retired = await act(practice, "updateService", id=identifier, active=False)
    back = await act(practice, "updateService", id=identifier, active=True)

    assert changed.payload["service"] == {
        "id": identifier,
        "name": "Hatha",
        "durationMinutes": 60,
        "active": True,
        "price": {"amount": "95.50", "currency": "USD"},
    }
    assert retired.payload["service"]["active"] is False
    assert back.payload["service"]["active"] is True
    kept = await Session.get(id=session.id)
    assert (kept.price_minor, kept.duration_minutes, kept.version) == (8000, 50, 1)


async def test_a_calendar_is_added_and_changed(practice: Practice) -> None:
    added = await act(practice, "createCalendar", name="Online", color="#A0B1C2")
    identifier = added.payload["calendar"]["id"]
    changed = await act(
        practice, "updateCalendar", id=identifier, name="Web", color=None, timeZone="UTC"
    )

    assert added.payload["calendar"]["color"] == "#a0b1c2"
    assert added.payload["calendar"]["timeZone"] == "Europe/Berlin"
    assert changed.payload["calendar"] == {
        "id": identifier,
        "name": "Web",
        "color": None,
        "timeZone": "UTC",
    }


@pytest.mark.parametrize(
    ("mutation", "field"), [("updateService", "active"), ("updateService", "price"),
                            ("updateCalendar", "name"), ("updateCalendar", "timeZone"),
                            ("updateService", "durationMinutes")],
)  # fmt: skip
async def test_what_cannot_be_empty_is_not_emptied(
    practice: Practice, mutation: str, field: str
) -> None:
    own = practice.service if mutation == "updateService" else practice.calendar

    refused = await act(practice, mutation, **{"id": own.id, field: None})

    assert refused.error["__typename"] == "InvalidInputError"
    assert refused.error["path"] == ["input", field]


@pytest.mark.parametrize("mutation", ["updateClient", "updateService", "updateCalendar"])
@pytest.mark.parametrize("identifier", ["", "x", "ses_" + "0" * 26, "cli_" + "0" * 26])
async def test_what_is_not_there_cannot_be_changed(
    practice: Practice, mutation: str, identifier: str
) -> None:
    refused = await act(practice, mutation, id=identifier, name="New")

    assert refused.error["__typename"] == "NotFoundError"
    assert refused.error["id"] == identifier


async def test_past_ends_of_booked_sessions_are_kept_in_whole_seconds(practice: Practice) -> None:
    client = await practice.add_client()
    done = await act(
        practice,
        "bookSession",
        clientId=client.id,
        serviceId=practice.service.id,
        calendarId=practice.calendar.id,
        startsAt="2026-06-01T10:00:00.999+02:00",
    )

    assert done.session["startsAt"] == "2026-06-01T08:00:00Z"
    assert done.session["endsAt"] == to_text(NOW.replace(month=6, day=1, hour=8, minute=50))
