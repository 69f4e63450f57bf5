"""A worker that answers does not look through its own schema for garbage."""

import gc
import sys
from collections.abc import Iterator

import pytest

from server.interpreter import SWITCH_SECONDS, settle


@pytest.fixture
def as_before() -> Iterator[None]:
    """Afterwards the interpreter of the tests is what it was."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("as_before")
def test_what_is_there_when_a_worker_settles_is_never_looked_through_again() -> None:
    gc.unfreeze()

    settle()

    assert gc.get_freeze_count() > 10_000
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
