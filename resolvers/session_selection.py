"""Sessions of which only what is selected is read, as flat tuples.

Statement, transfer and completion of a page all cost by the column, and of the thirty-six that a
session comes with a page shows a dozen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from resolvers.rows import DELETED_CLIENT, CalendarRow, ClientRow, ServiceRow, SessionRow


class _Column(NamedTuple):
    """What a field is read from: the attribute of the row, and SQL."""

    attribute: str
    sql: str


def _of(table: str, prefix: str, **fields: str) -> dict[str, _Column]:
    return {
        f"{prefix}{field}": _Column(f"{prefix}{column}", f"{table}.{column}")
        for field, column in fields.items()
    }


_BESIDE: Final = {
    "service": _of("service", "service.", id="id", name="name", durationMinutes="duration_minutes"),
    "calendar": _of(
        "calendar", "calendar.", id="id", name="name", color="color", timeZone="time_zone"
    ),
    "client": _of(
        "client",
        "client.",
        id="id",
        name="name",
        email="email",
        phone="phone",
        timeZone="time_zone",
        createdAt="created_at",
    ),
}
# By the names of the fields; what has none here is more than a column.
_COLUMNS: Final[Mapping[str, _Column]] = {
    **_of(
        "session",
        "",
        id="id",
        startsAt="starts_at",
        endsAt="ends_at",
        durationMinutes="duration_minutes",
        status="status",
        customerNotes="customer_notes",
        privateNotes="private_notes",
        rescheduledCount="rescheduled_count",
        version="version",
        createdAt="created_at",
        updatedAt="updated_at",
    ),
    **_BESIDE["service"],
    **_BESIDE["calendar"],
    **_BESIDE["client"],
}
_PRIVATE_NOTES: Final = "private_notes"
# LEFT, although a session always has a service and a calendar: SQLite then reads the sessions
# first, in the order of their index, instead of a table of few rows, with a sort afterwards.
JOINS: Final = {
    table: f"LEFT JOIN {table} ON {table}.practitioner_id = session.practitioner_id "
    f"AND {table}.id = session.{table}_id"
    for table in _BESIDE
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What is read of sessions.

    Attributes:
        columns: which attribute each column is.
        sql: the columns, for after SELECT.
        joins: the tables beside, for after FROM.
        constants: the columns that come from the client, who is known.
        private_notes: where those are among the columns; the key that sealed them is the last one.
        identifier: where the session's id is.
    """

    columns: tuple[str, ...]
    sql: str
    joins: str
    constants: tuple[str, ...]
    private_notes: int | None
    identifier: int

    def constants_of(self, client: ClientRow | None) -> dict[str, Any]:
        """The columns that are the same in all sessions of a client."""
        if client is None or not self.constants:
            return {}
        known = {f"client.{name}": value for name, value in client._asdict().items()}
        known |= {"client": client.id, "client_name": client.name}
        return {column: known[column] for column in self.constants}


@lru_cache(maxsize=512)
def selection_of(
    fields: tuple[str, ...], order: tuple[str, ...], *, of_known_client: bool
) -> Selection | None:
    """What to read for these fields, in an order by these attributes; None where it takes more.

    `fields` are the names that lead to each from the session: `service.name`.
    """
    read: dict[str, str] = {}
    for field in fields:
        if field.startswith("client"):
            read["client"] = "client.id"  # null where there is none
        if field == "clientName":
            read["client_name"] = f"COALESCE(client.name, '{DELETED_CLIENT}')"
            read["client.name"] = "client.name"
            continue
        if field.endswith("__typename"):
            continue
        column = _COLUMNS.get(field)
        if column is None:
            return None
        read[column.attribute] = column.sql
    for attribute in order:
        read.setdefault(attribute, f"session.{attribute}")
    constants: tuple[str, ...] = ()
    if of_known_client:
        constants = tuple(name for name in read if name.partition(".")[0].startswith("client"))
        read = {name: sql for name, sql in read.items() if name not in constants}
    if _PRIVATE_NOTES in read:
        read["private_notes_key"] = "session.private_notes_key"
    columns, selected = tuple(read), tuple(read.values())
    return Selection(
        columns=columns,
        sql=", ".join(selected),
        joins=" ".join(join for table, join in JOINS.items() if _is_read(table, selected)),
        constants=constants,
        private_notes=columns.index(_PRIVATE_NOTES) if _PRIVATE_NOTES in read else None,
        identifier=columns.index("id"),
    )


def _is_read(table: str, selected: Iterable[str]) -> bool:
    return any(f"{table}." in sql for sql in selected)


def session_of(read: Mapping[str, Any]) -> SessionRow:
    """A session with what was read of it, and None for all else."""

    def beside(row: type[Any], name: str) -> Any:
        return row(*(read.get(f"{name}.{field}") for field in row._fields))

    own: dict[str, Any] = {field: read.get(field) for field in SessionRow._fields}
    own["service"] = beside(ServiceRow, "service")
    own["calendar"] = beside(CalendarRow, "calendar")
    own["client"] = beside(ClientRow, "client") if read.get("client") is not None else None
    return SessionRow(**own)
