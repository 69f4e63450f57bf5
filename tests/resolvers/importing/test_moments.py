"""Instants: offsets, formats, and the hours that a clock skips or shows twice."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.instants import to_text
from resolvers.importing.mapping import Ambiguous
from resolvers.importing.moments import moment_reader
from resolvers.importing.values import BadValue

BERLIN = ZoneInfo("Europe/Berlin")


def read(
    text: str, *formats: str, zone: ZoneInfo = BERLIN, ambiguous: Ambiguous = Ambiguous.REFUSE
) -> str:
    return to_text(moment_reader(formats, zone, ambiguous)(text))


@pytest.mark.parametrize(
    ("text", "formats", "at"),
    [
        ("2026-05-01 09:00", (), "2026-05-01T07:00:00Z"),
        ("2026-01-01T09:00", (), "2026-01-01T08:00:00Z"),
        ("2026-05-01 09:00:30.999", (), "2026-05-01T07:00:30Z"),
        (" 2026-05-01T09:00:00Z ", (), "2026-05-01T09:00:00Z"),
        ("2026-05-01t09:00:00z", (), "2026-05-01T09:00:00Z"),
        ("2026-05-01 09:00-03:00", (), "2026-05-01T12:00:00Z"),
        ("2026-05-01 09:00+0530", (), "2026-05-01T03:30:00Z"),
        ("1.5.2026 9:00", ("%d.%m.%Y %H:%M",), "2026-05-01T07:00:00Z"),
        ("5/1/26 9:00 PM", ("%d.%m.%Y", "%m/%d/%y %I:%M %p"), "2026-05-01T19:00:00Z"),
        ("May 1, 2026 09:00", ("%B %d, %Y %H:%M",), "2026-05-01T07:00:00Z"),
        ("2026-05-01 09:00 +0200", ("%Y-%m-%d %H:%M %z",), "2026-05-01T07:00:00Z"),
        ("1970-01-01T00:00:00Z", (), "1970-01-01T00:00:00Z"),
        ("2200-12-31T23:59:59Z", (), "2200-12-31T23:59:59Z"),
    ],
)
def test_an_instant_is_read_as_it_is_written(text: str, formats: tuple[str, ...], at: str) -> None:
    assert read(text, *formats) == at


@pytest.mark.parametrize(
    ("text", "formats", "reason"),
    [
        ("2026-05-01", (), "is not a date and time, as 2026-05-01 09:00"),
        ("20260501T0900", (), "is not a date and time"),
        ("2026-W18-5 09:00", (), "is not a date and time"),
        ("2026-05-01 24:30", (), "is not a date and time"),
        ("2026-05-01 09:00+99:00", (), "is not a date and time"),
        ("1.5.2026", (), "is not a date and time"),
        ("2026-05-01 09:00", ("%d.%m.%Y", "%d.%m.%y"), "in the form %d.%m.%Y or %d.%m.%y"),
        ("0001-01-01 00:00", (), "lies outside the years 1970 to 2200"),
        ("9999-12-31 23:59:59-12:00", (), "lies outside the years 1970 to 2200"),
        ("1969-12-31 23:59:59Z", (), "lies outside the years 1970 to 2200"),
        ("2026-03-29 02:30", (), "is a time that the clock in Europe/Berlin skipped"),
        ("2026-03-29 02:00", (), "skipped as it was put forward"),
        ("2025-10-26 02:30", (), "showed twice as it was put back; the mapping can say which"),
        ("2025-10-26 02:00", (), "showed twice"),
    ],
)
def test_a_text_that_is_no_instant_is_refused(
    text: str, formats: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(BadValue) as refusal:
        read(text, *formats)

    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-29 01:59:59", "2026-03-29T00:59:59Z"),
        ("2026-03-29 03:00", "2026-03-29T01:00:00Z"),
        ("2025-10-26 01:59", "2025-10-25T23:59:00Z"),
        ("2025-10-26 03:00", "2025-10-26T02:00:00Z"),
    ],
)
def test_the_hours_beside_a_change_of_the_clock_are_as_any(text: str, at: str) -> None:
    assert read(text) == at


def test_a_mapping_can_say_which_of_two_like_times_is_meant() -> None:
    text = "2025-10-26 02:30"

    assert read(text, ambiguous=Ambiguous.FIRST) == "2025-10-26T00:30:00Z"
    assert read(text, ambiguous=Ambiguous.SECOND) == "2025-10-26T01:30:00Z"


@pytest.mark.parametrize("ambiguous", list(Ambiguous))
def test_a_time_that_the_clock_skipped_is_refused_in_any_case(ambiguous: Ambiguous) -> None:
    with pytest.raises(BadValue):
        read("2026-03-29 02:30", ambiguous=ambiguous)


def test_a_day_that_a_zone_skipped_is_refused() -> None:
    with pytest.raises(BadValue, match="Pacific/Apia skipped"):
        read("2011-12-30 12:00", zone=ZoneInfo("Pacific/Apia"))


@given(
    second=st.integers(86_400, 7_258_000_000),
    name=st.sampled_from(
        ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]
    ),
)
def test_what_a_clock_shows_is_read_as_the_instant_it_showed_it(second: int, name: str) -> None:
    zone = ZoneInfo(name)
    shown = datetime.fromtimestamp(second, zone)
    at = to_text(shown)
    ambiguous = Ambiguous.SECOND if shown.fold else Ambiguous.FIRST

    text = shown.replace(tzinfo=None).isoformat(" ")

    assert read(text, zone=zone, ambiguous=ambiguous) == at
    assert read(shown.isoformat(), zone=zone) == at
