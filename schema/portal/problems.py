"""The errors of the portal that its own types show in; the others are those of /graphql."""

from resolvers import problems
from resolvers.words import SessionStatus
from schema.over import over, read
from schema.portal.session import Session
from schema.problems import UserError


@over(
    problems.StatusNotAllowed,
    description="A status that the client cannot give the session now: only Pending becomes "
    "Confirmed, until the session is over; only Pending and Confirmed become Cancelled, until it "
    "starts.",
)
class StatusNotAllowedError(UserError):
    """With both statuses; the message says which of the limits it was."""

    from_: SessionStatus = read("The status it has.", attribute="from")
    to: SessionStatus = read("The status that was refused.")


@over(
    problems.StaleVersion,
    description="The session has changed since the version that the change was made from.",
)
class StaleVersionError(UserError):
    """With the session, so that a front end need not ask again."""

    current: Session = read("The session as it is now.")
