"""What is refused before anything is executed, and how that is said over HTTP and in a socket."""

from typing import Any, ClassVar, Final

import orjson
from starlette.responses import Response

from execution.trusted import UnknownDocument
from server.logs import request_id

_RETRY_AFTER: Final = {"Retry-After": "1"}


class Refusal(Exception):
    """No operation was executed; the message is for the caller."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "BAD_REQUEST"
    headers: ClassVar[dict[str, str]] = {}
    retryable: ClassVar[bool] = False

    @property
    def error(self) -> dict[str, Any]:
        """The refusal as GraphQL says an error."""
        extensions: dict[str, Any] = {"code": self.code}
        if self.retryable:
            extensions |= {"retryable": True, "requestId": request_id.get()}
        return {"message": str(self), "extensions": extensions}

    def response(self, media_type: str) -> Response:
        """The refusal as an answer over HTTP."""
        return Response(
            orjson.dumps({"errors": [self.error]}),
            self.status,
            headers={"Cache-Control": "no-store", **self.headers},
            media_type=f"{media_type}; charset=utf-8",
        )


class NotPersisted(Refusal):
    """An id that no persisted document has."""

    code = UnknownDocument.code


class ForeignOrigin(Refusal):
    """A page of another site, which the settings do not allow."""

    status, code = 403, "FORBIDDEN"

    def __init__(self) -> None:
        super().__init__("Pages of this origin may not ask here.")


class WrongMethod(Refusal):
    """Neither GET nor POST, or a mutation by GET."""

    status = 405

    def __init__(self, message: str, *, allow: str) -> None:
        super().__init__(message)
        self.headers = {"Allow": allow}  # type: ignore[misc]  # this one's depend on the request


class NotAcceptable(Refusal):
    """The caller accepts nothing that we write."""

    status = 406


class TooLarge(Refusal):
    """A body of more bytes than we read."""

    status, code = 413, "PAYLOAD_TOO_LARGE"


class WrongMediaType(Refusal):
    """A body that is not plain JSON."""

    status = 415


class RateLimited(Refusal):
    """More than one caller gets at once."""

    status, code, headers, retryable = 429, "RATE_LIMITED", _RETRY_AFTER, True


class Unavailable(Refusal):
    """Neither the caller nor the operation is at fault: try again."""

    status, code, headers, retryable = 503, "UNAVAILABLE", _RETRY_AFTER, True


class TookTooLong(Refusal):
    """The operation's deadline has passed."""

    status, code, headers, retryable = 503, "TIMEOUT", _RETRY_AFTER, True

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"This took longer than {seconds:g} seconds. What it was to change may have been "
            "changed all the same: look, or send it again with the same idempotency key."
        )


class Broken(Refusal):
    """A bug of ours, which has been logged."""

    status, code = 500, "INTERNAL"

    def __init__(self) -> None:
        super().__init__("Something went wrong on our side; it has been logged.")

    @property
    def error(self) -> dict[str, Any]:
        """The refusal with the id to ask us about."""
        return {
            "message": str(self),
            "extensions": {"code": self.code, "requestId": request_id.get()},
        }
