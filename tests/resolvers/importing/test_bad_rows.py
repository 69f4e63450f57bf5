"""What a row can have wrong, told by line, column and reason, and never with what stands in it."""

from pathlib import Path

import pytest

from resolvers.importing import ImportReport, Outcome, Problem, RowOutcome
from resolvers.importing.report import MOST_PROBLEMS_KEPT
from tests.practice import Practice
from tests.resolvers.importing.files import (
    COLUMNS,
    PLAIN,
    csv_text,
    import_rows,
    import_text,
    mapping,
    row,
    sessions_of,
)

SECRET = "Confessed to the archdeacon"

BAD_ROWS = [
    ({"id": " "}, "id", "is empty"),
    ({"client_name": ""}, "client_name", "names nobody"),
    ({"client_name": "n" * 201}, "client_name", "must have 1 to 200 characters"),
    ({"client_name": "a\0b"}, "client_name", "contains a NUL character"),
    ({"client_email": "nobody"}, "client_email", "is not an email address"),
    ({"client_email": "a b@example.com"}, "client_email", "is not an email address"),
    ({"client_email": "@example.com"}, "client_email", "is not an email address"),
    ({"client_email": "a@" + "b" * 320}, "client_email", "is not an email address"),
    ({"client_phone": "1" * 51}, "client_phone", "must have at most 50 characters"),
    (
        {"client_time_zone": "CEST"},
        "client_time_zone",
        "is not a name of the IANA time zone database, as Europe/Berlin",
    ),
    ({"service": ""}, "service", "is empty"),
    ({"service": "s" * 201}, "service", "must have 1 to 200 characters"),
    ({"calendar": "c" * 201}, "calendar", "must have 1 to 200 characters"),
    ({"starts_at": ""}, "starts_at", "is empty"),
    ({"starts_at": "2026-05-01"}, "starts_at", "is not a date and time, as 2026-05-01 09:00"),
    ({"starts_at": "2026-02-30 09:00"}, "starts_at", "is not a date and time, as 2026-05-01 09:00"),
    ({"starts_at": "1969-12-31T23:59:59Z"}, "starts_at", "lies outside the years 1970 to 2200"),
    ({"starts_at": "2201-01-01T00:00:00Z"}, "starts_at", "lies outside the years 1970 to 2200"),
    ({"duration_minutes": ""}, "duration_minutes", "is empty"),
    ({"duration_minutes": "0"}, "duration_minutes", "a session lasts 1 to 1440 minutes"),
    ({"duration_minutes": "1441"}, "duration_minutes", "a session lasts 1 to 1440 minutes"),
    ({"duration_minutes": "50.5"}, "duration_minutes", "is not a whole number of minutes"),
    ({"duration_minutes": "٥٠"}, "duration_minutes", "is not a whole number of minutes"),
    (
        {"status": "MAYBE"},
        "status",
        "is none of the status words: Pending, Confirmed, Completed, Cancelled, No Show, NO_SHOW",
    ),
    ({"status": ""}, "status", "is empty"),
    (
        {"status": "COMPLETED", "starts_at": "2026-05-14T12:00:01Z"},
        "status",
        "A session that has not started cannot be Completed.",
    ),
    (
        {"status": "NO_SHOW", "starts_at": "2026-06-01 09:00"},
        "status",
        "A session that has not started cannot be No Show.",
    ),
    ({"price": "49.9.0"}, "price", "is not an amount, as 49.90"),
    ({"price": "-1"}, "price", "is not an amount, as 49.90"),
    ({"price": "1e3"}, "price", "is not an amount, as 49.90"),
    ({"price": "1,00"}, "price", "is not an amount, as 49.90"),
    ({"price": "49.905"}, "price", "EUR has 2 digits after the point"),
    ({"price": "1.5", "currency": "JPY"}, "price", "JPY has 0 digits after the point"),
    ({"price": "99999999999999"}, "price", "a price lies between 0 and 10,000,000,000"),
    ({"currency": "EURO"}, "currency", "is not a currency code of ISO 4217, as EUR"),
    ({"customer_notes": "ö" * 32_769}, "customer_notes", "is longer than 65,536 bytes"),
    ({"private_notes": "n" * 65_537}, "private_notes", "is longer than 65,536 bytes"),
    ({"private_notes": "a\0b"}, "private_notes", "contains a NUL character"),
    ({"booked_at": "2026-05-14T12:00:01Z"}, "booked_at", "lies in the future"),
    (
        {"status": "CANCELLED", "cancelled_at": "2026-05-15 09:00"},
        "cancelled_at",
        "lies in the future",
    ),
    (
        {"status": "CANCELLED", "cancellation_reason": "r" * 2_001},
        "cancellation_reason",
        "must have at most 2,000 characters",
    ),
    (
        {"status": "CANCELLED", "cancelled_at": "yesterday"},
        "cancelled_at",
        "is not a date and time, as 2026-05-01 09:00",
    ),
]


