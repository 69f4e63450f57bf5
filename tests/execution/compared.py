"""The compiled execution beside the stock one: the same in everything, or the difference."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import strawberry
from graphql import GraphQLError
from graphql.execution.collect_fields import FieldDetails
from strawberry.extensions import DisableValidation, ParserCache
from strawberry.types import ExecutionResult

from execution.compiled import CompilingExecutor
from execution.quiet import QuietExecutor
from tests.execution.menagerie import CONFIG, Query

VISITS: Final[Counter[str]] = Counter()
"""How often a plan was used, gave up, or was not there."""


class WatchedExecutor(CompilingExecutor):
    """Counts what becomes of plans."""

    def _plan(self, completed: Any, details: list[FieldDetails]) -> Any:
        plan = super()._plan(completed, details)
        if plan is None:
            VISITS["no plan"] += 1
            return None

        def watched(value: Any, variables: Mapping[str, Any]) -> Any:
            try:
                done = plan(value, variables)
            except Exception:
                VISITS["surprise"] += 1
                raise
            VISITS["plan"] += 1
            return done

        return watched


class SilentSchema(strawberry.Schema):
    """Strawberry logs each error of each answer."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Log nothing."""


def schema_with(executor: type[Any], **declared: Any) -> SilentSchema:
    """The menagerie's schema, executed in this way.

    Documents are kept, so that plans are; and not validated, so that what is merged needs not fit.
    """
    return SilentSchema(
        **{"query": Query, "config": CONFIG, **declared},
        execution_context_class=executor,
        extensions=[DisableValidation, lambda: ParserCache(maxsize=64)],
    )


COMPILED: Final = schema_with(WatchedExecutor)
STOCK: Final = schema_with(QuietExecutor)


def everything_of(result: ExecutionResult) -> tuple[Any, list[Any]]:
    """All that a result says, in order."""
    errors = [
        (
            error.message,
            error.path,
            [(one.line, one.column) for one in error.locations or ()],
            error.extensions,
            type(error.original_error),
            str(error.original_error),
        )
        for error in result.errors or ()
    ]
    return exactly(result.data), errors


def exactly(value: Any) -> Any:
    """A value with its order and its types; two NaNs are the same."""
    if isinstance(value, dict):
        return [(key, exactly(one)) for key, one in value.items()]
    if isinstance(value, list):
        return ["list", *(exactly(one) for one in value)]
    return type(value).__name__, re.sub(r" at 0x\w+", "", repr(value))


def these(rows: Any) -> Callable[[], Any]:
    """What always makes the very same rows."""
    return lambda: rows


async def same(
    document: str,
    rows: Callable[[], Any],
    variables: Mapping[str, Any] | None = None,
    *,
    times: int = 3,
    schemas: tuple[strawberry.Schema, strawberry.Schema] = (COMPILED, STOCK),
    operation: str | None = None,
) -> ExecutionResult:
    """What both answer, after they have answered the same several times.

    Args:
        document: what is asked.
        rows: makes the rows.
        variables: of the operation.
        times: how often the compiled one is asked: plans are made at first, and used again.
        schemas: the compiled one and the stock one.
        operation: its name, where there are several.
    """

    async def answer(schema: strawberry.Schema) -> ExecutionResult:
        result = await schema.execute(
            document,
            variable_values=dict(variables or {}),
            context_value=rows,
            operation_name=operation,
        )
        assert isinstance(result, ExecutionResult)
        return result

    compiled, stock = schemas
    expected = await answer(stock)
    for _ in range(times):
        found = await answer(compiled)
        assert everything_of(found) == everything_of(expected), f"{document}\n{variables}"
    return expected
