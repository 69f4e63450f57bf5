"""The demo practice put into a database."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import orjson

from models import Calendar, Client, Practitioner, Service, Session, SessionEvent
from models.database import Database
from models.folding import fold, search_text, sort_key
from models.private_notes import kept_notes
from models.sealing import Keyring
from models.transaction import Transaction, orm, write
from resolvers.accounts.passwords import hash_password
from server.demo.plan import plan_practice
from server.demo.practice import DEMO_EMAIL
from server.demo.rows import Plan, PlannedClient, PlannedEvent, PlannedSession

DEMO_PASSWORD: Final = "walk-through-the-garden"  # noqa: S105 - everybody may know it

_SESSIONS_AT_ONCE: Final = 200


class AlreadyThere(Exception):
    """The database has a practitioner with the demo's email already; nothing was changed."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} has an account here already; the demo wants an empty database")
        self.email = email


async def fill(
    database: Database,
    *,
    now: datetime,
    seed: int = 1,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Store the demo practice as it stands at `now`, all of it or nothing.

    `progress` is told, each time some sessions are in, how many more they are.

    Returns:
        The number of sessions.

    Raises:
        AlreadyThere: there is a practitioner with the demo's email.
        ValueError: `now` has no offset.
    """
    plan = plan_practice(seed, now)
    password_hash = hash_password(DEMO_PASSWORD)

    async def work(transaction: Transaction) -> None:
        await _refuse_a_second(transaction)
        await _store_practice(transaction, plan, password_hash)
        remaining = iter(plan.sessions)
        while portion := list(islice(remaining, _SESSIONS_AT_ONCE)):
            rows = [_session(database.keyring, plan.practitioner.id, one) for one in portion]
            await Session.bulk_create(rows, using_db=orm(transaction))
            if progress is not None:
                progress(len(portion))
        # Not with their sessions: PostgreSQL plans the check of a foreign key when it first runs,
        # and goes on to scan a table that was nearly empty then (3.4 s in all instead of 1.8).
        await _store_events(transaction, plan.practitioner.id, plan.events)

    await write(database, work)
    return len(plan.sessions)


async def _refuse_a_second(transaction: Transaction) -> None:
    email = fold(DEMO_EMAIL)
    if await transaction.fetch("SELECT 1 FROM practitioner WHERE email_folded = $1", [email]):
        raise AlreadyThere(DEMO_EMAIL)


async def _store_practice(transaction: Transaction, plan: Plan, password_hash: str) -> None:
    owner = plan.practitioner
    await Practitioner.create(
        **vars(owner),
        email_folded=fold(owner.email),
        password_hash=password_hash,
        using_db=orm(transaction),
    )
    await Service.bulk_create(
        [
            Service(practitioner_id=owner.id, sort_name=sort_key(row.name), **vars(row))
            for row in plan.services
        ],
        using_db=orm(transaction),
    )
    await Calendar.bulk_create(
        [
            Calendar(practitioner_id=owner.id, sort_name=sort_key(row.name), **vars(row))
            for row in plan.calendars
        ],
        using_db=orm(transaction),
    )
    await Client.bulk_create(
        [_client(owner.id, row) for row in plan.clients], using_db=orm(transaction)
    )


def _client(practitioner_id: str, row: PlannedClient) -> Client:
    return Client(
        practitioner_id=practitioner_id,
        search_text=search_text(row.name, row.email, row.phone),
        sort_name=sort_key(row.name),
        **vars(row),
    )


async def _store_events(
    transaction: Transaction, practitioner_id: str, rows: Sequence[PlannedEvent]
) -> None:
    events = [_event(practitioner_id, row) for row in rows]
    await SessionEvent.bulk_create(events, using_db=orm(transaction))


def _session(keyring: Keyring, practitioner_id: str, row: PlannedSession) -> Session:
    notes = row.customer_notes
    private_notes = kept_notes(
        keyring, row.private_notes, practitioner_id=practitioner_id, session_id=row.id
    )
    return Session(
        practitioner_id=practitioner_id,
        ends_at=row.ends_at,
        customer_notes_folded=None if notes is None else fold(notes),
        **{**vars(row), **private_notes},
    )


def _event(practitioner_id: str, row: PlannedEvent) -> SessionEvent:
    return SessionEvent(
        practitioner_id=practitioner_id,
        **{**vars(row), "changes": orjson.dumps(row.changes).decode()},
    )
