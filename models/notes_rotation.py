"""Sealing every private note with the active key, and opening every one to see that it opens."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from models.database import Database
from models.notes_keys import count_by_key, forget_unused_keys
from models.private_notes import NotesDoNotOpen, kept_notes, read_notes
from models.transaction import Transaction, write

# A few dozen milliseconds of SQLite's one write lock.
NOTES_AT_ONCE: Final = 200

# Plain text, which names no key, is to be sealed as well.
_OTHERS: Final = (
    "FROM session WHERE private_notes IS NOT NULL "
    "AND (private_notes_key IS NULL OR private_notes_key <> $1)"
)
_COUNT_OTHERS: Final = f"SELECT count(*) {_OTHERS}"
_NEXT_OTHERS: Final = (
    f"SELECT practitioner_id, id, private_notes, private_notes_key {_OTHERS} "
    "AND (practitioner_id, id) > ($2, $3) ORDER BY practitioner_id, id LIMIT $4"
)
# Neither the version nor the trail: to whoever reads it the session is what it was.
_RESEAL: Final = (
    "UPDATE session SET private_notes = $1, private_notes_key = $2 "
    "WHERE practitioner_id = $3 AND id = $4 RETURNING id"
)
_ALL: Final = (
    "SELECT practitioner_id, id, private_notes, private_notes_key FROM session "
    "WHERE private_notes IS NOT NULL ORDER BY practitioner_id, id"
)


class NoKey(Exception):
    """There is no key to seal with."""


class _Place(NamedTuple):
    practitioner_id: str
    session_id: str


@dataclass(slots=True)
class Rotation:
    """What a rotation did: `left` are notes that somebody was changing, for the next one."""

    resealed: int = 0
    left: int = 0
    unreadable: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    by_key: dict[str | None, int] = field(default_factory=dict)


async def count_others(database: Database) -> int:
    """How many notes are not sealed with the active key."""
    ((others,),) = await database.fetch(_COUNT_OTHERS, [database.keyring.active_id])
    return int(others)


async def rotate(database: Database, *, progress: Callable[[int], None] | None = None) -> Rotation:
    """Seal with the active key what is sealed with another one, or with none.

    In short transactions, each of which keeps what it has done: one that is cut off is gone on
    with by the next. Notes that do not open stay as they are.

    Args:
        progress: is told, after each transaction, how many more notes were seen.

    Raises:
        NoKey: the database was opened without keys.
    """
    if database.keyring.active_id is None:
        raise NoKey
    done = Rotation()
    after: _Place | None = _Place("", "")
    while after is not None:
        after, seen = await _reseal_some(database, done, after)
        if progress is not None:
            progress(seen)
    done.forgotten = await forget_unused_keys(database)
    done.left = max(0, await count_others(database) - len(done.unreadable))
    done.by_key = await count_by_key(database)
    return done


async def _reseal_some(
    database: Database, done: Rotation, after: _Place
) -> tuple[_Place | None, int]:
    """Reseal the next notes after a place; the place of the last, or None when there are none."""
    active = database.keyring.active_id
    unreadable: list[str] = []

    async def work(transaction: Transaction) -> list[Any]:
        # What somebody is changing is passed over. A deletion of a client holds many sessions, in
        # no order: we would wait for it while it waits for us, and PostgreSQL would end one of us.
        rows = await transaction.fetch(
            f"{_NEXT_OTHERS}{transaction.for_update_if_free}", [active, *after, NOTES_AT_ONCE]
        )
        for practitioner_id, session_id, kept, key_id in rows:
            place = _Place(practitioner_id, session_id)._asdict()
            try:
                notes = read_notes(database.keyring, kept, key_id, **place)
            except NotesDoNotOpen:
                unreadable.append(session_id)
                continue
            columns = kept_notes(database.keyring, notes, **place)
            await transaction.fetch(
                _RESEAL, [columns["private_notes"], columns["private_notes_key"], *place.values()]
            )
        return rows

    rows = await write(database, work)
    done.unreadable += unreadable
    done.resealed += len(rows) - len(unreadable)
    return (_Place(rows[-1][0], rows[-1][1]) if rows else None), len(rows)


async def unreadable_notes(database: Database) -> AsyncIterator[NotesDoNotOpen]:
    """Open every note in turn; what does not open."""
    async for rows in database.stream(_ALL):
        for practitioner_id, session_id, kept, key_id in rows:
            try:
                read_notes(
                    database.keyring,
                    kept,
                    key_id,
                    practitioner_id=practitioner_id,
                    session_id=session_id,
                )
            except NotesDoNotOpen as failure:
                yield failure
