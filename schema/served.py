"""What the schemas that we serve have in common: what is told of an error, and what is logged."""

import logging
import re
from collections.abc import Iterable
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.admission import Admission, Policy
from execution.compiled import executor_with
from execution.documents import Documents
from execution.gate import Gate
from execution.lane import Lane
from execution.layers import Layer
from models.unavailable import is_unavailable
from resolvers.errors import Refused
from schema.costs import ASSUMPTIONS

_QUERIES_AND_MUTATIONS: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})

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


def log_failure(error: BaseException) -> None:
    """Log what is not the caller's fault: the database's failures in a line, ours as a whole."""
    if is_unavailable(error):
        logger.warning("the database fails", extra={"error": f"{type(error).__name__}: {error}"})
    else:
        logger.error("a resolver failed", exc_info=error)


class ServedSchema(strawberry.Schema):
    """Lets in what its policy does, and logs what is a bug.

    Only that: Strawberry logs every mistake of a caller's at ERROR.
    """

    def __init__(self, *, policy: Policy, **declared: Any) -> None:
        super().__init__(
            extensions=[lambda: Gate(self._admission)],
            execution_context_class=executor_with(policy.layers),
            **declared,
        )
        self.documents = Documents(
            self._schema, policy.limits, ASSUMPTIONS, remembers=Layer.DOCUMENTS in policy.layers
        )
        self._admission = Admission(policy, self.documents)
        has_lane = Layer.LANE in policy.layers
        self._lane = Lane(self, self.documents, self._admission) if has_lane else None

    async def execute(
        self,
        query: str | None,
        variable_values: dict[str, Any] | None = None,
        context_value: Any | None = None,
        root_value: Any | None = None,
        operation_name: str | None = None,
        allowed_operation_types: Iterable[OperationType] | None = None,
        operation_extensions: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """Execute a query or a mutation: in the lane, or the usual way."""
        allowed = frozenset(allowed_operation_types or _QUERIES_AND_MUTATIONS)
        if self._lane is not None and root_value is None:
            result = await self._lane.execute(
                query,
                variable_values,
                context_value,
                operation_name=operation_name,
                allowed=allowed,
                extensions=operation_extensions,
            )
            if result is not None:
                return result
        return await super().execute(
            query,
            variable_values,
            context_value,
            root_value,
            operation_name,
            allowed,
            operation_extensions,
        )

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log those that are not the caller's to read."""
        for error in errors:
            if isinstance(error.original_error, GraphQLError | None):
                error.message = without_quotes(error.message)
            if not is_for_the_caller(error):
                log_failure(error.original_error or error)
