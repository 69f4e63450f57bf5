"""The cells of a file: money, texts, and the private notes that are only there on request."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

from models.enums import AccessTokenKind, Actor, SessionStatus
from resolvers.exporting.reading import UNREADABLE
from resolvers.exporting.spreadsheet import COLUMNS, PRIVATE_NOTES
from tests.exports.test_spreadsheet import FORMULAS, ORDINARY, TORN, parsed
from tests.keys import KEYRING, key, keyring, with_keys
from tests.practice import NOW, Practice
from tests.resolvers.exporting.taking import (
    ask_for,
    content_of,
    export_of,
    hold_tokens,
    taken,
)
from tests.statements import RecordedDatabase

EXPECTED: Final = (
    "Date,Start,End,Time zone,UTC offset,Service,Duration (minutes),Calendar,Status,Cancelled at,"
    "Reason,Times moved,Price,Currency,Customer notes"
)


@pytest.fixture
async def recorded(shared_url: str) -> AsyncIterator[Practice]:
    """A practice with sealed notes whose database remembers what it was asked."""
    async with RecordedDatabase(shared_url, keyring=KEYRING) as database:
        yield await Practice.of(database)


async def test_a_row_says_everything_of_a_session(practice: Practice) -> None:
    client = await practice.add_client()
    yoga = await practice.add_service("Yoga, for two")
    await practice.add_session(
        client,
        NOW,
        SessionStatus.CANCELLED,
        duration_minutes=75,
        service_id=yoga.id,
        cancelled_at=NOW - timedelta(hours=30),
        cancelled_by=Actor.CLIENT,
        cancellation_reason="=Ill",
        rescheduled_count=3,
        customer_notes='say "hi"\r\nand wait',
        private_notes="+ nervous",
    )

    (row,) = await taken(practice, client.id, includePrivateNotes=True)

    assert row == {
        "Date": "2026-05-14",
        "Start": "14:00",
        "End": "15:15",
        "Time zone": "Europe/Berlin",
        "UTC offset": "UTC+02:00",
        "Service": "Yoga, for two",
        "Duration (minutes)": "75",
        "Calendar": "Main",
        "Status": "Cancelled",
        "Cancelled at": "2026-05-13 08:00 UTC+02:00",
        "Reason": "=Ill",
        "Times moved": "3",
        "Price": "90.00",
        "Currency": "EUR",
        "Customer notes": 'say "hi"\r\nand wait',
        "Private notes": "+ nervous",
    }


async def test_a_history_without_sessions_is_a_file_with_its_head(practice: Practice) -> None:
    client = await practice.add_client()
    await hold_tokens(practice)
    for private, head in ((False, EXPECTED), (True, f"{EXPECTED},Private notes")):
        export = await export_of(practice, client.id, includePrivateNotes=private)

        content = await content_of(practice.database, export, now=NOW)

        assert parsed(content.removeprefix(b"\xef\xbb\xbf")) == [head.split(",")]
    assert ",".join((*COLUMNS, PRIVATE_NOTES)) == f"{EXPECTED},Private notes"


@pytest.mark.parametrize(
    ("minor", "currency", "price"),
    [
        (500, "JPY", "500"),
        (4990, "EUR", "49.90"),
        (5, "EUR", "0.05"),
        (1234, "BHD", "1.234"),
        (0, "EUR", "0.00"),
        (1_000_000_000_000, "EUR", "10000000000.00"),
    ],
)
async def test_prices_have_the_digits_of_their_currency(
    practice: Practice, minor: int, currency: str, price: str
) -> None:
    client = await practice.add_client()
    await practice.add_session(client, price_minor=minor, currency=currency)

    (row,) = await taken(practice, client.id)

    assert (row["Price"], row["Currency"]) == (price, currency)


async def test_every_text_is_guarded_and_comes_back_to_the_letter(practice: Practice) -> None:
    """In every column that somebody can write into; a database takes no NUL."""
    texts = [one for one in (*FORMULAS, *TORN, *ORDINARY) if one]
    client = await practice.add_client()
    for number, text in enumerate(texts):
        service = await practice.add_service(text)
        calendar = await practice.add_calendar(text)
        await practice.add_session(
            client,
            NOW + timedelta(hours=number),
            SessionStatus.CANCELLED,
            service_id=service.id,
            calendar_id=calendar.id,
            cancellation_reason=text,
            customer_notes=text,
            private_notes=text,
        )
    await hold_tokens(practice)
    export = await export_of(practice, client.id, includePrivateNotes=True, sort="OLDEST_FIRST")
    content = await content_of(practice.database, export, now=NOW)

    rows = await taken(practice, client.id, includePrivateNotes=True, sort="OLDEST_FIRST")

    names = ("Service", "Calendar", "Reason", "Customer notes", "Private notes")
    assert [[row[name] for name in names] for row in rows] == [[text] * 5 for text in texts]
    cells = {cell for row in parsed(content) for cell in row}
    assert cells.isdisjoint(text for text in FORMULAS if not text.startswith("'"))


async def test_private_notes_are_in_a_file_on_request_only_and_else_not_even_read(
    recorded: Practice,
) -> None:
    client = await recorded.add_client()
    await recorded.add_session(client, customer_notes="Bring a pen", private_notes="Went well")
    database = recorded.database
    assert isinstance(database, RecordedDatabase)
    database.statements.clear()

    (without,) = await taken(recorded, client.id)
    read = [sql for sql, _ in database.statements if "FROM session" in sql]
    (with_them,) = await taken(recorded, client.id, includePrivateNotes=True)

    assert "Private notes" not in without
    assert with_them == {**without, "Private notes": "Went well"}
    assert len(read) >= 2
    assert [sql for sql in read if "private_notes" in sql] == []


async def test_private_notes_are_not_for_a_token_that_may_not_read_them(
    sealing_practice: Practice,
) -> None:
    practice = sealing_practice
    client = await practice.add_client()
    await practice.add_session(client, customer_notes="Bring a pen", private_notes="Went well")

    refused = await ask_for(
        practice, client.id, kind=AccessTokenKind.READ_ONLY, includePrivateNotes=True
    )
    (row,) = await taken(practice, client.id, kind=AccessTokenKind.READ_ONLY)
    found = await taken(
        practice, client.id, kind=AccessTokenKind.READ_ONLY, filter={"text": "went well"}
    )

    assert refused.codes == ["FORBIDDEN"]
    assert "Went well" not in row.values()
    assert found == []


async def test_notes_that_do_not_open_are_told_of_where_they_were(
    sealing_practice: Practice, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest of a history is no less true, and nobody takes what is missing for nothing."""
    practice = sealing_practice
    client = await practice.add_client()
    sealed = await practice.add_session(client, private_notes="Went well", customer_notes="One")
    first = practice.database
    practice.database = with_keys(first, keyring(key("b")))
    await practice.add_session(client, NOW, private_notes="Went on", customer_notes="Two")
    with caplog.at_level(logging.ERROR, "session_history.exports"):
        rows = await taken(practice, client.id, includePrivateNotes=True)

    assert [(row["Customer notes"], row["Private notes"]) for row in rows] == [
        ("Two", "Went on"),
        ("One", UNREADABLE),
    ]
    (said,) = caplog.messages
    assert sealed.id in said
    assert "Went" not in caplog.text
