"""A way in for documents that were let in before: without the machinery that they need no more.

Strawberry (0.341.2) sets up an execution context, extensions and a stack of their hooks for each
operation, some 150 calls; ours has one extension, whose work is done here. Rights, limits, charges,
errors and what is told of the cost are the same: the same admission decides, the same executor
executes. What the lane does not know goes the usual way, and is known the next time.
"""

from collections.abc import Awaitable, Collection, Mapping
from typing import Any, cast

import strawberry
from graphql import ExecutionResult as GraphQLExecutionResult
from graphql import GraphQLError
from graphql.execution import Executor
from strawberry.execution import optimized_is_awaitable
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.admission import Admission, NotAdmitted, operation_named
from execution.documents import Documents


class Lane:
    """The lane of one schema; `documents` and `admission` are its own."""

    def __init__(
        self, schema: strawberry.Schema, documents: Documents, admission: Admission
    ) -> None:
        self._schema = schema
        self._documents = documents
        self._admission = admission

    async def execute(
        self,
        text: str | None,
        variables: Mapping[str, Any] | None,
        context: Any,
        *,
        operation_name: object,
        allowed: Collection[OperationType],
        extensions: Mapping[str, Any] | None,
    ) -> ExecutionResult | None:
        """The result of an operation; None when it is to go the usual way, and nothing was done."""
        document = self._documents.accepted.get(text)
        if text is None or document is None:
            return None
        operation = operation_named(document, operation_name)
        if isinstance(operation, GraphQLError) or operation.kind not in allowed:
            return None
        admitted = self._admission.admit(text, operation_name, variables, context)
        if isinstance(admitted, NotAdmitted):
            errors = list(admitted.errors)
            self._schema.process_errors(errors)
            return ExecutionResult(None, errors, _told(admitted.cost))
        of_schema: Any = self._schema.execution_context_class
        executor = of_schema.build(
            self._schema._schema,
            document.node,
            context_value=context,
            raw_variable_values=cast("dict[str, Any] | None", variables),
            operation_name=operation.name,
            is_awaitable=optimized_is_awaitable,
            operation_extensions=extensions,
        )
        if isinstance(executor, list):
            self._schema.process_errors(executor)
            return ExecutionResult(None, executor, _told(admitted.cost))
        result = await self._result(executor)
        if result.errors:
            self._schema.process_errors(result.errors)
        return ExecutionResult(result.data, result.errors, _told(admitted.cost))

    @staticmethod
    async def _result(executor: Executor[Any]) -> GraphQLExecutionResult:
        try:
            found: Any = executor.execute_operation()
            if optimized_is_awaitable(found):
                found = await cast("Awaitable[GraphQLExecutionResult]", found)
        except Exception as error:  # noqa: BLE001 - a bug of an executor's, answered as Strawberry does
            return GraphQLExecutionResult(None, [GraphQLError(str(error), original_error=error)])
        return cast("GraphQLExecutionResult", found)


def _told(cost: dict[str, Any] | None) -> dict[str, Any]:
    return {} if cost is None else {"cost": cost}
