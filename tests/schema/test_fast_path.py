"""The main queries are completed by plans: which of their objects, and which cannot be.

Counted, never timed. A plan is of an object or a list of which all that is selected is read; a
field that a resolver answers leaves the object that it stands in to graphql-core, which then
completes what is below by plans. So the type in which a history stands has no plan (`Client`,
`Query`), and the history has one. Whoever makes one of these slower has to change a count here.
"""

import sys
from collections import Counter
from datetime import timedelta
from typing import Any, Final

import pytest
from strawberry.types import ExecutionResult

from execution.admission import Policy
from execution.compiled import CompilingExecutor
from models.enums import AccessTokenKind, SessionStatus
from resolvers.context import Context
from schema.build import practitioner_schema
from schema.portal.build import portal_schema
from schema.served import ServedSchema
from tests.execution.compared import VISITS, WatchedExecutor
from tests.portal import client_principal
from tests.practice import NOW, Practice, new_network

ROW: Final = """
  id startsAt endsAt durationMinutes status customerNotes privateNotes notesPreview(length: 40)
  price { amount currency } service { id name } calendar { id name color } client { id name }
  clientName rescheduledCount version cancellation { at reason by noticeHours }
"""
STATS: Final = """
  total completed cancelled noShow cancellationRate revenue { amount currency } firstSessionAt
  byMonth { month total } byService { service { name } total revenue { amount } }
"""
PAGE: Final = "pageInfo { hasNextPage endCursor }"


def watched(build: Any) -> ServedSchema:
    """A schema of its own whose plans are counted."""
    schema: ServedSchema = build.__wrapped__(Policy())
    schema.execution_context_class = WatchedExecutor
    return schema


SCHEMA: Final = watched(practitioner_schema)
PORTAL: Final = watched(portal_schema)


@pytest.fixture
async def filled(practice: Practice) -> tuple[Practice, Any]:
    """Two sessions of one client, one of them cancelled, and another client."""
    client = await practice.add_client("Ada")
    await practice.add_client("Grace")
    for number, status in enumerate((SessionStatus.COMPLETED, SessionStatus.CANCELLED)):
        at = NOW - timedelta(days=number + 1)
        await practice.add_session(client, at, status, private_notes="Between us")
    return practice, client


async def visits(
    schema: ServedSchema, context: Context, document: str, variables: dict[str, Any]
) -> Counter[str]:
    """What became of plans when this was asked for the second time."""
    for _ in range(2):
        VISITS.clear()
        result = await schema.execute(document, variable_values=variables, context_value=context)
        assert isinstance(result, ExecutionResult)
        assert result.errors is None
    return +VISITS


def context_of(practice: Practice, principal: Any = None) -> Context:
    """A request of the practitioner's, or of somebody else's."""
    return Context(
        database=practice.database,
        principal=principal or practice.principal(),
        now=NOW,
        network=new_network(),
    )


