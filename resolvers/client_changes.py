"""Adding, changing and deleting clients (the page, "Deleted Clients")."""

from dataclasses import dataclass
from typing import Any, Final

import strawberry
from tortoise.expressions import F

from models import Client, SessionEvent
from models.enums import Actor, SessionEventKind
from models.folding import search_text, sort_key
from models.identifiers import Kind, kind_of, new_id
from models.instants import to_text
from models.transaction import orm
from resolvers import checks
from resolvers.clients import client_conditions, read_clients
from resolvers.context import Context
from resolvers.editing import refuse_null
from resolvers.exporting.files import FORGET_EXPORTS_OF_CLIENT, FORGET_FILES_OF_CLIENT
from resolvers.given import is_given
from resolvers.problems import NotThere, Undone
from resolvers.rows import ClientRow
from resolvers.scalars import TimeZone
from resolvers.writing import KEY_DESCRIPTION, Writing, write_in, write_once

_FORGET_WHAT_IS_OWED: Final = (
    "DELETE FROM outbox_message WHERE practitioner_id = $1 AND client_id = $2 "
    "AND sent_at IS NULL RETURNING id"
)
_FORGET_WHOM_IT_WAS_SENT_TO: Final = (
    "UPDATE outbox_message SET client_id = NULL, payload = '{}' "
    "WHERE practitioner_id = $1 AND client_id = $2 RETURNING id"
)


@strawberry.input(description="A new client.")
class CreateClientInput:
    """The input as it is sent."""

    name: str = strawberry.field(description="The name: 1 to 200 characters.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="The address that messages go to."
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="The phone number, as people write it."
    )
    time_zone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="Where the client is; by default the practitioner's time zone.",
    )
    idempotency_key: str | None = strawberry.field(
        default=strawberry.UNSET, description=KEY_DESCRIPTION
    )


@strawberry.input(description="Changes to a client; what is left out stays as it is.")
class UpdateClientInput:
    """The input as it is sent."""

    id: strawberry.ID = strawberry.field(description="The client.")
    name: str | None = strawberry.field(
        default=strawberry.UNSET, description="Another name: 1 to 200 characters."
    )
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="Another address; null removes it."
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET, description="Another phone number; null removes it."
    )
    time_zone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET, description="Another time zone."
    )


@dataclass(frozen=True, slots=True)
class Deleted:
    """What deleting a client left."""

    client_id: str
    kept_sessions: int


async def create_client(context: Context, given: CreateClientInput) -> str:
    """Add a client; their id.

    Raises:
        InvalidInput: a value that cannot be.
        IdempotencyMismatch: the key came with other input before.
    """
    name = checks.name(given.name)
    email = checks.email(given.email or None)
    phone = checks.phone(given.phone or None)

    async def work(writing: Writing) -> str:
        added = await Client.create(
            practitioner_id=writing.practitioner_id,
            name=name,
            email=email,
            phone=phone,
            time_zone=given.time_zone or context.principal.time_zone,
            search_text=search_text(name, email, phone),
            sort_name=sort_key(name),
            created_at=context.now,
            updated_at=context.now,
            using_db=orm(writing.transaction),
        )
        return str(added.id)

    return await write_once(context, "createClient", given, work)


async def update_client(context: Context, given: UpdateClientInput) -> str:
    """Change a client; their id.

    Raises:
        InvalidInput: a value that cannot be, or null for a name or time zone.
        NotThere: no such client of this practitioner.
    """
    refuse_null(given, "name", "time_zone")
    columns: dict[str, Any] = {}
    if isinstance(given.name, str):
        columns["name"] = checks.name(given.name)
    if given.email is not strawberry.UNSET:
        columns["email"] = checks.email(given.email)
    if given.phone is not strawberry.UNSET:
        columns["phone"] = checks.phone(given.phone)
    if is_given(given.time_zone):
        columns["time_zone"] = given.time_zone

    async def work(writing: Writing) -> str:
        client = await _lock(writing, given.id, "input", "id")
        merged = {**client._asdict(), **columns}
        own = Client.filter(practitioner_id=writing.practitioner_id, id=client.id)
        await own.using_db(orm(writing.transaction)).update(
            **columns,
            search_text=search_text(merged["name"], merged["email"], merged["phone"]),
            sort_name=sort_key(merged["name"]),
            updated_at=context.now,
            version=F("version") + 1,
        )
        return client.id

    return await write_in(context, work)


async def delete_client(context: Context, identifier: str) -> Deleted:
    """Delete a client's profile and personal data; their sessions stay, with all their notes.

    Ends the client's tokens, and owes them no more messages. The audit trail never held personal
    data, so there is nothing in it to remove.

    Raises:
        NotThere: no such client of this practitioner.
    """

    async def work(writing: Writing) -> Deleted:
        client = await _lock(writing, identifier, "id", for_deletion=True)
        sessions = await writing.transaction.fetch(
            "UPDATE session SET client_id = NULL, version = version + 1, updated_at = $1 "
            "WHERE practitioner_id = $2 AND client_id = $3 RETURNING id, version",
            [to_text(context.now), writing.practitioner_id, client.id],
        )
        await _tell_trails(writing, [(one, version) for one, version in sessions])
        for statement in (
            _FORGET_WHAT_IS_OWED,
            _FORGET_WHOM_IT_WAS_SENT_TO,
            FORGET_FILES_OF_CLIENT,
            FORGET_EXPORTS_OF_CLIENT,
            "DELETE FROM access_token WHERE practitioner_id = $1 AND client_id = $2 RETURNING id",
            "DELETE FROM idempotency_key WHERE practitioner_id = $1 AND result = $2 RETURNING key",
            "DELETE FROM client WHERE practitioner_id = $1 AND id = $2 RETURNING id",
        ):
            await writing.transaction.fetch(statement, [writing.practitioner_id, client.id])
        return Deleted(client.id, len(sessions))

    return await write_in(context, work)


async def _tell_trails(writing: Writing, sessions: list[tuple[str, int]]) -> None:
    events = [
        SessionEvent(
            id=new_id(Kind.SESSION_EVENT),
            practitioner_id=writing.practitioner_id,
            session_id=session_id,
            session_version=version,
            kind=SessionEventKind.CLIENT_DELETED,
            actor=Actor.PRACTITIONER,
            changes="[]",
            created_at=writing.context.now,
        )
        for session_id, version in sessions
    ]
    if events:
        await SessionEvent.bulk_create(events, using_db=orm(writing.transaction))


async def _lock(
    writing: Writing, identifier: str, *path: str, for_deletion: bool = False
) -> ClientRow:
    connection = writing.transaction
    found: list[ClientRow] = []
    if kind_of(identifier) is Kind.CLIENT:
        # A deletion also waits for those who are booking for the client.
        lock = connection.for_deletion if for_deletion else connection.for_update
        await connection.fetch(
            "SELECT client.id FROM client WHERE client.practitioner_id = $1 "
            f"AND client.id = $2{lock}",
            [writing.practitioner_id, identifier],
        )
        where = client_conditions(writing.context)
        where.add("client.id = {}", identifier)
        found = await read_clients(writing.context, where)
    if not found:
        raise Undone(NotThere(identifier, *path))
    return found[0]
