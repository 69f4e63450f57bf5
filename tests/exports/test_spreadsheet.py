"""CSV: what is put in comes out of any parser to the byte, and nothing begins like a formula."""

import csv
import io
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.spreadsheet import BYTE_ORDER_MARK, csv_bytes, guarded, unguarded

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "=",
    "\t=1",
    "\r=1",
    "\n=1",
    "\t1",
    " =1",
    " \t \r\n  =1",
    "\x0b=1",
    "\x85=1",
    "\u00a0=1",
    "\u00ad=1",
    "\u200b=1",
    "\u202e=1",
    "\u2028=1",
    "\u2060=1",
    "\u3000=1",
    "\u3164=1",
    "\ufeff=1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "﹢1",
    "﹣1",
    "﹦1",
    "﹫x",
    "−1",
    '=HYPERLINK("http://example.com","x")',
    "=cmd|'/C calc'!A0",
    "'=1",
    "''=1",
]
"""What a spreadsheet takes for a formula, or would once it has passed over what it does not see."""
TORN = [
    "x;=1+1;y",
    "x\t=1+1\ty",
    'x";=1+1;"',
    '"=1+1',
    'a","=1+1',
    '";=1+1;"',
    "x\n=1+1\n",
    'x"\r\n=1+1\r\n"',
]
"""What holds a formula, if a cell ends where its text says so."""
ORDINARY = [
    "Coaching",
    "Went well: 1 + 1 = 2",
    "ada@example.com",
    "see you - soon",
    "Bring a pen\n= the blue one",
    '"quoted", and so on',
    "5 = five",
    " leading",
    "trailing ",
    "#1",
    "Ünï 会議 🧑\u200d🤝\u200d🧑 שלום",
    "\u202eevil",
    "",
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
# Mostly of what has a meaning to somebody who reads a file.
CROWDED = st.text(st.sampled_from("\r\n\t\"',;=+-@ a\u00a0\ufeff＝"), max_size=12)


def parsed(content: bytes) -> list[list[str]]:
    """The cells as Python's parser has them."""
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


@given(st.lists(st.lists(TEXTS | CROWDED, min_size=2, max_size=4), min_size=1, max_size=4))
def test_every_text_comes_back_to_the_byte(rows: list[list[str]]) -> None:
    content = csv_bytes([[guarded(cell) for cell in row] for row in rows])

    assert [[unguarded(cell) for cell in row] for row in parsed(content)] == rows


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="there is no sqlite3 on this machine")
def test_another_parser_reads_the_same(tmp_path: Path) -> None:
    texts = [*FORMULAS, *TORN, *ORDINARY]
    rows = [("first", "text", "last"), *((f"{n}", guarded(t), "x") for n, t in enumerate(texts))]
    (tmp_path / "a.csv").write_bytes(BYTE_ORDER_MARK + csv_bytes(rows))

    subprocess.run(
        ["sqlite3", "a.db", ".import --csv a.csv cells"], cwd=tmp_path, check=True, timeout=30
    )

    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        found = list(database.execute("SELECT first, text, last FROM cells ORDER BY rowid"))
    assert found == rows[1:]
    assert [unguarded(text) for _, text, _ in found] == texts


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_what_begins_like_a_formula_does_not_in_the_file(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ORDINARY, ids=ascii)
def test_ordinary_text_is_left_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(TEXTS | CROWDED)
def test_no_cell_begins_like_a_formula_whatever_spaces_are_passed_over(text: str) -> None:
    assert not guarded(text).strip("\ufeff\u200b\0").strip().startswith(("=", "+", "-", "@", "＝"))


def test_a_file_is_utf_8_with_lines_that_end_in_crlf_and_text_in_quotes() -> None:
    """In quotes, as a spreadsheet may take a semicolon or a tab for the end of what has none."""
    content = csv_bytes([("Größe", 50, None, "a;b"), ('say "hi"', 0, "", "会議\n")])

    assert BYTE_ORDER_MARK == b"\xef\xbb\xbf"
    assert content.decode() == '"Größe",50,"","a;b"\r\n"say ""hi""",0,"","会議\n"\r\n'


def test_no_rows_are_nothing() -> None:
    assert csv_bytes([]) == b""
