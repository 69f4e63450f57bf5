"""What the schemas that we serve have in common: what is told of an error, and what is logged."""

import logging
from typing import Any

import strawberry
from graphql import GraphQLError

from resolvers.errors import Refused

logger = logging.getLogger("session_history.graphql")


def is_for_the_caller(error: GraphQLError) -> bool:
    """Whether an error is the caller's to read: a refusal, or a document that does not fit."""
    original = error.original_error
    return original is None or isinstance(original, Refused | GraphQLError)


class ServedSchema(strawberry.Schema):
    """Logs what is a bug, and only that: Strawberry logs every mistake of a caller's at ERROR."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        for error in errors:
            if not is_for_the_caller(error):
                logger.error("a resolver failed", exc_info=error.original_error)
