"""Buckets of cost: they empty, fill up, are kept apart, and are bounded in number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.rates import Rates


class Clock:
    """Time that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_empties_and_fills_up_again(clock: Clock) -> None:
    rates = Rates(100, 10, clock=clock)

    assert rates.charge("a", 60).available == 40
    refused = rates.charge("a", 60)
    clock.now += 2
    after_all = rates.charge("a", 60)
    clock.now += 1_000

    assert (refused.available, refused.wait_seconds) == (40, 2)
    assert (after_all.available, after_all.wait_seconds) == (0, None)
    assert rates.charge("a", 1).available == 99


def test_a_charge_can_leave_something_for_others(clock: Clock) -> None:
    rates = Rates(100, 10, clock=clock)
    rates.charge("a", 45)

    assert rates.charge("a", 10, leaving=50).wait_seconds == 1
    assert rates.charge("a", 10).wait_seconds is None
    clock.now += 2

    assert rates.charge("a", 10, leaving=50).wait_seconds is None


def test_more_than_can_be_left_is_not_asked_for(clock: Clock) -> None:
    rates = Rates(100, 10, clock=clock)

    assert rates.charge("a", 80, leaving=50).wait_seconds is None
    assert rates.charge("a", 80, leaving=50).wait_seconds == 8


def test_what_is_refused_costs_nothing(clock: Clock) -> None:
    rates = Rates(100, 10, clock=clock)
    rates.charge("a", 95)

    for _ in range(50):
        assert rates.charge("a", 6).wait_seconds == 1

    assert rates.charge("a", 5).wait_seconds is None


def test_waiting_as_long_as_was_said_is_enough(clock: Clock) -> None:
    rates = Rates(100, 7, clock=clock)
    rates.charge("a", 100)
    wait = rates.charge("a", 50).wait_seconds
    assert wait == 8

    clock.now += wait

    assert rates.charge("a", 50).wait_seconds is None


def test_everybody_has_a_bucket_of_their_own(clock: Clock) -> None:
    rates = Rates(100, 10, clock=clock)
    rates.charge("a", 100)

    assert rates.charge("a", 1).wait_seconds is not None
    assert rates.charge("b", 100).wait_seconds is None


def test_the_buckets_that_were_not_used_for_longest_are_let_go_of(clock: Clock) -> None:
    rates = Rates(100, 10, clock=clock, most=3)
    for key in "abcadef":
        rates.charge(key, 100)

    assert len(rates) == 3
    assert rates.charge("f", 1).wait_seconds is not None
    assert rates.charge("b", 100).wait_seconds is None


def test_a_clock_that_stands_still_restores_nothing(clock: Clock) -> None:
    rates = Rates(10, 1_000_000, clock=clock)

    assert [rates.charge("a", 4).wait_seconds for _ in range(3)] == [None, None, 1]


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 40)), max_size=60))
def test_never_more_is_granted_than_was_there_and_came_back(asked: list[tuple[float, int]]) -> None:
    clock, granted = Clock(), 0
    rates, began = Rates(50, 10, clock=clock), clock.now
    for pause, cost in asked:
        clock.now += pause
        charged = rates.charge("a", cost)
        granted += cost if charged.wait_seconds is None else 0
        assert 0 <= charged.available <= 50

    assert granted <= 50 + 10 * (clock.now - began) + 0.001
