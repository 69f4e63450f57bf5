"""What is sent of a result: bugs masked, and no `data` where nothing was executed."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from models.unavailable import is_unavailable
from schema.served import is_for_the_caller
from server.logs import request_id


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed: the document does not parse, fit, or its variables do not."""
    return (
        result.data is None
        and bool(result.errors)
        and all(error.path is None for error in result.errors or ())
    )


def body_of(result: ExecutionResult) -> dict[str, Any]:
    """A result as JSON will have it, over every transport."""
    body: dict[str, Any] = {} if is_request_error(result) else {"data": result.data}
    if result.errors:
        body["errors"] = errors_of(result)
    if result.extensions:
        body["extensions"] = result.extensions
    return body


def errors_of(result: ExecutionResult) -> list[dict[str, Any]]:
    """The errors of a result, each with a code."""
    return [_sent(error) for error in result.errors or ()]


def _sent(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = {**error.formatted}
    given: Mapping[str, Any] = formatted.get("extensions") or {}
    if is_for_the_caller(error):
        code = "BAD_REQUEST" if error.path is None else "BAD_USER_INPUT"
        formatted["extensions"] = {"code": code, **given}
    elif is_unavailable(error.original_error):
        formatted["message"] = "The record cannot be reached at the moment; try again."
        formatted["extensions"] = {
            "code": "UNAVAILABLE",
            "retryable": True,
            "requestId": request_id.get(),
        }
    else:
        formatted["message"] = "Something went wrong on our side; it has been logged."
        formatted["extensions"] = {"code": "INTERNAL", "requestId": request_id.get()}
    return formatted
