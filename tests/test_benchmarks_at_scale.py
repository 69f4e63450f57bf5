"""The benchmarks of scale, of writes and of workers run. How fast is nobody's promise."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.scaling.sessions import COLUMNS, DEEP, LONG, Shares, sessions_of
from benchmarks.scaling.store import _fill_sqlite
from models.migrate import upgrade

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder of a short name: PostgreSQL puts a socket below it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made:
        yield Path(made)


def table_of(folder: Path, module: str, *arguments: str) -> list[list[str]]:
    """The cells of the lines of a report's tables."""
    ended = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    lines = [line.split("|")[1:-1] for line in ended.stdout.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in lines]


def test_the_same_sessions_are_made_every_time() -> None:
    shares = Shares.of(2_000)

    def made() -> list[tuple[object, ...]]:
        rows = sessions_of(shares, 2_000, owner="prc_1", services=["a"] * 5, calendars=["k"])
        return list(rows)

    assert made() == made()


def test_a_large_practice_has_a_long_history_and_a_deep_one_among_others_alike() -> None:
    count = 300_000
    shares = Shares.of(count)

    of = Counter(shares.in_turn(count))

    assert of.total() == count
    assert (of[str(shares.long)], of[str(shares.deep)]) == (LONG, DEEP)
    others = {of[client] for client in shares.alike}
    assert max(others) - min(others) <= 1


async def test_what_is_made_is_a_practice_with_all_its_indexes(tmp_path: Path) -> None:
    fresh, filled = tmp_path / "fresh.db", tmp_path / "filled.db"
    for path in (fresh, filled):
        await upgrade(f"sqlite:///{path}")

    _fill_sqlite(filled, 3_000)

    def indexes(path: Path) -> set[tuple[str, str]]:
        sql = "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
        with closing(sqlite3.connect(path)) as database:
            return set(database.execute(sql))

    assert indexes(filled) == indexes(fresh)
    with closing(sqlite3.connect(filled)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("SELECT count(*) FROM session").fetchone() == (3_000,)
        assert len(database.execute("SELECT * FROM session LIMIT 1").fetchone()) > len(COLUMNS)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_changes_are_measured_beside_their_floor(folder: Path, engine: str) -> None:
    arguments = ("--engine", engine, "--rounds=1", "--seconds=0.05")

    _head, _rule, *lines = table_of(folder, "benchmarks.writes", *arguments)

    assert [tuple(line[:3]) for line in lines] == [
        (kind, at_once, server)
        for kind in ("status", "booking", "notes")
        for at_once in ("1", "32")
        for server in ("floor", "ours")
    ]


def test_two_workers_are_measured_beside_one(folder: Path) -> None:
    _head, _rule, *lines = table_of(
        folder, "benchmarks.workers", "--rounds=1", "--seconds=0.3", "--part=0.5"
    )

    assert [line[0] for line in lines] == ["1", "1", "2", "2"]
