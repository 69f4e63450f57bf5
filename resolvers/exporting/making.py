"""Making the files that take a while: each by one worker, again if that one dies, not for ever.

A worker claims an export for a time, and claims it anew while it is at work. So nothing is lost
with a server that ends: what it had claimed is made by the next to look.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from exports.pdf.rendering import RenderingFailed, render_history
from exports.workers import Workers
from models.database import Database
from models.instants import from_text, to_text
from models.transaction import Transaction, write
from resolvers.accounts.policy import AccessPolicy
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.document import entries_of, frame_of
from resolvers.exporting.files import keep_pieces
from resolvers.exporting.links import COLUMNS, ExportKept, LinkRefused
from resolvers.exporting.reading import read_all

logger = logging.getLogger("session_history.exports")

CLAIMED_FOR: Final = timedelta(seconds=10)
NOTED_EVERY_SECONDS: Final = 1.0
MOST_ATTEMPTS: Final = 3

# More than were counted may be there by now; a document of so many more is made all the same.
_MOST_READ: Final = 12_000

_IS_TO_MAKE: Final = (
    "(export.state = 'WAITING' OR (export.state = 'RENDERING' AND export.claimed_until <= $1))"
)
_GIVE_UP: Final = (
    f"UPDATE export SET state = 'FAILED', claimed_until = NULL WHERE {_IS_TO_MAKE} "
    f"AND (attempts >= {MOST_ATTEMPTS} OR expires_at <= $1) RETURNING id"
)
_NEXT: Final = (
    f"SELECT export.practitioner_id, export.id FROM export WHERE {_IS_TO_MAKE} "
    "ORDER BY export.created_at, export.id LIMIT 1"
)
_CLAIM: Final = (
    "UPDATE export SET state = 'RENDERING', attempts = attempts + 1, rendered_count = 0, "
    "claimed_until = $1 WHERE practitioner_id = $2 AND id = $3 "
    f"RETURNING attempts, {COLUMNS}, NULL"
)
# Whoever claimed it last has the highest number, and only they may go on.
_IS_OURS: Final = "practitioner_id = $1 AND id = $2 AND attempts = $3 AND state = 'RENDERING'"


class Claimed:
    """An export that this worker makes, for as long as it says so in time."""

    def __init__(self, attempts: int, export: ExportKept) -> None:
        self.export = export
        self._key = [export.practitioner_id, export.id, attempts]

    async def update(self, transaction: Transaction, columns: str, *values: object) -> bool:
        """Change the export, if it is still ours; whether it was."""
        rows = await transaction.fetch(
            f"UPDATE export SET {columns} WHERE {_IS_OURS} RETURNING id", [*self._key, *values]
        )
        return bool(rows)


async def claim_next(database: Database, *, now: datetime) -> Claimed | None:
    """The export that waits longest, for this worker to make; None when there is none."""
    if not await database.fetch(_NEXT, [to_text(now)]):
        return None

    async def work(transaction: Transaction) -> Any:
        await transaction.fetch(_GIVE_UP, [to_text(now)])
        found = await transaction.fetch(f"{_NEXT}{transaction.for_update_if_free}", [to_text(now)])
        if not found:
            return None
        (row,) = await transaction.fetch(_CLAIM, [to_text(now + CLAIMED_FOR), *found[0]])
        return row

    row = await write(database, work)
    if row is None:
        return None
    attempts, *columns = row
    return Claimed(attempts, ExportKept(*columns))


async def make(
    database: Database,
    claimed: Claimed,
    *,
    workers: Workers,
    policy: AccessPolicy,
    clock: Callable[[], datetime],
) -> None:
    """Make the file and keep it, or note that it cannot be made.

    Cancelled, it gives the export back for somebody else to make.
    """
    rendered = 0

    def progress(sessions: int) -> None:
        nonlocal rendered
        rendered = sessions

    rendering = asyncio.create_task(_render(database, claimed.export, workers, progress, clock()))
    try:
        while not (await asyncio.wait({rendering}, timeout=NOTED_EVERY_SECONDS))[0]:
            if not await _note_progress(database, claimed, rendered, now=clock()):
                return  # its client was deleted, or another worker took it for dead
        content = rendering.result()
        await _keep(database, claimed, content, until=clock, policy=policy)
    except (RenderingFailed, LinkRefused) as failure:
        logger.warning("the export %s cannot be made: %s", claimed.export.id, failure)
        await _end(database, claimed, "state = 'FAILED', claimed_until = NULL")
    except asyncio.CancelledError:
        await _end(
            database, claimed, "state = 'WAITING', claimed_until = NULL, attempts = attempts - 1"
        )
        raise
    finally:
        rendering.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await rendering


async def _render(
    database: Database,
    export: ExportKept,
    workers: Workers,
    progress: Callable[[int], None],
    now: datetime,
) -> bytes:
    principal = await export.holder(database, now=now)
    if principal is None:
        raise LinkRefused("the token that it was asked for with has ended")
    asked = HistoryAsked.from_text(export.opened(database, "request"))
    context = Context(database=database, principal=principal, now=from_text(export.created_at))
    names = await database.fetch(
        "SELECT client.name FROM client WHERE client.practitioner_id = $1 AND client.id = $2",
        [export.practitioner_id, asked.client_id],
    )
    if not names:
        raise LinkRefused("its client was deleted")
    sessions = await read_all(context, asked, most=_MOST_READ)
    frame = await frame_of(context, asked, names[0][0], sessions)
    return await render_history(
        frame, entries_of(sessions, asked), workers=workers, progress=progress
    )


async def _note_progress(
    database: Database, claimed: Claimed, rendered: int, *, now: datetime
) -> bool:
    async def work(transaction: Transaction) -> bool:
        return await claimed.update(
            transaction,
            "rendered_count = $4, claimed_until = $5",
            rendered,
            to_text(now + CLAIMED_FOR),
        )

    return await write(database, work)


async def _keep(
    database: Database,
    claimed: Claimed,
    content: bytes,
    *,
    until: Callable[[], datetime],
    policy: AccessPolicy,
) -> None:
    export = claimed.export

    async def work(transaction: Transaction) -> None:
        # The time runs from when the link opens: whoever waited has it as long as others.
        expires_at = until() + timedelta(minutes=policy.export_minutes)
        is_ours = await claimed.update(
            transaction,
            "state = 'READY', claimed_until = NULL, rendered_count = session_count, "
            "byte_count = $4, expires_at = $5",
            len(content),
            to_text(expires_at),
        )
        if is_ours:
            await keep_pieces(
                transaction,
                database,
                content,
                owner=export.practitioner_id,
                export_id=export.id,
            )

    await write(database, work)


async def _end(database: Database, claimed: Claimed, columns: str) -> None:
    async def work(transaction: Transaction) -> None:
        await claimed.update(transaction, columns)

    await write(database, work)
