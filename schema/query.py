"""Everything that can be asked."""

import strawberry

from resolvers import clients, history, lookup, practice
from resolvers.accounts import tokens
from resolvers.exporting import exports, trail
from resolvers.feeds import links
from resolvers.mailing import mails
from schema.account import AccessToken
from schema.client import Client, ClientConnection
from schema.export import ExportEventConnection, SessionHistoryExport
from schema.feed import CalendarFeed
from schema.mail import MailConnection
from schema.node import Node
from schema.over import resolved
from schema.practice import Calendar, Practitioner, Service
from schema.session import Session, SessionConnection

_NOT_THERE = (
    "Null, with a NOT_FOUND error, when there is none with this id, whether it never existed or "
    "belongs to somebody else."
)


@strawberry.type(
    description="What a practitioner can ask. Every field needs an access token, sent as "
    "`Authorization: Bearer …`; without one it answers UNAUTHENTICATED."
)
class Query:
    """The root of every query."""

    viewer: Practitioner = resolved(
        practice.viewer, description="Whose record the access token opens."
    )
    node: Node | None = resolved(lookup.node, description=f"Anything by its id. {_NOT_THERE}")
    client: Client | None = resolved(lookup.client, description=f"One client. {_NOT_THERE}")
    clients: ClientConnection = resolved(
        clients.clients, description="The clients: to find one, or for the periodic review."
    )
    session: Session | None = resolved(lookup.session, description=f"One session. {_NOT_THERE}")
    sessions: SessionConnection = resolved(
        history.sessions,
        description="The sessions of the whole practice, in every calendar, also those of "
        "deleted clients.",
    )
    services: list[Service] = resolved(practice.services, description="The services, by name.")
    calendars: list[Calendar] = resolved(practice.calendars, description="The calendars, by name.")
    access_tokens: list[AccessToken] = resolved(
        tokens.access_tokens,
        description="The practitioner's access tokens, latest first, also those of signing in. "
        "FORBIDDEN for a READ_ONLY token.",
    )
    export: SessionHistoryExport | None = resolved(
        exports.export,
        description="An export that this very token asked for: to see how far it has come. "
        "Null, with a NOT_FOUND error, for any other.",
    )
    export_events: ExportEventConnection = resolved(
        trail.export_events,
        description="Who took which history out as a file, latest first.",
    )
    mails: MailConnection = resolved(
        mails.mails,
        description="Mail to clients, latest first: what was sent, what waits and what failed. "
        "What was sent or has failed is kept for 90 days.",
    )
    calendar_feeds: list[CalendarFeed] = resolved(
        links.calendar_feeds,
        description="The links by which calendar programs show the practitioner's calendars, "
        "latest first. FORBIDDEN for a READ_ONLY token.",
    )
