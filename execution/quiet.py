"""Executes without telling names of the schema, and without leaving anything behind."""

import asyncio
from collections.abc import Awaitable
from typing import Any

from graphql import ExecutionResult, GraphQLError
from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class QuietExecutor(StrawberryGraphQLCoreExecutionContext):
    """Never suggests what a variable's value could have been, and ends what it began.

    Strawberry 0.341.2 hands no such wish on, and an executor is not told who asks. Documents are
    validated by `Documents`, which suggests to those who may introspect.

    When a field fails at once, graphql-core (3.3.2) answers at once, and lets its siblings run on
    behind the answer: without a turn, past any deadline, into a database that is closed by then.
    """

    @classmethod
    def build(cls, *arguments: Any, **named: Any) -> list[GraphQLError] | Executor[Any]:
        """Build an executor, with graphql-core's own arguments."""
        return super().build(*arguments, **{**named, "hide_suggestions": True})

    def execute_operation(self, serially: bool | None = None) -> Any:
        """Execute the operation; it is over when all is that it began."""
        result = super().execute_operation(serially)
        if self.background_futures or self.is_awaitable(result):
            return self._whole(result)
        self._let_go(result)
        return result

    async def _whole(self, result: Awaitable[Any] | Any) -> Any:
        try:
            answer = await result if self.is_awaitable(result) else result
            while self.background_futures:
                await asyncio.wait(self.background_futures)
            self._let_go(answer)
            return answer
        finally:
            for future in self.background_futures:
                future.cancel()

    def _let_go(self, answer: Any) -> None:
        """Let go of what refers back to the executor, when there is nothing more to execute.

        Else everything that an operation was made of waits for the garbage collector, which stops
        a worker for two milliseconds once in two hundred operations.
        """
        if isinstance(answer, ExecutionResult):
            del self.async_helpers
