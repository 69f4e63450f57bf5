"""One operation, whatever transport brought it: its turn, its deadline, and its results."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from execution.trusted import TrustedDocuments, UnknownDocument, asked_for
from models.transaction import writes_from_here
from models.unavailable import is_unavailable
from resolvers.context import Context
from schema.served import ServedSchema, log_failure
from server.refusals import Broken, NotPersisted, Refusal, TookTooLong, Unavailable, WrongMethod
from server.turns import Turns

READING: Final = frozenset({OperationType.QUERY})
ALL: Final = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass
class Asked(GraphQLRequestData):
    """A request; instead of a document it may have the id of one that is persisted."""

    document_id: object = None


class Operations:
    """Executes operations of one schema."""

    def __init__(
        self,
        schema: ServedSchema,
        turns: Turns,
        *,
        longest_seconds: float,
        trusted: TrustedDocuments | None = None,
    ) -> None:
        self._schema = schema
        self._trusted = trusted or TrustedDocuments({})
        self._turns = turns
        self._longest_seconds = longest_seconds

    async def execute(
        self,
        asked: Asked,
        context: Context,
        *,
        allowed: Iterable[OperationType] = ALL,
    ) -> ExecutionResult:
        """Execute a query or a mutation.

        Raises:
            Refusal: it is neither, it has no turn, or it took too long.
        """
        try:
            return await self._execute(asked, context, allowed)
        except InvalidOperationTypeError as error:
            raise _not_here(error.operation_type) from None

    async def results(
        self,
        asked: Asked,
        context: Context,
        *,
        allowed: Iterable[OperationType] = ALL,
    ) -> AsyncGenerator[ExecutionResult, None]:
        """The result of a query or a mutation, or those of a subscription as they come.

        Raises:
            Refusal: it is not allowed, it has no turn, or it took too long.
        """
        try:
            yield await self._execute(asked, context, allowed)
        except InvalidOperationTypeError as error:
            if error.operation_type is not OperationType.SUBSCRIPTION:
                raise _not_here(error.operation_type) from None
        else:
            return
        stream = await self._schema.stream(
            self._text(asked),
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            operation_extensions=asked.extensions,
            allowed_operation_types=[OperationType.SUBSCRIPTION],
        )
        async with aclosing(stream):
            async for result in stream:
                if isinstance(result, ExecutionResult):  # always: nothing is deferred here
                    yield result
                context.forget()  # what was loaded for one event may have changed by the next

    async def _execute(
        self, asked: Asked, context: Context, allowed: Iterable[OperationType]
    ) -> ExecutionResult:
        try:
            async with asyncio.timeout(self._longest_seconds):
                await self._turns.take(context.caller)
                writes = writes_from_here()
                try:
                    return await self._schema.execute(
                        self._text(asked),
                        variable_values=asked.variables,
                        context_value=context,
                        operation_name=asked.operation_name,
                        operation_extensions=asked.extensions,
                        allowed_operation_types=allowed,
                    )
                finally:
                    # A write goes on although its caller has gone: it keeps its turn until it is
                    # done, or who starts and cancels many would have as many writes waiting.
                    _when_done(writes, partial(self._turns.give_back, context.caller))
        except TimeoutError:
            raise TookTooLong(self._longest_seconds) from None
        except MissingQueryError:
            raise Refusal("Send a document in 'query'.") from None
        except CannotGetOperationTypeError as error:
            raise Refusal(error.as_http_error_reason()) from None

    def _text(self, asked: Asked) -> str | None:
        if asked.query:
            return asked.query
        identifier = asked_for(asked.document_id, asked.extensions)
        if identifier is None:
            return asked.query
        try:
            return self._trusted.text(identifier)
        except UnknownDocument as unknown:
            raise NotPersisted(str(unknown)) from None


def refusal_of(error: Exception) -> Refusal:
    """What to answer instead of an error that no operation is to blame for; it is logged."""
    if isinstance(error, Refusal):
        return error
    log_failure(error)
    if is_unavailable(error):
        return Unavailable("The record cannot be reached at the moment; try again.")
    return Broken()


def _when_done(writes: list[asyncio.Task[object]], then: partial[None]) -> None:
    unfinished = [write for write in writes if not write.done()]
    if not unfinished:
        then()
        return
    left = len(unfinished)

    def one_done(_write: asyncio.Task[object]) -> None:
        nonlocal left
        left -= 1
        if not left:
            then()

    for write in unfinished:
        write.add_done_callback(one_done)


def _not_here(operation_type: OperationType) -> Refusal:
    if operation_type is OperationType.SUBSCRIPTION:
        return Refusal(
            "A subscription has many results: send 'Accept: text/event-stream', or use a WebSocket."
        )
    return WrongMethod("A mutation changes something: send it by POST.", allow="POST")
