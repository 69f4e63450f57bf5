"""Clocks that look an offset up once for each day say what is said when each instant is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import given
from hypothesis import strategies as st

from models.instants import EARLIEST, LATEST, to_text
from resolvers.exporting.clocks import Clocks, local

ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo)
INSTANTS = st.datetimes(
    EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None), timezones=st.just(UTC)
).map(to_text)
# Years in which offsets change, and minutes that are whole, as most are.
RECENT = st.datetimes(datetime(1970, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the zone comes with it
    lambda at: to_text(at.replace(second=0))
)


@given(ZONES, st.lists(INSTANTS | RECENT, min_size=1, max_size=20))
def test_clocks_agree_with_each_instant_by_itself(zone: ZoneInfo, instants: list[str]) -> None:
    clocks = Clocks(zone)

    for instant in instants:
        assert clocks.local(instant) == local(instant, zone)
        before, at = local(instants[0], zone), local(instant, zone)
        assert clocks.span(instants[0], instant) == (*before, at.time)


def test_clocks_agree_in_every_hour_around_a_change() -> None:
    for name in ("Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"):
        clocks = Clocks(ZoneInfo(name))
        for month in range(1, 13):
            for day in range(1, 29):
                for hour in range(0, 24, 3):
                    instant = f"2011-{month:02}-{day:02}T{hour:02}:{hour + 30}:00Z"
                    assert clocks.local(instant) == local(instant, ZoneInfo(name))
