"""Pages of which only what is selected is read: the same answers, from fewer columns."""

from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from execution.admission import Policy
from execution.layers import NO_LAYERS
from models.enums import AccessTokenKind, SessionStatus
from resolvers.flat import FlatRows
from resolvers.rows import SessionRow
from resolvers.session_selection import selection_of, session_of
from schema.build import practitioner_schema
from tests.practice import NOW, Answer, Practice, ask
from tests.statements import RecordedDatabase

PLAIN = [
    "id",
    "startsAt",
    "endsAt durationMinutes",
    "status",
    "customerNotes",
    "privateNotes",
    "service { id name durationMinutes }",
    "calendar { name color timeZone }",
    "client { name email phone timeZone createdAt id }",
    "clientName",
    "rescheduledCount version createdAt updatedAt",
    "__typename service { __typename }",
    "client { __typename }",
    "again: startsAt also: service { called: name }",
]
MORE = [
    "price { amount }",
    "notesPreview",
    "service { active }",
    "events { kind }",
    "cancellation { at }",
]


@pytest.fixture
async def recorded(shared_url: str) -> AsyncIterator[RecordedDatabase]:
    async with RecordedDatabase(shared_url) as database:
        yield database


async def seeded(practice: Practice) -> str:
    client = await practice.add_client("Ada", email="ada@example.com")
    for day in range(1, 8):
        await practice.add_session(
            client if day < 6 else None,
            NOW - timedelta(days=day),
            SessionStatus.COMPLETED if day % 2 else SessionStatus.CANCELLED,
            private_notes=f"private {day}" if day % 3 else None,
            customer_notes=f"for you {day}" if day % 2 else None,
        )
    identifier: str = client.id
    return identifier


def document_of(client: str, selection: str, *, below: str, sort: str) -> str:
    page = f"(first: 4, sort: {sort}) {{ {below.format(selection)} pageInfo {{ endCursor }} }}"
    return f'{{ client(id: "{client}") {{ sessions{page} }} sessions{page} }}'


def sessions_in(answer: Answer) -> list[dict[str, Any]]:
    pages = [answer.data["client"]["sessions"], answer.data["sessions"]]
    return [
        session
        for page in pages
        for session in page.get("nodes") or [edge["node"] for edge in page["edges"]]
    ]


@pytest.mark.parametrize("sort", ["NEWEST_FIRST", "BY_STATUS"])
@pytest.mark.parametrize("below", ["nodes {{ {} }}", "edges {{ cursor node {{ {} }} }}"])
async def test_what_is_read_flat_is_what_is_read_whole(
    practice: Practice, below: str, sort: str
) -> None:
    """Plans read tuples, the stock executor makes rows of them, and a preview takes whole rows."""
    client = await seeded(practice)
    stock = practitioner_schema(Policy(layers=NO_LAYERS))
    pairs = (f"{one} {other}" for one, other in pairwise(PLAIN))
    for selection in [*PLAIN, *pairs, " ".join(PLAIN)]:
        flat = document_of(client, selection, below=below, sort=sort)
        whole = document_of(client, f"{selection} notesPreview", below=below, sort=sort)

        answer = await practice.ask(flat)
        of_stock = await ask(practice.database, practice.principal(), flat, schema=stock)
        of_whole = await practice.ask(whole)

        assert str(answer) == str(of_stock), "in the order of its keys as well"
        assert [session.pop("notesPreview") for session in sessions_in(of_whole)]
        assert str(answer) == str(of_whole)
        assert not answer.errors


async def test_no_column_is_read_that_is_not_selected(recorded: RecordedDatabase) -> None:
    practice = await Practice.of(recorded)
    await practice.add_session(await practice.add_client())
    recorded.statements.clear()

    await practice.ask("{ sessions(first: 5) { nodes { status service { name } } } }")

    ((sql, _),) = recorded.statements
    assert sql.partition(" FROM ")[0] == (
        "SELECT session.status, service.name, session.starts_at, session.id"
    )
    assert "JOIN calendar" not in sql
    assert "JOIN client" not in sql


async def test_the_client_whose_page_it_is_is_not_read_again(recorded: RecordedDatabase) -> None:
    practice = await Practice.of(recorded)
    client = await practice.add_client("Ada")
    await practice.add_session(client)
    recorded.statements.clear()

    answer = await practice.ask(
        f'{{ client(id: "{client.id}") '
        "{ sessions { nodes { clientName client { name } } } } }"
    )

    assert answer.data["client"]["sessions"]["nodes"] == [
        {"clientName": "Ada", "client": {"name": "Ada"}}
    ]
    assert len(recorded.statements) == 2
    assert "JOIN client" not in recorded.statements[1][0]


async def test_sealed_notes_are_opened(sealing_practice: Practice) -> None:
    await seeded(sealing_practice)

    answer = await sealing_practice.ask("{ sessions(last: 7) { nodes { privateNotes } } }")

    notes = [node["privateNotes"] for node in answer.data["sessions"]["nodes"]]
    assert notes == [f"private {day}" if day % 3 else None for day in range(1, 8)]


@pytest.mark.parametrize("selection", MORE)
async def test_what_is_more_than_columns_is_read_whole(practice: Practice, selection: str) -> None:
    client = await seeded(practice)

    answer = await practice.ask(
        document_of(client, f"id {selection}", below="nodes {{ {} }}", sort="NEWEST_FIRST")
    )

    assert not answer.errors
    assert all(len(session) == 2 for session in sessions_in(answer))


async def test_a_token_that_may_not_read_private_notes_is_told_so(practice: Practice) -> None:
    await seeded(practice)

    answer = await practice.ask(
        "{ sessions(first: 2) { nodes { id privateNotes } } }", kind=AccessTokenKind.READ_ONLY
    )

    assert [node["privateNotes"] for node in answer.data["sessions"]["nodes"]] == [None, None]
    assert answer.codes == ["FORBIDDEN", "FORBIDDEN"]


def test_a_row_that_is_made_of_what_was_read_has_nothing_else() -> None:
    selection = selection_of(("status", "service.name"), ("starts_at", "id"), of_known_client=False)
    assert selection is not None
    rows = FlatRows(
        SessionRow,
        selection.columns,
        [("PENDING", "Coaching", "2026-05-01T09:00:00Z", "ses_1")],
        {},
        session_of,
    )

    (row,) = rows

    assert (row.status, row.service.name, row.id) == ("PENDING", "Coaching", "ses_1")
    assert row.client is None
    assert row.customer_notes is None
    assert rows.keys(("starts_at", "id")) == [("2026-05-01T09:00:00Z", "ses_1")]
