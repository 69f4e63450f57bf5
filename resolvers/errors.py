"""What a query refuses, each with a code that a front end can act on.

Anything else that is raised is a bug: it is logged with its request id, and masked.
"""

from typing import Any, ClassVar


class Refused(Exception):
    """The request cannot be answered; the message is for the caller."""

    code: ClassVar[str]

    @property
    def extensions(self) -> dict[str, Any]:
        """What graphql-core puts beside the message."""
        return {"code": self.code}


class Unauthenticated(Refused):
    """No access token, or one that is unknown, expired or revoked."""

    code = "UNAUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("Send a valid access token as 'Authorization: Bearer …'.")


class Forbidden(Refused):
    """The token is valid, but does not open this."""

    code = "FORBIDDEN"


class NotFound(Refused):
    """No such thing, or somebody else's: the two are told apart nowhere."""

    code = "NOT_FOUND"

    def __init__(self, identifier: str) -> None:
        super().__init__(f"Nothing has the id '{identifier:.60}'.")


class RateLimited(Refused):
    """Too often; waiting helps."""

    code = "RATE_LIMITED"

    def __init__(self, what: str, *, retry_after_seconds: int) -> None:
        super().__init__(f"Too many attempts at {what}; try again in {retry_after_seconds} s.")
        self.what = what
        self.retry_after_seconds = retry_after_seconds

    @property
    def extensions(self) -> dict[str, Any]:
        """The code, what it is that was tried too often, and when to try again."""
        return {
            "code": self.code,
            "limit": self.what,
            "retryAfterSeconds": self.retry_after_seconds,
        }


class BadInput(Refused):
    """An argument that cannot be understood."""

    code = "BAD_USER_INPUT"

    def __init__(self, argument: str, problem: str) -> None:
        super().__init__(f"'{argument}' {problem}")
        self.argument = argument

    @property
    def extensions(self) -> dict[str, Any]:
        """The code, and the argument at fault."""
        return {"code": self.code, "argument": self.argument}
