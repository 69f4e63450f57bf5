"""What the schemas that we serve have in common: what is told of an error, and what is logged."""

import logging
from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import GraphQLError, OperationDefinitionNode
from strawberry.extensions import SchemaExtension

from models.unavailable import is_unavailable
from resolvers.errors import Refused

logger = logging.getLogger("session_history.graphql")


def is_for_the_caller(error: GraphQLError) -> bool:
    """Whether an error is the caller's to read: a refusal, or a document that does not fit."""
    original = error.original_error
    return original is None or isinstance(original, Refused | GraphQLError)


def log_failure(error: BaseException) -> None:
    """Log what is not the caller's fault: the database's failures in a line, ours as a whole."""
    if is_unavailable(error):
        logger.warning("the database fails", extra={"error": f"{type(error).__name__}: {error}"})
    else:
        logger.error("a resolver failed", exc_info=error)


class _OneOperation(SchemaExtension):
    """Refuses several operations without the name of one; Strawberry 0.341 runs the first."""

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        document = asked.graphql_document
        if asked._provided_operation_name is None and document is not None:
            operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
            if len(operations) > 1:
                asked.pre_execution_errors = [
                    GraphQLError("Name the operation to execute in 'operationName'.")
                ]
        yield


class ServedSchema(strawberry.Schema):
    """Logs what is a bug, and only that: Strawberry logs every mistake of a caller's at ERROR."""

    def get_extensions(self, sync: bool = False) -> list[SchemaExtension]:
        """The schema's own extensions, and what holds for every document."""
        return [*super().get_extensions(sync), _OneOperation()]

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log those that are not the caller's to read."""
        for error in errors:
            if not is_for_the_caller(error):
                log_failure(error.original_error or error)
