"""Decides, before anything is executed, whether it is: one look-up for a document that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from graphql import GraphQLError

from execution.documents import Document, Documents, Operation, Rejected
from execution.layers import ALL_LAYERS, Layer
from execution.limits import Limits, exceeded
from execution.rates import Charged, Rates
from execution.trusted import TrustedDocuments

Introspection: TypeAlias = Literal["on", "authenticated", "off"]

_BAD_REQUEST: Final = "BAD_REQUEST"


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
        layers: which shorter ways are taken; the answers are the same without.
    """

    limits: Limits = field(default_factory=Limits)
    introspection: Introspection = "authenticated"
    rates: Rates | None = None
    trusted: TrustedDocuments | None = None
    trusted_only: bool = False
    layers: frozenset[Layer] = ALL_LAYERS

    def lets_introspect(self, caller: Caller | None) -> bool:
        """Whether this caller may ask for the schema, and be told names of it in errors."""
        if self.introspection == "authenticated":
            return caller is not None and caller.is_known
        return self.introspection == "on"


@dataclass(slots=True)
class Admitted:
    """An operation that is executed, and what the answer says that it cost."""

    document: Document
    operation: Operation
    cost: dict[str, Any]


@dataclass(slots=True)
class NotAdmitted:
    """One that is not, and why; `cost` is set when it was looked at so far."""

    errors: list[GraphQLError]
    cost: dict[str, Any] | None = None


class Admission:
    """Lets operations on one schema in, or not."""

    def __init__(self, policy: Policy, documents: Documents) -> None:
        self._policy = policy
        self._documents = documents

    def admit(
        self, text: str, name: object, variables: Mapping[str, Any] | None, caller: Caller | None
    ) -> Admitted | NotAdmitted:
        """Whether the operation `name` of a document runs; if it does, it has been charged."""
        policy = self._policy
        if policy.trusted_only and not self._is_trusted(text):
            return NotAdmitted([_only_trusted()])
        suggest = policy.lets_introspect(caller)
        document = self._documents.known(text, suggest=suggest)
        if document is None:
            charged = self._charge_for_looking(text, caller)
            if charged is not None and charged.wait_seconds is not None:
                return NotAdmitted([_too_often(charged)])
            document = self._documents.prepare(text, suggest=suggest)
        if isinstance(document, Rejected):
            return NotAdmitted(document.errors)
        operation = operation_named(document, name)
        if isinstance(operation, GraphQLError):
            return NotAdmitted([operation])
        if operation.introspects and not suggest:
            return NotAdmitted([_no_introspection(policy.introspection)])
        return self._charged(document, operation, variables or {}, caller)

    def charge(self, caller: Caller | None, cost: int, *, leaving: int = 0) -> Charged | None:
        """Take `cost` out of a caller's bucket; None where there is none to take it out of."""
        rates = self._policy.rates
        if rates is None or caller is None or (key := caller.rate_key) is None:
            return None
        return rates.charge(key, cost, leaving=leaving)

    @property
    def half_a_bucket(self) -> int:
        """What the events of subscriptions leave in a bucket."""
        rates = self._policy.rates
        return 0 if rates is None else rates.capacity // 2

    def _charged(
        self,
        document: Document,
        operation: Operation,
        variables: Mapping[str, Any],
        caller: Caller | None,
    ) -> Admitted | NotAdmitted:
        """What the operation is too much of, with its variables; otherwise it is charged."""
        limits = self._policy.limits
        longest = longest_list(variables, limits.list_items) if variables else 0
        if longest > limits.list_items:
            error = exceeded("list_items", limits.list_items, longest)
            error.extensions = {**(error.extensions or {}), "code": "BAD_USER_INPUT"}
            return NotAdmitted([error])
        cost = self._documents.cost(document, operation, variables)
        if cost > limits.cost:
            return NotAdmitted([exceeded("cost", limits.cost, cost)])
        told: dict[str, Any] = {"requestedQueryCost": cost, "maximumQueryCost": limits.cost}
        charged = self.charge(caller, cost)
        if charged is not None:
            told["throttleStatus"] = throttle_status(charged)
            if charged.wait_seconds is not None:
                return NotAdmitted([_too_often(charged)], told)
        return Admitted(document, operation, told)

    def _is_trusted(self, text: str) -> bool:
        return self._policy.trusted is not None and text in self._policy.trusted

    def _charge_for_looking(self, text: str, caller: Caller | None) -> Charged | None:
        if len(text) > self._policy.limits.characters or self._is_trusted(text):
            return None
        return self.charge(caller, preparing(text))


def operation_named(document: Document, name: object) -> Operation | GraphQLError:
    """The operation to run: the only one, unless one is named."""
    operations = document.operations
    if name is None or name == "":
        if len(operations) == 1:
            return next(iter(operations.values()))
        return _error("Name the operation to run: the document has several.", _BAD_REQUEST)
    if not isinstance(name, str) or name not in operations:
        return _error("The document has no operation of this name.", _BAD_REQUEST)
    return operations[name]


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


def throttle_status(charged: Charged) -> dict[str, int]:
    """What an answer says of the caller's bucket."""
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
