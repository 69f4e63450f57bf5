"""The practitioner's days: slots are given away once, on working days, by the practice's clocks."""

from datetime import UTC, date, datetime

import pytest

from server.demo.agenda import Agenda, Slot, is_working_day
from server.demo.habits import BERLIN, TOKYO

TUESDAY = date(2026, 5, 12)
FRIDAY = date(2026, 5, 15)


def test_a_free_slot_is_had_as_wished() -> None:
    wish = Slot(TUESDAY, 10 * 60)

    assert Agenda().nearest(wish, duration_minutes=50, time_zone=BERLIN) == wish


def test_a_taken_slot_is_given_to_nobody_else() -> None:
    agenda, wish = Agenda(), Slot(TUESDAY, 10 * 60)
    agenda.take(wish, duration_minutes=50)

    assert agenda.nearest(wish, duration_minutes=50, time_zone=BERLIN) == Slot(TUESDAY, 9 * 60)


def test_when_a_day_is_full_the_next_working_day_has_room() -> None:
    agenda = Agenda()
    agenda.take(Slot(FRIDAY, 8 * 60), duration_minutes=10 * 60)

    found = agenda.nearest(Slot(FRIDAY, 9 * 60), duration_minutes=50, time_zone=BERLIN)

    assert found == Slot(date(2026, 5, 18), 9 * 60)


def test_in_the_holidays_there_is_no_slot() -> None:
    wish = Slot(date(2026, 8, 3), 9 * 60)

    assert Agenda().nearest(wish, duration_minutes=50, time_zone=TOKYO) is None


@pytest.mark.parametrize("day", [date(2026, 5, 16), date(2026, 12, 25), date(2027, 1, 1)])
def test_nobody_works_at_weekends_nor_at_christmas(day: date) -> None:
    assert not is_working_day(day)


def test_the_hour_stays_when_the_clocks_change() -> None:
    before = Slot(date(2026, 3, 27), 9 * 60).starts_at
    after = Slot(date(2026, 3, 30), 9 * 60).starts_at

    assert before == datetime(2026, 3, 27, 8, 0, tzinfo=UTC)
    assert after == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