MAIN: Final[dict[str, tuple[str, dict[str, int]]]] = {
    "history by nodes": (
        (
            f"query($id: ID!) {{ client(id: $id) {{ sessions {{ nodes {{ {ROW} }} {PAGE} "
            f"totalCount stats {{ {STATS} }} }} }} }}"
        ),
        {"plan": 1, "no plan": 1},  # the connection; Client has resolvers
    ),
    "history by edges": (
        (
            f"query($id: ID!) {{ client(id: $id) {{ name sessions {{ edges {{ cursor node {{ {ROW} "
            f"}} }} {PAGE} stats {{ {STATS} }} }} }} }}"
        ),
        {"plan": 1, "no plan": 1},
    ),
    "history with a preview as long as a variable says": (
        (
            "query($id: ID!, $length: Int! = 60) { client(id: $id) { sessions { nodes { id "
            "notesPreview(length: $length) } } } }"
        ),
        {"plan": 1, "no plan": 1},
    ),
    "sessions of the practice": (
        f"{{ sessions(first: 50) {{ nodes {{ {ROW} }} {PAGE} }} }}",
        {"plan": 1},
    ),
    "statistics of a client": (
        f"query($id: ID!) {{ client(id: $id) {{ stats {{ {STATS} }} }} }}",
        {"plan": 1, "no plan": 1},
    ),
    "clients": (
        f"{{ clients {{ nodes {{ id name email phone timeZone createdAt }} {PAGE} totalCount }} }}",
        {"plan": 1},
    ),
    "clients with their last session": (
        # The connection, its list and its two clients: `lastSession` is looked up. What was found
        # for one of them is completed by a plan, and so is `pageInfo`.
        f"{{ clients {{ nodes {{ id name lastSession {{ {ROW} }} }} {PAGE} }} }}",
        {"plan": 2, "no plan": 4},
    ),
    "a session that is opened": (
        # Session itself: its three lists are looked up. They are completed by plans, and `service`.
        (
            "query($session: ID!) { session(id: $session) { id status service { name } "
            "events { id at kind actor changes { field from to } } followUps { id startsAt } "
            "availableActions { action allowed reason } } }"
        ),
        {"plan": 4, "no plan": 1},
    ),
    "a session's row": (
        f"query($session: ID!) {{ session(id: $session) {{ {ROW} }} }}",
        {"plan": 1},
    ),
    "a node": (
        "query($id: ID!) { node(id: $id) { id ... on Client { name email } } }",
        {"plan": 1},
    ),
    "services and calendars": (
        "{ services { id name price { amount currency } } calendars { id name color } }",
        {"plan": 2},
    ),
}


@pytest.mark.parametrize("name", MAIN)
async def test_a_main_query_is_completed_by_plans(filled: tuple[Practice, Any], name: str) -> None:
    practice, client = filled
    document, expected = MAIN[name]
    session = await practice.add_session(client, NOW)
    given = {"id": client.id, "session": session.id}
    variables = {key: value for key, value in given.items() if f"${key}:" in document}

    assert await visits(SCHEMA, context_of(practice), document, variables) == expected


async def test_a_client_s_own_history_is_completed_by_a_plan(filled: tuple[Practice, Any]) -> None:
    practice, client = filled
    context = context_of(practice, client_principal(practice, client))
    document = (
        "{ viewer { sessions(first: 50) { nodes { id startsAt endsAt durationMinutes timeZone "
        f"status serviceName price {{ amount currency }} customerNotes version }} {PAGE} }} }} }}"
    )

    assert await visits(PORTAL, context, document, {}) == {"plan": 1, "no plan": 1}


async def test_a_token_that_may_not_read_private_notes_has_plans_for_all_else(
    filled: tuple[Practice, Any],
) -> None:
    practice, _ = filled
    context = context_of(practice, practice.principal(AccessTokenKind.READ_ONLY))
    row = ROW.replace("privateNotes", "")

    document = f"{{ sessions(first: 50) {{ nodes {{ {row} }} {PAGE} }} }}"

    assert await visits(SCHEMA, context, document, {}) == {"plan": 1}


async def test_a_row_more_is_no_call_of_the_executor_more(filled: tuple[Practice, Any]) -> None:
    practice, client = filled
    schema = practitioner_schema.__wrapped__(Policy())
    document = f"query($id: ID!) {{ client(id: $id) {{ sessions {{ nodes {{ {ROW} }} }} }} }}"

    async def calls() -> int:
        counted: Counter[str] = Counter()

        def count(frame: Any, event: str, _: object) -> None:
            module = frame.f_globals.get("__name__", "")
            if event == "call" and module.startswith(("graphql", "strawberry", "execution")):
                counted[module] += 1

        for _ in range(2):
            counted.clear()
            sys.setprofile(count)
            try:
                result = await schema.execute(
                    document,
                    variable_values={"id": client.id},
                    context_value=context_of(practice),
                )
            finally:
                sys.setprofile(None)
            assert result.errors is None
        return counted.total()

    assert schema.execution_context_class is CompilingExecutor
    few = await calls()
    for _ in range(5):
        await practice.add_session(client, NOW)

    assert await calls() == few
