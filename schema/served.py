"""What the schemas that we serve have in common: what is told of an error, and what is logged."""

import logging
import re
from typing import Any, Final

import strawberry
from graphql import GraphQLError

from resolvers.errors import Refused

logger = logging.getLogger("session_history.graphql")

# What graphql-core quotes of what it was sent: a whole input object because one of its fields is
# missing, a text that stands in the wrong place (3.3.2). Names and types come before it.
_QUOTED: Final = re.compile(
    r"(?:[,;] found:|(?<=\?) Found:|(?<=a non string value):|(?<=String) (?=['\"])).*",
    re.DOTALL,
)


def is_for_the_caller(error: GraphQLError) -> bool:
    """Whether an error is the caller's to read: a refusal, or a document that does not fit."""
    original = error.original_error
    return original is None or isinstance(original, Refused | GraphQLError)


def without_quotes(message: str) -> str:
    """What a message says, without what it quotes of a document or its variables.

    Private notes are sent in both, and front ends send the messages of errors on to others.
    """
    said = _QUOTED.sub("", message)
    return said if said == message or said.endswith("?") else f"{said}."


class ServedSchema(strawberry.Schema):
    """Logs what is a bug, and only that: Strawberry logs every mistake of a caller's at ERROR."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        for error in errors:
            if isinstance(error.original_error, GraphQLError | None):
                error.message = without_quotes(error.message)
            if not is_for_the_caller(error):
                logger.error("a resolver failed", exc_info=error.original_error)
