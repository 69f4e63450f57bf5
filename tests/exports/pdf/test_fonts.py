"""Fonts are embedded, only as far as they are used, and each is accounted for."""

import hashlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdf
from reportlab.pdfbase import pdfmetrics

from exports.pdf.lettering import lettered, register_fonts
from exports.pdf.lettering.faces import FACES
from tests.exports.pdf.setting import pdf_of, pdf_of_texts
from tests.exports.pdf.test_scripts import TEXTS

FONTS = Path(__file__).parents[3] / "exports" / "pdf" / "fonts"


def fonts_in(pdf: bytes) -> Iterator[Any]:
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"].get_object()
        for font in resources["/Font"].get_object().values():
            yield font.get_object()


def test_every_font_is_embedded() -> None:
    empty = "<p></p><div></div><a name='here'></a><table><tr><td></td></tr></table><p>&nbsp;</p>"
    texts = "".join(f"<p>{lettered(text)}</p>" for text in TEXTS.values())
    fonts = list(fonts_in(pdf_of(empty + texts)))

    assert len(fonts) > 10
    assert [font["/BaseFont"] for font in fonts if "/FontDescriptor" not in font] == []
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in fonts)


def test_a_line_of_each_script_makes_a_small_file() -> None:
    assert len(pdf_of_texts(*TEXTS.values())) < 300_000


def test_bold_is_set_in_a_bold_font() -> None:
    names = {font["/BaseFont"] for font in fonts_in(pdf_of("<p><b>bold</b> plain</p>"))}

    assert {name.split("+")[-1] for name in names} == {"NotoSans-Bold", "NotoSans-Regular"}


def test_fonts_are_registered_once() -> None:
    register_fonts()
    before = pdfmetrics.getFont("NotoSans-Regular")

    register_fonts()

    assert pdfmetrics.getFont("NotoSans-Regular") is before


def test_every_font_file_is_used_and_is_the_one_that_the_readme_names() -> None:
    named = dict(
        re.findall(r"\| `(\S+\.ttf)` .* `([0-9a-f]{64})` \|", (FONTS / "README.md").read_text())
    )
    kept = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.glob("*.ttf")
    }
    used = {file for face in FACES for file in (face.regular, face.bold) if file}

    assert named == kept
    assert set(kept) == used
