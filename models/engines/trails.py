"""Where the trail ends, and what was written to it since: each engine's own way of telling.

A position is text that only the engine reads. It is taken and compared within the statement that
reads the entries, so that nothing lies between two looks and nothing is seen twice.
"""

from dataclasses import dataclass
from typing import Final

CHANNEL: Final = "session_event"


@dataclass(frozen=True, slots=True)
class Trail:
    """How an engine finds what is new in `session_event`.

    Attributes:
        table: the table, for FROM.
        position: SQL: where the trail ends now.
        is_new: SQL: the row was committed after the position in `{0}`.
        is_elsewhere: SQL: the position in `{0}` was taken before the database was restarted or
            replaced, so that what it says need not hold here.
        look_every_seconds: how often to look when nothing wakes one up.
    """

    table: str
    position: str
    is_new: str
    is_elsewhere: str
    look_every_seconds: float


# The rowid is one more than the last: rows are only added, and by one transaction after the other.
# NOT INDEXED leaves the rowid to seek by; the planner would read all entries of the tenants.
_LAST: Final = "(SELECT coalesce(max(rowid), 0) FROM session_event)"

SQLITE: Final = Trail(
    table="session_event NOT INDEXED",
    position=f"CAST({_LAST} AS TEXT)",
    is_new="session_event.rowid > CAST({0} AS INTEGER)",
    is_elsewhere=f"CAST({{0}} AS INTEGER) > {_LAST}",
    # Other processes' commits are told by nothing: this is how long they go unnoticed.
    look_every_seconds=0.05,
)

_SERVER: Final = (
    "(extract(epoch FROM pg_postmaster_start_time())::text || '-' || "
    "(SELECT oid::text FROM pg_database WHERE datname = current_database()))"
)
_SNAPSHOT: Final = "split_part({0}::text, '/', 2)::pg_snapshot"

POSTGRES: Final = Trail(
    table="session_event",
    position=f"{_SERVER} || '/' || pg_current_snapshot()::text",
    # The two bounds are for the index. The upper one also keeps out what a restored backup brought
    # along from a server that had counted further.
    is_new=(
        f"session_event.written_by >= pg_snapshot_xmin({_SNAPSHOT}) "
        "AND session_event.written_by < pg_snapshot_xmax(pg_current_snapshot()) "
        f"AND NOT pg_visible_in_snapshot(session_event.written_by, {_SNAPSHOT})"
    ),
    is_elsewhere=f"split_part({{0}}::text, '/', 1) <> {_SERVER}",
    # Notifications wake one up; this is for when they do not come.
    look_every_seconds=1.0,
)
