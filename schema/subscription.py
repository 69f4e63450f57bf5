"""Everything that is told while somebody listens."""

from collections.abc import AsyncGenerator

import strawberry

from resolvers import live
from resolvers.words import SessionEventKind
from schema.over import over, read, streamed
from schema.session import Session


@over(
    live.SessionChangeRow,
    name="SessionChange",
    description="A change of a session. Ask it for what the screen shows of a session, and put "
    "that in the place of what you have.",
)
class SessionChange:
    """One entry of the audit trail, and the session as it is when it is told."""

    kind: SessionEventKind = read(
        "What happened. Who reads more slowly than changes come is told the last of each session "
        "only, so that one of `BOOKED` and `STATUS_CHANGED` may stand for both."
    )
    session: Session = read(
        "The session as it is now: with this change, and with whatever came after it."
    )
    missed: bool = read(
        "Whether something may have changed before this that is not told: there was too much for "
        "how slowly it was read, or the database was restarted. Then ask for everything on the "
        "screen again. What comes after it is complete."
    )


@strawberry.type(
    description="What a practitioner can listen to: over a WebSocket (`graphql-transport-ws`), or "
    "as an event stream (`Accept: text/event-stream`). It ends when the access token does."
)
class Subscription:
    """The root of every subscription."""

    session_changed: AsyncGenerator[SessionChange, None] = streamed(
        live.session_changed,
        description="Every change from now on, by whomever and through whichever server it is "
        "made, in the order of the audit trail. Nothing is told of before: subscribe first, then "
        "ask for what you show, and do so again after every reconnection. For a client who is "
        "deleted, one change of the kind `CLIENT_DELETED` is the last. NOT_FOUND when there is no "
        "such client.",
    )
