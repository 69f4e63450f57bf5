"""One cache of documents by their text: parsed, measured, validated, ready to be executed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import graphql
from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    IntValueNode,
    OperationDefinitionNode,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types.graphql import OperationType

from execution.limits import MOST_NESTED, TOO_COMPLEX, Assumptions, Limits, exceeded
from execution.measure import Measures, measure
from execution.recent import Recent

PARSE_FAILED: Final = "GRAPHQL_PARSE_FAILED"
VALIDATION_FAILED: Final = "GRAPHQL_VALIDATION_FAILED"

# As Strawberry validates; graphql-core's own include MaxIntrospectionDepthRule.
_RULES: Final[tuple[type[ASTValidationRule], ...]] = (
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
)
# Nobody reads more. Each may take a search for names that are alike, and may print all of a value.
_MOST_ERRORS: Final = 10
# How many lengths of pages are remembered of one document.
_MOST_COSTS: Final = 64
# About what a parsed document takes: 1.1 kB for each token, measured with tracemalloc.
_BYTES_BY_TOKEN: Final = 1_100
_BYTES_OF_AN_ERROR: Final = 2_000


@dataclass(slots=True)
class Operation:
    """One operation of a document.

    Attributes:
        name: None for the only one of a document.
        kind: a query, a mutation or a subscription.
        cost: how many objects it may come to, every variable page being the largest.
        introspects: whether it asks for the schema.
        pages: the variables that say how long a page is, each with its default.
    """

    name: str | None
    kind: OperationType
    cost: int
    introspects: bool
    pages: tuple[tuple[str, int | None], ...]
    costs: dict[tuple[int, ...], int] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """A document that may be executed, but for what depends on its variables and on who asks."""

    node: DocumentNode
    operations: dict[str | None, Operation]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A document that is executed for nobody, with what is wrong with it."""

    errors: list[GraphQLError]


