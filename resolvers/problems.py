"""What a mutation cannot do, each with the facts that a front end needs to go on.

`Undone` ends the transaction that it is raised in, so nothing of it is kept; its problem is told
in the payload (schema/problems.py). A problem is no exception itself: graphql-core raises every
exception that it finds as a value. `path` is the input field at fault.
"""

from typing import Protocol

from models.enums import SessionStatus
from resolvers.rows import SessionRow
from resolvers.rules import SessionAction


class Versioned(Protocol):
    """A session as it was read, by whomever."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def version(self) -> int:
        """How often it was written."""


class Problem:
    """Something that the caller can mend; the message says how, in their words."""

    message: str
    path: list[str]

    def __init__(self, message: str, *path: str) -> None:
        self.message = message
        self.path = list(path)


class InvalidInput(Problem):
    """A value that cannot be."""


class NotThere(Problem):
    """An id of nothing, or of something that is somebody else's."""

    id: str

    def __init__(self, identifier: str, *path: str) -> None:
        super().__init__(f"Nothing of yours has the id '{identifier:.60}'.", *path)
        self.id = identifier


class StatusNotAllowed(Problem):
    """A status that the session cannot be given now."""

    from_: SessionStatus
    to: SessionStatus

    def __init__(self, message: str, *path: str, from_: SessionStatus, to: SessionStatus) -> None:
        super().__init__(message, *path)
        self.from_ = from_
        self.to = to


class ActionNotAllowed(Problem):
    """An action that the session would not accept now."""

    action: SessionAction
    status: SessionStatus

    def __init__(
        self, message: str, *path: str, action: SessionAction, status: SessionStatus
    ) -> None:
        super().__init__(message, *path)
        self.action = action
        self.status = status


class SlotTaken(Problem):
    """Other sessions hold a part of the slot."""

    sessions: list[SessionRow]
    nearest_free: list[str]

    def __init__(self, sessions: list[SessionRow], nearest_free: list[str]) -> None:
        super().__init__(
            "Another session is at this time on this calendar. Choose another start, or allow the "
            "overlap.",
            "input",
            "startsAt",
        )
        self.sessions = sessions
        self.nearest_free = nearest_free


class StaleVersion(Problem):
    """The session has changed since the version that the change was made from."""

    current: Versioned

    def __init__(self, current: Versioned) -> None:
        super().__init__(
            f"The session has changed meanwhile: it is at version {current.version} now.",
            "input",
            "expectedVersion",
        )
        self.current = current


class IdempotencyMismatch(Problem):
    """The key was sent before, with another mutation or other input."""

    def __init__(self) -> None:
        super().__init__(
            "This idempotency key was used with other input. Use a new key for a new request.",
            "input",
            "idempotencyKey",
        )


class InvalidCredentials(Problem):
    """An email address and a password that do not belong together: which is wrong is not told."""

    def __init__(self, *path: str) -> None:
        super().__init__("The email address or the password is wrong.", *path)


class EmailTaken(Problem):
    """Somebody signs in with this email address already."""

    def __init__(self, email: str) -> None:
        super().__init__(f"Somebody signs in with {email} already.", "input", "email")


class Undone(Exception):
    """Nothing was done, because of a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
