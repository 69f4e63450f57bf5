"""The page about security names tests; each of them is there."""

import ast
import re
from functools import cache
from pathlib import Path

from tests.e2e.test_hostile_table import ROWS

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
BY_THE_TABLE = "test_a_hostile_input_is_answered_as_its_row_says_and_does_no_harm"


@cache
def declared_in(path: str) -> frozenset[str]:
    """The names of a file's tests, those of its classes included."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    functions = (
        one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return frozenset(one.name for one in functions if one.name.startswith("test_"))


def test_every_test_that_the_page_names_is_there() -> None:
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not (ROOT / path).is_file() or name not in declared_in(path)
    ]

    assert missing == []
    assert len(NAMED) > 80


def test_every_mention_of_a_test_is_one_that_was_looked_for() -> None:
    """In the form that the test above reads, with its file."""
    assert PAGE.count("::") == len(re.findall(r"`tests/[\w/]+\.py::\w+`", PAGE))


def test_the_page_has_all_rows_of_the_table_and_a_test_for_each() -> None:
    rows = {
        int(number): shown
        for number, shown in re.findall(r"^\| (\d+) \|.*\|([^|]*)\|$", PAGE, re.MULTILINE)
    }

    assert sorted(rows) == list(range(1, 47))
    assert [n for n, shown in rows.items() if "::" not in shown and n not in ROWS] == []