@pytest.mark.parametrize(("given", "column", "reason"), BAD_ROWS)
async def test_a_bad_row_is_told_with_its_line_its_column_and_the_reason(
    practice: Practice, tmp_path: Path, given: dict[str, str], column: str, reason: str
) -> None:
    report = await import_rows(practice, tmp_path, row(), row(**given))

    assert report.problems == [Problem(3, column, reason)]
    assert not report.written
    assert await sessions_of(practice) == []


async def test_everything_that_is_wrong_with_a_row_is_told_at_once(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_rows(
        practice, tmp_path, row(client_email="x", price="x", starts_at="x", status="x"), row()
    )

    assert [problem.column for problem in report.problems] == [
        "client_email",
        "price",
        "starts_at",
        "status",
    ]
    assert (report.rows_bad, report.problem_count) == (1, 4)


async def test_an_id_that_stands_twice_in_a_file_is_told_with_the_line_it_stands_on_first(
    practice: Practice, tmp_path: Path
) -> None:
    twice = row()
    between = [row() for _ in range(1_100)]

    report = await import_rows(practice, tmp_path, twice, *between, row(id=f" {twice['id']} "))

    assert report.problems == [
        Problem(1_103, "id", "is the same as on line 2, and must tell rows apart")
    ]


async def test_a_row_with_too_few_or_too_many_cells_is_bad(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_text(
        practice, tmp_path, csv_text([row()]) + "a,b\r\n" + "," * 30 + "x\r\n"
    )

    wide = len(COLUMNS)
    assert report.problems == [
        Problem(3, None, f"has 2 cells, and the header has {wide}"),
        Problem(4, None, f"has 31 cells, and the header has {wide}"),
    ]


async def test_a_line_number_is_that_of_the_line_a_row_begins_on(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_rows(
        practice,
        tmp_path,
        row(customer_notes="one\ntwo\r\nthree"),
        row(status="MAYBE", customer_notes="four\nfive"),
        row(status="MAYBE"),
    )

    assert [problem.line for problem in report.problems] == [5, 7]


async def test_blank_lines_are_ignored_and_counted_as_lines(
    practice: Practice, tmp_path: Path
) -> None:
    header, good = csv_text([row()]).splitlines()
    bad = csv_text([row(status="")]).splitlines()[1]
    text = "\r\n".join(["", header, "", " ", good, "," * (len(COLUMNS) - 1), bad, ""])

    report = await import_text(practice, tmp_path, text)

    assert report.rows_read == 2
    assert report.problems == [Problem(7, "status", "is empty")]


async def test_a_header_that_lacks_a_column_is_a_problem_of_line_1(
    practice: Practice, tmp_path: Path
) -> None:
    columns = [column for column in COLUMNS if column != "status"]
    text = csv_text([], columns) + "x\r\n"

    report = await import_text(practice, tmp_path, text)

    assert report.problems == [Problem(1, "status", "is in the mapping and not in the header")]
    assert report.rows_read == 0


async def test_a_header_that_names_a_column_twice_is_a_problem(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_text(practice, tmp_path, csv_text([], [*COLUMNS, "id"]))

    assert report.problems == [Problem(1, "id", "stands twice in the header")]


async def test_columns_that_the_mapping_does_not_name_are_ignored(
    practice: Practice, tmp_path: Path
) -> None:
    columns = ["extra", *reversed(COLUMNS), "extra"]

    report = await import_text(practice, tmp_path, csv_text([row()], columns))

    assert report.written
    assert len(await sessions_of(practice)) == 1


@pytest.mark.parametrize("text", ["", "\r\n\r\n", "\ufeff"])
async def test_a_file_without_a_header_is_a_problem(
    practice: Practice, tmp_path: Path, text: str
) -> None:
    report = await import_text(practice, tmp_path, text)

    assert report.problems == [Problem(1, None, "the file is empty; it must begin with a header")]


async def test_a_file_with_nothing_but_a_header_adds_nothing(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_text(practice, tmp_path, csv_text([]))

    assert report == ImportReport(written=True)


@pytest.mark.parametrize("dry_run", [True, False])
async def test_notes_never_stand_in_a_report(
    practice: Practice, tmp_path: Path, *, dry_run: bool
) -> None:
    """Neither in their own columns, nor where they have slipped into another."""
    told: list[RowOutcome] = []
    rows = [row(private_notes=SECRET, customer_notes=SECRET), row(private_notes=SECRET + "\0")]
    rows += [row(**{"private_notes": SECRET, **given}) for given, _, _ in BAD_ROWS]
    rows += [row(**{column: SECRET}) for column in COLUMNS]

    report = await import_rows(practice, tmp_path, *rows, dry_run=dry_run, on_row=told.append)

    assert report.problem_count > 40
    assert told[0].outcome is Outcome.ADD
    bad = [outcome for outcome in told if outcome.outcome is Outcome.BAD]
    assert SECRET not in repr([report, told[0], bad])


def test_a_report_counts_every_problem_and_keeps_the_first_thousand() -> None:
    report = ImportReport()

    for line in range(2_500):
        report.note(Problem(line, "a", "b"), Problem(line, "c", "d"))

    assert report.problem_count == 5_000
    assert len(report.problems) == MOST_PROBLEMS_KEPT == 1_000
    assert report.problems[-1] == Problem(499, "c", "d")


async def test_an_unknown_status_word_is_the_default_if_there_is_one(
    practice: Practice, tmp_path: Path
) -> None:
    using = mapping(status={"words": {"sí": "COMPLETED"}, "default": "PENDING"})

    await import_rows(
        practice, tmp_path, row(status="SÍ "), row(status="?"), row(status=""), using=using
    )

    statuses = [session.status for session in await sessions_of(practice)]
    assert statuses == ["COMPLETED", "PENDING", "PENDING"]


async def test_an_open_session_that_is_over_can_be_taken_to_have_taken_place(
    practice: Practice, tmp_path: Path
) -> None:
    using = mapping(status={"default": "CONFIRMED", "finished": "COMPLETED"})

    await import_rows(
        practice,
        tmp_path,
        row(starts_at="2026-05-14T11:10:00Z", status=""),
        row(starts_at="2026-05-14T11:11:00Z", calendar="Other", status=""),
        row(starts_at="2026-06-14 11:10", status=""),
        using=using,
    )

    statuses = [session.status for session in await sessions_of(practice)]
    assert statuses == ["COMPLETED", "CONFIRMED", "CONFIRMED"]


BY_ITS_END = {
    **PLAIN["fields"],
    "duration_minutes": None,
    "ends_at": "{duration_minutes}",
    "client_name": None,
    "client_email": "{client_name}",
}


@pytest.mark.parametrize(
    ("given", "column", "reason"),
    [
        ({"duration_minutes": ""}, "duration_minutes", "is empty"),
        ({"duration_minutes": "soon"}, "duration_minutes", "is not a date and time, as "),
        ({"duration_minutes": "2026-05-01 09:00"}, "duration_minutes", "a session lasts 1 to 1440"),
        ({"duration_minutes": "2026-05-01 08:59"}, "duration_minutes", "a session lasts 1 to 1440"),
        ({"duration_minutes": "2026-05-02 09:01"}, "duration_minutes", "a session lasts 1 to 1440"),
        ({"duration_minutes": "2026-05-01 09:30:30"}, "duration_minutes", "is not a whole number"),
        ({"client_name": ""}, "client_name", "names nobody"),
    ],
)
async def test_a_session_that_is_mapped_by_its_end_has_a_whole_number_of_minutes(
    practice: Practice, tmp_path: Path, given: dict[str, str], column: str, reason: str
) -> None:
    mapped = {name: template for name, template in BY_ITS_END.items() if template is not None}
    good = {"client_name": "ada@example.com", "duration_minutes": "2026-05-01 10:00"}

    report = await import_rows(
        practice,
        tmp_path,
        row(starts_at="2026-05-01 09:00", **{**good, **given}),
        using=mapping(fields=mapped),
    )

    assert [problem.column for problem in report.problems] == [column]
    assert reason in report.problems[0].reason


async def test_a_cell_in_another_form_than_the_mapping_expects_is_bad(
    practice: Practice, tmp_path: Path
) -> None:
    using = mapping(extract={"client_id": r"#(\d+)"})

    report = await import_rows(practice, tmp_path, row(client_id="seven"), using=using)

    assert report.problems == [
        Problem(2, "client_id", "is not in the form that the mapping expects")
    ]
