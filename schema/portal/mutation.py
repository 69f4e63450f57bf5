"""Everything that a client can do."""

import strawberry

from resolvers.accounts import payloads
from resolvers.portal import changes
from schema.over import over, read, resolved
from schema.portal.session import Session
from schema.problems import UserError
from schema.signing_out import SignOutPayload


@over(
    changes.OwnSessionPayload,
    name="SessionPayload",
    description="A session as it is now, or why nothing was done.",
)
class SessionPayload:
    """Answer of what is done to one session."""

    session: Session | None = read("The session after the change; null when nothing was done.")
    errors: list[UserError] = read("Why nothing was done; empty when it was.")


@strawberry.type(
    description="What a client can do. What the input is at fault for is answered in the "
    "payload's `errors`; errors beside `data` are for missing rights, malformed requests and "
    "faults of ours. Each may be sent again: doing what is done already changes nothing and is no "
    "error."
)
class Mutation:
    """The root of every change of the portal."""

    confirm_session: SessionPayload | None = resolved(
        changes.confirm_session,
        description="Confirm a Pending session, as long as it is not over. The client gets an "
        "email about it, if they have an address.",
    )
    cancel_session: SessionPayload | None = resolved(
        changes.cancel_session,
        description="Cancel a Pending or Confirmed session before it starts, with an optional "
        "reason. The client gets an email about it, if they have an address.",
    )
    sign_out: SignOutPayload | None = resolved(
        payloads.sign_out_of_portal,
        description="End the token that this request is sent with, at once and everywhere.",
    )
