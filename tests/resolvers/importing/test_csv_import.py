"""Importing a file: what comes into the record, all of it or nothing, and only once."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import Calendar, Client, ImportedRow, OutboxMessage, Service, Session, SessionEvent
from models.transaction import drain
from resolvers.errors import NotFound
from resolvers.importing import (
    ImportReport,
    Outcome,
    RecordChanged,
    RowOutcome,
    SessionPreview,
    import_csv,
)
from tests.practice import NOW, Practice
from tests.resolvers.importing.files import (
    COLUMNS,
    csv_text,
    import_rows,
    import_text,
    mapping,
    row,
    sessions_of,
)

HISTORY = """
query ($id: ID!) {
  client(id: $id) {
    name email phone timeZone
    sessions(first: 10) {
      nodes {
        startsAt endsAt durationMinutes status price { amount currency } customerNotes privateNotes
        service { name } calendar { name } createdAt version
        events { kind actor }
      }
    }
  }
}
"""


async def rows_in(practice: Practice) -> dict[str, int]:
    """How many rows of each table belong to a practice."""
    tables = (Client, Service, Calendar, Session, SessionEvent, ImportedRow)
    owner = practice.practitioner.id
    return {table.__name__: await table.filter(practitioner_id=owner).count() for table in tables}


async def test_an_imported_row_is_a_session_of_its_client(
    practice: Practice, tmp_path: Path
) -> None:
    await import_rows(
        practice,
        tmp_path,
        row(
            client_name="Zoë  Ångström",
            client_email="zoe@example.com",
            client_phone="+49 30 1234",
            client_time_zone="Asia/Tokyo",
            service="Singing lesson",
            calendar="Studio",
            starts_at="2026-05-01 09:00",
            duration_minutes="45",
            status="completed",
            price="1,049.90",
            currency="chf",
            customer_notes="Bring the score",
            private_notes="Nervous",
            booked_at="2026-04-01T10:00:00-05:00",
        ),
    )

    client = await Client.get(practitioner_id=practice.practitioner.id)
    answer = await practice.ask(HISTORY, {"id": client.id})
    assert answer.errors == []
    assert answer.data["client"] == {
        "name": "Zoë Ångström",
        "email": "zoe@example.com",
        "phone": "+49 30 1234",
        "timeZone": "Asia/Tokyo",
        "sessions": {
            "nodes": [
                {
                    "startsAt": "2026-05-01T07:00:00Z",
                    "endsAt": "2026-05-01T07:45:00Z",
                    "durationMinutes": 45,
                    "status": "COMPLETED",
                    "price": {"amount": "1049.90", "currency": "CHF"},
                    "customerNotes": "Bring the score",
                    "privateNotes": "Nervous",
                    "service": {"name": "Singing lesson"},
                    "calendar": {"name": "Studio"},
                    "createdAt": "2026-04-01T15:00:00Z",
                    "version": 1,
                    "events": [{"kind": "IMPORTED", "actor": "SYSTEM"}],
                }
            ]
        },
    }


@pytest.mark.parametrize("search", ["ÅNGSTROM", "Zoe@", "+49301234", "30 1234"])
async def test_an_imported_client_is_found_by_name_email_and_number(
    practice: Practice, tmp_path: Path, search: str
) -> None:
    given = {"client_email": "zoe@example.com", "client_phone": "+49 30 1234"}
    await import_rows(practice, tmp_path, row(client_name="Zoë ångstrom", **given))

    answer = await practice.ask(
        "query ($text: String) { clients(filter: {text: $text}, first: 5) { nodes { name } } }",
        {"text": search},
    )

    assert answer.errors == []
    assert answer.data["clients"]["nodes"] == [{"name": "Zoë ångstrom"}]


async def test_empty_fields_take_what_the_mapping_and_the_practitioner_say(
    practice: Practice, tmp_path: Path
) -> None:
    await import_rows(practice, tmp_path, row())

    (session,) = await sessions_of(practice)
    client = await Client.get(practitioner_id=practice.practitioner.id)
    assert (session.price_minor, session.currency, session.created_at) == (0, "EUR", NOW)
    assert {session.customer_notes, session.private_notes, client.email, client.phone} == {None}
    assert session.calendar_id == practice.calendar.id
    assert client.time_zone == "Europe/Berlin"


async def test_a_cancelled_row_keeps_its_time_and_its_reason(
    practice: Practice, tmp_path: Path
) -> None:
    cancelled = {"status": "CANCELLED", "cancellation_reason": "Ill"}
    await import_rows(
        practice,
        tmp_path,
        row(starts_at="2026-05-01 09:00", cancelled_at="2026-04-30 18:00", **cancelled),
        row(starts_at="2026-05-02 09:00", booked_at="2026-04-01 08:00", **cancelled),
        row(starts_at="2026-05-03 09:00", **cancelled),
        row(starts_at="2026-08-03 09:00", **cancelled),
    )

    sessions = await sessions_of(practice)
    assert [session.cancelled_at for session in sessions] == [
        datetime(2026, 4, 30, 16, tzinfo=UTC),
        datetime(2026, 4, 1, 6, tzinfo=UTC),
        datetime(2026, 5, 3, 7, tzinfo=UTC),
        NOW,
    ]
    assert {session.cancelled_by for session in sessions} == {"PRACTITIONER"}
    assert {session.cancellation_reason for session in sessions} == {"Ill"}


async def test_what_was_cancelled_is_ignored_where_the_status_is_another(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_rows(
        practice, tmp_path, row(cancelled_at="never", cancellation_reason="Ill")
    )

    assert report.written
    (session,) = await sessions_of(practice)
    assert {session.cancelled_at, session.cancellation_reason} == {None}


async def test_a_report_counts_what_was_added(practice: Practice, tmp_path: Path) -> None:
    text = csv_text(
        [
            row(client_id="1", calendar="Studio"),
            row(client_id="2", calendar="studio"),
            row(client_id="1", calendar="Main", service="Yoga"),
        ]
    )

    report = await import_text(practice, tmp_path, text)
    again = await import_text(practice, tmp_path, text)

    assert report == ImportReport(
        rows_read=3,
        sessions_added=3,
        clients_added=2,
        services_added=1,
        calendars_added=1,
        written=True,
    )
    assert again == ImportReport(rows_read=3, sessions_already_there=3, written=True)


async def test_importing_again_adds_only_what_is_new(practice: Practice, tmp_path: Path) -> None:
    first, second, third = row(), row(), row()
    await import_rows(practice, tmp_path, first, second)
    before = await rows_in(practice)

    again = await import_rows(practice, tmp_path, second, first)
    after = await rows_in(practice)
    more = await import_rows(practice, tmp_path, first, third, second)

    assert after == before
    assert (again.sessions_added, again.sessions_already_there) == (0, 2)
    assert (more.sessions_added, more.sessions_already_there) == (1, 2)
    assert len(await sessions_of(practice)) == 3


async def test_a_row_that_is_there_stays_as_it_is(practice: Practice, tmp_path: Path) -> None:
    imported = row(status="CONFIRMED")
    await import_rows(practice, tmp_path, imported)

    report = await import_rows(practice, tmp_path, {**imported, "status": "PENDING"})

    assert report.sessions_already_there == 1
    assert [session.status for session in await sessions_of(practice)] == ["CONFIRMED"]


async def test_the_same_ids_of_another_source_are_other_rows(
    practice: Practice, tmp_path: Path
) -> None:
    imported = row()
    await import_rows(practice, tmp_path, imported)

    using = mapping(source="elsewhere", allow_overlap=True)
    report = await import_rows(practice, tmp_path, imported, using=using)

    assert (report.sessions_added, report.clients_added) == (1, 1)


async def test_the_same_file_comes_into_each_practitioners_record(
    practice: Practice, tmp_path: Path
) -> None:
    neighbour = await Practice.of(practice.database)
    imported = row()
    await import_rows(practice, tmp_path, imported)

    report = await import_rows(neighbour, tmp_path, imported)

    assert (report.sessions_added, report.clients_added) == (1, 1)
    assert len(await sessions_of(practice)) == len(await sessions_of(neighbour)) == 1


async def test_nothing_is_kept_if_one_row_is_bad(practice: Practice, tmp_path: Path) -> None:
    before = await rows_in(practice)
    good = [row(client_id=f"client {number}") for number in range(1_100)]

    report = await import_rows(practice, tmp_path, *good, row(starts_at="soon"), row())

    assert (report.written, report.rows_read, report.rows_bad) == (False, 1_102, 1)
    assert [str(problem) for problem in report.problems] == [
        "line 1102, starts_at: is not a date and time, as 2026-05-01 09:00"
    ]
    assert await rows_in(practice) == before


async def test_a_dry_run_writes_nothing_and_tells_what_would_happen_row_by_row(
    practice: Practice, tmp_path: Path
) -> None:
    known = row()
    await import_rows(practice, tmp_path, known)
    before = await rows_in(practice)
    told: list[RowOutcome] = []

    report = await import_rows(
        practice,
        tmp_path,
        row(client_name="Bo", starts_at="2026-05-01 09:00", service="Yoga"),
        known,
        row(status="MAYBE", price="much"),
        dry_run=True,
        on_row=told.append,
    )

    assert await rows_in(practice) == before
    assert told[0] == RowOutcome(
        2,
        Outcome.ADD,
        SessionPreview(
            starts_at=datetime(2026, 5, 1, 7, tzinfo=UTC),
            duration_minutes=50,
            status="CONFIRMED",  # type: ignore[arg-type]  # equal, as a word
            client_name="Bo",
            service="Yoga",
            calendar="Main",
        ),
    )
    assert told[1] == RowOutcome(3, Outcome.ALREADY_THERE)
    assert (told[2].line, told[2].outcome) == (4, Outcome.BAD)
    assert {problem.column for problem in told[2].problems} == {"price", "status"}
    assert report.problems == list(told[2].problems)
    assert (report.sessions_added, report.sessions_already_there, report.rows_bad) == (1, 1, 1)
    assert (report.clients_added, report.services_added, report.written) == (1, 1, False)


async def test_a_dry_run_and_the_import_after_it_count_the_same(
    practice: Practice, tmp_path: Path
) -> None:
    rows = [row(client_id=str(number % 7)) for number in range(30)]

    planned = await import_rows(practice, tmp_path, *rows, dry_run=True)
    done = await import_rows(practice, tmp_path, *rows)

    planned.written = True
    assert planned == done


async def test_progress_is_told_as_rows_are_read(practice: Practice, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text(csv_text([row() for _ in range(2_500)]), "utf-8")
    told: list[int] = []

    await import_csv(
        practice.database,
        practice.practitioner.id,
        file,
        mapping(allow_overlap=True),
        now=NOW,
        dry_run=True,
        progress=told.append,
    )

    assert told == [1_000, 2_000, 2_500]


async def test_a_practitioner_who_is_not_there_cannot_import(
    practice: Practice, tmp_path: Path
) -> None:
    with pytest.raises(NotFound):
        await import_csv(
            practice.database, "prc_0", tmp_path / "a.csv", mapping(), now=NOW, dry_run=True
        )


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_file_that_is_not_there_cannot_be_imported(
    practice: Practice, tmp_path: Path, *, dry_run: bool
) -> None:
    with pytest.raises(FileNotFoundError):
        await import_csv(
            practice.database,
            practice.practitioner.id,
            tmp_path / "missing.csv",
            mapping(),
            now=NOW,
            dry_run=dry_run,
        )


async def test_two_imports_of_one_file_at_once_add_each_row_once(
    practice: Practice, tmp_path: Path, engine: str
) -> None:
    rows = [row(private_notes="A secret") for _ in range(20)]
    results = await asyncio.gather(
        *(import_rows(practice, tmp_path, *rows) for _ in range(2)), return_exceptions=True
    )

    refused = [result for result in results if isinstance(result, BaseException)]
    # Either one began after the other had ended, or it found out as it wrote; on SQLite always
    # the first, because a transaction there waits for the one before it.
    assert [type(error) for error in refused] in ([], [RecordChanged][: engine == "postgres"])
    assert all("secret" not in repr(error) for error in refused)
    assert len(await sessions_of(practice)) == 20


async def test_an_import_that_its_caller_gives_up_on_is_kept_whole_or_not_at_all(
    practice: Practice, tmp_path: Path
) -> None:
    rows = [row() for _ in range(1_500)]
    task = asyncio.ensure_future(import_rows(practice, tmp_path, *rows))
    await asyncio.sleep(0.05)

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await drain()
    again = await import_rows(practice, tmp_path, *rows)

    assert again.sessions_added in {0, 1_500}
    assert len(await sessions_of(practice)) == 1_500


async def test_a_failing_listener_undoes_the_import(practice: Practice, tmp_path: Path) -> None:
    def fail(_: RowOutcome) -> None:
        raise RuntimeError("the listener's own")

    with pytest.raises(RuntimeError, match="the listener's own"):
        await import_rows(practice, tmp_path, row(), on_row=fail)

    assert await sessions_of(practice) == []


async def test_other_changes_go_on_beside_a_dry_run(practice: Practice, tmp_path: Path) -> None:
    text = csv_text([row() for _ in range(1_500)], COLUMNS)
    run = asyncio.ensure_future(import_text(practice, tmp_path, text, dry_run=True))
    await asyncio.sleep(0)

    await practice.add_session(starts_at=NOW - timedelta(days=1))

    assert (await run).sessions_added == 1_500


async def test_an_import_owes_nobody_a_mail(practice: Practice, tmp_path: Path) -> None:
    await import_rows(
        practice,
        tmp_path,
        row(client_email="ada@example.com", starts_at="2026-06-01 09:00", status="confirmed"),
        row(client_email="ada@example.com", starts_at="2026-06-02 09:00", status="cancelled"),
    )

    owner = practice.practitioner.id
    assert await Session.filter(practitioner_id=owner).count() == 2
    assert await OutboxMessage.filter(practitioner_id=owner).count() == 0
