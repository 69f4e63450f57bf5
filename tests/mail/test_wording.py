"""When something is, on the clocks of a time zone and across their changes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mail.letter import Span
from mail.wording import lines, one_line, when


@pytest.mark.parametrize(
    ("starts_at", "minutes", "zone", "said"),
    [
        ("2026-05-14T12:00", 50, "Europe/Berlin",
         "Thursday, 14 May 2026, 14:00 to 14:50 (Europe/Berlin, UTC+02:00)"),
        ("2026-12-31T23:30", 60, "UTC",
         "Thursday, 31 December 2026, 23:30 to 00:30 on Friday, 1 January 2027 (UTC, UTC+00:00)"),
        ("2026-05-14T12:00", 30, "Asia/Kathmandu",
         "Thursday, 14 May 2026, 17:45 to 18:15 (Asia/Kathmandu, UTC+05:45)"),
        ("2026-01-14T12:00", 30, "America/St_Johns",
         "Wednesday, 14 January 2026, 08:30 to 09:00 (America/St_Johns, UTC-03:30)"),
        # Clocks go back, and on.
        ("2026-10-25T00:30", 60, "Europe/Berlin",
         "Sunday, 25 October 2026, 02:30 (UTC+02:00) to 02:30 (UTC+01:00), Europe/Berlin"),
        ("2026-03-29T00:30", 60, "Europe/Berlin",
         "Sunday, 29 March 2026, 01:30 (UTC+01:00) to 03:30 (UTC+02:00), Europe/Berlin"),
        ("2026-11-01T05:00", 90, "America/New_York",
         "Sunday, 1 November 2026, 01:00 (UTC-04:00) to 01:30 (UTC-05:00), America/New_York"),
        ("2026-04-04T14:30", 60, "Australia/Lord_Howe",
         "Sunday, 5 April 2026, 01:30 (UTC+11:00) to 02:00 (UTC+10:30), Australia/Lord_Howe"),
    ],
)  # fmt: skip
def test_a_time_is_told_with_its_day_zone_and_offset(
    starts_at: str, minutes: int, zone: str, said: str
) -> None:
    begins = datetime.fromisoformat(starts_at).replace(tzinfo=UTC)

    assert when(Span(begins, begins + timedelta(minutes=minutes)), ZoneInfo(zone)) == said


def test_seconds_are_told_where_there_are_any() -> None:
    begins = datetime(2026, 5, 14, 12, 0, 5, tzinfo=UTC)

    assert "12:00:05 to 12:50:05" in when(
        Span(begins, begins + timedelta(minutes=50)), ZoneInfo("UTC")
    )


def test_one_line_is_one_line_and_keeps_letters_that_join() -> None:
    assert one_line(" a\r\nb\u2028c\x00d\te ") == "a b c d e"
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"
    assert lines("a\r\nb\rc\u2028d\x07") == "a\nb\nc\nd"
