"""Completes what is selected by plans made once for each operation, or leaves it to graphql-core.

The hook is the public `execution_context_class`; the two methods that are overridden are not public
(graphql-core 3.3.2, pinned; `tests/execution/test_internals.py` holds them to what is assumed).
"""

from collections.abc import Awaitable, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import Path

from execution.calls import Call, call_of
from execution.layers import Layer
from execution.plans import Plan, plan_of
from execution.quiet import QuietExecutor

# An operation has a plan for each way of answering its @skip and @include. Who tries them all
# starts anew.
_MOST_WAYS: Final = 16
_ATTRIBUTE: Final = "plans"
_DECIDING: Final = frozenset({"skip", "include", "defer"})
_OF_AN_EXECUTOR: Final = frozenset({Layer.CALLS, Layer.PLANS})


class Plans:
    """The plans of one operation; kept on its node, so that they go when the document goes."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
    ) -> None:
        self.schema = schema
        # Kept alive: a plan is found again by the identity of nodes.
        self.fragments = fragments
        self._conditions = _conditions(operation, fragments)
        self.calls: dict[object, Call | None] = {}
        self._ways: dict[tuple[Any, ...], dict[object, Plan | None]] = {}

    def under(self, variables: Mapping[str, Any]) -> dict[object, Plan | None]:
        """The plans for these variables; None is of what there can be no plan for."""
        way = tuple(variables.get(name) for name in self._conditions)
        plans = self._ways.get(way)
        if plans is None:
            if len(self._ways) >= _MOST_WAYS:
                self._ways.clear()
            plans = self._ways[way] = {}
        return plans


class CompilingExecutor(QuietExecutor):
    """Answers as graphql-core does, value for value and error for error, with fewer calls."""

    layers: ClassVar[frozenset[Layer]] = _OF_AN_EXECUTOR

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        middleware = self.middleware_manager
        self._variables: Mapping[str, Any] = self.variable_values.coerced
        self._compiles = self.abort_signal is None and (
            middleware is None or middleware._middleware_resolvers is None
        )
        if self._compiles:
            # Nothing in it resolves: graphql-core would ask it for each field all the same.
            self.middleware_manager = None
            kept = self._kept_plans()
            self._plans = kept.under(self._variables)
            self._calls = kept.calls
        self._has_calls = self._compiles and Layer.CALLS in self.layers
        self._has_plans = self._compiles and Layer.PLANS in self.layers

    def execute_field(
        self,
        parent_type: GraphQLObjectType,
        source: Any,
        field_details_list: list[FieldDetails],
        path: Path,
        position_context: Any,
    ) -> Any:
        """Resolve and complete a field: as graphql-core, but for how its resolver is called."""
        call = self._call(parent_type, field_details_list)
        if call is None or not call.knows(self._variables):
            return super().execute_field(
                parent_type, source, field_details_list, path, position_context
            )
        nodes = [one.node for one in field_details_list]
        info = self.build_resolve_info(call.field, nodes, parent_type, path)
        completing = call.field.type, field_details_list, info, path
        try:
            result = call.result(source, info, self._variables)
            if self.is_awaitable(result):
                return self.complete_awaitable_value(*completing, result, position_context)
            completed = self.complete_value(*completing, result, position_context)
        except Exception as error:  # noqa: BLE001 - a field's failure is its own
            self.handle_field_error(error, call.field.type, field_details_list, path)
            return None
        if self.is_awaitable(completed):
            return self._awaited(completed, call.field.type, field_details_list, path)
        return completed

    async def _awaited(
        self,
        completed: Awaitable[Any],
        return_type: GraphQLOutputType,
        details: list[FieldDetails],
        path: Path,
    ) -> Any:
        try:
            return await completed
        except Exception as error:  # noqa: BLE001 - as above
            self.handle_field_error(error, return_type, details, path)
            return None

    def _call(self, parent: GraphQLObjectType, details: list[FieldDetails]) -> Call | None:
        if not self._has_calls:
            return None
        key = parent, id(details[0].node)
        calls = self._calls
        if key in calls:
            return calls[key]
        call = None
        with suppress(Exception):  # whatever it is, graphql-core gets to it
            call = call_of(self, parent, details)
        calls[key] = call
        return call

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete an object: by its plan, or field by field."""
        completed = self._by_plan(return_type, field_details_list, result)
        if completed is not None:
            return completed
        return super().complete_object_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def complete_list_value(
        self,
        return_type: GraphQLList[Any],
        field_details_list: list[FieldDetails],
        info: GraphQLResolveInfo[Any],
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        """Complete a list of objects: by its plan, or one by one."""
        item = return_type.of_type
        item = item.of_type if isinstance(item, GraphQLNonNull) else item
        if isinstance(item, GraphQLObjectType):
            completed = self._by_plan(return_type, field_details_list, result)
            if completed is not None:
                return completed
        return super().complete_list_value(
            return_type, field_details_list, info, path, result, position_context
        )

    def _by_plan(
        self, completed: GraphQLOutputType, details: list[FieldDetails], result: Any
    ) -> Any:
        """What the plan makes of a value; None where there is no plan, or it gives up."""
        plan = self._plan(completed, details)
        if plan is None:
            return None
        try:
            return plan(result, self._variables)
        except Exception:  # noqa: BLE001 - graphql-core does it again, and says what is wrong
            return None

    def _plan(self, completed: GraphQLOutputType, details: list[FieldDetails]) -> Plan | None:
        if not self._has_plans:
            return None
        # The same nodes of one operation, answered the same way, have the same selections.
        key = (
            completed,
            id(details[0].node) if len(details) == 1 else tuple(id(d.node) for d in details),
        )
        plans = self._plans
        if key in plans:
            return plans[key]
        plan = None
        # Not only NoPlan: a condition that is no Boolean fails where graphql-core gets to it, which
        # may be further down, or nowhere when a list is empty.
        with suppress(Exception):
            plan = plan_of(self, completed, details)
        plans[key] = plan
        return plan

    def _kept_plans(self) -> Plans:
        kept = self.operation.__dict__.get(_ATTRIBUTE)
        if (
            not isinstance(kept, Plans)
            or kept.schema is not self.schema
            or kept.fragments != self.fragment_definitions
        ):
            kept = Plans(self.schema, self.operation, self.fragment_definitions)
            object.__setattr__(self.operation, _ATTRIBUTE, kept)  # nodes are frozen
        return kept


def executor_with(wanted: frozenset[Layer]) -> type[QuietExecutor]:
    """An executor with the layers of these that are an executor's."""
    own = wanted & _OF_AN_EXECUTOR
    if own == CompilingExecutor.layers:
        return CompilingExecutor
    if not own:
        return QuietExecutor
    return type("PartlyCompilingExecutor", (CompilingExecutor,), {"layers": own})


def _conditions(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> tuple[str, ...]:
    """The variables that say what is skipped, included or deferred."""
    names: set[str] = set()
    seen: set[str] = set()
    waiting: list[SelectionSetNode | None] = [operation.selection_set]
    while waiting:
        selections = waiting.pop()
        for node in selections.selections if selections is not None else ():
            names.update(
                argument.value.name.value
                for directive in node.directives or ()
                if directive.name.value in _DECIDING
                for argument in directive.arguments or ()
                if isinstance(argument.value, VariableNode)
            )
            if not isinstance(node, FragmentSpreadNode):
                waiting.append(node.selection_set)  # type: ignore[attr-defined]  # fields and inline fragments have one
            elif node.name.value not in seen and node.name.value in fragments:
                seen.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
    return tuple(sorted(names))
