"""A client, and the connection that lists them."""

from datetime import datetime

from resolvers import clients, history, pages, rows, statistics
from resolvers.scalars import TimeZone
from schema.node import Node, PageInfo
from schema.over import over, read, resolved
from schema.session import Session, SessionConnection
from schema.statistics import SessionStats


@over(rows.ClientRow, name="Client", description="Somebody who has sessions.")
class Client(Node):
    """A client profile, with its session history."""

    name: str = read("The client's name.")
    email: str | None = read("The email address that messages go to; null when there is none.")
    phone: str | None = read("The phone number, as it was written; null when there is none.")
    time_zone: TimeZone = read("Where the client is: messages name times in this zone.")
    created_at: datetime = read("When the client was added to the record.")
    sessions: SessionConnection = resolved(
        history.client_sessions,
        description="The session history: past, present and future sessions with this client.",
    )
    stats: SessionStats = resolved(
        statistics.client_statistics,
        description="Statistics over this client's sessions, or those that `filter` lets through.",
    )
    last_session: Session | None = resolved(
        clients.last_session,
        description="The latest session that is over and was neither cancelled nor missed; "
        "null when there is none.",
    )
    next_session: Session | None = resolved(
        clients.next_session,
        description="The earliest Pending or Confirmed session that is not over; "
        "null when nothing is scheduled.",
    )


@over(pages.Edge, name="ClientEdge", description="A client in a list.")
class ClientEdge:
    """The Cursor Connections specification's type."""

    cursor: str = read("Where it stands in this list: good for `after` and `before` of the same.")
    node: Client = read("The client.")


@over(clients.ClientList, name="ClientConnection", description="A page of clients.")
class ClientConnection:
    """What is not selected is not read."""

    edges: list[ClientEdge] = read("The clients of the page, each with its cursor.")
    nodes: list[Client] = read("The clients of the page.")
    page_info: PageInfo = read("How to go on from the page.")
    total_count: int = read("How many clients the filter lets through, on all pages together.")
