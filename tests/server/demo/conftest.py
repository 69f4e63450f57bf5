"""The plan that most tests look at: made once, because it cannot change."""

import pytest

from server.demo import plan_practice
from server.demo.rows import Plan
from tests.practice import NOW


@pytest.fixture(scope="session")
def plan() -> Plan:
    return plan_practice(1, NOW)
