"""What `execution` assumes of graphql-core and Strawberry, beyond what they promise.

Both are pinned. Whoever takes another version of one reads here what to look at again.
"""

import inspect
from importlib.metadata import version
from typing import Any, Final

import pytest
from graphql import GraphQLObjectType, OperationDefinitionNode, get_introspection_query, parse
from graphql.execution import Executor, MiddlewareManager
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from graphql.execution.incremental import IncrementalExecutor
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.compiled import CompilingExecutor
from execution.declared import attribute_of, declared_of
from tests.execution.compared import COMPILED
from tests.execution.odd_rows import Mood

_COMPLETING: Final = [
    *("self", "return_type", "field_details_list", "info", "path", "result", "position_context")
]
SIGNATURES: Final[dict[str, list[str]]] = {
    "complete_object_value": _COMPLETING,
    "complete_list_value": _COMPLETING,
    "complete_value": _COMPLETING,
    "complete_leaf_value": ["return_type", "result"],
    "collect_subfields": ["self", "return_type", "field_details_list"],
    "execute_operation": ["self", "serially"],
    "build": [
        *("schema", "document", "root_value", "context_value", "raw_variable_values"),
        *("operation_name", "field_resolver", "type_resolver", "subscribe_field_resolver"),
        *("max_coercion_errors", "enable_early_execution", "middleware", "is_awaitable"),
        *("is_async_iterable", "hide_suggestions", "abort_signal", "hooks", "custom_args"),
    ],
}
_BEAST = COMPILED._schema.type_map["Beast"]
assert isinstance(_BEAST, GraphQLObjectType)
FIELDS: Final = _BEAST.fields


def test_the_versions_are_those_that_were_read() -> None:
    assert version("graphql-core") == "3.3.2"
    assert version("strawberry-graphql") == "0.341.2"


@pytest.mark.parametrize("name", SIGNATURES)
def test_what_is_overridden_or_called_takes_what_it_took(name: str) -> None:
    assert list(inspect.signature(getattr(Executor, name)).parameters) == SIGNATURES[name]


def test_nothing_between_us_and_the_executor_completes_in_its_own_way() -> None:
    between = [one for one in CompilingExecutor.__mro__[1:] if issubclass(one, Executor)]

    for name in ("complete_object_value", "complete_list_value", "complete_value"):
        assert [one for one in between if name in vars(one)] == [Executor]
    assert [one for one in between if "collect_subfields" in vars(one)] == [Executor]
    assert IncrementalExecutor in between


def test_selections_are_collected_with_what_is_looked_at() -> None:
    assert FieldDetails._fields == ("node", "defer_usage", "fragment_variable_values")
    assert CollectedFields._fields[:2] == ("grouped_field_set", "new_defer_usages")


def test_an_executor_has_what_is_read_of_it() -> None:
    document = parse(
        "query($n: Int = 1) { beasts { greeting(length: $n) ...F } } fragment F on Beast { id }"
    )
    executor = CompilingExecutor.build(COMPILED._schema, document)

    assert isinstance(executor, CompilingExecutor)
    assert executor.variable_values.coerced == {"n": 1}
    assert executor.abort_signal is None
    assert set(executor.fragment_definitions) == {"F"}
    assert executor.operation is document.definitions[0]
    assert executor.schema is COMPILED._schema


def test_nodes_keep_what_is_put_on_them_to_themselves() -> None:
    one, other = (parse("{ a { b } }").definitions[0] for _ in range(2))
    assert isinstance(one, OperationDefinitionNode)

    object.__setattr__(one, "plans", object())

    assert one == other
    assert hash(one) == hash(other)


def test_a_middleware_manager_says_that_nothing_resolves() -> None:
    assert MiddlewareManager()._middleware_resolvers is None
    assert MiddlewareManager(lambda next_, *given: next_(*given))._middleware_resolvers


def test_plain_fields_are_told_from_others() -> None:
    plain = {name for name in FIELDS if _is_plain(name)}

    assert FIELDS["id"].resolve.__name__ == "_get_basic_result"
    assert not plain & {"secret", "shouted", "greeting", "answered", "slow"}
    assert {"id", "name", "home", "young", "friend", "mood"} <= plain


def _is_plain(name: str) -> bool:
    try:
        return attribute_of(FIELDS[name]) == name
    except Exception:  # noqa: BLE001 - NoPlan, or what an upgrade brings
        return False


def test_a_field_without_a_resolver_may_still_have_a_check() -> None:
    secret = declared_of(FIELDS["secret"])

    assert secret.base_resolver is None
    assert not secret.is_basic_field
    assert secret.extensions
    assert FIELDS["secret"].resolve._is_default  # so that is not asked


def test_a_plain_field_is_got_as_an_attribute() -> None:
    field = declared_of(FIELDS["id"])

    assert field.default_resolver is getattr
    assert field.python_name == "id"
    assert "self.default_resolver(source, self.python_name)" in inspect.getsource(
        StrawberryField.get_result
    )


def test_resolvers_say_what_they_take() -> None:
    def resolver(root: Any, length: int = 3) -> str:
        return f"{root}{length}"

    one: StrawberryResolver[Any] = StrawberryResolver(resolver)

    assert one.root_parameter is not None
    assert one.root_parameter.name == "root"
    assert (one.self_parameter, one.parent_parameter, one.info_parameter) == (None, None, None)
    assert list(one.signature.parameters) == ["root", "length"]
    assert one.wrapped_func is resolver
    assert not one.is_async
    assert list(FIELDS["greeting"].args) == ["length", "word", "loud"]
    assert [one.python_name for one in declared_of(FIELDS["greeting"]).arguments] == [
        *("length", "word", "loud")
    ]


def test_enums_and_scalars_have_what_is_read_of_them() -> None:
    mood: Any = COMPILED._schema.type_map["Mood"]
    decimal: Any = COMPILED._schema.type_map["Decimal"]

    assert mood.wrapped_cls is Mood
    assert {name: one.value for name, one in mood.values.items()} == {
        "CALM": "calm",
        "WILD": "wild",
    }
    assert mood.coerce_output_value("calm") == mood.coerce_output_value(Mood.CALM) == "CALM"
    assert decimal.coerce_output_value is str


async def test_what_asks_for_the_schema_has_no_plan_and_is_answered() -> None:
    result = await COMPILED.execute(get_introspection_query())

    assert result.errors is None
