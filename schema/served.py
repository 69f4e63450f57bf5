"""What the schemas that we serve have in common: what is told of an error, and what is logged."""

import logging
from typing import Any

import strawberry
from graphql import GraphQLError

from execution.documents import Documents
from execution.gate import Gate, Policy
from execution.quiet import QuietExecutor
from resolvers.errors import Refused
from schema.costs import ASSUMPTIONS

logger = logging.getLogger("session_history.graphql")


def is_for_the_caller(error: GraphQLError) -> bool:
    """Whether an error is the caller's to read: a refusal, or a document that does not fit."""
    original = error.original_error
    return original is None or isinstance(original, Refused | GraphQLError)


class ServedSchema(strawberry.Schema):
    """Lets in what its policy does, and logs what is a bug.

    Only that: Strawberry logs every mistake of a caller's at ERROR.
    """

    def __init__(self, *, policy: Policy, **declared: Any) -> None:
        super().__init__(
            extensions=[lambda: Gate(policy, self.documents)],
            execution_context_class=QuietExecutor,
            **declared,
        )
        self.documents = Documents(self._schema, policy.limits, ASSUMPTIONS)

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        for error in errors:
            if not is_for_the_caller(error):
                logger.error("a resolver failed", exc_info=error.original_error)
