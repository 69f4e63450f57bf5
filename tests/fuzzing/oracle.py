"""What no answer may be, whatever was asked."""

from typing import Any, Final

import orjson
from strawberry.types import ExecutionResult

from execution.documents import PARSE_FAILED, VALIDATION_FAILED
from execution.limits import TOO_COMPLEX
from resolvers.errors import Refused
from server.answers import body_of
from server.refusals import Refusal
from tests.fuzzing.values import PRIVATE

OURS_TO_ANSWER_FOR: Final = frozenset({"INTERNAL", "UNAVAILABLE", "TIMEOUT"})
CODES: Final = {
    PARSE_FAILED,
    VALIDATION_FAILED,
    TOO_COMPLEX,
    "HEADERS_TOO_LARGE",
    *(one.code for one in Refused.__subclasses__()),
    *(one.code for one in Refusal.__subclasses__()),
    Refusal.code,
} - OURS_TO_ANSWER_FOR
"""The codes of errors that a caller can do something about."""


def codes_of(body: Any) -> list[str]:
    """The codes of an answer's errors; `none` where there is none."""
    errors = body.get("errors", [])
    return [(one.get("extensions") or {}).get("code", "none") for one in errors]


def sent(result: ExecutionResult, *, withheld: frozenset[str]) -> dict[str, Any]:
    """What a result is answered with, once nothing is wrong with it.

    Args:
        result: what came of an operation.
        withheld: marks of what this caller may not read.
    """
    body = body_of(result)
    for error, code in zip(result.errors or [], codes_of(body), strict=True):
        if code not in CODES:
            raise AssertionError(f"{code}: {error}") from error.original_error
    text = orjson.dumps(body).decode()
    assert [mark for mark in withheld if mark in text] == []
    assert PRIVATE not in str(body.get("errors")), "an error quotes a private note"
    return body
