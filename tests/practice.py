"""Builders: a practice and its sessions, of which a test states only what matters to it."""

from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self

from strawberry.types import ExecutionResult

from models import Calendar, Client, Practitioner, Service, Session, SessionEvent
from models.database import Database
from models.enums import AccessTokenKind, Actor, SessionEventKind, SessionStatus
from models.folding import fold, search_text, sort_key
from models.identifiers import Kind, new_id
from models.private_notes import kept_notes
from resolvers.context import Context
from resolvers.principal import Principal
from schema.build import practitioner_schema
from schema.served import ServedSchema

NOW = datetime(2026, 5, 14, 12, 0, tzinfo=UTC)

_numbers = count(1)
_networks = count(1)


def new_network() -> str:
    """A place on the network that nobody has tried anything from."""
    return f"network {next(_networks)}"


@dataclass
class Answer:
    """What a query answered."""

    data: Any
    errors: list[dict[str, Any]]

    @property
    def codes(self) -> list[str | None]:
        return [(error.get("extensions") or {}).get("code") for error in self.errors]


@dataclass
class Practice:
    """One practitioner's record, with builders for what belongs to it."""

    database: Database
    practitioner: Practitioner
    service: Service
    calendar: Calendar
    now: datetime = NOW

    @classmethod
    async def of(
        cls, database: Database, *, time_zone: str = "Europe/Berlin", currency: str = "EUR"
    ) -> Self:
        """A new practice with one service and one calendar."""
        number = next(_numbers)
        practitioner = await Practitioner.create(
            name=f"Practitioner {number}",
            email=f"practitioner{number}@example.com",
            email_folded=f"practitioner{number}@example.com",
            password_hash="-",
            time_zone=time_zone,
            currency=currency,
            created_at=NOW,
            updated_at=NOW,
        )
        service = await _add_service(practitioner, "Coaching")
        calendar = await _add_calendar(practitioner, "Main")
        return cls(database, practitioner, service, calendar)

    async def add_client(self, name: str = "Ada Lovelace", **given: Any) -> Client:
        return await Client.create(
            **{
                "practitioner_id": self.practitioner.id,
                "name": name,
                "email": None,
                "phone": None,
                "time_zone": "Europe/Berlin",
                "search_text": search_text(name, given.get("email"), given.get("phone")),
                "sort_name": sort_key(name),
                "created_at": NOW,
                "updated_at": NOW,
                **given,
            }
        )

    async def add_service(self, name: str, **given: Any) -> Service:
        return await _add_service(self.practitioner, name, **given)

    async def add_calendar(self, name: str, **given: Any) -> Calendar:
        return await _add_calendar(self.practitioner, name, **given)

    async def add_session(
        self,
        client: Client | None = None,
        starts_at: datetime = NOW - timedelta(days=7),
        status: SessionStatus = SessionStatus.CONFIRMED,
        *,
        duration_minutes: int = 50,
        **given: Any,
    ) -> Session:
        """A session that may overlap others, so that a test need not look for a free slot."""
        cancelled = {}
        if status is SessionStatus.CANCELLED:
            cancelled = {
                "cancelled_at": starts_at - timedelta(hours=30),
                "cancelled_by": Actor.PRACTITIONER,
            }
        notes = given.get("customer_notes")
        identifier = new_id(Kind.SESSION)
        private_notes = kept_notes(
            self.database.keyring,
            given.pop("private_notes", None),
            practitioner_id=self.practitioner.id,
            session_id=identifier,
        )
        return await Session.create(
            **{
                "practitioner_id": self.practitioner.id,
                "id": identifier,
                "client_id": client.id if client is not None else None,
                "service_id": self.service.id,
                "calendar_id": self.calendar.id,
                "starts_at": starts_at,
                "ends_at": starts_at + timedelta(minutes=duration_minutes),
                "duration_minutes": duration_minutes,
                "status": status,
                "overlap_allowed": True,
                "price_minor": 9000,
                "currency": "EUR",
                "customer_notes_folded": fold(notes) if notes is not None else None,
                "created_at": NOW,
                "updated_at": NOW,
                **private_notes,
                **cancelled,
                **given,
            }
        )

    async def add_event(
        self, session: Session, kind: SessionEventKind = SessionEventKind.BOOKED, **given: Any
    ) -> SessionEvent:
        return await SessionEvent.create(
            **{
                "practitioner_id": self.practitioner.id,
                "session_id": session.id,
                "session_version": session.version,
                "kind": kind,
                "actor": Actor.PRACTITIONER,
                "changes": "[]",
                "created_at": NOW,
                **given,
            }
        )

    def principal(self, kind: AccessTokenKind = AccessTokenKind.PRACTITIONER) -> Principal:
        return Principal(
            practitioner_id=self.practitioner.id,
            name=self.practitioner.name,
            email=self.practitioner.email,
            time_zone=self.practitioner.time_zone,
            currency=self.practitioner.currency,
            kind=kind,
            token_id=f"tok_{list(AccessTokenKind).index(kind):026}",
        )

    async def ask(
        self,
        document: str,
        variables: dict[str, Any] | None = None,
        *,
        kind: AccessTokenKind = AccessTokenKind.PRACTITIONER,
        now: datetime | None = None,
    ) -> Answer:
        """The answer to a query of this practitioner's."""
        return await ask(
            self.database, self.principal(kind), document, variables, now=now or self.now
        )


async def ask(
    database: Database,
    principal: Principal | None,
    document: str,
    variables: dict[str, Any] | None = None,
    *,
    now: datetime = NOW,
    operation_name: str | None = None,
    schema: ServedSchema | None = None,
) -> Answer:
    """The answer to a query of anybody's, None being a stranger; the first one to who listens."""
    context = Context(database=database, principal=principal, now=now, network=new_network())
    asked = schema or practitioner_schema()
    if document.startswith("subscription"):
        results = await asked.stream(
            document,
            variable_values=variables,
            context_value=context,
            operation_name=operation_name,
        )
        async with aclosing(results):
            first = await anext(results)
        assert isinstance(first, ExecutionResult)
        return Answer(first.data, [dict(error.formatted) for error in first.errors or []])
    result = await asked.execute(
        document,
        variable_values=variables,
        context_value=context,
        operation_name=operation_name,
    )
    return Answer(result.data, [dict(error.formatted) for error in result.errors or []])


async def _add_service(practitioner: Practitioner, name: str, **given: Any) -> Service:
    return await Service.create(
        **{
            "practitioner_id": practitioner.id,
            "name": name,
            "sort_name": sort_key(name),
            "duration_minutes": 50,
            "price_minor": 9000,
            "currency": practitioner.currency,
            "created_at": NOW,
            "updated_at": NOW,
            **given,
        }
    )


async def _add_calendar(practitioner: Practitioner, name: str, **given: Any) -> Calendar:
    return await Calendar.create(
        **{
            "practitioner_id": practitioner.id,
            "name": name,
            "sort_name": sort_key(name),
            "time_zone": practitioner.time_zone,
            "created_at": NOW,
            "updated_at": NOW,
            **given,
        }
    )
