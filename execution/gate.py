"""Admission as a hook of Strawberry's: for subscriptions, and for what the lane leaves to it."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from typing import Any, Final

from graphql import DocumentNode, parse
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from execution.admission import Admission, NotAdmitted, throttle_status

# How soon a subscription looks again whether there is enough for its next event.
_AGAIN_SECONDS: Final = 0.05

# Strawberry asks a document for its operation's type even when there are errors to answer with.
_STUBS: Final[Mapping[OperationType, DocumentNode]] = {
    kind: parse(f"{kind.value} {{ __typename }}") for kind in OperationType
}


class Gate(SchemaExtension):
    """Parses, validates and limits for one operation.

    A hook must not raise: `Schema.stream`, which serves WebSockets, answers nothing then.
    """

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._cost: dict[str, Any] | None = None

    def on_parse(self) -> Iterator[None]:
        """Hand Strawberry the document and the errors, so that it neither parses nor validates."""
        context = self.execution_context
        name: object = context._provided_operation_name
        admitted = self._admission.admit(
            context.query or "", name, context.variables, context.context
        )
        self._cost = admitted.cost
        if isinstance(admitted, NotAdmitted):
            context.graphql_document = _stub(context.allowed_operations)
            context.pre_execution_errors = list(admitted.errors)
            context._provided_operation_name = None  # the stub has no name
        else:
            context.graphql_document = admitted.document.node
            context.pre_execution_errors = []
            context._provided_operation_name = name if isinstance(name, str) and name else None
        yield

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        """Charge each event of a subscription as the operation was, before the next is looked for.

        It waits instead of being refused. What happens meanwhile waits where it comes from. Half of
        a bucket is left for what is asked: a front end in a storm of events can still ask.
        """
        yield
        if getattr(result, "data", None) is not None:
            await self._wait_for_enough()

    def get_results(self) -> dict[str, Any]:
        """What the operation cost, for the answer's `extensions`."""
        return {} if self._cost is None else {"cost": self._cost}

    async def _wait_for_enough(self) -> None:
        if self._cost is None:
            return
        caller, cost = self.execution_context.context, self._cost["requestedQueryCost"]
        leaving = self._admission.half_a_bucket
        while (charged := self._admission.charge(caller, cost, leaving=leaving)) is not None:
            self._cost["throttleStatus"] = throttle_status(charged)
            if charged.wait_seconds is None:
                return
            await asyncio.sleep(_AGAIN_SECONDS)


def _stub(allowed: Iterable[OperationType]) -> DocumentNode:
    return _STUBS[next(iter(allowed), OperationType.QUERY)]
