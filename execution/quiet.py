"""Executes without telling names of the schema to who did not ask for it."""

from typing import Any

from graphql import GraphQLError
from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext


class QuietExecutor(StrawberryGraphQLCoreExecutionContext):
    """Never suggests what a variable's value could have been.

    Strawberry 0.341.2 hands no such wish on, and an executor is not told who asks. Documents are
    validated by `Documents`, which suggests to those who may introspect.
    """

    @classmethod
    def build(cls, *arguments: Any, **named: Any) -> list[GraphQLError] | Executor[Any]:
        """Build an executor, with graphql-core's own arguments."""
        return super().build(*arguments, **{**named, "hide_suggestions": True})
