"""The keys of private notes as the database knows them: by name, and by a proof of each.

Who opens a database to serve it or to write into it checks its keys first: a note sealed with a
wrong key, or kept plain beside sealed ones because a key was forgotten, is found out too late.
"""

from datetime import datetime
from typing import Final

from models.database import Connection, Database
from models.instants import to_text
from models.transaction import Transaction, write

# From key to next key in the index, however many notes there are under each.
_IN_USE: Final = (
    "WITH RECURSIVE used (id) AS ("
    "SELECT min(private_notes_key) FROM session WHERE private_notes_key IS NOT NULL "
    "UNION ALL SELECT (SELECT min(session.private_notes_key) FROM session "
    "WHERE session.private_notes_key > used.id) FROM used WHERE used.id IS NOT NULL) "
    "SELECT id FROM used WHERE id IS NOT NULL"
)
_REGISTER: Final = (
    "INSERT INTO notes_key (id, proof, created_at) VALUES ($1, $2, $3) "
    "ON CONFLICT (id) DO NOTHING RETURNING id"
)
_FORGET: Final = (
    "DELETE FROM notes_key WHERE id <> $1 AND NOT EXISTS ("
    "SELECT 1 FROM session WHERE session.private_notes_key = notes_key.id) RETURNING id"
)
_COUNT: Final = (
    "SELECT private_notes_key, count(*) FROM session WHERE private_notes IS NOT NULL "
    "GROUP BY private_notes_key ORDER BY private_notes_key"
)


class WrongKeys(Exception):
    """The keys of this process are not those of this database; the message names one of them."""


async def check_keys(database: Database, *, now: datetime) -> None:
    """Make sure that our keys open what is sealed; make those known that are new.

    Safe for several processes that start together: the first to make a name known decides what key
    it names, and the others are held to it.

    Raises:
        WrongKeys: a name is known as that of another key, or notes are sealed with a key that is
            not here. Nothing was changed.
    """
    ids = database.keyring.ids
    for used in await keys_in_use(database):
        if used not in ids:
            raise WrongKeys(
                f"private notes in this database are sealed with the key '{used}', which is "
                "missing. Without it they cannot be read"
            )
    if unknown := _refuse_others(database, await _proofs(database)):

        async def register(transaction: Transaction) -> None:
            for one in unknown:
                values = [one, database.keyring.proof(one), to_text(now)]
                await transaction.fetch(_REGISTER, values)
            _refuse_others(database, await _proofs(transaction))

        await write(database, register)


def _refuse_others(database: Database, proofs: dict[str, str]) -> list[str]:
    """The names that have no proof yet; a proof of another key is refused."""
    unknown = []
    for one in database.keyring.ids:
        proof = proofs.get(one)
        if proof is None:
            unknown.append(one)
        elif not database.keyring.is_proven(one, proof):
            raise WrongKeys(
                f"the key '{one}' is not the one that this database knows by that name. "
                "Give the right one, or a new one another name"
            )
    return unknown


async def _proofs(connection: Connection) -> dict[str, str]:
    rows = await connection.fetch("SELECT id, proof FROM notes_key")
    return dict(map(tuple, rows))


async def keys_in_use(connection: Connection) -> list[str]:
    """The names of the keys that notes are sealed with."""
    return [key for (key,) in await connection.fetch(_IN_USE)]


async def count_by_key(connection: Connection) -> dict[str | None, int]:
    """How many notes there are by the key that sealed them, None being plain text."""
    return dict(map(tuple, await connection.fetch(_COUNT)))


async def forget_unused_keys(database: Database) -> list[str]:
    """Forget the keys, other than the active one, that no note is sealed with; their names."""

    async def forget(transaction: Transaction) -> list[str]:
        rows = await transaction.fetch(_FORGET, [database.keyring.active_id or ""])
        return sorted(key for (key,) in rows)

    return await write(database, forget)
