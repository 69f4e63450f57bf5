"""A file of ours in a real spreadsheet: LibreOffice, where there is one."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from exports.spreadsheet import BYTE_ORDER_MARK, csv_bytes, guarded
from tests.exports.test_spreadsheet import FORMULAS, ORDINARY, TORN

SOFFICE: Final = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="there is no LibreOffice Calc on this machine"
)

BY_DEFAULT: Final = "44/59/9"
"""What the dialog of LibreOffice offers at first: comma, semicolon and tab alike."""
SEMICOLON: Final = "59"
"""What a spreadsheet expects where the comma is that of decimals, as in Germany."""

_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"

Opened = Callable[[list[str], str], list[ElementTree.Element]]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings of LibreOffice's own, which nobody else has."""
    return tmp_path_factory.mktemp("libreoffice")


@pytest.fixture
def opened(tmp_path: Path, profile: Path) -> Opened:
    """The rows of a file with a day, one of these texts, and a word in each."""

    def open_(texts: list[str], separators: str) -> list[ElementTree.Element]:
        rows = [("2026-05-01", guarded(text), 50, "last") for text in texts]
        (tmp_path / "export.csv").write_bytes(BYTE_ORDER_MARK + csv_bytes(rows))
        subprocess.run(
            [
                str(SOFFICE),
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                f"--infilter=CSV:{separators},34,76,1",
                "--convert-to",
                "fods",
                "export.csv",
            ],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            timeout=100,
        )
        document = ElementTree.parse(tmp_path / "export.fods")  # noqa: S314 - LibreOffice wrote it
        return list(document.iter(f"{_TABLE}table-row"))

    return open_


def text_of(cell: ElementTree.Element) -> str:
    """What stands in a cell."""
    return "\n".join(_plain(line) for line in cell.findall(f"{_TEXT}p"))


def _plain(line: ElementTree.Element) -> str:
    """A line's text; several spaces and a tab are elements (OpenDocument 1.3, 6.1.3 and 6.1.4)."""
    text = line.text or ""
    for one in line:
        spaces = " " * int(one.get(f"{_TEXT}c", "1"))
        text += {f"{_TEXT}s": spaces, f"{_TEXT}tab": "\t"}.get(one.tag, _plain(one))
        text += one.tail or ""
    return text


def visible(text: str) -> str:
    """A text without its spaces and line ends, which a spreadsheet keeps as it likes."""
    return "".join(text.split())


def formulas_in(rows: list[ElementTree.Element]) -> list[str | None]:
    """What LibreOffice computes, and the cells in which that failed."""
    return [
        cell.get(f"{_TABLE}formula", text_of(cell))
        for row in rows
        for cell in row.iter(f"{_TABLE}table-cell")
        if f"{_TABLE}formula" in cell.attrib or cell.get(f"{_CALC}value-type") == "error"
    ]


def test_every_text_is_text_and_stands_in_its_cell(opened: Opened) -> None:
    texts = [*FORMULAS, *TORN, *ORDINARY]

    rows = opened(texts, BY_DEFAULT)

    assert formulas_in(rows) == []
    cells = [[text_of(one) for one in row.iter(f"{_TABLE}table-cell")] for row in rows]
    assert [visible(row[1]) for row in cells] == [visible(guarded(text)) for text in texts]
    assert {(row[2], row[3]) for row in cells} == {("50", "last")}


def test_where_cells_end_at_semicolons_no_cell_of_ours_is_a_formula(opened: Opened) -> None:
    """A whole row is one cell there, unless a text has a semicolon or another line in it."""
    texts = [one for one in (*FORMULAS, *ORDINARY) if not {*one} & {*";\r\n"}]

    rows = opened(texts, SEMICOLON)

    assert formulas_in(rows) == []
    assert len(rows) == len(texts)
