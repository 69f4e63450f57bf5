"""What becomes of a part of a file, by what is in the record and in the parts before."""

from collections.abc import Sequence
from datetime import datetime

from models.database import Connection
from models.folding import fold
from models.identifiers import Kind, new_id
from models.instants import to_text
from models.sealing import Keyring
from resolvers.importing.additions import Additions
from resolvers.importing.clients import Clients
from resolvers.importing.entry import Entry
from resolvers.importing.interpreter import Interpreter, Owner
from resolvers.importing.mapping import Mapping
from resolvers.importing.memory import Memory
from resolvers.importing.names import Names
from resolvers.importing.overlaps import Overlaps
from resolvers.importing.reading import Row
from resolvers.importing.records import imported_event, new_calendar, new_service, new_session
from resolvers.importing.report import Outcome, Problem, RowOutcome, SessionPreview


class Planner:
    """Plans one file, part by part; keeps what later parts must know, about 500 bytes for a row."""

    def __init__(
        self,
        owner: Owner,
        mapping: Mapping,
        interpreter: Interpreter,
        *,
        keyring: Keyring,
        now: datetime,
    ) -> None:
        self._owner = owner
        self._mapping = mapping
        self._interpreter = interpreter
        self._keyring = keyring
        self._now = to_text(now)
        self._memory = Memory(owner.practitioner_id, mapping.source, self._now)
        self._clients = Clients(self._memory)
        self._services = Names(self._memory, Kind.SERVICE)
        self._calendars = Names(self._memory, Kind.CALENDAR)
        self._overlaps = Overlaps(owner.practitioner_id)
        self._lines: dict[bytes, int] = {}

    async def plan(
        self, connection: Connection, rows: Sequence[Row]
    ) -> tuple[Additions, list[RowOutcome]]:
        """What these rows add, and what becomes of each; nothing is written."""
        outcomes: dict[int, RowOutcome] = {}
        entries = await self._new_entries(connection, rows, outcomes)
        additions = Additions()
        await self._meet(connection, entries, additions)
        refused = {} if self._mapping.allow_overlap else await self._refused(connection, entries)
        for entry in entries:
            if entry.line in refused:
                problem = Problem(entry.line, self._interpreter.start_label, refused[entry.line])
                outcomes[entry.line] = _bad(entry.line, [problem])
                continue
            outcomes[entry.line] = self._add(entry, additions)
        return additions, [outcomes[row.line] for row in rows]

    async def _new_entries(
        self, connection: Connection, rows: Sequence[Row], outcomes: dict[int, RowOutcome]
    ) -> list[Entry]:
        told_apart: list[tuple[Row, str]] = []
        for row in rows:
            found = self._interpreter.digest(row)
            if isinstance(found, str):
                first = self._lines.setdefault(bytes.fromhex(found), row.line)
                if first == row.line:
                    told_apart.append((row, found))
                    continue
                reason = f"is the same as on line {first}, and must tell rows apart"
                found = [Problem(row.line, self._interpreter.id_label, reason)]
            outcomes[row.line] = _bad(row.line, found)
        known = await self._memory.records(
            connection, Kind.SESSION, [digest for _, digest in told_apart]
        )
        entries = []
        for row, digest in told_apart:
            if digest in known:
                outcomes[row.line] = RowOutcome(row.line, Outcome.ALREADY_THERE)
                continue
            entry = self._interpreter.entry(row, digest)
            if isinstance(entry, Entry):
                entries.append(entry)
            else:
                outcomes[row.line] = _bad(row.line, entry)
        return entries

    async def _meet(
        self, connection: Connection, entries: Sequence[Entry], additions: Additions
    ) -> None:
        await self._clients.meet(connection, [entry.client for entry in entries], additions)
        owner_id, now = self._owner.practitioner_id, self._now
        # The first entry of a name is kept: reversed, it comes last.
        services = {fold(entry.service): entry for entry in reversed(entries)}
        for name, service_id in await self._services.meet(connection, services, additions):
            additions.services.append(
                new_service(services[name], service_id=service_id, owner_id=owner_id, now=now)
            )
        calendars = {fold(entry.calendar): entry for entry in reversed(entries)}
        for name, calendar_id in await self._calendars.meet(connection, calendars, additions):
            additions.calendars.append(
                new_calendar(
                    calendars[name],
                    calendar_id=calendar_id,
                    owner_id=owner_id,
                    time_zone=self._mapping.time_zone or self._owner.time_zone,
                    now=now,
                )
            )

    async def _refused(self, connection: Connection, entries: Sequence[Entry]) -> dict[int, str]:
        placed = [(entry, self._calendars.id_of(entry.calendar)) for entry in entries]
        return await self._overlaps.refusals(connection, placed)

    def _add(self, entry: Entry, additions: Additions) -> RowOutcome:
        session_id, owner_id = new_id(Kind.SESSION), self._owner.practitioner_id
        client_id = self._clients.id_of(entry.client)
        additions.sessions.append(
            new_session(
                entry,
                self._keyring,
                session_id=session_id,
                owner_id=owner_id,
                client_id=client_id,
                service_id=self._services.id_of(entry.service),
                calendar_id=self._calendars.id_of(entry.calendar),
                overlap_allowed=self._mapping.allow_overlap,
                now=self._now,
            )
        )
        additions.events.append(
            imported_event(session_id=session_id, owner_id=owner_id, now=self._now)
        )
        additions.remembered.append(self._memory.remember(Kind.SESSION, entry.digest, session_id))
        preview = SessionPreview(
            starts_at=entry.starts_at,
            duration_minutes=entry.duration_minutes,
            status=entry.status,
            client_name=None if client_id is None else entry.client.name,
            service=entry.service,
            calendar=entry.calendar,
        )
        return RowOutcome(entry.line, Outcome.ADD, preview)


def _bad(line: int, problems: list[Problem]) -> RowOutcome:
    return RowOutcome(line, Outcome.BAD, problems=tuple(problems))
