"""Asking for a history as a file (the page, "Exporting Session History")."""

import secrets
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import strawberry

from models import Export
from models.enums import ExportState
from models.identifiers import Kind, kind_of, new_id
from models.instants import to_text
from models.sealed_exports import kept_texts
from models.transaction import orm
from resolvers.accounts.attempts import Limit, count_attempt
from resolvers.context import Context
from resolvers.errors import Forbidden, RateLimited
from resolvers.exporting.asked import HistoryAsked
from resolvers.exporting.exports import ExportRow, read_export
from resolvers.exporting.file_names import file_name
from resolvers.exporting.reading import conditions_of_export, count_sessions
from resolvers.exporting.trail import tell_requested
from resolvers.exporting.waking import wake
from resolvers.given import is_given
from resolvers.problems import InvalidInput, NotThere, Undone
from resolvers.references import hold_client
from resolvers.scalars import TimeZone
from resolvers.session_filter import LONGEST_LIST, SessionFilter, SessionSort
from resolvers.words import ExportFormat
from resolvers.writing import Writing, write_beside_the_record

MOST_IN_A_PDF: Final = 10_000
MOST_UNFINISHED: Final = 10

_EXPORTS: Final = Limit("exports", most=300, period=timedelta(hours=1))
_RETRY_UNFINISHED_SECONDS: Final = 30


@strawberry.input(
    description="A client's history as a file. The filter and the order are those of the list."
)
class ExportSessionHistoryInput:
    """The input as it is sent."""

    client_id: strawberry.ID = strawberry.field(description="Whose history.")
    format: ExportFormat = strawberry.field(
        description=f"What kind of file. A PDF holds at most {MOST_IN_A_PDF} sessions."
    )
    filter: SessionFilter | None = strawberry.field(
        default=strawberry.UNSET,
        description="Which sessions; all of them by default. Its lists have at most "
        f"{LONGEST_LIST} entries.",
    )
    sort: SessionSort = strawberry.field(
        default=SessionSort.NEWEST_FIRST, description="In which order; newest first by default."
    )
    include_private_notes: bool = strawberry.field(
        default=False,
        description="Whether the private notes are in the file. FORBIDDEN for a READ_ONLY token.",
    )
    time_zone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET,
        description="The time zone that the file speaks in, and that the days of the filter are "
        "meant in unless it names its own; the practitioner's by default.",
    )


async def export_session_history(context: Context, given: ExportSessionHistoryInput) -> ExportRow:
    """Ask for a file; a CSV can be fetched at once, a PDF when it is made.

    Raises:
        Forbidden: private notes are asked for, and the token may not read them.
        BadInput: a part of the filter that cannot be understood.
        RateLimited: too many exports, or too many that are not made yet.
        Undone: no such client, or more sessions than a PDF holds.
    """
    if given.include_private_notes and not context.principal.may_read_private_notes:
        raise Forbidden("A read-only token does not read private notes.")
    if kind_of(given.client_id) is not Kind.CLIENT:
        raise Undone(NotThere(given.client_id, "input", "clientId"))
    zone = given.time_zone if is_given(given.time_zone) else None
    asked = HistoryAsked.of(
        str(given.client_id),
        given.filter,
        sort=given.sort,
        time_zone=zone or TimeZone(context.principal.time_zone),
        with_private_notes=given.include_private_notes,
    )
    sessions = await count_sessions(context, await conditions_of_export(context, asked))
    if given.format is ExportFormat.PDF and sessions > MOST_IN_A_PDF:
        raise Undone(
            InvalidInput(
                f"A PDF holds at most {MOST_IN_A_PDF} sessions, and these are {sessions}. Ask for "
                "a shorter period, or for CSV.",
                "input",
                "format",
            )
        )
    await count_attempt(
        context.database, _EXPORTS, context.principal.practitioner_id, now=context.now
    )

    async def work(writing: Writing) -> str:
        await hold_client(writing.context, asked.client_id)
        return await _keep(writing, asked, given.format, sessions)

    identifier = await write_beside_the_record(context, work)
    if given.format is ExportFormat.PDF:
        wake()
    return await read_export(context, identifier)


async def _keep(writing: Writing, asked: HistoryAsked, format_: ExportFormat, sessions: int) -> str:
    context, owner = writing.context, writing.practitioner_id
    needs_making = format_ is ExportFormat.PDF
    if needs_making:
        await _refuse_too_many_unfinished(writing)
    ((client,),) = await writing.transaction.fetch(
        "SELECT client.name FROM client WHERE client.practitioner_id = $1 AND client.id = $2",
        [owner, asked.client_id],
    )
    identifier = new_id(Kind.EXPORT)
    texts = kept_texts(
        context.database.keyring,
        request=asked.to_text(),
        secret=secrets.token_urlsafe(32),
        practitioner_id=owner,
        export_id=identifier,
    )
    kept = await Export.create(
        practitioner_id=owner,
        id=identifier,
        client_id=asked.client_id,
        holder_id=context.principal.token_id,
        holder_kind=context.principal.kind,
        format=format_,
        with_private_notes=asked.with_private_notes,
        file_name=file_name(client, format_, at=context.now.astimezone(ZoneInfo(asked.time_zone))),
        session_count=sessions,
        state=ExportState.WAITING if needs_making else ExportState.READY,
        created_at=context.now,
        expires_at=context.now + timedelta(minutes=context.policy.export_minutes),
        using_db=orm(writing.transaction),
        **texts,
    )
    await tell_requested(writing.transaction, kept)
    return identifier


async def _refuse_too_many_unfinished(writing: Writing) -> None:
    ((unfinished,),) = await writing.transaction.fetch(
        "SELECT count(*) FROM export WHERE export.practitioner_id = $1 "
        "AND export.state IN ('WAITING', 'RENDERING') AND export.expires_at > $2",
        [writing.practitioner_id, to_text(writing.context.now)],
    )
    if unfinished >= MOST_UNFINISHED:
        raise RateLimited("unfinished exports", retry_after_seconds=_RETRY_UNFINISHED_SECONDS)
