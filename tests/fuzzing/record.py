"""A record in which everything is marked as whose it is, and everybody who might ask about it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final, Self

from tortoise.models import Model

import models
from models import AccessToken
from models.database import Database
from models.enums import AccessTokenKind, SessionStatus
from models.transaction import Transaction, write
from resolvers.accounts.access import issue_token, secret_hash
from resolvers.principal import Principal
from tests.fuzzing.values import PRIVATE, Known
from tests.portal import ask_as, client_principal
from tests.practice import NOW, Practice
from tests.resolvers.exporting.taking import export_of

OWN: Final = "own mark"
BESIDE: Final = "mark beside"
FOREIGN: Final = "foreign mark"
_CLIENTS: Final = 24
_TABLES: Final = [
    named
    for named in (getattr(models, name) for name in models.__all__)
    if issubclass(named, Model)
]
_OWN_SESSIONS: Final = "{ viewer { sessions { edges { cursor node { id } } } } }"
_CURSORS: Final = """{
  clients(first: 3) { edges { cursor } }
  sessions(first: 3) { edges { cursor } }
  byStatus: sessions(first: 3, sort: BY_STATUS) { edges { cursor } }
  exportEvents(first: 3) { edges { cursor } }
}"""


@dataclass
class Record:
    """One practitioner's record beside another's."""

    practice: Practice
    other: Practice
    known: Known = field(default_factory=Known)
    known_at_the_portal: Known = field(default_factory=Known)
    principals: dict[str, Principal | None] = field(default_factory=dict)

    @classmethod
    async def of(cls, database: Database) -> Self:
        """A new record in this database."""
        record = cls(await Practice.of(database), await Practice.of(database))
        foreign = await _fill(record.other, FOREIGN, FOREIGN, clients=2)
        own = await _fill(record.practice, OWN, BESIDE, clients=_CLIENTS)
        record.known.own = own
        record.known.foreign = [one for some in foreign.values() for one in some]
        answer = await record.practice.ask(_CURSORS)
        record.known.cursors = [
            edge["cursor"] for page in answer.data.values() for edge in page["edges"]
        ]
        await record._open_the_portal()
        return record

    async def _open_the_portal(self) -> None:
        """Whoever asks there is the first client, to whom all the others are foreign."""
        first = self.known.own["client"][0]
        sessions = self.known.own["session"]
        client = await models.Client.get(practitioner_id=self.practice.practitioner.id, id=first)
        answer = await ask_as(self.practice, client, _OWN_SESSIONS)
        edges = answer.data["viewer"]["sessions"]["edges"]
        portal = self.known_at_the_portal
        portal.own = {"session": [edge["node"]["id"] for edge in edges], "client": [first]}
        portal.foreign = [
            *self.known.foreign,
            *(one for one in sessions if one not in portal.own["session"]),
            *self.known.own["service"],
        ]
        portal.cursors = [edge["cursor"] for edge in edges]
        self.principals = {
            "client": client_principal(self.practice, client),
            "practitioner": self.practice.principal(),
            "read-only": self.practice.principal(AccessTokenKind.READ_ONLY),
            "stranger": None,
        }

    async def tokens(self) -> dict[str, str]:
        """New tokens of the practitioner and of the client, by the paths that they open."""
        issue = partial(
            issue_token,
            practitioner_id=self.practice.practitioner.id,
            label="tests",
            now=datetime.now(UTC),
        )
        (client,) = self.known_at_the_portal.own["client"]

        async def work(transaction: Transaction) -> dict[str, str]:
            own = await issue(transaction)
            clients = await issue(transaction, kind=AccessTokenKind.CLIENT, client_id=client)
            return {"/graphql": own, "/portal/graphql": clients}

        return await write(self.practice.database, work)

    async def kept(self, practice: Practice | None = None) -> list[str]:
        """All rows there are, or those of one practice."""
        found: list[str] = []
        for table in _TABLES:
            owner = "id" if table is models.Practitioner else "practitioner_id"
            rows = (
                table.all()
                if practice is None
                else table.filter(**{owner: practice.practitioner.id})
            )
            found += sorted(f"{table.__name__} {row}" for row in await rows.values())
        return found

    async def kept_of_the_record(self) -> list[str]:
        """All rows but those of exports, which who only reads may ask for as well."""
        return [row for row in await self.kept() if not row.startswith("Export")]


async def _fill(practice: Practice, mark: str, mark_beside: str, *, clients: int) -> dict[str, Any]:
    """Everything of each kind; the first client's things carry a mark, those beside another."""
    known: dict[str, list[str]] = {"client": [], "session": [], "token": []}
    services = [practice.service, await practice.add_service(f"Yoga {mark}")]
    calendars = [practice.calendar, await practice.add_calendar(f"Room {mark}", color="#aabbcc")]
    for number in range(clients):
        own = mark_beside if number else mark
        client = await practice.add_client(
            f"Client {number} {own}", email=f"client{number}@example.com", phone=f"{number}"
        )
        known["client"].append(client.id)
        for place, status in enumerate(SessionStatus):
            session = await practice.add_session(
                client,
                NOW + timedelta(hours=26 * (place - 2) + number),
                status,
                service_id=services[place % 2].id,
                calendar_id=calendars[number % 2].id,
                customer_notes=f"Shared {own}",
                private_notes=f"{PRIVATE} {own}",
            )
            known["session"].append(session.id)
    await practice.add_event(session, changes='[["status","PENDING","CONFIRMED"]]', reason=own)
    token = await AccessToken.create(
        practitioner_id=practice.practitioner.id,
        kind=AccessTokenKind.CLIENT,
        client_id=client.id,
        label=f"Portal {own}",
        secret_hash=secret_hash(client.id),
        created_at=NOW,
    )
    known["token"].append(token.id)
    exports = [
        await export_of(practice, one, kind=kind, filter={"text": "Shared"})
        for one in known["client"][:2]
        for kind in (AccessTokenKind.PRACTITIONER, AccessTokenKind.READ_ONLY)
    ]
    return {
        **known,
        "export": [one["id"] for one in exports],
        "service": [one.id for one in services],
        "calendar": [one.id for one in calendars],
    }
