"""What of exports is sealed, and the only way in and out of it: see models/private_notes.py.

A file may hold private notes, the words of a filter may be taken from them, and whoever has the
secret of a link has the file.
"""

from typing import TypedDict

from models.sealing import DoesNotOpen, Keyring, Sealed, SealedBytes

__all__ = ["DoesNotOpen", "ExportTexts", "kept_piece", "kept_texts", "read_piece", "read_text"]


class ExportTexts(TypedDict):
    """The columns of an export that are sealed together."""

    request: str
    secret: str
    sealed_with: str | None


def kept_texts(
    keyring: Keyring, *, request: str, secret: str, practitioner_id: str, export_id: str
) -> ExportTexts:
    """A request and the secret of its link, as they are written."""
    if keyring.active_id is None:
        return {"request": request, "secret": secret, "sealed_with": None}
    sealed = [
        keyring.seal(text, practitioner_id=practitioner_id, place=(export_id, column)).text
        for column, text in (("request", request), ("secret", secret))
    ]
    return {"request": sealed[0], "secret": sealed[1], "sealed_with": keyring.active_id}


def read_text(
    keyring: Keyring,
    kept: str,
    key_id: str | None,
    *,
    practitioner_id: str,
    export_id: str,
    column: str,
) -> str:
    """One of the columns as it was given.

    Raises:
        DoesNotOpen: it was changed or moved, or its key is not here any more.
    """
    if key_id is None:
        return kept
    place = (export_id, column)
    return keyring.open(Sealed(kept, key_id), practitioner_id=practitioner_id, place=place)


def kept_piece(
    keyring: Keyring, content: bytes, *, practitioner_id: str, export_id: str, number: int
) -> SealedBytes | tuple[bytes, None]:
    """A piece of a file as it is written, and the key that it is sealed with, if any."""
    if keyring.active_id is None:
        return content, None
    return keyring.seal_bytes(
        content, practitioner_id=practitioner_id, place=(export_id, str(number))
    )


def read_piece(
    keyring: Keyring,
    kept: bytes,
    key_id: str | None,
    *,
    practitioner_id: str,
    export_id: str,
    number: int,
) -> bytes:
    """A piece of a file as it was given.

    Raises:
        DoesNotOpen: it was changed or moved, or its key is not here any more.
    """
    if key_id is None:
        return bytes(kept)
    return keyring.open_bytes(
        SealedBytes(bytes(kept), key_id),
        practitioner_id=practitioner_id,
        place=(export_id, str(number)),
    )
