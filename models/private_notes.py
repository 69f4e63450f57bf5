"""A session's private notes as they are kept: sealed when there are keys, else as plain text."""

from typing import Final, TypedDict

from models.sealing import DoesNotOpen, Keyring, Sealed

_COLUMN: Final = "session.private_notes"


class NotesDoNotOpen(Exception):
    """Private notes that were damaged or moved; the message names the session and nothing else."""

    def __init__(self, session_id: str, reason: DoesNotOpen) -> None:
        super().__init__(f"the private notes of {session_id} do not open: {reason}")
        self.session_id = session_id


class NotesColumns(TypedDict):
    """The two columns, which are only ever written together."""

    private_notes: str | None
    private_notes_key: str | None


def kept_notes(
    keyring: Keyring, text: str | None, *, practitioner_id: str, session_id: str
) -> NotesColumns:
    """Private notes as they are written."""
    if text is None or keyring.active_id is None:
        return {"private_notes": text, "private_notes_key": None}
    place = (session_id, _COLUMN)
    sealed, key_id = keyring.seal(text, practitioner_id=practitioner_id, place=place)
    return {"private_notes": sealed, "private_notes_key": key_id}


def read_notes(
    keyring: Keyring,
    kept: str | None,
    key_id: str | None,
    *,
    practitioner_id: str,
    session_id: str,
) -> str | None:
    """Private notes as they were given.

    Raises:
        NotesDoNotOpen: they were changed or moved, or their key is not here.
    """
    if kept is None or key_id is None:
        return kept
    place = (session_id, _COLUMN)
    try:
        return keyring.open(Sealed(kept, key_id), practitioner_id=practitioner_id, place=place)
    except DoesNotOpen as reason:
        raise NotesDoNotOpen(session_id, reason) from None
