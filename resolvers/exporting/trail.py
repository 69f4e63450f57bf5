"""The trail of exports: who asked for which history, and who fetched it, and when."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from strawberry import UNSET

from models import Export, ExportEvent
from models.enums import ExportEventKind
from models.transaction import Transaction, orm
from resolvers.conditions import Conditions
from resolvers.context import Info, context_of
from resolvers.cursor import list_identity
from resolvers.lookahead import selected
from resolvers.pages import (
    After,
    Before,
    First,
    Last,
    Listing,
    Order,
    PageArguments,
    page_of,
)
from resolvers.rows import ClientRow

_COLUMNS: Final = (
    "export_event.id, export_event.created_at, export_event.kind, export_event.format, "
    "export_event.session_count, export_event.with_private_notes, access_token.label, client.id, "
    "client.name, client.email, client.phone, client.time_zone, client.created_at"
)
_OWN_FIELDS: Final = 7
_NEWEST_FIRST: Final = Order(
    keys=("export_event.created_at", "export_event.id"),
    shape=(str, str),
    descending=True,
    of_row=lambda row: (row.at, row.id),
)
_OF_THE_PAGE: Final = frozenset({"edges", "nodes", "pageInfo"})


class ExportEventRow(NamedTuple):
    """One entry of the trail."""

    id: str
    at: str
    kind: str
    format: str
    session_count: int
    includes_private_notes: bool
    token_label: str | None
    client: ClientRow | None


async def tell_requested(transaction: Transaction, export: Export) -> None:
    """Note that an export was asked for, in the transaction that keeps it."""
    await _tell(
        transaction,
        ExportEventKind.REQUESTED,
        now=export.created_at,
        of={
            "practitioner_id": export.practitioner_id,
            "export_id": export.id,
            "client_id": export.client_id,
            "format": export.format,
            "with_private_notes": export.with_private_notes,
            "session_count": export.session_count,
            "holder_id": export.holder_id,
        },
    )


async def tell_downloaded(
    transaction: Transaction, of: Mapping[str, object], *, now: datetime
) -> None:
    """Note that the link of an export was followed."""
    await _tell(transaction, ExportEventKind.DOWNLOADED, now=now, of=of)


async def _tell(
    transaction: Transaction, kind: ExportEventKind, *, now: datetime, of: Mapping[str, object]
) -> None:
    await ExportEvent.create(kind=kind, created_at=now, using_db=orm(transaction), **of)


async def export_events(
    info: Info,
    first: First = UNSET,
    after: After = UNSET,
    last: Last = UNSET,
    before: Before = UNSET,
) -> Listing[ExportEventRow]:
    """The trail, latest first."""
    context = context_of(info)
    page = PageArguments.of(first=first, after=after, last=last, before=before)
    where = Conditions(context.principal, context.connection, "export_event")
    fields = selected(info)
    found = None
    if not fields.isdisjoint(_OF_THE_PAGE):
        identity = list_identity("export events", context.principal.practitioner_id)
        bounded = where.copy()
        _NEWEST_FIRST.add_bounds(bounded, _NEWEST_FIRST.bounds(page, identity))
        rows = await context.connection.fetch(
            f"SELECT {_COLUMNS} FROM export_event "
            "LEFT JOIN access_token ON access_token.practitioner_id = export_event.practitioner_id "
            "AND access_token.id = export_event.holder_id "
            "LEFT JOIN client ON client.practitioner_id = export_event.practitioner_id "
            f"AND client.id = export_event.client_id WHERE {bounded.sql} "
            f"ORDER BY {_NEWEST_FIRST.sql(backwards=page.backwards)} "
            f"LIMIT {bounded.bind(page.limit + 1)}",
            bounded.parameters,
        )
        found = page_of([_event(row) for row in rows], page, order=_NEWEST_FIRST, identity=identity)
    total = None
    if "totalCount" in fields:
        ((total,),) = await context.connection.fetch(
            f"SELECT count(*) FROM export_event WHERE {where.sql}", where.parameters
        )
    return Listing(found, total)


def _event(row: Any) -> ExportEventRow:
    own, client = tuple(row)[:_OWN_FIELDS], tuple(row)[_OWN_FIELDS:]
    event = ExportEventRow._make((*own, ClientRow(*client) if client[0] is not None else None))
    return event._replace(includes_private_notes=bool(event.includes_private_notes))