class Documents:
    """The documents of one schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: Limits,
        assumptions: Assumptions,
        *,
        most_bytes: int = 64 * 1024 * 1024,
        remembers: bool = True,
    ) -> None:
        self._remembers = remembers
        self._schema = schema
        self._limits = limits
        self._assumptions = assumptions
        self._accepted: Recent[Document] = Recent(most_bytes)
        # Kept apart, so that nobody's mistakes push out what others are working with.
        self._rejected: Recent[Rejected] = Recent(most_bytes // 8)

    @property
    def accepted(self) -> Recent[Document]:
        """Those that were executed lately."""
        return self._accepted

    @property
    def rejected(self) -> Recent[Rejected]:
        """Those that were refused lately."""
        return self._rejected

    def find(self, text: str, *, suggest: bool) -> Document | Rejected:
        """The document with this text; rejected if it is too large, none, or does not fit.

        `suggest` is whether errors may name what else there is in the schema.
        """
        found = self.known(text, suggest=suggest)
        return found if found is not None else self.prepare(text, suggest=suggest)

    def known(self, text: str, *, suggest: bool) -> Document | Rejected | None:
        """What `find` says of a text that was looked at lately; None of any other."""
        found = self._accepted.get(text)
        return found if found is not None else self._rejected.get((text, suggest))

    def cost(self, document: Document, operation: Operation, variables: Mapping[str, Any]) -> int:
        """What an operation costs with the page lengths that its variables ask for."""
        if not operation.pages:
            return operation.cost
        lengths = tuple(self._length(one, variables) for one in operation.pages)
        known = operation.costs.get(lengths)
        if known is None:
            if len(operation.costs) >= _MOST_COSTS:
                operation.costs.clear()
            known = operation.costs[lengths] = self._cost_by(document, operation, lengths)
        return known

    def _length(self, page: tuple[str, int | None], variables: Mapping[str, Any]) -> int:
        name, default = page
        asked = variables.get(name, default)
        if asked is None:
            return self._assumptions.page
        largest = self._assumptions.largest_page
        # What is no number is refused later; until then it counts as the most.
        return min(max(asked, 0), largest) if isinstance(asked, int) else largest

    def _cost_by(self, document: Document, operation: Operation, lengths: tuple[int, ...]) -> int:
        pages = {name: length for (name, _), length in zip(operation.pages, lengths, strict=True)}
        measured = measure(document.node, self._schema, self._assumptions, pages)
        place = list(document.operations).index(operation.name)
        return max(1, measured.operations[place].cost)

    def prepare(self, text: str, *, suggest: bool) -> Document | Rejected:
        """Look at a text for the first time: takes some 10 µs for each of its tokens."""
        if len(text) > self._limits.characters:
            return Rejected([exceeded("characters", self._limits.characters, len(text))])
        found, size = self._judged(text, suggest=suggest)
        if not self._remembers:
            return found
        if isinstance(found, Rejected):
            self._rejected.keep((text, suggest), found, size)
        else:
            self._accepted.keep(text, found, size)
        return found

    def _judged(self, text: str, *, suggest: bool) -> tuple[Document | Rejected, int]:
        """A document, or why it is none, and about how many bytes that takes."""
        tokens, size = self._limits.tokens, len(text) + _BYTES_OF_AN_ERROR
        try:
            node = parse(text, max_lexical_tokens=tokens, max_comments=tokens)
        except GraphQLSyntaxError as failed:
            # Its traceback would keep the parser, with all it has read, as long as the refusal.
            failed.__traceback__ = failed.__context__ = None
            return Rejected([_coded(failed, tokens)]), size
        # Measured before it is validated: validation takes longer, and not always linear time.
        document = self._measured(node)
        if isinstance(document, Rejected):
            return document, size
        size += _BYTES_BY_TOKEN * _tokens(node)
        errors = validate(
            self._schema,
            node,
            _RULES,
            max_errors=_MOST_ERRORS,
            hide_suggestions=not suggest,
        )
        for error in errors:
            error.extensions = {"code": VALIDATION_FAILED}
        return (Rejected(errors) if errors else document), size

    def _measured(self, node: DocumentNode) -> Document | Rejected:
        measured = measure(node, self._schema, self._assumptions)
        limits = self._limits
        errors = _beyond(
            [
                ("list_items", limits.list_items, measured.longest_list),
                ("input_fields", limits.input_fields, measured.largest_object),
                ("fragments", limits.fragments, len(measured.fragments)),
            ]
        )
        definitions = [d for d in node.definitions if isinstance(d, OperationDefinitionNode)]
        operations: dict[str | None, Operation] = {}
        for definition, measures in zip(definitions, measured.operations, strict=True):
            pages = _pages(definition, measured.page_variables)
            errors += self._beyond(measures, definition, exact=not pages)
            name = definition.name.value if definition.name is not None else None
            operations[name] = Operation(
                name=name,
                kind=OperationType(definition.operation.value),
                cost=max(1, measures.cost),
                introspects=measures.introspection > 0,
                pages=pages,
            )
        # Validation takes every fragment for itself, also one that is spread nowhere.
        for measures in measured.fragments.values():
            errors += _beyond(_everywhere(measures, limits))
        if errors:
            return Rejected(_one_for_each_limit(errors))
        return Document(node, operations)

    def _beyond(
        self, measures: Measures, definition: OperationDefinitionNode, *, exact: bool
    ) -> list[GraphQLError]:
        limits = self._limits
        compared = [
            *_everywhere(measures, limits),
            ("depth", limits.depth, measures.depth),
            ("root_fields", limits.root_fields, measures.root_fields),
            ("introspection", limits.introspection, measures.introspection),
        ]
        if exact:
            compared.append(("cost", limits.cost, measures.cost))
        if definition.operation is graphql.OperationType.MUTATION:
            compared.append(("mutations", limits.mutations, measures.root_fields))
        errors = _beyond(compared)
        errors += [
            exceeded("once", 1, times, f"'{name}' in one operation")
            for name, times in measures.named.items()
            if times > 1
        ]
        return errors


def _everywhere(measures: Measures, limits: Limits) -> list[tuple[str, int, int]]:
    return [
        ("fields", limits.fields, measures.fields),
        ("selected", limits.selected, max(measures.selected, measures.root_fields)),
        ("aliases", limits.aliases, measures.aliases),
        ("directives", limits.directives, measures.directives),
    ]


def _beyond(compared: list[tuple[str, int, int]]) -> list[GraphQLError]:
    return [
        exceeded(name, allowed, actual) for name, allowed, actual in compared if actual > allowed
    ]


def _one_for_each_limit(errors: list[GraphQLError]) -> list[GraphQLError]:
    worst: dict[Any, GraphQLError] = {}
    for error in errors:
        told = error.extensions or {}
        known = worst.get(told["limit"])
        if known is None or told["actual"] > (known.extensions or {})["actual"]:
            worst[told["limit"]] = error
    return list(worst.values())


def _pages(
    definition: OperationDefinitionNode, page_variables: frozenset[str]
) -> tuple[tuple[str, int | None], ...]:
    found: list[tuple[str, int | None]] = []
    for variable in definition.variable_definitions or ():
        name = variable.variable.name.value
        if name in page_variables:
            default = variable.default_value
            # Cut short: Python takes quadratic time over a number of thousands of digits.
            length = int(default.value[:7]) if isinstance(default, IntValueNode) else None
            found.append((name, length))
    return tuple(found)


def _tokens(node: DocumentNode) -> int:
    """How many tokens a document was parsed from."""
    token, count = (node.loc.start_token if node.loc is not None else None), 0
    while token is not None:
        token, count = token.next, count + 1
    return count


def _coded(error: GraphQLSyntaxError, tokens: int) -> GraphQLError:
    # graphql-core 3.3.2 tells these apart by their message only.
    if "Parsing aborted" not in error.message:
        error.extensions = {"code": PARSE_FAILED}
        return error
    limit, allowed = ("nesting", MOST_NESTED) if "nested" in error.message else ("tokens", tokens)
    error.extensions = {
        "code": TOO_COMPLEX,
        "limit": limit,
        "allowed": allowed,
        "actual": allowed + 1,
    }
    return error
