"""Mail to clients: what was sent, what waits and what failed."""

from datetime import datetime

import strawberry

from resolvers import pages
from resolvers.mailing import mails, payloads
from resolvers.words import MailKind, MailState
from schema.client import Client
from schema.node import PageInfo
from schema.over import over, read, resolved
from schema.problems import ERRORS, UserError
from schema.session import Session


@over(
    mails.MailRow,
    name="Mail",
    description="A mail to a client about a session. It was written with the change that it tells "
    "of, and is sent afterwards.",
)
class Mail:
    """Kept for a while after it was sent or has failed; its client's deletion empties it."""

    id: strawberry.ID = read("Opaque and unique; not the id of a node. For `retryMail`.")
    kind: MailKind = read("What it tells.")
    state: MailState = read("What has become of it.")
    session: Session = resolved(
        mails.session_of_mail, description="The session that it is about, as it is now."
    )
    client: Client | None = read("Whom it is for; null once the client is deleted.")
    to: str | None = read(
        "The address that it went to or, as long as it waits, would go to now; null when there is "
        "none, or the client is deleted."
    )
    subject: str | None = read("What stands above it; null when `to` is.")
    text: str | None = read(
        "What it says, as plain text, with the customer notes of when it was written. The mail "
        "holds the same as HTML, and an invitation for calendars. Null when `to` is."
    )
    attempts: int = read("How often it was tried, since it was written or `retryMail` asked.")
    last_error: str | None = read("Why it was not accepted last time; null when it never failed.")
    created_at: datetime = read("When it was written.")
    next_attempt_at: datetime | None = read("When it is tried next; null unless it is WAITING.")
    sent_at: datetime | None = read("When it was SENT or KEPT; null when it was not.")
    failed_at: datetime | None = read("When it was given up; null unless it is FAILED.")


@over(pages.Edge, name="MailEdge", description="A mail in a list.")
class MailEdge:
    """The Cursor Connections specification's type."""

    cursor: str = read("Where it stands in this list: good for `after` and `before` of the same.")
    node: Mail = read("The mail.")


@over(pages.Listing, name="MailConnection", description="A page of mails.")
class MailConnection:
    """The Cursor Connections specification's type."""

    edges: list[MailEdge] = read("The mails of the page, each with its cursor.")
    nodes: list[Mail] = read("The mails of the page.")
    page_info: PageInfo = read("How to go on from this page.")
    total_count: int = read("How many mails there are, on all pages together.")


@over(payloads.MailPayload, description="A mail as it is now, or why nothing was done.")
class MailPayload:
    """Answer of what is done about a mail."""

    mail: Mail | None = read("The mail; null when nothing was done.")
    errors: list[UserError] = read(ERRORS)
