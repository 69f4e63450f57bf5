"""Decides, before anything is executed, whether it is: one look-up for a document that is known."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from graphql import DocumentNode, GraphQLError, parse
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from execution.documents import Document, Documents, Operation, Rejected
from execution.limits import Limits, exceeded
from execution.rates import Charged, Rates
from execution.trusted import TrustedDocuments

Introspection: TypeAlias = Literal["on", "authenticated", "off"]

_BAD_REQUEST: Final = "BAD_REQUEST"

# How soon a subscription looks again whether there is enough for its next event.
_AGAIN_SECONDS: Final = 0.05

# Strawberry asks a document for its operation's type even when there are errors to answer with.
_STUBS: Final[Mapping[OperationType, DocumentNode]] = {
    kind: parse(f"{kind.value} {{ __typename }}") for kind in OperationType
}


class Caller(Protocol):
    """What is to be known of whoever asks: what an operation's context says of it."""

    @property
    def rate_key(self) -> str | None:
        """Whose bucket an operation is charged to; None when it is charged to nobody's."""

    @property
    def is_known(self) -> bool:
        """Whether a valid token came along."""


@dataclass(frozen=True, eq=False)
class Policy:
    """What is let in.

    Attributes:
        limits: how large a document may be.
        introspection: who may ask for the schema: anybody, whoever has a valid token, nobody.
        rates: how much may be asked in how much time; None for any.
        trusted: the documents of a manifest, if there is one.
        trusted_only: whether no others run.
    """

    limits: Limits = field(default_factory=Limits)
    introspection: Introspection = "authenticated"
    rates: Rates | None = None
    trusted: TrustedDocuments | None = None
    trusted_only: bool = False

    def lets_introspect(self, caller: Caller | None) -> bool:
        """Whether this caller may ask for the schema, and be told names of it in errors."""
        if self.introspection == "authenticated":
            return caller is not None and caller.is_known
        return self.introspection == "on"


