from datetime import datetime, timedelta, timezone

import pytest

from exports.pdf import wording
from exports.pdf.document import Amount, Cancellation
from models.enums import Actor
from tests.exports.pdf.sessions import LATEST, an_entry


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("80.00", "EUR", "80.00\u00a0EUR"),
        ("1280000.50", "EUR", "1,280,000.50\u00a0EUR"),
        ("432000", "JPY", "432,000\u00a0JPY"),
        ("0.005", "KWD", "0.005\u00a0KWD"),
    ],
)
def test_money_is_said_to_the_last_digit(amount: str, currency: str, said: str) -> None:
    assert wording.money(Amount(amount, currency)) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, "UTC+00:00"), (2, "UTC+02:00"), (5.75, "UTC+05:45"), (-3.5, "UTC-03:30")],
)
def test_an_offset_is_said_with_its_minutes(hours: float, said: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=hours)))

    assert wording.offset(at) == said


def test_a_session_over_midnight_says_on_which_day_it_ends() -> None:
    entry = an_entry(starts_at=LATEST.replace(hour=23), ends_at=LATEST + timedelta(hours=15))

    assert wording.times(entry) == "23:00–00:00 on Tue 15 Sep 2026"


@pytest.mark.parametrize(
    ("cancellation", "said"),
    [
        (Cancellation(None, None, None), "Cancelled"),
        (Cancellation(None, Actor.PRACTITIONER, None), "Cancelled by the practitioner"),
        (Cancellation(LATEST, None, None), "Cancelled on Mon 14 Sep 2026, 09:00 (UTC+02:00)"),
        (
            Cancellation(LATEST, Actor.SYSTEM, None),
            "Cancelled on Mon 14 Sep 2026, 09:00 (UTC+02:00), by the system",
        ),
    ],
)
def test_a_cancellation_says_what_is_known(cancellation: Cancellation, said: str) -> None:
    assert wording.cancelled(cancellation) == said


def test_where_there_is_nothing_to_divide_by_there_is_a_dash() -> None:
    assert [wording.percent(None), wording.percent(0), wording.percent(12.25)] == [
        "–",
        "0.0\u00a0%",
        "12.2\u00a0%",
    ]


def test_moves_are_counted_in_words() -> None:
    assert [wording.moved(1), wording.moved(2)] == ["Moved once", "Moved 2 times"]
