"""Keys of private notes, the same in every run, and what the tables hold of a note."""

from base64 import b64encode
from copy import copy

from models.database import Database
from models.sealing import Keyring, parse_keys


def key(identifier: str, filling: str | None = None) -> str:
    """A key as it is configured; its 32 bytes are one letter, by default that of its name."""
    return f"{identifier}:{b64encode((filling or identifier)[:1].encode() * 32).decode()}"


def keyring(*keys: str) -> Keyring:
    return Keyring(parse_keys(",".join(keys)))


KEYRING = keyring(key("a"), key("b"))


def with_keys(database: Database, keys: Keyring) -> Database:
    """The same open database, as a process with other keys has it."""
    twin = copy(database)
    twin.keyring = keys
    return twin


async def kept(database: Database, session_id: str) -> tuple[str | None, str | None]:
    """The two columns of a session's private notes."""
    rows = await database.fetch(
        "SELECT private_notes, private_notes_key FROM session WHERE id = $1", [session_id]
    )
    notes, key_id = rows[0]
    return notes, key_id
