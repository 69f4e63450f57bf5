"""An export as its holder sees it: how far it has come, and where its link leads."""

from typing import Any, Final, NamedTuple

from models.identifiers import Kind, kind_of
from models.sealed_exports import DoesNotOpen, read_text
from resolvers.conditions import Conditions
from resolvers.context import Context, Info, context_of
from resolvers.errors import BadInput, NotFound
from resolvers.lookup import Identifier

_COLUMNS: Final = (
    "export.id, export.secret, export.sealed_with, export.file_name, export.format, "
    "export.session_count, export.rendered_count, export.state, export.expires_at"
)


class ExportRow(NamedTuple):
    """An export and its link."""

    id: str
    url: str
    file_name: str
    format: str
    session_count: int
    expires_at: str
    state: str
    progress: float


async def export(info: Info, id: Identifier) -> ExportRow:  # noqa: A002 - as in the contract
    """One export of the token that asks.

    Raises:
        BadInput: not the id of an export.
        NotFound: no such export of this token's.
    """
    context = context_of(info)
    context.principal  # noqa: B018 - refuses strangers before anything else
    if kind_of(id) is not Kind.EXPORT:
        raise BadInput("id", f"is not the id of an export: '{id:.60}'.")
    return await read_export(context, str(id))


async def read_export(context: Context, identifier: str) -> ExportRow:
    """An export of the token that asks, with its link.

    Raises:
        NotFound: there is none, or it is another token's, or its link cannot be read any more.
    """
    where = Conditions(context.principal, context.connection, "export")
    where.add("export.id = {}", identifier)
    where.add("export.holder_id = {}", context.principal.token_id)
    rows = await context.connection.fetch(
        f"SELECT {_COLUMNS} FROM export WHERE {where.sql}", where.parameters
    )
    if not rows:
        raise NotFound(identifier)
    return _row(context, rows[0])


def _row(context: Context, row: Any) -> ExportRow:
    identifier, kept, key_id, file_name, format_, sessions, rendered, state, expires_at = row
    try:
        secret = read_text(
            context.database.keyring,
            kept,
            key_id,
            practitioner_id=context.principal.practitioner_id,
            export_id=identifier,
            column="secret",
        )
    except DoesNotOpen:
        raise NotFound(identifier) from None
    # Rendering is told of before the parts are put together, which takes its time as well.
    progress = 1.0 if state == "READY" else min(0.99, rendered / max(1, sessions))
    return ExportRow(
        id=identifier,
        url=f"{context.base_url}/exports/{identifier}?key={secret}",
        file_name=file_name,
        format=format_,
        session_count=sessions,
        expires_at=expires_at,
        state=state,
        progress=progress,
    )
