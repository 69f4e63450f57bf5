"""Sessions that would take a slot which is not free."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.enums import SessionStatus
from resolvers.importing import ImportReport, Problem
from tests.practice import Practice
from tests.resolvers.importing.files import import_rows, mapping, row, sessions_of

TAKEN = "overlaps a session that is on this calendar already"


def at(clock: str, **given: str) -> dict[str, str]:
    """A row of one hour, on one day, on the practice's calendar."""
    return row(starts_at=f"2026-05-01 {clock}", **{"duration_minutes": "60", **given})


async def test_of_two_rows_that_overlap_the_later_one_is_bad(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_rows(
        practice, tmp_path, at("09:00"), at("11:00"), at("09:59"), at("08:01"), at("10:30")
    )

    assert report.problems == [
        Problem(4, "starts_at", "overlaps the session of line 2 on this calendar"),
        Problem(5, "starts_at", "overlaps the session of line 2 on this calendar"),
        Problem(6, "starts_at", "overlaps the session of line 3 on this calendar"),
    ]
    assert await sessions_of(practice) == []


@pytest.mark.parametrize(
    ("other", "status", "overlaps"),
    [
        ("2026-05-01T07:30:00Z", SessionStatus.CONFIRMED, True),
        ("2026-05-01T07:30:00Z", SessionStatus.PENDING, True),
        ("2026-05-01T07:30:00Z", SessionStatus.COMPLETED, True),
        ("2026-05-01T07:30:00Z", SessionStatus.CANCELLED, False),
        ("2026-05-01T07:30:00Z", SessionStatus.NO_SHOW, False),
        ("2026-05-01T06:10:00Z", SessionStatus.CONFIRMED, False),
        ("2026-05-01T06:10:01Z", SessionStatus.CONFIRMED, True),
        ("2026-05-01T08:00:00Z", SessionStatus.CONFIRMED, False),
        ("2026-05-01T07:59:59Z", SessionStatus.CONFIRMED, True),
    ],
)
async def test_a_row_that_overlaps_a_session_in_the_record_is_bad(
    practice: Practice, tmp_path: Path, other: str, status: SessionStatus, *, overlaps: bool
) -> None:
    await practice.add_session(starts_at=datetime.fromisoformat(other), status=status)

    report = await import_rows(practice, tmp_path, at("09:00"))

    assert report.problems == ([Problem(2, "starts_at", TAKEN)] if overlaps else [])
    assert report.written is not overlaps


async def test_a_session_of_a_whole_day_is_seen_from_its_end(
    practice: Practice, tmp_path: Path
) -> None:
    day_before = datetime(2026, 4, 30, 7, 30, tzinfo=UTC)
    await practice.add_session(starts_at=day_before, duration_minutes=1440)

    report = await import_rows(practice, tmp_path, at("09:00"), at("09:30", calendar="Other"))

    assert report.problems == [Problem(2, "starts_at", TAKEN)]


async def test_rows_that_touch_or_stand_on_other_calendars_do_not_overlap(
    practice: Practice, tmp_path: Path
) -> None:
    report = await import_rows(
        practice, tmp_path, at("10:00"), at("09:00"), at("11:00"), at("09:30", calendar="Other")
    )

    assert report.sessions_added == 4


@pytest.mark.parametrize("status", ["CANCELLED", "NO_SHOW"])
async def test_rows_that_gave_up_their_slots_do_not_overlap(
    practice: Practice, tmp_path: Path, status: str
) -> None:
    report = await import_rows(
        practice, tmp_path, at("09:00", status=status), at("09:00"), at("09:00", status=status)
    )

    assert report.sessions_added == 3


async def test_overlaps_are_imported_where_the_mapping_allows_them(
    practice: Practice, tmp_path: Path
) -> None:
    await practice.add_session(starts_at=datetime(2026, 5, 1, 7, tzinfo=UTC))

    using = mapping(allow_overlap=True)
    report = await import_rows(practice, tmp_path, at("09:00"), at("09:00"), using=using)

    assert report.sessions_added == 2
    added = [session for session in await sessions_of(practice) if session.price_minor == 0]
    assert [session.overlap_allowed for session in added] == [True, True]


async def test_overlaps_are_seen_over_a_long_file(practice: Practice, tmp_path: Path) -> None:
    first = at("09:00")

    report = await import_rows(
        practice, tmp_path, first, *(row() for _ in range(1_200)), at("09:30")
    )

    assert report.problems == [
        Problem(1203, "starts_at", "overlaps the session of line 2 on this calendar")
    ]


async def test_a_row_that_is_there_already_does_not_overlap_itself(
    practice: Practice, tmp_path: Path
) -> None:
    known = at("09:00")
    await import_rows(practice, tmp_path, known)

    again = await import_rows(practice, tmp_path, known)
    other = await import_rows(practice, tmp_path, known, at("09:30"))

    assert again.problems == []
    assert other.problems == [Problem(3, "starts_at", TAKEN)]


@given(
    slots=st.lists(st.tuples(st.integers(0, 240), st.integers(1, 90)), min_size=1, max_size=12),
    dry_run=st.booleans(),
)
@settings(max_examples=25)
async def test_what_the_report_lets_through_the_database_takes(
    practice: Practice, tmp_path: Path, slots: list[tuple[int, int]], *, dry_run: bool
) -> None:
    """Also the other way round: what is refused does overlap a row before it."""
    day = datetime(2026, 5, 1, 6, tzinfo=UTC)
    calendar = row()["id"]  # a calendar of its own for each example
    rows = [
        row(
            starts_at=(day + timedelta(minutes=start)).isoformat(),
            duration_minutes=str(minutes),
            calendar=calendar,
        )
        for start, minutes in slots
    ]
    taken: list[tuple[int, int]] = []
    refused = []
    for line, (start, minutes) in enumerate(slots, 2):
        if any(start < other_end and other < start + minutes for other, other_end in taken):
            refused.append(line)
        else:
            taken.append((start, start + minutes))

    report: ImportReport = await import_rows(practice, tmp_path, *rows, dry_run=dry_run)

    assert [problem.line for problem in report.problems] == refused
    assert report.written is (not refused and not dry_run)
