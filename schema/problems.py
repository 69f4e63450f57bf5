"""The errors that payloads carry, declared over the problems of resolvers."""

from datetime import datetime
from typing import Any, Final

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo

from resolvers import problems
from resolvers.rules import SessionAction
from resolvers.words import SessionStatus
from schema.over import over, read
from schema.session import Session

ERRORS: Final = "Why nothing was done; empty when it was."


@strawberry.interface(description="Why something was not done, for the person who tried.")
class UserError:
    """What every error of a payload has."""

    message: str = read("What is wrong and what to do, in words for people.")
    path: list[str] = read(
        "The input field at fault, as the names that lead to it from the mutation: "
        '`["input", "price", "amount"]`. Empty when it is no single field.'
    )

    @classmethod
    def resolve_type(
        cls, value: Any, info: GraphQLResolveInfo[Any], abstract: GraphQLAbstractType
    ) -> str | None:
        """The type that is declared over the problem."""
        return f"{type(value).__name__.replace('NotThere', 'NotFound')}Error"


@over(problems.InvalidInput, description="A value that cannot be.")
class InvalidInputError(UserError):
    """The path names it."""


@over(
    problems.NotThere,
    description="An id of nothing, or of something that is somebody else's: these are told apart "
    "nowhere.",
)
class NotFoundError(UserError):
    """The path names the field."""

    id: strawberry.ID = read("The id that was sent.")


@over(
    problems.StatusNotAllowed,
    description="A status that the session cannot be given now: Completed and No Show need a "
    "session that has started.",
)
class StatusNotAllowedError(UserError):
    """With both statuses."""

    from_: SessionStatus = read("The status it has.", attribute="from")
    to: SessionStatus = read("The status that was refused.")


@over(problems.ActionNotAllowed, description="An action that the session would not accept now.")
class ActionNotAllowedError(UserError):
    """By the rules that `availableActions` tells too."""

    action: SessionAction = read("The action that was refused.")
    status: SessionStatus = read("The status the session has.")


@over(problems.SlotTaken, description="Other sessions hold a part of the slot.")
class SlotTakenError(UserError):
    """With what a front end needs to offer something else."""

    sessions: list[Session] = read("The sessions that hold it, earliest first.")
    nearest_free: list[datetime] = read(
        "Starts at which a session of this duration would be free, the nearest few, earliest "
        "first; none in the past, unless the past was asked for. May be empty."
    )


@over(
    problems.StaleVersion,
    description="The session has changed since the version that the change was made from.",
)
class StaleVersionError(UserError):
    """With the session, so that a front end need not ask again."""

    current: Session = read("The session as it is now.")


@over(
    problems.IdempotencyMismatch,
    description="The idempotency key was sent before, with another mutation or other input.",
)
class IdempotencyMismatchError(UserError):
    """The first request stands."""


@over(
    problems.InvalidCredentials,
    description="An email address and a password that do not belong together. Which of them is "
    "wrong is told nowhere.",
)
class InvalidCredentialsError(UserError):
    """Answer of signing in, and of changing the password."""


@over(problems.EmailTaken, description="Somebody signs in with this email address already.")
class EmailTakenError(UserError):
    """Answer of signing up."""
