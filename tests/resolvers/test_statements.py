"""What an answer costs: the number of statements, and how the engines would run them."""

from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random

import pytest

from models import Client
from models.identifiers import Kind, new_id
from models.transaction import Transaction, write
from resolvers.context import Context
from schema.build import practitioner_schema
from tests.practice import NOW, Practice
from tests.resolvers.test_pages import add_many
from tests.statements import RecordedDatabase

EVERYTHING = """
query ($filter: SessionFilter) {
  sessions(filter: $filter, first: 100) {
    totalCount
    stats { total revenue { amount } byMonth { month total } byService { service { name } total } }
    nodes {
      id clientName notesPreview service { name } calendar { name } price { amount }
      availableActions { action allowed }
      events { kind }
      followUps { id service { name } }
      origin { kind session { id calendar { name } } }
      client {
        id
        stats { total cancellationRate }
        lastSession { id service { name } }
        nextSession { id }
        sessions(first: 2) { totalCount nodes { id events { id } } stats { completed } }
      }
    }
  }
  clients(first: 100) {
    totalCount
    nodes { name sessions(first: 3, sort: BY_STATUS) { nodes { id } pageInfo { hasNextPage } } }
  }
  services { name }
  calendars { name }
}
"""
PAGE = '{{ client(id: "{client}") {{ sessions({arguments}) {{ {fields} }} }} }}'


@pytest.fixture
async def recorded(url: str) -> AsyncIterator[RecordedDatabase]:
    async with RecordedDatabase(url) as database:
        yield database


async def statements_of(practice: Practice, document: str) -> list[tuple[str, list[object]]]:
    """The statements that a document causes."""
    database = practice.database
    assert isinstance(database, RecordedDatabase)
    database.statements.clear()
    context = Context(database=database, principal=practice.principal(), now=NOW)
    result = await practitioner_schema().execute(document, context_value=context)
    assert result.errors is None
    return list(database.statements)


async def fill(practice: Practice, *, clients: int, sessions: int) -> str:
    random = Random(0)
    identifier = ""
    for number in range(clients):
        client = await practice.add_client(f"Client {number}")
        identifier = client.id
        await add_many(practice, client.id, sessions, random)
        first = await practice.add_session(client, NOW - timedelta(days=30))
        await practice.add_event(first)
        await practice.add_session(
            client, NOW + timedelta(days=3), origin_kind="FOLLOW_UP", origin_id=first.id
        )
    return identifier


async def test_the_number_of_statements_does_not_depend_on_the_number_of_rows(
    recorded: RecordedDatabase,
) -> None:
    small, large = await Practice.of(recorded), await Practice.of(recorded)
    await fill(small, clients=2, sessions=1)
    await fill(large, clients=12, sessions=20)

    few, many = await statements_of(small, EVERYTHING), await statements_of(large, EVERYTHING)

    assert len(few) == len(many) == 20


async def test_a_history_page_is_one_statement_and_count_and_statistics_one_more_each(
    recorded: RecordedDatabase,
) -> None:
    practice = await Practice.of(recorded)
    client = await fill(practice, clients=1, sessions=5)
    page = "nodes { id service { name } calendar { name } client { name } } pageInfo { endCursor }"

    async def count(fields: str, arguments: str = "first: 50") -> int:
        document = PAGE.format(client=client, arguments=arguments, fields=fields)
        return len(await statements_of(practice, document))

    of_the_client = 1
    assert await count("__typename") == of_the_client
    assert await count(page) == of_the_client + 1
    assert await count(f"{page} totalCount") == of_the_client + 2
    assert await count("totalCount") == of_the_client + 1
    assert await count(f"{page} stats {{ total cancellationRate }}") == of_the_client + 2
    assert await count("stats { byMonth { total } }") == of_the_client + 2
    assert await count("nodes { id events { id } }") == of_the_client + 2
    searching = 'filter: {text: "note"}'
    assert await count(page, searching) == of_the_client + 2


HISTORY_ARGUMENTS = [
    f"sort: {sort}, {page}{filter_}"
    for sort in ("NEWEST_FIRST", "OLDEST_FIRST", "BY_STATUS")
    for page in ("first: 50", "last: 50", "first: 50, after: $cursor", "last: 50, before: $cursor")
    for filter_ in (
        "",
        ", filter: {period: UPCOMING}",
        ", filter: {period: PAST}",
        ", filter: {statuses: [PENDING, CONFIRMED]}",
        ', filter: {from: "2026-05-01", to: "2026-05-31"}',
        ", filter: {needsStatus: true}",
        ', filter: {period: PAST, statuses: [COMPLETED], from: "2026-01-01"}',
    )
]


async def analyse(database: RecordedDatabase) -> None:
    async def work(transaction: Transaction) -> None:
        await transaction.fetch("ANALYZE")

    await write(database, work)


async def test_no_history_query_scans_a_table_or_sorts_what_it_read(
    recorded: RecordedDatabase,
) -> None:
    """By each engine's own account, knowing a practice of 10,000 sessions and 12,000 clients."""
    practice, neighbour = await Practice.of(recorded), await Practice.of(recorded)
    random = Random(1)
    clients = [await practice.add_client(f"Client {number}") for number in range(20)]
    for client in clients:
        await add_many(practice, client.id, 500, random)
    await add_clients(practice, 12_000)
    await add_many(neighbour, (await neighbour.add_client()).id, 2000, random)
    await analyse(recorded)
    bad = []

    for arguments in HISTORY_ARGUMENTS:
        for field in (f'client(id: "{clients[3].id}")', None):
            document = await with_cursor(practice, field, arguments)
            for sql, parameters in (await statements_of(practice, document))[bool(field) :]:
                plan = await recorded.plan_of(sql, parameters)
                bad += [(arguments, field, line) for line in plan if is_bad(line)]

    assert bad == []


async def with_cursor(practice: Practice, field: str | None, arguments: str) -> str:
    """The document of a page; `$cursor` stands for the cursor of the third row of the list."""

    def document(given: str, fields: str) -> str:
        sessions = f"sessions({given}) {{ {fields} }}"
        return f"{{ {field} {{ {sessions} }} }}" if field else f"{{ {sessions} }}"

    if "$cursor" in arguments:
        # A cursor belongs to its filter, so the first page of the same list gives it.
        unbounded = arguments.replace(", after: $cursor", "").replace(", before: $cursor", "")
        answer = await practice.ask(document(unbounded, "pageInfo { startCursor endCursor }"))
        found = answer.data["client"]["sessions"] if field else answer.data["sessions"]
        side = "endCursor" if "after" in arguments else "startCursor"
        cursor = found["pageInfo"][side]
        arguments = arguments.replace("$cursor", f'"{cursor}"' if cursor else "null")
    return document(arguments, "nodes { id service { name } calendar { name } client { name } }")


async def add_clients(practice: Practice, count: int) -> None:
    one = await practice.add_client()
    copied = {name: value for name, value in one.__dict__.items() if name in one._meta.fields}
    await Client.bulk_create(
        [Client(**{**copied, "id": new_id(Kind.CLIENT)}) for _ in range(count)]
    )


def is_bad(line: str) -> bool:
    """Whether a line of a plan reads all sessions or clients, or puts sessions in order.

    Services and calendars are a handful: engines read them whole rather than look into an index,
    and PostgreSQL may sort a page of rows by service to merge the two.
    """
    whole_table = any(
        f"{word} {table}" in line
        for word in ("SCAN", "Seq Scan on")
        for table in ("session", "client")
    )
    ordered = "TEMP B-TREE" in line or ("Sort Key" in line and "starts_at" in line)
    return whole_table or ordered
