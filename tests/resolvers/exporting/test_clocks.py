"""Local days and times of a file, with the offset that held then."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from resolvers.exporting.clocks import local
from tests.practice import Practice
from tests.resolvers.exporting.taking import taken

CLOCKS = [
    ("2026-05-14T12:00:00Z", "UTC", "2026-05-14", "12:00", "UTC+00:00"),
    # The hour that is skipped, and the one that comes twice.
    ("2026-03-29T00:59:00Z", "Europe/Berlin", "2026-03-29", "01:59", "UTC+01:00"),
    ("2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29", "03:00", "UTC+02:00"),
    ("2026-10-25T00:30:00Z", "Europe/Berlin", "2026-10-25", "02:30", "UTC+02:00"),
    ("2026-10-25T01:30:00Z", "Europe/Berlin", "2026-10-25", "02:30", "UTC+01:00"),
    ("2026-03-08T06:59:00Z", "America/New_York", "2026-03-08", "01:59", "UTC-05:00"),
    ("2026-03-08T07:00:00Z", "America/New_York", "2026-03-08", "03:00", "UTC-04:00"),
    ("2026-11-01T05:30:00Z", "America/New_York", "2026-11-01", "01:30", "UTC-04:00"),
    ("2026-11-01T06:30:00Z", "America/New_York", "2026-11-01", "01:30", "UTC-05:00"),
    ("2026-05-14T18:14:00Z", "Asia/Kathmandu", "2026-05-14", "23:59", "UTC+05:45"),
    ("2026-05-14T18:15:00Z", "Asia/Kathmandu", "2026-05-15", "00:00", "UTC+05:45"),
    # Half an hour of summer time, and a day that was skipped.
    ("2026-04-04T14:59:00Z", "Australia/Lord_Howe", "2026-04-05", "01:59", "UTC+11:00"),
    ("2026-04-04T15:00:00Z", "Australia/Lord_Howe", "2026-04-05", "01:30", "UTC+10:30"),
    ("2011-12-30T09:59:00Z", "Pacific/Apia", "2011-12-29", "23:59", "UTC-10:00"),
    ("2011-12-30T10:00:00Z", "Pacific/Apia", "2011-12-31", "00:00", "UTC+14:00"),
    # Offsets with seconds, which Liberia had until 1972; a time with seconds, which an import has.
    ("1970-01-01T12:00:00Z", "Africa/Monrovia", "1970-01-01", "11:15:30", "UTC-00:44:30"),
    ("2026-05-14T12:00:07Z", "Europe/Berlin", "2026-05-14", "14:00:07", "UTC+02:00"),
    ("2200-12-31T23:59:59Z", "Pacific/Kiritimati", "2201-01-01", "13:59:59", "UTC+14:00"),
]


@pytest.mark.parametrize(("instant", "zone", "date", "time", "offset"), CLOCKS)
def test_an_instant_is_shown_as_clocks_there_showed_it(
    instant: str, zone: str, date: str, time: str, offset: str
) -> None:
    assert local(instant, ZoneInfo(zone)) == (date, time, offset)


async def test_a_session_over_a_change_of_the_clock_ends_when_the_clock_says(
    practice: Practice,
) -> None:
    """The offset is that of its start: with it and the duration nothing is left to guess."""
    client = await practice.add_client()
    for start in ("2026-03-29T00:30:00Z", "2026-10-25T00:00:00Z"):
        at = datetime.fromisoformat(start)
        await practice.add_session(client, at, duration_minutes=90)

    rows = await taken(practice, client.id, sort="OLDEST_FIRST")

    shown = [[row[name] for name in ("Date", "Start", "End", "UTC offset")] for row in rows]
    assert shown == [
        ["2026-03-29", "01:30", "04:00", "UTC+01:00"],
        ["2026-10-25", "02:00", "02:30", "UTC+02:00"],
    ]
