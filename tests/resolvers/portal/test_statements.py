"""What the portal asks of the database: no column that is not for clients, and no whole table."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from models import Client
from models.enums import SessionStatus
from tests.portal import SESSION, act_as, ask_as
from tests.practice import NOW, Practice
from tests.resolvers.test_pages import add_many
from tests.resolvers.test_statements import add_clients, analyse, is_bad
from tests.statements import RecordedDatabase

PAGE = f"edges {{ cursor }} nodes {{ {SESSION} }} pageInfo {{ endCursor }} totalCount"
EVERYTHING = f"""
{{
  viewer {{
    name completedCount nextSession {{ {SESSION} }}
    newest: sessions(first: 50) {{ {PAGE} }}
    oldest: sessions(sort: OLDEST_FIRST, last: 50, period: PAST) {{ {PAGE} }}
    byStatus: sessions(sort: BY_STATUS, statuses: [PENDING, COMPLETED]) {{ {PAGE} }}
    ofAMonth: sessions(sort: BY_STATUS, from: "2026-05-01", to: "2026-05-31") {{ {PAGE} }}
  }}
}}
"""
# Also what would read it without its name: all columns of a session.
PRIVATE = re.compile(r"private_notes|session\.\*", re.IGNORECASE)


@pytest.fixture
async def recorded(url: str) -> AsyncIterator[RecordedDatabase]:
    async with RecordedDatabase(url) as database:
        yield database


async def client_of(practice: Practice, sessions: int) -> Client:
    client = await practice.add_client(email="ada@example.com")
    await add_many(practice, client.id, sessions, Random(0))
    return client


async def test_no_statement_of_the_portals_names_private_notes(
    recorded: RecordedDatabase,
) -> None:
    practice = await Practice.of(recorded)
    client = await client_of(practice, 5)
    pending = [
        await practice.add_session(client, NOW + timedelta(days=1), SessionStatus.PENDING)
        for _ in range(2)
    ]
    one = pending[0].id
    recorded.written.clear()
    recorded.statements.clear()

    for document in (EVERYTHING, f'{{ session(id: "{one}") {{ {SESSION} }} }}'):
        assert (await ask_as(practice, client, document)).errors == []
    for mutation, session in zip(("confirmSession", "cancelSession"), pending, strict=True):
        for version in (7, None, 2):  # refused, done, and done already
            given: dict[str, Any] = {"expectedVersion": version} if version else {}
            await act_as(practice, client, mutation, id=session.id, **given)

    asked = [*recorded.written, *(sql for sql, _ in recorded.statements)]
    assert [sql for sql in asked if PRIVATE.search(sql)] == []
    for verb in ("SELECT", "UPDATE", "INSERT"):
        assert any(sql.lstrip().startswith(verb) for sql in recorded.written), verb
    assert len(asked) > 25


async def test_the_practitioners_statements_do_name_them(recorded: RecordedDatabase) -> None:
    """So the search above would find them."""
    practice = await Practice.of(recorded)
    recorded.statements.clear()

    await practice.ask("{ sessions { nodes { id privateNotes } } }")

    assert any(PRIVATE.search(sql) for sql, _ in recorded.statements)


async def test_a_page_is_one_statement_and_its_count_one_more(recorded: RecordedDatabase) -> None:
    practice = await Practice.of(recorded)
    client = await client_of(practice, 40)

    async def count(fields: str) -> int:
        recorded.statements.clear()
        answer = await ask_as(practice, client, f"{{ viewer {{ {fields} }} }}")
        assert answer.errors == []
        return len(recorded.statements)

    of_the_client = 1
    assert await count("name practitionerName") == of_the_client
    assert await count(f"sessions {{ nodes {{ {SESSION} }} }}") == of_the_client + 1
    assert await count("sessions { totalCount }") == of_the_client + 1
    assert await count("sessions { __typename }") == of_the_client
    assert await count(f"sessions {{ {PAGE} }}") == of_the_client + 2
    assert await count("nextSession { id } completedCount") == of_the_client + 2


async def test_several_sessions_by_id_are_one_statement(recorded: RecordedDatabase) -> None:
    practice = await Practice.of(recorded)
    client = await practice.add_client()
    several = [await practice.add_session(client) for _ in range(4)]
    aliases = " ".join(
        f'a{number}: session(id: "{one.id}") {{ serviceName }}'
        for number, one in enumerate(several)
    )
    recorded.statements.clear()

    answer = await ask_as(practice, client, f"{{ {aliases} }}")

    assert answer.errors == []
    assert len(recorded.statements) == 1


async def test_no_query_of_the_portals_scans_a_table_or_sorts_what_it_read(
    recorded: RecordedDatabase,
) -> None:
    """By each engine's own account, knowing a practice of 2,500 sessions and 3,000 clients."""
    practice = await Practice.of(recorded)
    client = await client_of(practice, 500)
    for _ in range(4):
        await add_many(practice, (await practice.add_client()).id, 500, Random(1))
    await add_clients(practice, 3_000)
    await analyse(recorded)
    recorded.statements.clear()

    assert (await ask_as(practice, client, EVERYTHING)).errors == []

    bad = [
        (sql, line)
        for sql, parameters in list(recorded.statements)
        for line in await recorded.plan_of(sql, parameters)
        if is_bad(line)
    ]
    assert bad == []