class Gate(SchemaExtension):
    """Parses, validates and limits for one operation.

    A hook must not raise: `Schema.stream`, which serves WebSockets, answers nothing then.
    """

    def __init__(self, policy: Policy, documents: Documents) -> None:
        self._policy = policy
        self._documents = documents
        self._cost: dict[str, Any] | None = None

    def on_parse(self) -> Iterator[None]:
        """Hand Strawberry the document and the errors, so that it neither parses nor validates."""
        context = self.execution_context
        admitted = self._admitted(context.query or "", context.context)
        if isinstance(admitted, DocumentNode):
            context.graphql_document = admitted
            context.pre_execution_errors = []
        else:
            context.graphql_document = _stub(context.allowed_operations)
            context.pre_execution_errors = list(admitted)
            context._provided_operation_name = None  # the stub has no name
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

    def _admitted(self, text: str, caller: Caller | None) -> DocumentNode | Iterable[GraphQLError]:
        policy = self._policy
        if policy.trusted_only and (policy.trusted is None or text not in policy.trusted):
            return [_only_trusted()]
        suggest = policy.lets_introspect(caller)
        document = self._documents.known(text, suggest=suggest)
        if document is None:
            charged = self._charge_for_looking(text, caller)
            if charged is not None and charged.wait_seconds is not None:
                return [_too_often(charged)]
            document = self._documents.prepare(text, suggest=suggest)
        if isinstance(document, Rejected):
            return document.errors
        operation = self._operation(document)
        if isinstance(operation, GraphQLError):
            return [operation]
        if operation.introspects and not suggest:
            return [_no_introspection(policy.introspection)]
        refusal = self._beyond(document, operation, caller)
        return document.node if refusal is None else [refusal]

    def _operation(self, document: Document) -> Operation | GraphQLError:
        context, operations = self.execution_context, document.operations
        name: object = context._provided_operation_name
        if name is None or name == "":
            context._provided_operation_name = None
            if len(operations) == 1:
                return next(iter(operations.values()))
            return _error("Name the operation to run: the document has several.", _BAD_REQUEST)
        if not isinstance(name, str) or name not in operations:
            return _error("The document has no operation of this name.", _BAD_REQUEST)
        return operations[name]

    def _beyond(
        self, document: Document, operation: Operation, caller: Caller | None
    ) -> GraphQLError | None:
        """What the operation is too much of, with its variables; otherwise it is charged."""
        limits, variables = self._policy.limits, self.execution_context.variables or {}
        longest = longest_list(variables, limits.list_items) if variables else 0
        if longest > limits.list_items:
            error = exceeded("list_items", limits.list_items, longest)
            error.extensions = {**(error.extensions or {}), "code": "BAD_USER_INPUT"}
            return error
        cost = self._documents.cost(document, operation, variables)
        if cost > limits.cost:
            return exceeded("cost", limits.cost, cost)
        self._cost = {"requestedQueryCost": cost, "maximumQueryCost": limits.cost}
        charged = self._charge(caller, cost)
        if charged is None:
            return None
        self._cost["throttleStatus"] = _status(charged)
        return _too_often(charged) if charged.wait_seconds is not None else None

    async def _wait_for_enough(self) -> None:
        rates, caller = self._policy.rates, self.execution_context.context
        if rates is None or self._cost is None:
            return
        cost, leaving = self._cost["requestedQueryCost"], rates.capacity // 2
        while (charged := self._charge(caller, cost, leaving=leaving)) is not None:
            self._cost["throttleStatus"] = _status(charged)
            if charged.wait_seconds is None:
                return
            await asyncio.sleep(_AGAIN_SECONDS)

    def _charge_for_looking(self, text: str, caller: Caller | None) -> Charged | None:
        trusted, longest = self._policy.trusted, self._policy.limits.characters
        if len(text) > longest or (trusted is not None and text in trusted):
            return None
        return self._charge(caller, preparing(text))

    def _charge(self, caller: Caller | None, cost: int, *, leaving: int = 0) -> Charged | None:
        rates = self._policy.rates
        if rates is None or caller is None or (key := caller.rate_key) is None:
            return None
        return rates.charge(key, cost, leaving=leaving)


def preparing(text: str) -> int:
    """What a document costs besides, when its text is new: parsing takes as long as it is.

    Whoever sends nothing but new texts, hostile ones or not, has a few of a hundred parts of a
    worker's time once their bucket is empty.
    """
    return 10 + len(text) // 20


def longest_list(variables: Mapping[str, Any], enough: int) -> int:
    """The length of the longest list in the variables, or of the first that is over `enough`."""
    longest, waiting = 0, list(variables.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            longest = max(longest, len(value))
            if longest > enough:
                return longest
            waiting.extend(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
    return longest


def _stub(allowed: Iterable[OperationType]) -> DocumentNode:
    return _STUBS[next(iter(allowed), OperationType.QUERY)]


def _error(message: str, code: str, **more: Any) -> GraphQLError:
    return GraphQLError(message, extensions={"code": code, **more})


def _only_trusted() -> GraphQLError:
    return _error(
        "Only persisted documents run here: send the id of one as 'documentId'.",
        "PERSISTED_DOCUMENT_REQUIRED",
    )


def _no_introspection(introspection: Introspection) -> GraphQLError:
    if introspection == "off":
        return _error("Introspection is turned off.", "FORBIDDEN")
    return _error(
        "Introspection needs a valid access token, sent as 'Authorization: Bearer …'.",
        "UNAUTHENTICATED",
    )


def _status(charged: Charged) -> dict[str, int]:
    return {
        "maximumAvailable": charged.capacity,
        "currentlyAvailable": charged.available,
        "restoreRate": charged.restored_each_second,
    }


def _too_often(charged: Charged) -> GraphQLError:
    return _error(
        f"This is too much at once; ask again in {charged.wait_seconds} s.",
        "RATE_LIMITED",
        retryAfterSeconds=charged.wait_seconds,
    )
