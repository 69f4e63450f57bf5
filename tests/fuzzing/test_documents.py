"""Documents that nobody thought of, from everybody: what is answered, shown and changed."""

import asyncio
import os
from dataclasses import dataclass
from random import Random
from typing import Any, Final

import pytest
from graphql import DocumentNode, GraphQLSchema, build_schema
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from execution.admission import Policy
from execution.limits import Limits
from resolvers.context import Context
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from schema.served import ServedSchema
from tests.fuzzing.documents import filled, shapes
from tests.fuzzing.oracle import sent
from tests.fuzzing.record import BESIDE, FOREIGN, OWN, Record
from tests.fuzzing.values import PRIVATE, Known
from tests.practice import NOW, new_network
from tests.resolvers.role_documents import root_type

SHAPES: Final = int(os.environ.get("EXAMPLES", "16"))
FILLINGS: Final = 15
# Half of the documents meet the limits, and half of them what is behind.
WIDE: Final = Policy(
    limits=Limits(tokens=20_000, fields=5_000, selected=5_000, list_items=1_000, cost=1_000_000)
)
# Each takes a password's hash to be computed.
SLOW: Final = ("changePassword", "signIn", "signUp")
EVERY_MARK: Final = frozenset({FOREIGN, BESIDE, OWN, PRIVATE})
EVERYBODY: Final = ("practitioner", "read-only", "client", "stranger")


@dataclass(frozen=True)
class Api:
    """One of the two schemas; `withheld` has who may read there, and what they may not."""

    name: str
    schema: GraphQLSchema
    served: tuple[ServedSchema, ServedSchema]
    withheld: dict[str, frozenset[str]]

    @property
    def writer(self) -> str:
        """The only one who may change anything."""
        return next(iter(self.withheld))

    def fields(self, kind: str) -> tuple[str, ...]:
        """The root fields of a kind, without those that are slow."""
        return tuple(one for one in root_type(self.schema, kind).fields if one not in SLOW)

    def known(self, record: Record) -> Known:
        """What a record has for requests to name here."""
        return record.known_at_the_portal if self is PORTAL else record.known


GRAPHQL: Final = Api(
    "graphql",
    build_schema(practitioner_schema().as_str()),
    (practitioner_schema(), practitioner_schema(WIDE)),
    {"practitioner": frozenset({FOREIGN}), "read-only": frozenset({FOREIGN, PRIVATE})},
)
PORTAL: Final = Api(
    "portal",
    build_schema(portal_schema().as_str()),
    (portal_schema(), portal_schema(WIDE)),
    {"client": frozenset({FOREIGN, BESIDE, PRIVATE})},
)
APIS = pytest.mark.parametrize("api", [GRAPHQL, PORTAL], ids=lambda api: api.name)


@dataclass(frozen=True)
class Asking:
    """Who asks at random, and where."""

    api: Api
    record: Record
    askers: tuple[str, ...]

    async def fill_and_send(self, shape: DocumentNode, random: Random) -> None:
        """Ask with a document of this shape; nothing may be wrong with the answer."""
        known = self.api.known(self.record)
        document, variables = filled(shape, self.api.schema, random, known)
        asker, schema = random.choice(self.askers), random.choice(self.api.served)
        try:
            await self._send(asker, schema, document, variables)
        except BaseException as error:  # also when the operation is cancelled as a whole
            error.add_note(f"{asker} sent {document}\nwith {variables}")
            raise

    async def _send(
        self, asker: str, schema: ServedSchema, document: str, variables: dict[str, Any]
    ) -> None:
        context = Context(
            database=self.record.practice.database,
            principal=self.record.principals[asker],
            now=NOW,
            network=new_network(),
        )
        result = await schema.execute(document, variable_values=variables, context_value=context)
        sent(result, withheld=self.api.withheld.get(asker, EVERY_MARK))


def ask_away(
    runner: asyncio.Runner,
    asking: Asking,
    fields: tuple[str, ...],
    *,
    changing: bool = False,
    examples: int = SHAPES,
) -> None:
    """Send documents over these root fields, thousands in all of this module's tests."""

    # Nothing is made smaller: what failed is one document, which the error names.
    @settings(max_examples=examples, phases=[Phase.reuse, Phase.generate])
    @given(
        shape=shapes(asking.api.schema, fields, changing=changing), seed=st.integers(0, 2**32 - 1)
    )
    def ask(shape: DocumentNode, seed: int) -> None:
        random = Random(seed)

        async def fill_and_send() -> None:
            for _ in range(FILLINGS):
                await asking.fill_and_send(shape, random)

        runner.run(fill_and_send())

    ask()


@APIS
def test_any_query_is_answered_with_what_its_caller_may_read_and_changes_nothing(
    runner: asyncio.Runner, record: Record, api: Api
) -> None:
    before = runner.run(record.kept())

    # Half of them from whoever gets beyond the door.
    askers = (*EVERYBODY, *api.withheld, *api.withheld)
    ask_away(runner, Asking(api, record, askers), api.fields("Query"))

    assert runner.run(record.kept()) == before


@APIS
def test_any_mutation_of_whoever_may_write_leaves_others_alone(
    runner: asyncio.Runner, record: Record, api: Api
) -> None:
    before = runner.run(record.kept(record.other))

    ask_away(runner, Asking(api, record, (api.writer,)), api.fields("Mutation"), changing=True)

    assert runner.run(record.kept(record.other)) == before


@APIS
def test_any_mutation_of_whoever_may_not_write_changes_nothing(
    runner: asyncio.Runner, record: Record, api: Api
) -> None:
    before = runner.run(record.kept_of_the_record())
    others = tuple(one for one in EVERYBODY if one != api.writer)

    ask_away(runner, Asking(api, record, others), api.fields("Mutation"), changing=True)

    assert runner.run(record.kept_of_the_record()) == before


def test_any_sign_in_and_change_of_a_password_is_answered(
    runner: asyncio.Runner, record: Record
) -> None:
    before = runner.run(record.kept(record.other))

    ask_away(
        runner,
        Asking(GRAPHQL, record, EVERYBODY),
        SLOW,
        changing=True,
        examples=max(1, SHAPES // 10),
    )

    assert runner.run(record.kept(record.other)) == before
