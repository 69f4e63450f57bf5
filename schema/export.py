"""Exports: a history as a file, and the trail of who took one out."""

from datetime import datetime

import strawberry

from resolvers import pages
from resolvers.exporting import exports, payloads, trail
from resolvers.words import ExportEventKind, ExportFormat, ExportState
from schema.client import Client
from schema.node import PageInfo
from schema.over import over, read
from schema.problems import ERRORS, UserError


@over(
    exports.ExportRow,
    name="SessionHistoryExport",
    description="A history as a file, and the link that it is fetched by.",
)
class SessionHistoryExport:
    """Seen only by the token that asked for it."""

    id: strawberry.ID = read("Opaque and unique; not the id of a node. For `Query.export`.")
    url: str = read(
        "Where the file is: an address to open in a browser or to GET. Whoever has it needs no "
        "token, so do not show it around. It opens several times, until `expiresAt` or until the "
        "token that asked for it ends. While the file is being made it waits for a while, then "
        "answers 503 with Retry-After."
    )
    file_name: str = read("What the file is called.")
    format: ExportFormat = read("What kind of file it is.")
    session_count: int = read("How many sessions there were when it was asked for.")
    expires_at: datetime = read("Until when the link opens; put off once a PDF is ready.")
    state: ExportState = read("How far it has come. A CSV is READY at once.")
    progress: float = read("How much of it is made, from 0 to 1.")


@over(payloads.ExportPayload, description="An export, or why there is none.")
class ExportPayload:
    """Answer of asking for an export."""

    export: SessionHistoryExport | None = read("The export; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)


@over(
    trail.ExportEventRow,
    name="ExportEvent",
    description="One entry of the trail of exports, which only grows.",
)
class ExportEvent:
    """It outlives the export, the token and the client."""

    id: strawberry.ID = read("Opaque and unique; not the id of a node.")
    at: datetime = read("When it happened.")
    kind: ExportEventKind = read("What happened.")
    client: Client | None = read("Whose history it was; null once the client is deleted.")
    format: ExportFormat = read("What kind of file it was.")
    session_count: int = read("How many sessions there were when it was asked for.")
    includes_private_notes: bool = read("Whether the private notes were in it.")
    token_label: str | None = read(
        "What the token is called that asked for it; null once the token is forgotten, or when "
        "an identity provider vouched for it."
    )


@over(pages.Edge, name="ExportEventEdge", description="An entry in a list.")
class ExportEventEdge:
    """The Cursor Connections specification's type."""

    cursor: str = read("Where it stands in this list: good for `after` and `before` of the same.")
    node: ExportEvent = read("The entry.")


@over(
    pages.Listing,
    name="ExportEventConnection",
    description="A page of the trail of exports.",
)
class ExportEventConnection:
    """What is not selected is not read."""

    edges: list[ExportEventEdge] = read("The entries of the page, each with its cursor.")
    nodes: list[ExportEvent] = read("The entries of the page.")
    page_info: PageInfo = read("How to go on from the page.")
    total_count: int = read("How many entries there are, on all pages together.")
