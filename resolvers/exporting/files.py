"""The files that exports keep until their time is over, in pieces of a bounded size."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

from models.database import Database
from models.instants import to_text
from models.sealed_exports import kept_piece, read_piece
from models.transaction import Transaction, write
from resolvers.exporting.links import ExportKept

PIECE_BYTES: Final = 256 * 1024

# For so long the link of an export says that it has expired; then nobody knows it any more.
ENDED_EXPORTS_STAY: Final = timedelta(days=1)

_PIECE: Final = (
    "SELECT export_piece.content, export_piece.sealed_with FROM export_piece "
    "WHERE export_piece.practitioner_id = $1 AND export_piece.export_id = $2 "
    "AND export_piece.number = $3"
)
_FORGET_FILES: Final = (
    "DELETE FROM export_piece WHERE (practitioner_id, export_id) IN "
    "(SELECT export.practitioner_id, export.id FROM export WHERE export.expires_at <= $1) "
    "RETURNING number"
)
# Files of clients who were deleted go at once; what is left says only that there was an export.
FORGET_FILES_OF_CLIENT: Final = (
    "DELETE FROM export_piece WHERE (practitioner_id, export_id) IN "
    "(SELECT export.practitioner_id, export.id FROM export "
    "WHERE export.practitioner_id = $1 AND export.client_id = $2) RETURNING number"
)
FORGET_EXPORTS_OF_CLIENT: Final = (
    "UPDATE export SET state = 'GONE', file_name = '', request = '' "
    "WHERE practitioner_id = $1 AND client_id = $2 RETURNING id"
)


class FileIncomplete(Exception):
    """A piece is missing: the file was removed while it was being read."""


async def file_pieces(database: Database, export: ExportKept) -> AsyncIterator[bytes]:
    """A kept file, piece by piece.

    Raises:
        FileIncomplete: it was removed meanwhile.
        DoesNotOpen: the key that it was sealed with is not in use any more.
    """
    left, number = export.byte_count or 0, 0
    while left > 0:
        rows = await database.fetch(_PIECE, [export.practitioner_id, export.id, number])
        if not rows:
            raise FileIncomplete(export.id)
        content = read_piece(
            database.keyring,
            *rows[0],
            practitioner_id=export.practitioner_id,
            export_id=export.id,
            number=number,
        )
        yield content
        left, number = left - len(content), number + 1


async def keep_pieces(
    transaction: Transaction, database: Database, content: bytes, *, owner: str, export_id: str
) -> None:
    """Keep a file, in the transaction that declares it ready."""
    for number, start in enumerate(range(0, len(content), PIECE_BYTES)):
        piece, key_id = kept_piece(
            database.keyring,
            content[start : start + PIECE_BYTES],
            practitioner_id=owner,
            export_id=export_id,
            number=number,
        )
        await transaction.fetch(
            "INSERT INTO export_piece (practitioner_id, export_id, number, content, sealed_with) "
            "VALUES ($1, $2, $3, $4, $5) RETURNING number",
            [owner, export_id, number, piece, key_id],
        )


async def forget_expired_files(database: Database, *, now: datetime) -> None:
    """Remove files whose links have expired, and exports that nobody has to be told of."""

    async def forget(transaction: Transaction) -> None:
        await transaction.fetch(_FORGET_FILES, [to_text(now)])
        await transaction.fetch(
            "DELETE FROM export WHERE expires_at <= $1 RETURNING id",
            [to_text(now - ENDED_EXPORTS_STAY)],
        )

    await write(database, forget)
