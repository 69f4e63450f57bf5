"""The client who asks."""

import strawberry

from resolvers.portal import history, viewer
from resolvers.portal.rows import ViewerRow
from resolvers.scalars import TimeZone
from schema.over import over, read, resolved
from schema.portal.session import Session, SessionConnection


@over(ViewerRow, name="Client", description="The client who asks: there is no other one here.")
class Client:
    """Their profile, as the practitioner keeps it, and their sessions."""

    id: strawberry.ID = read("Opaque and unique. It never changes; do not take it apart.")
    name: str = read("The client's name.")
    email: str | None = read("The address that messages go to; null when there is none.")
    time_zone: TimeZone = read(
        "Where the client is: messages name times in this zone, and the days of "
        "`sessions(from:, to:)` begin and end in it."
    )
    practitioner_name: str = read("Whom the sessions are with.")
    sessions: SessionConnection = resolved(
        history.sessions,
        description="The client's sessions with the practitioner: past, present and future. Every "
        "argument that is given must hold.",
    )
    next_session: Session | None = resolved(
        viewer.next_session,
        description="The earliest Pending or Confirmed session that is not over; "
        "null when nothing is scheduled.",
    )
    completed_count: int = resolved(
        viewer.completed_count, description="How many of the client's sessions are Completed."
    )
