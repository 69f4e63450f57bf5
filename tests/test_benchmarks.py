"""The benchmarks run, and measure only servers that say the same. How fast is nobody's promise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.comparison import difference
from benchmarks.peers import PEERS
from benchmarks.rows import CLIENTS, rows

ROOT = Path(__file__).parent.parent


def test_a_short_run_compares_the_answers_and_prints_a_line_for_each_server(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--seconds=0.2", "--rounds=1", "--sessions=300"),
            *("--engine=sqlite", "--peer=floor", "--peer=ours", "--peer=stock"),
        ],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    table = [line.split("|") for line in ended.stdout.splitlines() if line.startswith("|")]
    assert [cells[1].strip() for cells in table[2:]] == [
        *("floor", "ours", "stock"),
        *("server", "---", "floor", "ours", "stock"),
    ]
    assert {len(cells) for cells in table} == {len(table[0])}
    assert f"{2 * CLIENTS} answers, equal from all servers" in ended.stdout


def test_pdfs_are_measured_beside_each_other() -> None:
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.pdf", "--rounds=1"),
            "--sessions=2",
            "--sessions=9",
            "--per-piece=1",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    table = [line.split("|") for line in ended.stdout.splitlines() if line.startswith("|")]
    assert [cells[1].strip() for cells in table[2:]] == [
        "2, in pieces of 100",
        "9, in pieces of 100",
        "2, in pieces of 1",
        "2, workers not started",
    ]
    assert {len(cells) for cells in table} == {len(table[0])}


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        ({"data": [{"id": "a", "n": 1}]}, None),
        ({"data": [{"id": "b", "n": 1}]}, "$.data[0].id: 'a' is 'b' there"),
        ({"data": [{"id": "a", "n": True}]}, "$.data[0].n: '1' is 'True' there"),
        ({"data": [{"id": "a"}]}, "$.data[0]: \"{'id': 'a', 'n': 1}\" is \"{'id': 'a'}\" there"),
        ({"data": []}, "$.data: \"[{'id': 'a', 'n': 1}]\" is '[]' there"),
        (None, "$: \"{'data': [{'id': 'a', 'n': 1}]}\" is 'None' there"),
    ],
)
def test_a_different_answer_is_refused_with_the_place(answer: object, where: str | None) -> None:
    assert difference({"data": [{"id": "a", "n": 1}]}, answer) == where


def test_the_same_rows_are_made_every_time() -> None:
    assert list(rows(500)) == list(rows(500))


def test_every_server_has_a_name_of_its_own() -> None:
    assert len({(peer.engine, peer.name) for peer in PEERS}) == len(PEERS)
