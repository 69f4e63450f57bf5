"""Following the link of an export: what it opens, and everything that may stand against it.

Whoever has the link needs nothing else. So it ends soon, it opens no more than whoever asked for
it may read now, and every use is told in the trail.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from models.database import Database
from models.enums import AccessTokenKind, ExportFormat, ExportState
from models.identifiers import Kind, kind_of
from models.instants import from_text, to_text
from models.sealed_exports import DoesNotOpen, read_text
from models.transaction import Transaction, write
from resolvers.accounts.attempts import Limit, count_attempt
from resolvers.accounts.holders import principal_of_holder
from resolvers.context import Context
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.trail import tell_downloaded
from resolvers.principal import Principal

_DOWNLOADS: Final = Limit("downloads", most=60, period=timedelta(hours=1))
_LONGEST_KEY: Final = 100

COLUMNS: Final = (
    "export.practitioner_id, export.id, export.client_id, export.holder_id, export.holder_kind, "
    "export.format, export.with_private_notes, export.request, export.secret, export.sealed_with, "
    "export.file_name, export.session_count, export.state, export.byte_count, export.created_at, "
    "export.expires_at"
)
# By uq_export_id: a link names no tenant. Whether the client is still there comes with it.
_FIND: Final = (
    f"SELECT {COLUMNS}, (SELECT client.id FROM client "
    "WHERE client.practitioner_id = export.practitioner_id AND client.id = export.client_id) "
    "FROM export WHERE export.id = $1"
)


class LinkRefused(Exception):
    """The link opens nothing; the message is for whoever follows it."""


class UnknownLink(LinkRefused):
    """No such export, or another secret: the two are told apart nowhere."""

    def __init__(self) -> None:
        super().__init__("There is no such export.")


class LinkForbidden(LinkRefused):
    """Whoever asked for the export may not read any more what is in it."""


class LinkEnded(LinkRefused):
    """It led somewhere once."""


class NotMadeYet(LinkRefused):
    """The file is still being made."""

    def __init__(self) -> None:
        super().__init__("The file is still being made. Try again in a few seconds.")


class ExportKept(NamedTuple):
    """An export as it is kept."""

    practitioner_id: str
    id: str
    client_id: str
    holder_id: str
    holder_kind: str
    format: str
    with_private_notes: bool
    request: str
    secret: str
    sealed_with: str | None
    file_name: str
    session_count: int
    state: str
    byte_count: int | None
    created_at: str
    expires_at: str
    present_client_id: str | None

    def opened(self, database: Database, column: str) -> str:
        """The request or the secret, as it was given.

        Raises:
            LinkEnded: the key that it was sealed with is not in use any more.
        """
        try:
            return read_text(
                database.keyring,
                getattr(self, column),
                self.sealed_with,
                practitioner_id=self.practitioner_id,
                export_id=self.id,
                column=column,
            )
        except DoesNotOpen:
            raise LinkEnded("This export cannot be opened any more. Ask for a new one.") from None

    async def holder(self, database: Database, *, now: datetime) -> Principal | None:
        """Whoever asked, as they may do now; None when their token has ended."""
        return await principal_of_holder(
            database,
            self.practitioner_id,
            self.holder_id,
            kind=AccessTokenKind(self.holder_kind),
            now=now,
        )

    @property
    def asked(self) -> dict[str, Any]:
        """What the trail says of it."""
        return {
            "practitioner_id": self.practitioner_id,
            "export_id": self.id,
            "client_id": self.client_id,
            "format": ExportFormat(self.format),
            "with_private_notes": bool(self.with_private_notes),
            "session_count": self.session_count,
            "holder_id": self.holder_id,
        }


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link opens: an export, and the rights that it is read with."""

    export: ExportKept
    context: Context
    asked: HistoryAsked


async def follow(database: Database, identifier: str, key: str, *, now: datetime) -> Opened:
    """Open what a link leads to.

    The history is read as of when it was asked for: the filter means what was upcoming then.

    Raises:
        UnknownLink: no such export, or not its key.
        LinkForbidden: the token that asked has ended, or may not read private notes any more.
        LinkEnded: it has expired, its client was deleted, or the file could not be made.
        NotMadeYet: the file is not ready.
    """
    export = await _find(database, identifier)
    if export is None or len(key) > _LONGEST_KEY or not key.isascii():
        raise UnknownLink
    secret = export.opened(database, "secret")
    if not hmac.compare_digest(secret, key):
        raise UnknownLink
    principal = await _check(database, export, now=now)
    if export.state != ExportState.READY:
        raise NotMadeYet
    asked = HistoryAsked.from_text(export.opened(database, "request"))
    context = Context(database=database, principal=principal, now=from_text(export.created_at))
    return Opened(export, context, asked)


async def note_download(database: Database, opened: Opened, *, now: datetime) -> None:
    """Tell the trail that the link is followed, before anything is sent.

    Raises:
        RateLimited: the same link was followed too often.
    """
    await count_attempt(database, _DOWNLOADS, opened.export.id, now=now)

    async def tell(transaction: Transaction) -> None:
        await tell_downloaded(transaction, opened.export.asked, now=now)

    await write(database, tell)


async def check_still_open(database: Database, opened: Opened, *, now: datetime) -> None:
    """Look again, while a long file is being sent.

    Raises:
        LinkRefused: it opens no more.
    """
    export = await _find(database, opened.export.id)
    if export is None:
        raise UnknownLink
    # One that expires while it is being fetched may be fetched to its end.
    await _check(database, export._replace(expires_at=to_text(now + timedelta(hours=1))), now=now)


async def _find(database: Database, identifier: str) -> ExportKept | None:
    if kind_of(identifier) is not Kind.EXPORT:
        return None
    rows = await database.fetch(_FIND, [identifier])
    return ExportKept(*rows[0]) if rows else None


async def _check(database: Database, export: ExportKept, *, now: datetime) -> Principal:
    principal = await export.holder(database, now=now)
    if principal is None:
        raise LinkForbidden("The sign-in or token that this export was asked for with has ended.")
    if export.with_private_notes and not principal.may_read_private_notes:
        raise LinkForbidden("This export holds private notes, which its token may not read.")
    if export.state == ExportState.GONE or export.present_client_id is None:
        raise LinkEnded("The client of this export was deleted.")
    if export.expires_at <= to_text(now):
        raise LinkEnded("This link has expired. Ask for a new export.")
    if export.state == ExportState.FAILED:
        raise LinkEnded("This export could not be made. Ask for a new one.")
    return principal
