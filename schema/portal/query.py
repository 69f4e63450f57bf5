"""Everything that a client can ask."""

import strawberry

from resolvers.portal import sessions, viewer
from schema.over import resolved
from schema.portal.client import Client
from schema.portal.session import Session


@strawberry.type(
    description="What a client can ask. Every field needs a client's access token, sent as "
    "`Authorization: Bearer …`; without one it answers UNAUTHENTICATED, and with a token that "
    "opens /graphql it answers FORBIDDEN."
)
class Query:
    """The root of every query of the portal."""

    viewer: Client = resolved(
        viewer.viewer, description="The client whose sessions the access token opens."
    )
    session: Session | None = resolved(
        sessions.session,
        description="One session of the client's. Null, with a NOT_FOUND error, when there is none "
        "with this id, whether it never existed or belongs to somebody else.",
    )
