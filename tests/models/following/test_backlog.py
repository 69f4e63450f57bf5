"""A backlog is bounded, tells the last of each session, and says when something is left out."""

from hypothesis import given
from hypothesis import strategies as st

from models.following.backlog import Backlog, Told


def test_who_keeps_up_is_told_every_single_change() -> None:
    backlog = Backlog(folds_at=3, most=5)
    told = []
    for number in range(20):
        backlog.add(f"evt {number}", "ses 1", f"kind {number}")
        told += backlog.take(1)

    assert [one.kind for one in told] == [f"kind {number}" for number in range(20)]
    assert not any(one.missed for one in told)


def test_who_lags_is_told_the_last_of_each_session_in_the_order_of_these() -> None:
    backlog = Backlog(folds_at=3, most=5)
    for number, session in enumerate("abacb"):
        backlog.add(f"evt {number}", session, f"kind {number}")

    assert backlog.take(10) == [
        Told("a", "kind 2", missed=False),
        Told("c", "kind 3", missed=False),
        Told("b", "kind 4", missed=False),
    ]


def test_what_is_too_much_is_let_go_of_and_the_next_says_so_once() -> None:
    backlog = Backlog(folds_at=2, most=3)
    for number in range(9):
        backlog.add(f"evt {number}", f"ses {number}", "kind")

    assert len(backlog) == 3
    assert backlog.take(1) == [Told("ses 6", "kind", missed=True)]
    assert backlog.take(5) == [Told(f"ses {number}", "kind", missed=False) for number in (7, 8)]


def test_who_has_caught_up_is_told_everything_again() -> None:
    backlog = Backlog(folds_at=2, most=9)
    for number in range(4):
        backlog.add(f"evt {number}", "ses", "kind")
    assert len(backlog.take(9)) == 1
    for number in range(2):
        backlog.add(f"evt {number}", "ses", "kind")

    assert len(backlog.take(9)) == 2


CHANGES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4)), max_size=120)


@given(changes=CHANGES)
def test_whatever_comes_the_last_of_each_session_is_told_or_it_is_said_that_something_is_missed(
    changes: list[tuple[int, int]],
) -> None:
    """Whoever shows what they are told, and asks again when they missed something, is right."""
    backlog, truth, shown = Backlog(folds_at=4, most=8), dict[str, str](), dict[str, str]()

    def read(at_most: int) -> None:
        for session, kind, missed in backlog.take(at_most):
            if missed:
                shown.update(truth)
            shown[session] = kind

    for number, (session, taken) in enumerate(changes):
        truth[f"{session}"] = f"{number}"
        backlog.add(f"evt {number}", f"{session}", f"{number}")
        assert len(backlog) <= 8
        read(taken)
    read(100)

    assert shown == truth
    assert len(backlog) == 0
