"""Reads the audit trail as it grows: what was committed since a position, whoever wrote it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from models.database import Database

_LATEST_OF_PRACTITIONER: Final = (
    "SELECT session_id, kind FROM session_event WHERE practitioner_id = $1 ORDER BY id DESC LIMIT 1"
)
_LATEST_OF_CLIENT: Final = (
    "SELECT session.id, (SELECT kind FROM session_event "
    "WHERE session_event.practitioner_id = session.practitioner_id "
    "AND session_event.session_id = session.id ORDER BY session_version DESC, id DESC LIMIT 1) "
    "FROM session WHERE session.practitioner_id = $1 AND session.client_id = $2 "
    "ORDER BY session.starts_at DESC, session.id DESC LIMIT 1"
)


class Entry(NamedTuple):
    """An entry of the trail; `client_id` is whose session it is by now, None once deleted."""

    practitioner_id: str
    id: str
    session_id: str
    kind: str
    client_id: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the trail found.

    Attributes:
        position: where the next look begins.
        is_elsewhere: the database was restarted or replaced since: something may be missing.
        entries: what is new, oldest first.
        cut: the practitioners of whom there was more than is here.
    """

    position: str
    is_elsewhere: bool
    entries: list[Entry]
    cut: frozenset[str]


async def end_of_trail(database: "Database") -> str:
    """Where the trail ends now."""
    [(position,)] = await database.fetch(f"SELECT {database.trail.position}")
    return str(position)


async def read_trail(
    database: "Database", position: str, practitioners: Collection[str], *, most_each: int
) -> Found:
    """What was committed for some practitioners after `position`: the newest `most_each` of each.

    One statement, so that it and the position that it returns are of the same moment. Its cost is
    that of what is new: by rowid, or by ix_session_event_written_by.
    """
    trail = database.trail
    rows = await database.fetch(
        "SELECT here.position, here.is_elsewhere, told.practitioner_id, told.id, told.session_id, "
        "told.kind, told.client_id, told.place "
        f"FROM (SELECT {trail.position} AS position, {trail.is_elsewhere.format('$1')} "
        "AS is_elsewhere) AS here LEFT JOIN (SELECT * FROM ("
        "SELECT session_event.practitioner_id, session_event.id, session_event.session_id, "
        "session_event.kind, session.client_id, row_number() OVER ("
        "PARTITION BY session_event.practitioner_id ORDER BY session_event.id DESC) AS place "
        f"FROM {trail.table} JOIN session "
        "ON session.practitioner_id = session_event.practitioner_id "
        "AND session.id = session_event.session_id "
        f"WHERE {database.any_of('session_event.practitioner_id', '$2')} "
        f"AND {trail.is_new.format('$1')}) AS fresh WHERE fresh.place <= $3) AS told ON TRUE "
        "ORDER BY told.id",
        [position, database.list_parameter(list(practitioners)), most_each + 1],
    )
    entries, cut = [], set()
    for _, _, practitioner_id, identifier, session_id, kind, client_id, place in rows:
        if practitioner_id is None:
            continue
        if place > most_each:
            cut.add(practitioner_id)
        else:
            entries.append(Entry(practitioner_id, identifier, session_id, kind, client_id))
    return Found(str(rows[0][0]), bool(rows[0][1]), entries, frozenset(cut))


async def latest(
    database: "Database", practitioner_id: str, client_id: str | None
) -> tuple[str, str | None] | None:
    """A session that changed lately, and how; of a client, one of theirs. None: there is none."""
    sql, parameters = _LATEST_OF_PRACTITIONER, [practitioner_id]
    if client_id is not None:
        sql, parameters = _LATEST_OF_CLIENT, [practitioner_id, client_id]
    rows = await database.fetch(sql, parameters)
    return (rows[0][0], rows[0][1]) if rows else None


async def clients_there(
    database: "Database", practitioner_id: str, clients: Collection[str]
) -> set[str]:
    """Which of some clients are still there."""
    rows = await database.fetch(
        "SELECT client.id FROM client WHERE client.practitioner_id = $1 "
        f"AND {database.any_of('client.id', '$2')}",
        [practitioner_id, database.list_parameter(list(clients))],
    )
    return {identifier for (identifier,) in rows}
